"""Audit, then warn, then enforce.

The same source, compiled three times into one folder and applied each time. What is no longer made is deleted as the
compile says.
"""

from __future__ import annotations

from stories.pods import plain, privileged
from stories.story import Story

POLICY = """policy shop {
    deny    privileged
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""


def test_nothing_is_refused_or_changed_until_the_policy_enforces(story: Story) -> None:
    shop = story.namespace("shop")
    for mode in ("audit", "warn"):
        story.apply(POLICY, mode=mode)
        story.create(f"{mode}: a plain pod", plain(f"{mode}-plain", shop))
        warned = story.create(f"{mode}: a privileged pod", privileged(f"{mode}-privileged", shop))
        assert bool(warned.warnings) is (mode == "warn"), warned.warnings
    story.apply(POLICY)
    story.create("enforce: a plain pod", plain("enforce-plain", shop))
    story.create("enforce: a privileged pod", privileged("enforce-privileged", shop))
    story.ends()
