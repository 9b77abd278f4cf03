"""Gives names to what a check reads more than once, as variables that CEL's policies have, so that it reads well.

What a container inherits from its pod, or an object of which several fields are read, becomes a variable (of the pod)
or a field of a row (of a container) that holds the value, or null where it is not set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.defaulting import json_value
from pscc.ir.passes import conjunction, negation, nodes
from pscc.ir.tidy import failing, message
from pscc.output.numbering import numbered
from pscc.printers.cel.expressions import (
    CONTAINERS,
    Known,
    access,
    all_of,
    condition,
    group,
    guards,
    has_value,
    json_text,
    literal,
    walked,
)

_CONTAINER = "container"
_ROW_OF = "containersWith"
_MANY = 12
"""More constants of a control than these are a list with a name."""


@frozen
class Finding:
    """A requirement, ready to be printed: where its findings are, when there is one, and what it says."""

    name: str
    each: tuple[ir.Each, ...]
    fails: ir.Condition
    message: tuple[ir.Part, ...]


@frozen
class Bound:
    """The findings of a check, and the ``variables`` that they read, in order. ``known`` ones are never null."""

    findings: tuple[Finding, ...]
    variables: tuple[tuple[str, str], ...]
    known: Known


@frozen
class Pending:
    """Defaults that a pod has not had yet, and are to be taken as set ``where`` a condition in CEL holds."""

    defaults: tuple[ir.Default, ...] = ()
    where: str = "true"


NONE_PENDING = Pending()


def bound(check: ir.Check, name: str, pending: Pending = NONE_PENDING) -> Bound:
    """The findings of ``check`` with its values named; what depends on the policy's values begins with ``name``.

    The values are what the ``pending`` defaults make of the pod.
    """
    found = [Finding(r.name, r.each, failing(r), message(r)) for r in check.requirements]
    own = _called(_repeated(found, _CONTAINER, pending.defaults), _field)
    variables: dict[str, str] = {}
    lists: dict[str, None] = {}
    rows = [_rows(finding, own) for finding in found]
    used = {value: name for value, name in own.items() if any(value in row for row in rows)}
    inherited = [above for above in map(_inherited, used) if above is not None]
    fields_of_pod = {value: _of_the_pod(value) for value in (*_repeated(found, ir.POD, pending.defaults), *inherited)}
    names_of_pod = _called(fields_of_pod.values(), lambda path: f"pod{_title(path)}")
    of_pod = {value: names_of_pod[path] for value, path in fields_of_pod.items()}
    of_rows = "variables." + _ROW_OF + "And".join(name[:1].upper() + name[1:] for name in used.values())
    named = [_renamed(finding, used if row else {}, of_pod) for finding, row in zip(found, rows, strict=True)]
    for value, of in of_pod.items():
        if value in inherited or any(_mentions(finding, f"variables.{of}") for finding in named):
            variables[of] = _of_pod(value, pending)
    if used:
        variables[of_rows.removeprefix("variables.")] = _listed(used, of_pod, pending)
        lists[of_rows] = None
        each = (ir.Each(_CONTAINER, ir.Path(of_rows)),)
        named = [
            replace(one, each=(*each, *one.each[1:])) if row else one for one, row in zip(named, rows, strict=True)
        ]
    for path in _only_walked(named):
        listed = f"variables.pod{_title(path)}"
        variables[listed.removeprefix("variables.")] = f"{has_value(path)} ? {access(path)} : []"
        lists[listed] = None
        named = [_in_place(one, path, ir.Path(listed)) for one in named]
    hoisted = [_hoisted(finding, name, variables, lists) for finding in named]
    return Bound(tuple(hoisted), tuple(variables.items()), frozenset(lists))


# --- what is read more than once ------------------------------------------------


def _repeated(found: list[Finding], var: str, defaults: tuple[ir.Default, ...]) -> list[ir.Value]:
    """The values of ``var`` that get a name: inherited, an annotation, an object of several fields, one with a default."""
    named: dict[ir.Value, None] = {}
    paths: dict[tuple[str, ...], None] = {}
    set_later = [d.path for d in defaults if (d.site == "pod") is (var == ir.POD)]
    for value in _values([(one.each, one.fails, one.message) for one in found]):
        match value:
            case ir.Coalesce(options=options) if all(isinstance(one, ir.Path) for one in options):
                if _of(value) == var:
                    named.setdefault(ir.Coalesce(options))
            case ir.Entry(key=key) if var == _CONTAINER and isinstance(key.value, ir.Path) and key.value.var == var:
                named.setdefault(value)
            case ir.Path(var=of, fields=names) if of == var:
                paths.setdefault(names)
                for path in set_later:
                    if names[: len(path)] == path:
                        named.setdefault(ir.Path(var, path))
    shortest = 3 if var == ir.POD else 2
    for path in paths:
        for length in range(shortest, len(path)):
            above = path[:length]
            if above in paths or len({other for other in paths if other[:length] == above}) > 1:
                named.setdefault(ir.Path(var, above))
                break
    return [*named, *(_beside(found, named) if set_later and var == _CONTAINER else ())]


def _beside(found: list[Finding], named: Collection[ir.Value]) -> Iterator[ir.Value]:
    """What else of a container those findings read that read one of ``named``: rows stand for containers only as a whole."""
    for finding in found:
        values = [value for value in _values((finding.each, finding.fails, finding.message)) if _reads_container(value)]
        if any(_known(value, named) is not None for value in values):
            yield from (v for v in values if _known(v, named) is None and v != ir.Path(_CONTAINER, ("name",)))


def _only_walked(found: list[Finding]) -> list[ir.Path]:
    """The lists of the pod that are walked, and of which nothing else is asked."""
    parts = [(one.each, one.fails, one.message) for one in found]
    walks = [path for path in _lists(parts) if path.var == ir.POD]
    read = [value for value in _values(parts) if isinstance(value, ir.Path)]
    return [path for path in dict.fromkeys(walks) if walks.count(path) == read.count(path)]


def _lists(node: object) -> Iterator[ir.Path]:
    """The list of every walk in ``node``."""
    walks: Iterator[ir.Each | ir.Any | ir.All] = nodes(node, ir.Each, ir.Any, ir.All)
    for walk in walks:
        if isinstance(walk.items, ir.Path):
            yield walk.items
        if not isinstance(walk, ir.Each):
            yield from _lists(walk.where)


def _of(value: ir.Coalesce) -> str:
    first = value.options[0]
    return first.var if isinstance(first, ir.Path) else ""


def _values(node: object) -> Iterator[ir.Value]:
    """Every value in ``node``, but those within another."""
    return nodes(node, ir.Coalesce, ir.Entry, ir.Path)


def _rows(finding: Finding, own: dict[ir.Value, str]) -> list[ir.Value]:
    """The values of a container that ``finding`` reads, if rows of them can stand for the containers."""
    if finding.each[:1] != (ir.Each(_CONTAINER, ir.Containers()),):
        return []
    read: dict[ir.Value, None] = {}
    for value in _values((finding.each, finding.fails, finding.message)):
        if isinstance(value, ir.Path) and (value.var != _CONTAINER or value.fields == ("name",)):
            continue
        known = _known(value, own)
        if known is None and _reads_container(value):
            return []
        if known is not None:
            read.setdefault(known)
    return [value for value in own if value in read]


def _reads_container(value: ir.Value) -> bool:
    return any(path.var == _CONTAINER for path in nodes(value, ir.Path))


def _known(value: ir.Value, named: Collection[ir.Value]) -> ir.Value | None:
    """What of ``named`` holds ``value``, or the object in which it is."""
    match value:
        case ir.Coalesce(options=options):
            return ir.Coalesce(options) if ir.Coalesce(options) in named else None
        case ir.Path(var=var, fields=names):
            shorter = (ir.Path(var, names[:length]) for length in range(1, len(names) + 1))
            return next((one for one in shorter if one in named), None)
        case _:
            return value if value in named else None


# --- naming ---------------------------------------------------------------------


def _of_the_pod(value: ir.Value) -> ir.Path:
    """The field of the pod that ``value`` is."""
    path = value.options[0] if isinstance(value, ir.Coalesce) else value
    assert isinstance(path, ir.Path)
    return path


_Named = TypeVar("_Named", bound=ir.Value)


def _called(values: Iterable[_Named], name: Callable[[_Named], str]) -> dict[_Named, str]:
    """What each of ``values`` is called: its ``name``, with a number where another one has that."""
    found: dict[_Named, str] = {}
    for value in dict.fromkeys(values):
        found[value] = numbered(name(value), found.values())
    return found


def _field(value: ir.Value) -> str:
    """What a row calls ``value``: as the field, what is the container's alone ``own…``."""
    match value:
        case ir.Path(fields=names):
            return f"own{names[-1][:1].upper()}{names[-1][1:]}"
        case ir.Coalesce(options=(ir.Path(fields=names), *_)):
            return names[-1]
        case _:
            return "annotation"


def _title(value: ir.Value) -> str:
    match value:
        case ir.Path(fields=names) | ir.Coalesce(options=(ir.Path(fields=names), *_)):
            return names[-1][:1].upper() + names[-1][1:]
        case _:
            raise TypeError(f"{value} is no field of a pod")


def _inherited(value: ir.Value) -> ir.Value | None:
    """What of the pod a container has where it has no ``value`` of its own."""
    match value:
        case ir.Coalesce(options=(_, ir.Path() as above)):
            return above
        case _:
            return None


_Node = TypeVar("_Node")


def _put(node: _Node, put: Callable[[ir.Value], ir.Value | None]) -> _Node:
    """``node`` with what ``put`` has for its values in their place."""
    new: object = node
    if isinstance(node, (ir.Path, ir.Coalesce, ir.Entry)) and (found := put(node)) is not None:
        new = found
    elif isinstance(node, tuple):
        new = tuple(_put(one, put) for one in node)
    elif is_dataclass(node) and not isinstance(node, type):
        changes = {member.name: _put(getattr(node, member.name), put) for member in fields(node)}
        new = replace(node, **changes)
    return new  # type: ignore[return-value]


def _renamed(finding: Finding, own: dict[ir.Value, str], of_pod: dict[ir.Value, str]) -> Finding:
    def put(value: ir.Value) -> ir.Value | None:
        for named, var in ((own, _CONTAINER), (of_pod, "variables")):
            known = _known(value, named)
            if known is None:
                continue
            name = f"{var}.{named[known]}"
            match value, known:
                case ir.Coalesce(field=below), _:
                    return ir.Path(name, below)
                case ir.Path(fields=whole), ir.Path(fields=above):
                    return ir.Path(name, whole[len(above) :])
                case _:
                    return ir.Path(name)
        return None

    return replace(
        finding, each=_put(finding.each, put), fails=_put(finding.fails, put), message=_put(finding.message, put)
    )


def _in_place(finding: Finding, path: ir.Path, new: ir.Path) -> Finding:
    """``finding`` with ``new`` for ``path``."""

    def put(value: ir.Value) -> ir.Value | None:
        return new if value == path else None

    return replace(finding, each=_put(finding.each, put), fails=_put(finding.fails, put))


def _mentions(finding: Finding, var: str) -> bool:
    return any(path.var == var for path in nodes((finding.each, finding.fails, finding.message), ir.Path))


# --- their texts ----------------------------------------------------------------


def _of_pod(value: ir.Value, pending: Pending) -> str:
    path = _of_the_pod(value)
    return _else(path, f"dyn({access(path)})", _unset(path, "null", pending))


def _else(path: ir.Path, value: str, unset: str) -> str:
    """``value``, which is that of ``path``, or ``unset``."""
    return f"{guards(path) if unset == 'null' else has_value(path)} ? {value} : {group(unset, ' ? ')}"


def _listed(own: dict[ir.Value, str], of_pod: dict[ir.Value, str], pending: Pending) -> str:
    """The rows: a name and the values of each container."""
    cells = [f'"name": {_CONTAINER}.name']
    cells += [f"{literal(name)}: {_of_container(value, of_pod, pending)}" for value, name in own.items()]
    return f"{CONTAINERS}.map({_CONTAINER}, {{{', '.join(cells)}}})"


def _of_container(value: ir.Value, of_pod: dict[ir.Value, str], pending: Pending) -> str:
    match value:
        case ir.Path():
            adds = next(
                (d for d in pending.defaults if d.site == "containers" and d.path == value.fields and d.add), None
            )
            if adds is not None:
                return _with_added(value, adds, pending.where)
            return _else(value, access(value), _unset(value, "null", pending))
        case ir.Coalesce(options=(ir.Path() as path, *_)):
            above = _inherited(value)
            inherited = f"variables.{of_pod[above]}" if above is not None else "null"
            return _else(path, access(path), _unset(path, inherited, pending))
        case ir.Entry(map=of, key=key):
            assert isinstance(key.value, ir.Path)
            word = f"{literal(key.prefix)} + {access(key.value)}"
            return f"{all_of(has_value(of), f'{word} in {access(of)}')} ? dyn({access(of)}[{word}]) : null"
        case _:
            raise TypeError(f"{value} is no value of a container")


def _unset(path: ir.Path, inherited: str, pending: Pending) -> str:
    """What stands for ``path`` where it is unset: what its default sets, or else what is ``inherited``."""
    site = "pod" if path.var == ir.POD else "containers"
    default = next(
        (d for d in pending.defaults if d.site == site and d.path == path.fields and d.value is not None), None
    )
    if default is None:
        return inherited
    conditions = [negation(default.unless)]
    if default.inherits:
        conditions.append(ir.Not(ir.Has(ir.Path(ir.POD, default.inherits))))
    wanted = all_of(pending.where, condition(conjunction(tuple(conditions))))
    value = f"dyn({json_text(json_value(default))})"
    return value if wanted == "true" else f"{wanted} ? {value} : {inherited}"


def _with_added(path: ir.Path, default: ir.Default, where: str) -> str:
    """The list at ``path`` and what ``default`` adds to it."""
    lists = [ir.Path(path.var, one) for one in (default.path, default.unless_in) if one]
    present = condition(ir.Or(tuple(ir.In(ir.Path("value"), one) for one in lists)))
    added = f"{literal(default.add)}.filter(value, !({present}))"
    added = added if where == "true" else f"({where} ? {added} : [])"
    return f"dyn(({has_value(path)} ? {access(path)} : []) + {added})"


# --- conditions with a name -----------------------------------------------------


def _hoisted(finding: Finding, prefix: str, variables: dict[str, str], lists: dict[str, None]) -> Finding:
    """``finding`` with each condition that has a name of its own as the list of those for which it holds."""

    def keep(called: str, text: str) -> ir.Path:
        first, *rest = called.split("_")
        name = (prefix + first.capitalize() if prefix else first) + "".join(word.capitalize() for word in rest)
        if variables.get(name) != text:
            name = numbered(name, variables)
            variables[name] = text
        lists[f"variables.{name}"] = None
        return ir.Path(f"variables.{name}")

    def hoist(node: ir.Condition) -> ir.Condition:
        match node:
            case ir.Any(var=var, items=items, where=ir.And(conditions=(ir.Equals(left=left, right=right), *rest))) if (
                node.name and left == ir.Path(var, ("name",))
            ):
                named = _chosen(var, items, ir.And(tuple(rest)), frozenset(lists))
                return ir.In(right, keep(node.name, f"{named}.map({var}, {var}.name)"))
            case ir.All() | ir.Any() if node.name and len(finding.each) > 0:
                first = finding.each[0]
                named = _chosen(first.var, first.items, node, frozenset(lists))
                return ir.In(ir.Path(first.var), keep(node.name, named))
            case ir.And(conditions=conditions):
                return ir.And(tuple(hoist(one) for one in conditions))
            case ir.Or() if (word := _asked_of_parameters(node)) is not None:
                return ir.Equals(keep(f"lists_{'_'.join(word)}", condition(node)), ir.Const(True))
            case ir.In(value=value, options=ir.Const(value=tuple() as words)) if not prefix and len(words) > _MANY:
                return ir.In(value, keep("known", literal(words)))
            case ir.Or(conditions=conditions):
                return ir.Or(tuple(hoist(one) for one in conditions))
            case ir.Not(condition=inner):
                return ir.Not(hoist(inner))
            case _:
                return node

    return replace(finding, fails=hoist(finding.fails))


def _asked_of_parameters(node: ir.Or) -> list[str] | None:
    """The words of the constant of which nothing but parameters is asked: the same of every container."""
    constants = set()
    for one in node.conditions:
        match one:
            case ir.In(value=ir.Const(value=str() as word), options=ir.Param()):
                constants.add(word)
            case ir.StartsWithAny(value=ir.Const(value=str() as word), patterns=ir.Param()):
                constants.add(word)
            case _:
                return None
    return re.findall("[a-z]+", constants.pop().lower()) if len(constants) == 1 else None


def _chosen(var: str, items: ir.Items, where: ir.Condition, known: Known) -> str:
    """The text of the list of those ``items`` for which ``where`` holds."""
    walk = walked(ir.Each(var, items), known)
    return f"{walk.listed}.filter({var}, {all_of(walk.counts, condition(where, walk.known))})"
