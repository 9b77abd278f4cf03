"""Pods for Windows, under defaults that are for Linux.

The API server refuses fields of Linux in a pod for Windows, so the defaults leave it alone. Gatekeeper's mutators cannot
test the operating system, so the API server refuses the pod there, as the compile says (TGT019).
"""

from __future__ import annotations

from stories.pods import plain
from stories.story import Story
from stories.ways import ON_GATEKEEPER

POLICY = """policy apps extends pss/restricted {
    default capabilities.drop add ALL
    default seccompProfile runtime/default
    default allowPrivilegeEscalation false
}
"""


def test_pods_for_windows_are_left_alone(story: Story) -> None:
    shop = story.namespace("shop")
    story.apply(POLICY)
    context = {"securityContext": {"runAsNonRoot": True}}
    story.create("a pod for Linux", plain("linux", shop, os={"name": "linux"}, **context))
    refused = False if story.way.name in ON_GATEKEEPER else None
    story.create("a pod for Windows", plain("windows", shop, os={"name": "windows"}, **context), admitted=refused)
    story.create("a pod for Windows as root", plain("root", shop, os={"name": "windows"}), admitted=refused)
    story.ends()
