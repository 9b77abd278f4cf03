"""Prints a check as one validation of a policy in CEL, with the variables that it reads.

A policy holds all of its checks at once, so names are made of the check's. What the API server's type checker would
warn of is avoided: lists hold one type, and what differs in type is made ``dyn``.
"""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import IMAGE, Reads
from pscc.printers.cel.bindings import NONE_PENDING, Pending
from pscc.printers.cel.expressions import CONTAINERS, access, all_of, group, guards, has_value, literal
from pscc.printers.cel.findings import check_of, containers_of
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.variables import once

OLD_CONTAINERS = "variables.oldContainers"
ON_UPDATE = 'request.operation == "UPDATE"'
_LINES = 16
"""Of one expression; a longer one has parts. There is more of it where the pod is a workload's template."""


@frozen
class Validation:
    """A check as CEL: ``variables`` in order, the ``expression`` that has to be true, the ``message`` where it is not.

    Without an old object the expression is about the object alone; an update passes where nothing changes that the
    check looks at.
    """

    variables: tuple[tuple[str, str], ...]
    expression: str
    message: str


def validation(
    check: ir.Check,
    reads: Reads,
    name: str = "",
    updated: str = ON_UPDATE,
    unchanged_as: str = "",
    pending: Pending = NONE_PENDING,
) -> Validation:
    """The validation of ``check``, which looks at ``reads``; ``updated`` is the condition that there is an old object.

    ``name`` begins the names of its variables; those of the check's shape unless said.
    """
    name = name or check.shape[:1].lower() + check.shape[1:]
    printed = check_of(check, name, pending)
    same = unchanged(unchanged_as or f"{name}Unchanged", reads, updated)
    variables = tuple(once((*printed.variables, *same)).items())
    return Validation(variables, f"{group(printed.holds, ' ? ')} || variables.{same[-1][0]}", printed.message)


def changed(reads: list[Reads]) -> str:
    """True unless an update leaves the whole ``spec``, and all that any check reads outside of it, as they were."""
    outside = dict.fromkeys(path for one in reads for path in one.pod if path[0] != "spec")
    if any(one.annotations for one in reads):
        outside.setdefault(ANNOTATIONS)
    texts = ['request.operation != "UPDATE"', "object.spec != oldObject.spec"]
    for path in outside:
        new, old = (_listed(ir.Path(ir.POD, path), root) for root, _ in _SIDES)
        texts.append(f"({new}) != ({old})")
    return " || ".join(texts)


ANNOTATIONS = ("metadata", "annotations")


# --- updates ------------------------------------------------------------------


_SIDES = (("object", CONTAINERS), ("oldObject", OLD_CONTAINERS))


def container_lists() -> list[tuple[str, str]]:
    """The variables that hold all containers of the object, and of the old one."""
    return [(listed.removeprefix("variables."), containers_of(root)) for root, listed in _SIDES]


def unchanged(name: str, reads: Reads, updated: str = ON_UPDATE) -> list[tuple[str, str]]:
    """Variables of which the last, ``name``, is true of an update that leaves ``reads`` as it was."""
    found = container_lists()
    found.append(("sameImages", all_of(*_equalities(_NAMES_AND_IMAGES))))
    texts = _same(reads)
    if sum(len(laid_out(text).splitlines()) for text in texts) <= _LINES:
        return [*found, (name, all_of(updated, *texts))]
    parts: list[list[str]] = []
    lines = 0
    for text in texts:
        more = len(laid_out(text).splitlines())
        if not parts or lines + more > _LINES:
            parts.append([])
            lines = 0
        parts[-1].append(text)
        lines += more
    names = [f"{name}{number}" for number in range(1, len(parts) + 1)]
    found += zip(names, (all_of(*part) for part in parts), strict=True)
    return [*found, (name, all_of(updated, *(f"variables.{one}" for one in names)))]


Pairs = list[list[str]]
"""Expressions about the object and about the old one, which have to be equal."""


def _in_containers(path: ir.Path) -> list[str]:
    """The values at ``path`` of all containers, of both objects."""
    own = _listed(path, "object")
    return [f"{listed}.map(container, {own})" for _, listed in _SIDES]


def _same(reads: Reads) -> list[str]:
    """Conditions that together say that an update leaves ``reads``, the containers and their images as they were."""
    pairs = [[_listed(ir.Path(ir.POD, fields), root) for root, _ in _SIDES] for fields in reads.pod]
    pairs += [_in_containers(ir.Path("container", fields)) for fields in reads.container if fields != IMAGE]
    for prefix in reads.annotations:
        pairs.append([f"{listed}.map(container, {_entry(prefix, root)})" for root, listed in _SIDES])
    return ["variables.sameImages", *_equalities(pairs)]


def _equalities(pairs: Pairs) -> list[str]:
    return [f"{group(one, ' ? ')} == {group(other, ' ? ')}" for one, other in pairs]


def _listed(path: ir.Path, root: str) -> str:
    """A list of what is at ``path``, empty where it is not set: the two compare whatever the type is."""
    guard = guards(path, frozenset({f"{root}.metadata"}), root)
    return f"{guard} ? [{access(path, root)}] : []" if guard else access(path, root)


def _entry(prefix: str, root: str) -> str:
    annotations = ir.Path(ir.POD, ANNOTATIONS)
    of, key = access(annotations, root), f"{literal(prefix)} + container.name"
    is_there = has_value(annotations, frozenset({f"{root}.metadata"}), root)
    return f"{all_of(is_there, f'{key} in {of}')} ? [{of}[{key}]] : []"


_NAMES_AND_IMAGES = [
    [f"{listed}.map(container, container.name)" for _, listed in _SIDES],
    _in_containers(ir.Path("container", IMAGE)),
]
