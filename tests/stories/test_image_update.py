"""Pods are updated.

One pod passes the policy, the other was there before it and does not. A changed image is judged as a new pod; what changes
nothing that the policy reads is left alone.
"""

from __future__ import annotations

from stories.pods import image, label, plain, privileged
from stories.story import Story
from support.api_server import Json

POLICY = """policy shop {
    deny    privileged
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""


def finalizer(pod: Json) -> None:
    pod["metadata"]["finalizers"] = ["example.com/held"]


def no_finalizer(pod: Json) -> None:
    pod["metadata"]["finalizers"] = []


def deadline(pod: Json) -> None:
    pod["spec"]["activeDeadlineSeconds"] = 1000


def running(pod: Json) -> None:
    pod["status"]["phase"] = "Running"


def test_an_image_is_judged_again_and_a_label_is_not(story: Story) -> None:
    shop = story.namespace("shop")
    legacy, good = privileged("legacy", shop), plain("good", shop)
    story.create("a privileged pod, before the policies", legacy)
    story.apply(POLICY)
    story.create("a plain pod", good)
    for name, pod in (("the plain", good), ("the privileged", legacy)):
        story.update(f"another label of {name} pod", pod, label)
        story.update(f"a finalizer of {name} pod", pod, finalizer)
        story.update(f"no finalizer of {name} pod", pod, no_finalizer)
        story.update(f"a deadline of {name} pod", pod, deadline)
        story.update(f"the status of {name} pod", pod, running, "status")
        story.update(f"another image of {name} pod", pod, image("app:2"))
    story.ends()
