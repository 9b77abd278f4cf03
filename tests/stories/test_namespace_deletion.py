"""A namespace full of pods that the policy refuses is deleted.

The pods were there before the policy. The namespace controller deletes them. Gatekeeper's webhook is asked about deletions
only where somebody configures it so: then with `DELETE` among its operations.
"""

from __future__ import annotations

import pytest

from stories.engine import Operation
from stories.pods import plain, privileged
from stories.story import Story
from stories.ways import ON_GATEKEEPER, WAYS

POLICY = """policy shop {
    deny    privileged
    require readOnlyRootFilesystem true
}
policy chosen {
    deny privileged
}
policy tighter {
    deny privileged, hostPID
}
choose {
    chosen for everyone
    tighter for groups admins
}
"""
ASKED: list[tuple[str, tuple[Operation, ...]]] = [
    *((way, ("CREATE", "UPDATE")) for way in WAYS),
    *((way, ("CREATE", "UPDATE", "DELETE")) for way in ON_GATEKEEPER),
]


@pytest.mark.parametrize(("way", "operations"), ASKED, indirect=["way"])
def test_the_namespace_goes(story: Story, operations: tuple[Operation, ...]) -> None:
    story.case = "with `DELETE`" if "DELETE" in operations else ""
    dying, shop = story.namespace("dying"), story.namespace("shop")
    pods = [make(f"{name}-{number}", dying) for number in range(5) for name, make in (("p", plain), ("q", privileged))]
    for pod in pods:
        assert story.cluster.server.create(pod).ok
    story.create("a privileged pod, before the policies", privileged("legacy", shop))
    story.apply(POLICY)
    story.cluster.engine.rules(operations=operations)
    story.delete("deletion of a privileged pod", privileged("legacy", shop))
    story.leave("the namespace is deleted", dying)
    story.create("a privileged pod elsewhere", privileged("bad", shop))
    story.ends()
    story.cluster.engine.rules()
