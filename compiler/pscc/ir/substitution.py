"""Puts known values in place of the fields that a condition reads, and folds away the parts that this decides.

It knows every condition of the IR. It raises `TypeError` in two cases: the condition reads an entry of a known object under a
name that only the pod has, or walks the fields of an object whose fields are not known.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import assert_never

from pscc import ir
from pscc.base.capitals import in_capitals
from pscc.base.frozen import frozen
from pscc.ir.passes import fold, with_parts


class Unset(Enum):
    """The one value for a field that is known to be unset."""

    UNSET = "unset"


UNSET = Unset.UNSET


@frozen
class Object:
    """A field that is known to be an object. ``fields`` are the names of its fields, None where they are not known.

    It is no scalar, so it is equal to nothing.
    """

    fields: tuple[str, ...] | None = None


Known = Unset | Object
Field = ir.Path | ir.Const | Known
"""The replacement of a path: the path itself where its value is not known."""
Put = Callable[[ir.Path], Field]
_Value = ir.Value | Known


def bound(condition: ir.Condition, var: str, element: object) -> ir.Condition:
    """``condition`` where the variable ``var`` is ``element``, an element of a constant list: a scalar, a range, a host path."""

    def put(path: ir.Path) -> Field:
        return _below(element, path.fields) if path.var == var else path

    return replaced(condition, put)


def _below(element: object, fields: tuple[str, ...]) -> Field:
    """The value at ``fields`` of ``element``, a constant of the IR."""
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
    """``node`` with each path that it reads replaced by ``put``. Its parameters stay."""
    match node:
        case ir.Has(value=value):
            return _is_set(value, put)
        case ir.Equals(left=left, right=right):
            first, second = _value(left, put), _value(right, put)
            if isinstance(first, Known) or isinstance(second, Known):
                return ir.FALSE
            return fold(ir.Equals(first, second))
        case ir.SameLevel(left=left, right=right):
            return fold(ir.SameLevel(_level(_value(left, put)), _level(_value(right, put))))
        case ir.In(value=value, options=options):
            new, new_options = _value(value, put), _listed(options, put)
            if isinstance(new, Known) or new_options == ir.Const(()):
                return ir.FALSE
            return fold(ir.In(new, new_options))
        case ir.InRanges(value=value, ranges=ranges):
            new = _value(value, put)
            return ir.FALSE if isinstance(new, Known) else fold(ir.InRanges(new, ranges))
        case ir.StartsWithAny(value=value, patterns=patterns):
            new = _value(value, put)
            return ir.FALSE if isinstance(new, Known) else fold(ir.StartsWithAny(new, patterns))
        case ir.Under(value=value, prefix=prefix):
            new, new_prefix = _value(value, put), _value(prefix, put)
            return ir.FALSE if isinstance(new, Known) or isinstance(new_prefix, Known) else ir.Under(new, new_prefix)
        case ir.Any(var=var, items=items, where=where, name=name):
            over, holds = _items(items, put), replaced(where, _outside(var, put))
            return ir.FALSE if over == ir.Const(()) or holds == ir.FALSE else ir.Any(var, over, holds, name)
        case ir.All(var=var, items=items, where=where, name=name):
            over, holds = _items(items, put), replaced(where, _outside(var, put))
            return ir.TRUE if over == ir.Const(()) or holds == ir.TRUE else ir.All(var, over, holds, name)
        case ir.And() | ir.Or() | ir.Not():
            return with_parts(node, lambda inner: replaced(inner, put))
        case _:
            assert_never(node)


def _outside(var: str, put: Put) -> Put:
    """``put`` inside of a walk over ``var``: a path from that variable stays."""
    return lambda path: path if path.var == var else put(path)


def _level(value: _Value) -> ir.Value:
    """An SELinux level. One that is unset, or no string, counts as empty."""
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
        case ir.Upper(value=inner):
            return _upper(put(inner))
        case ir.Const() | ir.Param():
            return value
        case _:
            assert_never(value)


def _upper(value: _Value) -> _Value:
    match value:
        case ir.Path():
            return ir.Upper(value)
        case ir.Const(value=str() as text):
            return ir.Const(in_capitals(text))
        case _:
            return UNSET


def _entry(of: ir.Path, key: ir.Concat | ir.Const | Unset, put: Put) -> _Value:
    new_map = put(of)
    if isinstance(new_map, (ir.Const, Unset)) or isinstance(key, Unset):
        return UNSET
    if isinstance(new_map, ir.Path):
        return ir.Entry(new_map, key if isinstance(key, ir.Concat) else ir.Concat("", key))
    if isinstance(key, ir.Const):
        return put(ir.Path(of.var, (*of.fields, str(key.value))))
    raise TypeError(f"the entries of {of} are not known")


def _is_set(value: ir.Value, put: Put) -> ir.Condition:
    if isinstance(value, ir.Coalesce) and not value.field:
        # an option that is known to be set is enough, wherever it stands
        options = [put(option) if isinstance(option, ir.Path) else option for option in value.options]
        if any(isinstance(option, (Object, ir.Const)) for option in options):
            return ir.TRUE
    new = _value(value, put)
    return ir.FALSE if new is UNSET else ir.TRUE if isinstance(new, Object) else fold(ir.Has(new))


def _first_set(options: tuple[ir.Path | ir.Const, ...], field: tuple[str, ...], put: Put) -> _Value:
    """The value at ``field`` below the first of ``options`` that is set. Options before the first known one stay."""
    kept: list[ir.Path | ir.Const] = []
    for option in options:
        new = option if isinstance(option, ir.Const) else put(option)
        if isinstance(new, ir.Path):
            kept.append(new)
        elif new is not UNSET:
            # this option is set, so later ones do not count
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
    """``options`` with a known value in place of its path. A value that is unset, or no list, has no elements."""
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
