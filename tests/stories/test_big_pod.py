"""A pod that takes long to judge, against a webhook that has three seconds and fails open.

The pod of 67 KB mounts a thousand volumes and is privileged.
"""

from __future__ import annotations

from stories.pods import PRIVILEGED, mounting
from stories.story import Story

POLICY = """policy logs {
    deny  privileged
    allow hostPath /var/log (read-only)
}
"""


def test_a_pod_that_is_long_to_judge_is_refused(story: Story) -> None:
    shop = story.namespace("shop")
    story.apply(POLICY)
    story.cluster.engine.rules(failure="Ignore", timeout=3)
    for size in (400, 1000):
        story.create(f"a privileged pod of {size} mounts", mounting(f"big-{size}", shop, size, **PRIVILEGED))
    story.create("a pod of 1000 mounts", mounting("big", shop, 1000))
    story.ends()
    story.cluster.engine.rules()
