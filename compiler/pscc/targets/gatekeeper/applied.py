"""The objects of an output that have a file each, so that ``gator verify`` can be pointed at them.

gator reads the first object of a file alone. Source: ``ReadConstraint`` in Gatekeeper 3.23
``pkg/gator/reader/read_resources.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.output.contents import ObjectName, OutputFile
from pscc.output.templating import Code, comment, render
from pscc.targets.shared.identity import identity

TEMPLATES, CONSTRAINTS = "templates.gatekeeper.sh/v1", "constraints.gatekeeper.sh/v1beta1"
"""The API versions of ConstraintTemplates and of Constraints."""
Fields = Mapping[str, object]


@frozen
class Applied:
    """A Constraint or mutator of ``owner``: its ``path``, its ``template``, and the ``fields`` that the template prints.

    ``checks`` are those of a policy's Constraint.
    """

    path: str
    template: Literal["constraint", "mutator"]
    named: ObjectName
    fields: Fields
    owner: ir.Policy | ir.Choice
    checks: tuple[ir.Check, ...] = ()

    @property
    def file(self) -> OutputFile:
        """The file of the object."""
        is_choice = isinstance(self.owner, ir.Choice)
        note = "" if isinstance(self.owner, ir.Choice) else comment(self.owner.note)
        text = render(
            f"gatekeeper/{self.template}.yaml.j2", **identity(self.owner), note=Code(note), object=self.fields
        )
        return OutputFile(self.path, text, (self.named,), self.owner.name if is_choice else "")


def path_of(folder: str, name: str, policy: str) -> str:
    """The path of the object ``name`` of ``policy``; ``folder`` is the one of the policy's objects."""
    return f"{folder}/{name.removeprefix(f'{policy}-')}.yaml"


def template_path(kind: str) -> str:
    """The path of the ConstraintTemplate of the Constraints of ``kind``."""
    return f"templates/{kind.lower()}.yaml"
