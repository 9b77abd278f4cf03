"""What the values are called that get a name, and findings that read them by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from pscc import ir
from pscc.ir.walking import substitute
from pscc.output.numbering import numbered
from pscc.printers.cel.finding import CONTAINER, Finding
from pscc.printers.cel.repeated import holder

_Named = TypeVar("_Named", bound=ir.Value)


def called(values: Iterable[_Named], name: Callable[[_Named], str], check: str) -> dict[_Named, str]:
    """The name of each of ``values``. If two have one ``name``, the second has that of the ``check`` in front.

    So a name means the same in all checks of an object, in whatever order they are read.
    """
    names: dict[_Named, str] = {}
    for value in dict.fromkeys(values):
        own_name = name(value)
        if own_name in names.values():
            own_name = numbered(f"{check}{own_name[:1].upper()}{own_name[1:]}", names.values())
        names[value] = own_name
    return names


def cell_name(value: ir.Value) -> str:
    """The name of ``value`` in a row: that of its field. ``own…`` if it is the container's own field, and not what it inherits."""
    match value:
        case ir.Path(fields=names) | ir.Coalesce(options=(ir.Path(fields=names),)):
            return f"own{names[-1][:1].upper()}{names[-1][1:]}"
        case ir.Coalesce(options=(ir.Path(fields=names), *_)):
            return names[-1]
        case _:
            return "annotation"


def pod_name(value: ir.Value) -> str:
    """What the variable of a pod's ``value`` is called. Raises `TypeError` on what is no field of a pod."""
    match value:
        case ir.Path(fields=names) | ir.Coalesce(options=(ir.Path(fields=names), *_)):
            return f"pod{names[-1][:1].upper()}{names[-1][1:]}"
        case _:
            raise TypeError(f"{value} is no field of a pod")


def of_the_pod(value: ir.Value) -> ir.Path:
    """The field of the pod that ``value`` is."""
    path = value.options[0] if isinstance(value, ir.Coalesce) else value
    assert isinstance(path, ir.Path)
    return path


def inherited(value: ir.Value) -> ir.Value | None:
    """The field of the pod that a container inherits if it does not set ``value`` itself; None if it inherits nothing."""
    match value:
        case ir.Coalesce(options=(_, ir.Path() as above)):
            return above
        case _:
            return None


def renamed(finding: Finding, cells: dict[ir.Value, str], of_pod: dict[ir.Value, str]) -> Finding:
    """``finding`` with its values read by their names: ``cells`` of a container's row, variables ``of_pod``."""

    def put(node: object) -> ir.Value | None:
        if not isinstance(node, (ir.Path, ir.Coalesce, ir.Entry)):
            return None
        for names, var in ((cells, CONTAINER), (of_pod, "variables")):
            known = holder(node, names)
            if known is None:
                continue
            name = f"{var}.{names[known]}"
            match node, known:
                case ir.Coalesce(field=below), _:
                    return ir.Path(name, below)
                case ir.Path(fields=whole), ir.Path(fields=above):
                    return ir.Path(name, whole[len(above) :])
                case _:
                    return ir.Path(name)
        return None

    return substitute(finding, put)


def in_place(finding: Finding, path: ir.Path, new: ir.Path) -> Finding:
    """``finding`` with ``new`` for ``path``, its message as it was."""

    def put(node: object) -> ir.Value | None:
        return new if node == path else None

    return replace(finding, each=substitute(finding.each, put), fails=substitute(finding.fails, put))
