"""A crowd that keeps a webhook busy, which has three seconds and fails open.

Eight clients ask about pods of 29 KB, as dry runs and without an end. Meanwhile somebody creates small privileged pods.
"""

from __future__ import annotations

import threading

from stories.pods import ALICE, mounting, privileged
from stories.story import Story

POLICY = """policy logs {
    deny  privileged
    allow hostPath /var/log (read-only)
}
"""
CLIENTS, SNEAKING = 8, 8


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
