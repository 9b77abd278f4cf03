"""What targets that set defaults need to know of them. Must not import a control, a target or a backend."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from pscc import ir

LISTS = (("containers", "containers"), ("initContainers", "init-containers"))
"""The lists of containers that a pod is created with, and what they are called within a name."""


def in_sequence(defaults: tuple[ir.Default, ...]) -> list[ir.Default]:
    """``defaults`` in an order in which one after another means what all at once mean.

    Each default is about the pod as it came, so one that reads a field comes before the one that sets it. They stay as
    they were where they read in a circle.
    """
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
    if isinstance(node, ir.Path):
        return {("pod" if node.var == ir.POD else "container", node.fields)}
    if isinstance(node, tuple):
        return {path for one in node for path in _paths(one)}
    return {path for f in fields(node) for path in _paths(getattr(node, f.name))} if is_dataclass(node) else set()


def json_value(default: ir.Default) -> object:
    """What ``default`` sets or adds, as JSON."""
    value: object = list(default.add) if default.value is None else default.value
    if isinstance(value, tuple):
        pairs = {item[0]: item[1] for item in value if isinstance(item, tuple)}
        return pairs or list(value)
    return value


def kebab(control: str) -> str:
    """A control's id as a part of the name of an object: ``capabilities.drop`` is ``capabilities-drop``."""
    return "".join(f"-{c.lower()}" if c.isupper() else "-" if c == "." else c for c in control)
