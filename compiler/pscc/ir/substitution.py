"""A condition in which some fields are known: what is known stands for the reads, and what that decides is folded away.

Total over the IR's conditions. What cannot be said of an object, an entry under a name that only the pod knows and the
fields of one of which nothing is known, raises `TypeError`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import fold, with_parts


class Unset(Enum):
    """Of a field that is known to be unset."""

    UNSET = "unset"


UNSET = Unset.UNSET


@frozen
class Object:
    """What is known of a field that is set, to an object: the names of its ``fields``, None where they are not known.

    It is no scalar, and so is equal to nothing.
    """

    fields: tuple[str, ...] | None = None


Known = Unset | Object
Field = ir.Path | ir.Const | Known
"""What stands for a path: itself where nothing is known of it."""
Put = Callable[[ir.Path], Field]
_Value = ir.Value | Known


def bound(condition: ir.Condition, var: str, element: object) -> ir.Condition:
    """``condition`` where the variable ``var`` is ``element``, one of a constant's: a scalar, a range, a host path."""

    def put(path: ir.Path) -> Field:
        return _below(element, path.fields) if path.var == var else path

    return replaced(condition, put)


def _below(element: object, fields: tuple[str, ...]) -> Field:
    """What is at ``fields`` of ``element``, a constant of the IR."""
    match element, fields:
        case str() | int(), ():
            return ir.Const(element)
        case ir.HostPathPrefix(path=path), ("pathPrefix",):
            return ir.Const(path)
        case ir.HostPathPrefix(read_only=read_only), ("readOnly",):
            return ir.Const(read_only)
        case ir.Range(min=low), ("min",):
            return ir.Const(low)
        case ir.Range(max=high), ("max",):
            return ir.Const(high)
        case ir.HostPathPrefix(), ():
            return Object(("pathPrefix", "readOnly"))
        case ir.Range(), ():
            return Object(("max", "min"))
        case _:
            return UNSET


def replaced(node: ir.Condition, put: Put) -> ir.Condition:
    """``node`` with ``put`` of each path that it reads, its parameters left as they are."""
    match node:
        case ir.Has(value=value):
            return _is_set(value, put)
        case ir.Equals(left=left, right=right):
            first, second = _value(left, put), _value(right, put)
            if isinstance(first, Known) or isinstance(second, Known):
                return ir.FALSE
            return fold(ir.Equals(first, second))
        case ir.SameLevel(left=left, right=right):
            return ir.SameLevel(_level(_value(left, put)), _level(_value(right, put)))
        case ir.In(value=value, options=options):
            new, among = _value(value, put), _listed(options, put)
            if isinstance(new, Known) or among == ir.Const(()):
                return ir.FALSE
            return fold(ir.In(new, among))
        case ir.InRanges(value=value, ranges=ranges):
            new = _value(value, put)
            return ir.FALSE if isinstance(new, Known) else fold(ir.InRanges(new, ranges))
        case ir.StartsWithAny(value=value, patterns=patterns):
            new = _value(value, put)
            return ir.FALSE if isinstance(new, Known) else fold(ir.StartsWithAny(new, patterns))
        case ir.Under(value=value, prefix=prefix):
            new, top = _value(value, put), _value(prefix, put)
            return ir.FALSE if isinstance(new, Known) or isinstance(top, Known) else ir.Under(new, top)
        case ir.Any(var=var, items=items, where=where, name=name):
            over, holds = _items(items, put), replaced(where, _but(var, put))
            return ir.FALSE if over == ir.Const(()) or holds == ir.FALSE else ir.Any(var, over, holds, name)
        case ir.All(var=var, items=items, where=where, name=name):
            over, holds = _items(items, put), replaced(where, _but(var, put))
            return ir.TRUE if over == ir.Const(()) or holds == ir.TRUE else ir.All(var, over, holds, name)
        case ir.And() | ir.Or() | ir.Not():
            return with_parts(node, lambda inner: replaced(inner, put))
        case _:
            assert_never(node)


def _but(var: str, put: Put) -> Put:
    """``put`` inside of a walk, whose own variable is another one."""
    return lambda path: path if path.var == var else put(path)


def _level(value: _Value) -> ir.Value:
    """A level; one that is unset, or no string, counts as an empty one."""
    return ir.Const("") if isinstance(value, Known) else value


# --- values and lists ---------------------------------------------------------------


def _value(value: ir.Value, put: Put) -> _Value:
    match value:
        case ir.Path():
            return put(value)
        case ir.Coalesce(options=options, field=field):
            return _first_set(options, field, put)
        case ir.Concat():
            return _joined(value, put)
        case ir.Entry(map=of, key=key):
            return _entry(of, _joined(key, put), put)
        case ir.Const() | ir.Param():
            return value
        case _:
            assert_never(value)


def _entry(of: ir.Path, key: ir.Concat | ir.Const | Unset, put: Put) -> _Value:
    within = put(of)
    if isinstance(within, (ir.Const, Unset)) or isinstance(key, Unset):
        return UNSET
    if isinstance(within, ir.Path):
        return ir.Entry(within, key if isinstance(key, ir.Concat) else ir.Concat("", key))
    if isinstance(key, ir.Const):
        return put(ir.Path(of.var, (*of.fields, str(key.value))))
    raise TypeError(f"the entries of {of} are not known")


def _is_set(value: ir.Value, put: Put) -> ir.Condition:
    if isinstance(value, ir.Coalesce) and not value.field:
        # one that is known to be set is enough, wherever it stands
        known = [put(option) if isinstance(option, ir.Path) else option for option in value.options]
        if any(isinstance(one, (Object, ir.Const)) for one in known):
            return ir.TRUE
    new = _value(value, put)
    return ir.FALSE if new is UNSET else ir.TRUE if isinstance(new, Object) else fold(ir.Has(new))


def _first_set(options: tuple[ir.Path | ir.Const, ...], field: tuple[str, ...], put: Put) -> _Value:
    """What is below the first of ``options`` that is set, in so far as that is known."""
    kept: list[ir.Path | ir.Const] = []
    for option in options:
        new = option if isinstance(option, ir.Const) else put(option)
        if isinstance(new, ir.Path):
            kept.append(new)
        elif new is not UNSET:
            # it is set, so no later option is looked at
            inner = put(ir.Path(option.var, option.fields + field)) if field and isinstance(option, ir.Path) else new
            if not kept:
                return inner
            kept += [option] if isinstance(inner, ir.Path) else [inner] if isinstance(inner, ir.Const) else []
            break
    return ir.Coalesce(tuple(kept), field) if kept else UNSET


def _joined(value: ir.Concat, put: Put) -> ir.Concat | ir.Const | Unset:
    new = _value(value.value, put)
    match new:
        case ir.Const(value=str() as tail):
            return ir.Const(f"{value.prefix}{tail}")
        case ir.Path() | ir.Coalesce():
            return ir.Concat(value.prefix, new)
        case _:
            return UNSET


def _listed(options: ir.Path | ir.Param | ir.Const, put: Put) -> ir.Path | ir.Param | ir.Const:
    """A list; what is unset, or none, has no elements."""
    if not isinstance(options, ir.Path):
        return options
    new = put(options)
    return new if isinstance(new, ir.Path) or (isinstance(new, ir.Const) and _is_list(new)) else ir.Const(())


def _is_list(constant: ir.Const) -> bool:
    return isinstance(constant.value, tuple)


def _items(items: ir.Items, put: Put) -> ir.Items:
    match items:
        case ir.Keys(path=path, without=without):
            new = put(path)
            if not isinstance(new, Object):
                return ir.Keys(new, without) if isinstance(new, ir.Path) else ir.Const(())
            if new.fields is None:
                raise TypeError(f"the fields of {path} are not known")
            return ir.Const(tuple(name for name in new.fields if name not in without))
        case ir.Path() | ir.Param() | ir.Const():
            return _listed(items, put)
        case ir.Containers():
            return items
        case _:
            assert_never(items)
