"""Static pods.

A kubelet runs a pod of its own, and shows it to the API server as a mirror pod, which has no service account. What the policy
refuses runs all the same, but the API server does not show it.
"""

from __future__ import annotations

from stories.pods import MIRROR, NODE, plain, privileged
from stories.story import Story
from support.api_server import Json

POLICY = """policy shop {
    deny privileged
}
"""


def mirror(pod: Json) -> Json:
    annotations = {MIRROR: "0123", "kubernetes.io/config.source": "file", "kubernetes.io/config.hash": "0123"}
    spec = {key: value for key, value in pod["spec"].items() if key != "automountServiceAccountToken"}
    return {**pod, "metadata": {**pod["metadata"], "annotations": annotations}, "spec": {**spec, "nodeName": "n1"}}


def test_mirrors_are_judged(story: Story) -> None:
    shop = story.namespace("shop")
    story.apply(POLICY)
    # Kyverno's own configuration leaves the group system:nodes out: `excludeGroups`
    passes = story.way.engine == "kyverno"
    story.create("the mirror of a plain pod", mirror(plain("plain", shop)), NODE)
    story.create(
        "the mirror of a privileged pod", mirror(privileged("strong", shop)), NODE, admitted=True if passes else None
    )
    story.ends()
