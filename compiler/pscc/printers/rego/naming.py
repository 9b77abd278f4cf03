"""What a helper rule is called: after the fields that its condition is about, whatever the values of a policy are."""

from __future__ import annotations

import re

from pscc import ir
from pscc.ir.walking import nodes, walk
from pscc.printers.rego.text import snake

_MOST = 3
"""How many fields a name lists."""


def identifier(name: str) -> str:
    """``name`` as a part of the name of a rule; empty where nothing of it can be."""
    return re.sub("[^a-z0-9]+", "_", snake(name))


def subject_of(condition: ir.Condition) -> str:
    """What ``condition`` is about, as a part of the name of a rule; empty where that would say nothing.

    It is the field that all others are below, or the few fields that are read; for a walk, those of its element.
    """
    match condition:
        case ir.Any(var=var, where=where) | ir.All(var=var, where=where):
            own = [path for path in _paths(where) if path[0] == var]
            return f"{var}_{_listed(own, '_and_')}".rstrip("_")
    paths = _paths(condition)
    outermost = min(paths, key=len, default=())
    if outermost and all(path[: len(outermost)] == outermost for path in paths):
        return identifier(outermost[-1])
    return _listed(paths, "_or_") if paths else _asked_for(condition)


def _paths(condition: ir.Condition) -> list[tuple[str, ...]]:
    """The fields that ``condition`` reads, each with the variable in front; an entry counts as its map."""
    reads = (node.map if isinstance(node, ir.Entry) else node for node in nodes(condition, ir.Path, ir.Entry))
    return [(path.var, *path.fields) for path in reads if isinstance(path, ir.Path) and path.fields]


def _listed(paths: list[tuple[str, ...]], between: str) -> str:
    names = dict.fromkeys(identifier(path[-1]) for path in paths)
    return between.join(names) if len(names) <= _MOST else ""


def _asked_for(condition: ir.Condition) -> str:
    """The word of a control that ``condition`` looks for among the values of a statement."""
    words = dict.fromkeys(
        str(node.value.value)
        for node in walk(condition)
        if isinstance(node, ir.In | ir.StartsWithAny) and isinstance(node.value, ir.Const)
    )
    return identifier(next(iter(words))).strip("_") if len(words) == 1 else ""
