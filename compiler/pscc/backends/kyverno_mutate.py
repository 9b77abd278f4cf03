"""Kyverno mutation rules of a policy's defaults. Must not know a control.

Kyverno applies rules one after another, each to what the one before made of the pod, while each default of a policy is
about the pod as it came: a rule that reads a field comes before the one that sets it.
"""

from __future__ import annotations

import json

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.targets import jmespath
from pscc.targets.rego import comment
from pscc.templating import Code, yaml_block, yaml_quote

Fields = dict[str, object]
LISTS = (("containers", "containers"), ("initContainers", "init-containers"))
"""The lists of containers that a pod is created with, and what their rules' names end in."""


def rules(policy: ir.Policy) -> tuple[list[Fields], list[Diagnostic]]:
    """What the mutation rules of ``policy`` print as, and what Kyverno cannot set exactly."""
    found: list[Fields] = []
    told: list[Diagnostic] = []
    for default in _ordered(policy.defaults):
        try:
            found += _of(default)
        except jmespath.UnprintableError:
            effect = "pods are admitted without it" if default.grants else "pods are refused until they set it"
            message = f"Kyverno cannot set the default of `{default.control}`: {effect}"
            told.append(Diagnostic("TGT001", message, default.span, severity="note" if default.grants else "warning"))
    return found, told


def _ordered(defaults: tuple[ir.Default, ...]) -> list[ir.Default]:
    """``defaults`` with each before those that set what it reads; as they were where they read in a circle."""
    waiting = list(defaults)
    ordered: list[ir.Default] = []
    while waiting:
        free = next(
            (d for d in waiting if not any(_reads(other, d) for other in waiting if other is not d)), waiting[0]
        )
        waiting.remove(free)
        ordered.append(free)
    return ordered


def _reads(reader: ir.Default, setter: ir.Default) -> bool:
    """Whether ``reader`` looks at the field that ``setter`` sets, other than to set it itself."""
    paths = {("container", reader.unless_in), ("pod", reader.inherits), *_paths(reader.unless)}
    return ("pod" if setter.site == "pod" else "container", setter.path) in paths


def _paths(node: object) -> set[tuple[str, tuple[str, ...]]]:
    from dataclasses import fields, is_dataclass

    if isinstance(node, ir.Path):
        return {("pod" if node.var == ir.POD else "container", node.fields)}
    if isinstance(node, tuple):
        return {path for one in node for path in _paths(one)}
    return {path for f in fields(node) for path in _paths(getattr(node, f.name))} if is_dataclass(node) else set()


def _of(default: ir.Default) -> list[Fields]:
    if not jmespath.safe(_json(default)):
        raise jmespath.UnprintableError(default.control)
    name = _kebab(default.control)
    if default.site == "pod":
        return [_rule(default, name, None, jmespath.OBJECT)]
    return [_rule(default, f"{name}-{suffix}", kind, jmespath.ELEMENT) for kind, suffix in LISTS]


def _rule(default: ir.Default, name: str, kind: str | None, root: str) -> Fields:
    own = jmespath.field(root, default.path)
    conditions: list[str] = []
    value: object = _json(default)
    if default.value is None:
        spared = jmespath.field(root, default.unless_in) if default.unless_in else None
        more = jmespath.lacking(own, default.add, spared)
        conditions.append(f"length({more}) > `0`")
        value = f"{{{{ {jmespath.united(own, more)} }}}}"
    else:
        conditions.append(f"{own} == {jmespath.NULL}")
    if default.inherits:
        conditions.append(f"{jmespath.field(jmespath.OBJECT, default.inherits)} == {jmespath.NULL}")
    if default.unless != ir.FALSE:
        conditions.append(f"!({jmespath.condition(default.unless)})")
    return {
        "name": yaml_quote(name),
        "statement": Code(comment(default.statement)),
        "kind": Code(kind or ""),
        "conditions": [Code(json.dumps(f"{{{{ {one} }}}}", ensure_ascii=False)) for one in conditions],
        "patch": _patch(default.path, value, 20 if kind else 10),
    }


def _patch(path: tuple[str, ...], value: object, indent: int) -> Code:
    lines = [f"{'  ' * depth}{yaml_quote(field)}:" for depth, field in enumerate(path)]
    lines[-1] += f" {json.dumps(value, ensure_ascii=False)}"
    return yaml_block("\n".join(lines), indent)


def _json(default: ir.Default) -> object:
    value: object = list(default.add) if default.value is None else default.value
    if isinstance(value, tuple):
        pairs = {item[0]: item[1] for item in value if isinstance(item, tuple)}
        return pairs or list(value)
    return value


def _kebab(control: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else "-" if c == "." else c for c in control)
