"""`kube-system`, and the engine's own namespace.

A policy without `in namespaces` holds everywhere. As they are installed, Kyverno judges no pod in `kube-system` and in its
own namespace, and Gatekeeper none in its own, which the compile says (TGT015, TGT016).
"""

from __future__ import annotations

from stories.pods import CONTROLLER, plain, privileged
from stories.story import Story

POLICY = """policy shop {
    deny    privileged
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""


def test_namespaces_that_an_engine_leaves_out(story: Story) -> None:
    story.namespace("shop")
    story.apply(POLICY)
    engine = story.cluster.engine.namespace
    for namespace in ("kube-system", *([engine] if engine else [])):
        left_out = engine == "kyverno" or namespace == engine
        name = "the engine's namespace" if namespace == engine else f"`{namespace}`"
        for kind, make in (("plain", plain), ("privileged", privileged)):
            pod = make(f"story-{kind}", namespace)
            story.create(f"a {kind} pod in {name}", pod, CONTROLLER, admitted=True if left_out else None)
    story.ends(also=("kube-system", *([engine] if engine else [])))
