"""The values that get a name, as CEL: what the pod or its containers have, once the defaults that are pending are set."""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.defaulting import json_value
from pscc.ir.passes import conjunction, negation
from pscc.printers.cel.conditions import condition
from pscc.printers.cel.finding import CONTAINER
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.literals import json_literal, literal
from pscc.printers.cel.logic import all_of, among, branch, dyn
from pscc.printers.cel.naming import inherited, of_the_pod
from pscc.printers.cel.reads import access, guards, has_value
from pscc.printers.cel.tree import (
    NULL,
    TRUE,
    Call,
    Conditional,
    Expression,
    Index,
    Mapping,
    Name,
    Text,
    infix,
    variable,
)
from pscc.printers.cel.walks import CONTAINERS, or_empty


@frozen
class Pending:
    """Defaults that a pod has not had yet, and are to be taken as set ``where`` a condition in CEL holds."""

    defaults: tuple[ir.Default, ...] = ()
    where: Expression = TRUE


NONE_PENDING = Pending()


def pod_value(value: ir.Value, pending: Pending) -> Expression:
    """The ``value`` of the pod, or null."""
    path = of_the_pod(value)
    return _set_or(path, dyn(access(path)), _unset(path, NULL, pending))


def rows(cells: dict[ir.Value, str], of_pod: dict[ir.Value, str], pending: Pending) -> Expression:
    """A row for each container: its name and its values, called as ``cells`` says."""
    entries: list[tuple[Expression, Expression]] = [(Text("name"), access(ir.Path(CONTAINER, ("name",))))]
    entries += [(literal(name), _cell(value, of_pod, pending)) for value, name in cells.items()]
    return Call("map", (Name(CONTAINER), Mapping(tuple(entries))), variable(CONTAINERS))


def _cell(value: ir.Value, of_pod: dict[ir.Value, str], pending: Pending) -> Expression:
    match value:
        case ir.Path():
            of_containers = (d for d in pending.defaults if d.site == "containers")
            adds = next((d for d in of_containers if d.path == value.fields and d.add), None)
            if adds is not None:
                return _with_added(value, adds, pending.where)
            return _set_or(value, access(value), _unset(value, NULL, pending))
        case ir.Coalesce(options=(ir.Path() as path, *_)):
            above = inherited(value)
            from_pod = variable(of_pod[above]) if above is not None else NULL
            return _set_or(path, access(path), _unset(path, from_pod, pending))
        case ir.Entry(map=of, key=key):
            assert isinstance(key.value, ir.Path)
            word = infix("+", literal(key.prefix), access(key.value))
            there = all_of(has_value(of), among(word, access(of)))
            return Conditional(there, dyn(Index(access(of), word)), NULL)
        case _:
            raise TypeError(f"{value} is no value of a container")


def _set_or(path: ir.Path, value: Expression, unset: Expression) -> Expression:
    """``value``, which is that of ``path``, or ``unset``."""
    return branch(guards(path) if unset == NULL else has_value(path), value, unset)


def _unset(path: ir.Path, otherwise: Expression, pending: Pending) -> Expression:
    """What stands for ``path`` where it is unset: what its default sets, or else ``otherwise``."""
    site = "pod" if path.var == ir.POD else "containers"
    default = next(
        (d for d in pending.defaults if d.site == site and d.path == path.fields and d.value is not None), None
    )
    if default is None:
        return otherwise
    conditions = [negation(default.unless)]
    if default.inherits:
        conditions.append(ir.Not(ir.Has(ir.Path(ir.POD, default.inherits))))
    wanted = all_of(pending.where, condition(conjunction(tuple(conditions))))
    value = dyn(json_literal(json_value(default)))
    return value if wanted == TRUE else Conditional(wanted, value, otherwise)


def _with_added(path: ir.Path, default: ir.Default, where: Expression) -> Expression:
    """The list at ``path`` and what ``default`` adds to it."""
    added = lacking(path.var, default)
    where = all_of(where, condition(negation(default.unless)))
    if where != TRUE:
        added = or_empty(where, added)
    return dyn(infix("+", or_empty(has_value(path), access(path)), added))


def lacking(var: str, default: ir.Default) -> Expression:
    """The values of ``default`` that neither its list nor the list ``unless_in`` has, for the variable ``var``."""
    lists = [ir.Path(var, path) for path in (default.path, default.unless_in) if path]
    present = condition(ir.Or(tuple(ir.In(ir.Path("value"), listed) for listed in lists)))
    return cel("$added.filter(value, !($present))", added=literal(default.add), present=present)
