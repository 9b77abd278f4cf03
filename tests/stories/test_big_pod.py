"""Pods that take long to judge, against a webhook that has three seconds and fails open.

A pod of 67 KB mounts a thousand volumes and is privileged. Then eight clients ask about pods of 29 KB, as dry runs and without
an end, while somebody creates small privileged pods.
"""

from __future__ import annotations

import threading
from typing import Any

from stories.pods import ALICE, PRIVILEGED, plain, privileged
from stories.story import Story
from support.api_server import Json

POLICY = """policy logs {
    deny  privileged
    allow hostPath /var/log (read-only)
}
"""
CLIENTS, SNEAKING = 8, 8


def mounting(name: str, namespace: str, count: int, **container: Any) -> Json:
    """A pod that mounts ``count`` empty volumes."""
    mounts = [{"name": f"v{number}", "mountPath": f"/m/{number}"} for number in range(count)]
    volumes = [{"name": f"v{number}", "emptyDir": {}} for number in range(count)]
    return plain(name, namespace, {"volumeMounts": mounts, **container}, volumes=volumes)


def test_a_pod_that_is_long_to_judge_is_refused(story: Story) -> None:
    shop = story.namespace("shop")
    story.apply(POLICY)
    story.cluster.engine.rules(failure="Ignore", timeout=3)
    for size in (400, 1000):
        story.create(f"a privileged pod of {size} mounts", mounting(f"big-{size}", shop, size, **PRIVILEGED))
    story.create("a pod of 1000 mounts", mounting("big", shop, 1000))
    story.ends()
    story.cluster.engine.rules()


def test_a_crowd_hides_nobody(story: Story) -> None:
    shop = story.namespace("shop")
    story.apply(POLICY)
    story.cluster.engine.rules(failure="Ignore", timeout=3)
    over = threading.Event()
    answers: list[bool] = []

    def ask() -> None:
        while not over.is_set():
            answers.append(story.cluster.server.create(mounting("crowd", shop, 430), ALICE.name, dry=True).ok)

    crowd = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    try:
        for client in crowd:
            client.start()
        for number in range(SNEAKING):
            story.create(f"a privileged pod in a crowd, the {number + 1}.", privileged(f"sneaking-{number}", shop))
    finally:
        over.set()
        for client in crowd:
            client.join()
    assert len(answers) >= CLIENTS and all(answers)
    story.ends()
    story.cluster.engine.rules()
