"""Puts a constant in the place of a variable, anywhere in a condition, and folds away what that decides. IR to IR.

Must not import a control, a target or a backend.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from pscc import ir
from pscc.passes import fold


def with_constant(node: ir.Condition, var: str, element: object) -> ir.Condition:
    """``node`` with the constant ``element`` for the variable ``var``: a string, a `ir.HostPathPrefix` or a `ir.Range`.

    Raises `TypeError` where ``node`` reads a field that ``element`` has not.
    """
    made: ir.Condition = _put(node, var, element)
    return fold(made, {})


def _put(node: Any, var: str, element: object) -> Any:
    match node:
        case ir.Path(var=of, fields=names) if of == var:
            return _constant(element, names)
        case ir.Concat(prefix=prefix, value=inner):
            found = _put(inner, var, element)
            return ir.Const(f"{prefix}{found.value}") if isinstance(found, ir.Const) else ir.Concat(prefix, found)
        case tuple():
            return tuple(_put(one, var, element) for one in node)
        case ir.Const() | ir.Param():
            return node
        case _ if is_dataclass(node) and not isinstance(node, type):
            return replace(node, **{f.name: _put(getattr(node, f.name), var, element) for f in fields(node)})
        case _:
            return node


def _constant(element: object, names: tuple[str, ...]) -> ir.Const:
    match element, names:
        case str(), ():
            return ir.Const(element)
        case ir.HostPathPrefix(path=path), ("pathPrefix",):
            return ir.Const(path)
        case ir.HostPathPrefix(read_only=read_only), ("readOnly",):
            return ir.Const(read_only)
        case ir.Range(min=low), ("min",):
            return ir.Const(low)
        case ir.Range(max=high), ("max",):
            return ir.Const(high)
        case _:
            raise TypeError(f"no field {names} in {element!r}")
