"""Walks trees of the IR: the nodes inside of a node, and a node with some of them replaced.

A tree is a record of the IR, or of a printer around it, whose fields are records, tuples and constants; or a tuple or
list of trees. Lists come out as tuples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace as with_fields
from typing import TypeVar

_Node = TypeVar("_Node")
_Tree = TypeVar("_Tree")


def _fields_of(node: object) -> tuple[str, ...]:
    """The names of the fields of ``node``; none where it is no record. Every dataclass has them as its ``__match_args__``."""
    names: tuple[str, ...] = getattr(type(node), "__match_args__", ())
    return names


def children(node: object) -> tuple[object, ...]:
    """The nodes directly inside of ``node``, in order: the values of its fields, or its elements. A constant has none."""
    if isinstance(node, (tuple, list)):
        return tuple(node)
    return tuple([getattr(node, name) for name in _fields_of(node)])


def walk(node: object) -> Iterator[object]:
    """``node`` and every node inside of it, each node before those inside of it."""
    waiting = [node]
    while waiting:
        first = waiting.pop()
        yield first
        waiting.extend(reversed(children(first)))


def nodes(node: object, *kinds: type[_Node]) -> Iterator[_Node]:
    """Each node of one of ``kinds`` in ``node``, in order, but not those inside of another one of them."""
    waiting = [node]
    while waiting:
        first = waiting.pop()
        if isinstance(first, kinds):
            yield first
        elif isinstance(first, (tuple, list)):
            waiting.extend(reversed(first))
        else:
            waiting.extend([getattr(first, name) for name in reversed(_fields_of(first))])


def replace(node: _Tree, change: Callable[[object], object]) -> _Tree:
    """``node`` with each of its `children` replaced by ``change`` of it; ``node`` itself where none changes."""
    new: object
    if isinstance(node, (tuple, list)):
        new = tuple(change(child) for child in node)
        return node if all(a is b for a, b in zip(node, new, strict=True)) else new  # type: ignore[return-value]
    changes: dict[str, object] = {}
    for name in _fields_of(node):
        old = getattr(node, name)
        new = change(old)
        if new is not old:
            changes[name] = new
    return with_fields(node, **changes) if changes else node  # type: ignore[type-var]


def substitute(node: _Tree, put: Callable[[object], object | None]) -> _Tree:
    """``node`` with ``put`` of each node in its place. Where that is None the node stays, and its children are replaced."""
    new = put(node)
    if new is not None:
        return new  # type: ignore[return-value]
    return replace(node, lambda child: substitute(child, put))
