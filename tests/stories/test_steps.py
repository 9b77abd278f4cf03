"""The README's steps in order.

A policy with a default is compiled and applied with `kubectl apply -k`, part by part on Gatekeeper. Then people make pods.
"""

from __future__ import annotations

from stories.pods import ALICE, CONTROLLER, User, plain, privileged
from stories.story import Story

POLICY = """policy shop {
    deny    privileged, hostPID
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""


def test_pods_are_admitted_changed_or_refused(story: Story) -> None:
    shop = story.namespace("shop")
    story.create("a privileged pod, before the policies", privileged("legacy", shop))
    story.apply(POLICY)
    story.create("a plain pod", plain("plain", shop))
    readable = {"securityContext": {"readOnlyRootFilesystem": False}}
    story.create("a pod that says otherwise than the default", plain("writes", shop, readable))
    story.create("a privileged pod", privileged("bad", shop))
    story.create("a pod with hostPID", plain("host", shop, hostPID=True))
    story.create("a privileged pod, by an administrator", privileged("root", shop), User("root", ("system:masters",)))
    story.create("a privileged pod, by the ReplicaSet controller", privileged("owned", shop), CONTROLLER)
    story.create("a plain pod, by the ReplicaSet controller", plain("made", shop), CONTROLLER)
    story.delete("deletion of the privileged pod that was there before", privileged("legacy", shop), ALICE)
    story.ends()
