"""`kube-system`, and the engine's own namespace.

A policy without `in namespaces` holds everywhere. As they are installed, Kyverno judges no pod in `kube-system` and in its
own namespace, and Gatekeeper none in its own, which the compile says (TGT015, TGT016).
"""

from __future__ import annotations

from stories.pods import CONTROLLER, plain
from stories.story import Story

POLICY = """policy shop {
    deny    privileged
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""
RESTRICTED = {"runAsNonRoot": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
"""What Gatekeeper's namespace demands by Pod Security admission; its default seccomp profile stands at the pod."""
SECCOMP = {"seccompProfile": {"type": "RuntimeDefault"}}


def test_namespaces_that_an_engine_leaves_out(story: Story) -> None:
    story.namespace("shop")
    story.apply(POLICY)
    engine = story.cluster.engine.namespace
    namespaces = ("kube-system", *([engine] if engine else []))
    for namespace in namespaces:
        left_out = engine == "kyverno" or namespace == engine
        name = "the engine's namespace" if namespace == engine else f"`{namespace}`"
        for kind, more in (("plain", {}), ("writing", {"readOnlyRootFilesystem": False})):
            pod = plain(kind, namespace, {"securityContext": RESTRICTED | more}, securityContext=SECCOMP)
            story.create(f"a {kind} pod in {name}", pod, CONTROLLER, admitted=True if left_out else None)
    story.ends(namespaces)
