"""The resources of a running pod are changed, through `pods/resize`.

The policy reads no resources, so a resize is let through, also of a pod that the policy refuses.
"""

from __future__ import annotations

from stories.pods import PRIVILEGED, plain
from stories.story import Story
from support.api_server import Json

POLICY = """policy shop {
    deny    privileged
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""


def resources(cpu: str) -> Json:
    return {"resources": {"requests": {"cpu": cpu}}}


def more(pod: Json) -> None:
    pod["spec"]["containers"][0].update(resources("100m"))


def test_a_resize_passes(story: Story) -> None:
    shop = story.namespace("shop")
    legacy, good = plain("legacy", shop, {**PRIVILEGED, **resources("50m")}), plain("good", shop, resources("50m"))
    story.create("a privileged pod, before the policies", legacy)
    story.apply(POLICY)
    story.create("a plain pod", good)
    for name, pod in (("the plain", good), ("the privileged", legacy)):
        story.update(f"more processor for {name} pod", pod, more, "resize")
    story.ends()
