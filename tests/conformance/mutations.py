"""Breaks of a policy's meaning, applied mechanically to its IR: what a slip in a control's definition would look like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from pscc import ir

KINDS = ("initContainers", "containers", "ephemeralContainers")


def of_check(check: ir.Check) -> Iterator[tuple[str, tuple[ir.Check, ...]]]:
    """(name, what is left of the check) of each break. The names depend on the check's shape alone."""
    yield "is dropped", ()
    for index, requirement in enumerate(check.requirements):
        where = requirement.name or str(index)
        others = check.requirements[:index], check.requirements[index + 1 :]
        for name, broken in _of_requirement(requirement):
            yield f"{where}: {name}", (replace(check, requirements=(*others[0], *broken, *others[1])),)
    for key, value in check.params:
        for name, changed in _of_param(value):
            params = tuple((k, changed if k == key else v) for k, v in check.params)
            yield f"{key}: {name}", (replace(check, params=params),)


def _of_requirement(requirement: ir.Requirement) -> Iterator[tuple[str, tuple[ir.Requirement, ...]]]:
    yield "is dropped", ()
    if requirement.when != ir.TRUE:
        yield "its condition is ignored", (replace(requirement, when=ir.TRUE),)
    for index, step in enumerate(requirement.each):
        if isinstance(step.items, ir.Containers):
            for kind in KINDS:
                walks = [ir.Path(ir.POD, ("spec", other)) for other in KINDS if other != kind]
                each = [_with(requirement.each, index, replace(step, items=walk)) for walk in walks]
                yield f"{kind} are not walked", tuple(replace(requirement, each=steps) for steps in each)
    for part in ("must", "when"):
        for name, broken in _of_condition(getattr(requirement, part)):
            yield f"{part}: {name}", (replace(requirement, **{part: broken}),)


def _with(each: tuple[ir.Each, ...], index: int, step: ir.Each) -> tuple[ir.Each, ...]:
    return (*each[:index], step, *each[index + 1 :])


def _of_condition(condition: ir.Condition) -> Iterator[tuple[str, ir.Condition]]:
    """Each break of one node of the condition, the others as they were."""
    for number, (node, put) in enumerate(_nodes(condition, lambda changed: changed)):
        for name, broken in _of_node(node):
            yield f"node {number} ({type(node).__name__}) {name}", put(broken)


def _nodes(node: Any, put: Any) -> Iterator[tuple[Any, Any]]:
    """Every node below (itself first), with what puts another in its place."""
    if isinstance(node, tuple) and all(is_dataclass(item) for item in node):
        for index, item in enumerate(node):
            yield from _nodes(item, lambda c, i=index: put((*node[:i], c, *node[i + 1 :])))
        return
    if not is_dataclass(node) or isinstance(node, (ir.Range, ir.HostPathPrefix)):
        return
    yield node, put
    for field in fields(node):
        yield from _nodes(getattr(node, field.name), lambda c, f=field.name: put(replace(cast(Any, node), **{f: c})))


def _of_node(node: Any) -> Iterator[tuple[str, Any]]:
    match node:
        case ir.Any(var=var, items=items, where=where):
            yield "is all", ir.All(var, items, where)
        case ir.All(var=var, items=items, where=where):
            yield "is any", ir.Any(var, items, where)
        case ir.Not(condition=inner):
            yield "is not negated", inner
        case ir.Has():
            yield "ignores unset", ir.TRUE
        case ir.Equals(left=left, right=ir.Const(value=bool() as flag)):
            yield "takes the other boolean", ir.Equals(left, ir.Const(not flag))
        case ir.Under(value=value, prefix=prefix):
            yield "wants the very path", ir.Equals(value, prefix)
            yield "is always so", ir.TRUE
        case ir.SameLevel(left=left, right=right):
            yield "wants the very text", ir.Equals(left, right)
        case ir.Coalesce(options=options, field=field) if len(options) > 1:
            yield "lacks its last option", ir.Coalesce(options[:-1], field)
            yield "lacks its first option", ir.Coalesce(options[1:], field)


def _of_param(value: ir.ParamValue) -> Iterator[tuple[str, ir.ParamValue]]:
    match value:
        case bool():
            yield "is turned round", not value
        case str():
            yield "is another", f"{value}x"
        case tuple():
            yield "lacks its first", value[1:]  # type: ignore[misc]
            if len(value) > 1:
                yield "lacks its last", value[:-1]  # type: ignore[misc]
            for name, broken in _of_element(value[0]):
                yield f"its first {name}", (broken, *value[1:])  # type: ignore[misc]


def _of_element(element: object) -> Iterator[tuple[str, object]]:
    match element:
        case ir.Range(min=low, max=high):
            yield "begins one later", ir.Range(low + 1, high)
            yield "begins one earlier", ir.Range(low - 1, high)
            yield "ends one earlier", ir.Range(low, high - 1)
            yield "ends one later", ir.Range(low, high + 1)
        case ir.HostPathPrefix(path=path, read_only=read_only):
            yield "is read-only just if it was not", ir.HostPathPrefix(path, not read_only)
        case str():
            yield "is in another case", element.swapcase()


def of_default(default: ir.Default) -> Iterator[tuple[str, tuple[ir.Default, ...]]]:
    """(name, what is left of the default) of each break."""
    yield "is dropped", ()
    if default.inherits:
        yield "ignores the pod's field", (replace(default, inherits=()),)
    if default.unless != ir.FALSE:
        yield "ignores its condition", (replace(default, unless=ir.FALSE),)
    if default.unless_in:
        yield "adds what is dropped too", (replace(default, unless_in=()),)
    if len(default.add) > 1:
        yield "lacks its first", (replace(default, add=default.add[1:]),)
    match default.value:
        case bool():
            yield "sets the other boolean", (replace(default, value=not default.value),)
        case int():
            yield "sets one more", (replace(default, value=default.value + 1),)
        case str():
            yield "sets another", (replace(default, value=f"{default.value}x"),)
