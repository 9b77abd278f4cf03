"""CEL about a pod, made CEL about the template that a workload has for its pods."""

from __future__ import annotations

from pscc.printers.cel.reads import variable_named
from pscc.printers.cel.tree import Expression, Name, Select, substitute, variable
from pscc.printers.cel.variables import Variable

_VARIABLES = (("object", "template"), ("oldObject", "oldTemplate"))
"""The variables that hold the pod template of an object."""
_OF_A_POD = ("spec", "metadata")
"""The fields of a pod that a template has, too."""


def at_template(node: Expression, template: str) -> Expression:
    """``node`` about the pod template at ``template`` of the object."""
    return _about(node, {root: variable_named(f"{root}.{template}") for root, _ in _VARIABLES})


def holding_templates(template: str) -> list[Variable]:
    """The variables that hold the pod templates at ``template`` of the object and of the old one."""
    return [(name, variable_named(f"{root}.{template}")) for root, name in _VARIABLES]


def templated(node: Expression) -> Expression:
    """``node`` about the pod template that a variable of `holding_templates` holds."""
    return _about(node, {root: variable(name) for root, name in _VARIABLES})


def _about(node: Expression, pods: dict[str, Expression]) -> Expression:
    """``node`` with ``pods`` in the place of the object, and of the old one, where a field of a pod is read."""

    def put(read: Expression) -> Expression | None:
        match read:
            case Select(of=Name(name=root), field=field) if root in pods and field in _OF_A_POD:
                return Select(pods[root], field)
            case _:
                return None

    return substitute(node, put)
