"""Prints a check as one validation of a policy in CEL, with the variables that it reads.

A policy holds all of its checks at once, so the names of variables begin with that of their check. The output avoids what the
API server's type checker would warn of: a list has elements of one type, and values of other types become ``dyn``.
"""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import IMAGE, Reads
from pscc.printers.cel.findings import check_of, containers_of
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, among, any_of, equal, unequal
from pscc.printers.cel.pending import NONE_PENDING, Pending
from pscc.printers.cel.reads import access, guards, has_value
from pscc.printers.cel.tree import (
    EMPTY,
    TRUE,
    Call,
    Conditional,
    Expression,
    Grouped,
    Index,
    Listing,
    Name,
    Select,
    infix,
    variable,
)
from pscc.printers.cel.variables import Variable, once
from pscc.printers.cel.walks import CONTAINERS

OLD_CONTAINERS = "oldContainers"
UNCHANGED = "unchanged"
"""The variable that is true of an update of which nothing is judged again."""
ON_UPDATE = cel('request.operation == "UPDATE"')
_LINES = 16
"""Of one expression; a longer one has parts. There is more of it where the pod is a workload's template."""


@frozen
class Validation:
    """A check as CEL: ``variables`` in order, the ``expression`` that has to be true, the ``message`` where it is not.

    Without an old object the expression is about the object alone; an update passes where nothing changes that the check
    looks at, which is what ``unchanged`` says.
    """

    variables: tuple[Variable, ...]
    unchanged: Expression
    expression: Expression
    message: Expression


def validation(
    check: ir.Check,
    reads: Reads,
    name: str = "",
    updated: Expression = ON_UPDATE,
    unchanged_as: str = "",
    pending: Pending = NONE_PENDING,
) -> Validation:
    """The validation of ``check``, which looks at ``reads``. ``updated`` is the condition that there is an old object.

    The names of its variables begin with ``name``, or with the name of the check's shape if ``name`` is empty. Checks for
    which images alone count share the variable about updates.
    """
    name = name or name_of(check)
    printed = check_of(check, name, pending)
    same = unchanged_as or (f"{name}Unchanged" if _same(reads) else UNCHANGED)
    variables = tuple(once((*printed.variables, *unchanged(same, reads, updated))).items())
    return Validation(variables, variable(same), any_of(printed.holds, variable(same)), printed.message)


def finding_of(check: ir.Check, printed: Validation) -> Expression:
    """The message of the `validation` of ``check``, or an empty string where its expression is true."""
    # without a reason behind it, a message of a check that holds is empty by itself
    holds = printed.expression if check.because else printed.unchanged
    return Conditional(holds, EMPTY, printed.message)


def name_of(check: ir.Check) -> str:
    """The beginning of the names of the variables of ``check``, in a policy that has other checks beside it."""
    return check.shape[:1].lower() + check.shape[1:]


def changed(reads: list[Reads]) -> Expression:
    """True unless an update leaves the whole ``spec`` as it was, and everything outside of ``spec`` that a check reads."""
    outside = dict.fromkeys(path for read in reads for path in read.pod if path[0] != "spec")
    if any(read.annotations for read in reads):
        outside.setdefault(ANNOTATIONS)
    conditions = [cel('request.operation != "UPDATE"'), cel("object.spec != oldObject.spec")]
    for path in outside:
        new, old = (_listed(ir.Path(ir.POD, path), root) for root, _ in _SIDES)
        conditions.append(unequal(Grouped(new), Grouped(old)))
    return any_of(*conditions)


ANNOTATIONS = ("metadata", "annotations")


# --- updates ------------------------------------------------------------------


_SIDES = (("object", CONTAINERS), ("oldObject", OLD_CONTAINERS))
"""The object and the old one, and the variables that hold their containers."""


def container_lists() -> list[Variable]:
    """The variables that hold all containers of the object, and of the old one."""
    return [(listed, containers_of(root)) for root, listed in _SIDES]


def unchanged(name: str, reads: Reads, updated: Expression = ON_UPDATE) -> list[Variable]:
    """Variables for an update. The last, ``name``, is true if the update leaves everything in ``reads`` as it was."""
    variables = container_lists()
    variables.append(("sameImages", all_of(*_equalities(_NAMES_AND_IMAGES))))
    conditions = [variable("sameImages"), *_same(reads)]
    if sum(_lines_of(condition) for condition in conditions) <= _LINES:
        return [*variables, (name, all_of(updated, *conditions))]
    parts: list[list[Expression]] = []
    lines = 0
    for condition in conditions:
        more = _lines_of(condition)
        if not parts or lines + more > _LINES:
            parts.append([])
            lines = 0
        parts[-1].append(condition)
        lines += more
    names = [f"{name}{number}" for number in range(1, len(parts) + 1)]
    variables += zip(names, (all_of(*part) for part in parts), strict=True)
    return [*variables, (name, all_of(updated, *map(variable, names)))]


def _lines_of(condition: Expression) -> int:
    return len(laid_out(condition).splitlines())


_Pair = tuple[Expression, Expression]
"""Expressions about the object and about the old one, which have to be equal."""


def _in_containers(path: ir.Path) -> _Pair:
    """The values at ``path`` of all containers, of both objects."""
    own = _listed(path, "object")
    return _of_each_container(own, own)


def _of_each_container(of_new: Expression, of_old: Expression) -> _Pair:
    """What each container of the object, and of the old one, has."""
    (_, new), (_, old) = _SIDES
    container = Name("container")
    return Call("map", (container, of_new), variable(new)), Call("map", (container, of_old), variable(old))


def _same(reads: Reads) -> list[Expression]:
    """Conditions that, with the containers and their images, say that an update leaves ``reads`` as they were."""
    (new, _), (old, _) = _SIDES
    pairs = [(_listed(ir.Path(ir.POD, fields), new), _listed(ir.Path(ir.POD, fields), old)) for fields in reads.pod]
    pairs += [_in_containers(ir.Path("container", fields)) for fields in reads.container if fields != IMAGE]
    pairs += [_of_each_container(_entry(prefix, new), _entry(prefix, old)) for prefix in reads.annotations]
    return _equalities(pairs)


def _equalities(pairs: list[_Pair]) -> list[Expression]:
    return [equal(new, old) for new, old in pairs]


def _listed(path: ir.Path, root: str) -> Expression:
    """A list of what is at ``path``, empty where it is not set: the two compare whatever the type is."""
    pod = Name(root)
    guard, value = guards(path, frozenset({Select(pod, "metadata")}), pod), access(path, pod)
    return value if guard == TRUE else Conditional(guard, Listing((value,)), Listing())


def _entry(prefix: str, root: str) -> Expression:
    pod, annotations = Name(root), ir.Path(ir.POD, ANNOTATIONS)
    entries, key = access(annotations, pod), infix("+", literal(prefix), cel("container.name"))
    are_there = has_value(annotations, frozenset({Select(pod, "metadata")}), pod)
    return Conditional(all_of(are_there, among(key, entries)), Listing((Index(entries, key),)), Listing())


_NAMES_AND_IMAGES = [
    _of_each_container(cel("container.name"), cel("container.name")),
    _in_containers(ir.Path("container", IMAGE)),
]
