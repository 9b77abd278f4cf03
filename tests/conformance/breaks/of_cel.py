"""Breaks of CEL: an operand, a guard or a branch is gone, another variable is read, some is all."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.breaks.edits import Splice, in_short, nearest
from support.emitted.cel import Node, parsed

_TEMPLATES = {"template": "object", "oldTemplate": "oldObject"}
"""The variables that stand for a pod in what is about workloads."""
_STRICTER = {">=": ">", "<=": "<", ">": ">=", "<": "<="}


def splices(text: str, declared: tuple[str, ...] = ()) -> Iterator[Splice]:
    """Each break of the expression ``text``, which may read the variables ``declared``."""
    tree = parsed(text)
    for node, above in _with_parents(tree):
        yield from _of_node(text, node, above, declared)


def _with_parents(node: Node, above: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    yield node, above
    for child in node.children:
        yield from _with_parents(child, node)


def _of_node(text: str, node: Node, above: Node | None, declared: tuple[str, ...]) -> Iterator[Splice]:
    match node.kind:
        case "&&" | "||" | "+":
            for number, child in enumerate(node.children):
                yield _without(text, node, number, f"an operand of {node.kind} is dropped", child)
        case "?:":
            _, then, otherwise = node.children
            yield _put(text, node, "the first branch is always taken", _of(text, then), node)
            yield _put(text, node, "the second branch is always taken", _of(text, otherwise), node)
        case "!":
            yield _put(text, node, "a negation is dropped", _of(text, node.children[0]), node)
        case "relation" if node.text in _STRICTER:
            at = text.index(node.text, node.children[0].end)
            about = in_short(_of(text, node))
            kind = "a bound is taken in or out"
            yield Splice(kind, about, f"{kind} {_alike(node)}", at, at + len(node.text), _STRICTER[node.text])
        case "method" if node.text in ("all", "exists"):
            yield _named(text, node, "some is all" if node.text == "exists" else "all is some", "all exists")
        case "method" if node.text == "filter":
            target = node.children[0]
            yield _put(text, node, "a filter is dropped", _of(text, target), node)
        case "method" if node.text in ("startsWith", "endsWith"):
            yield _put(text, node, "the beginning is not asked", "true", node)
        case "list" | "map":
            step = 2 if node.kind == "map" else 1
            if len(node.children) > step or (node.children and above is not None and above.text == "in"):
                for number in range(0, len(node.children), step):
                    yield _without_items(text, node, number, step)
        case "select" if node.children[0].text == "variables" and node.children[0].kind == "name":
            other = _other(node.text, declared)
            if other:
                yield _put(text, node, "another variable is read", f"variables.{other}", node, by_name=True)
        case "name" if node.text in ("object", "oldObject"):
            other = "oldObject" if node.text == "object" else "object"
            yield _put(text, node, f"{node.text} is {other}", other, node)
        case "number" if above is not None and above.kind == "relation":
            yield _put(text, node, "a number is one more", str(int(node.text) + 1), above)
        case "string" if above is not None and _is_compared(node, above):
            yield _put(text, node, "a word is another", f'{node.text[:-1]}q"', above)


def _is_compared(node: Node, above: Node) -> bool:
    """Whether a literal is held against a value, and not part of a message."""
    if above.kind in ("relation", "list") or (above.kind == "index" and above.children[1] is node):
        return node.text != '""'
    if above.kind == "map":
        return True
    return above.kind == "method" and above.text in ("startsWith", "endsWith", "indexOf", "contains", "split")


def _of(text: str, node: Node) -> str:
    return text[node.start : node.end]


def _put(text: str, node: Node, kind: str, put: str, about: Node, by_name: bool = False) -> Splice:
    if node.kind in ("?:", "!", "method", "relation") and put != "true":
        put = f"({put})"
    alike = f"{kind} {_of(text, node)}" if by_name else f"{kind} {_alike(about)}"
    return Splice(kind, in_short(_of(text, about)), alike, node.start, node.end, put)


def _without(text: str, node: Node, number: int, kind: str, child: Node) -> Splice:
    """``node`` without its operand ``number``, and without the operator beside it."""
    siblings = node.children
    start, end = (child.start, siblings[1].start) if number == 0 else (siblings[number - 1].end, child.end)
    return Splice(kind, in_short(_of(text, child)), f"{kind} {_alike(child)}", start, end, "")


def _without_items(text: str, node: Node, number: int, step: int) -> Splice:
    items = node.children
    end = items[number + step - 1].end
    if number + step < len(items):
        start, end = items[number].start, items[number + step].start
    else:
        start = items[number - 1].end if number else items[number].start
    kind = f"an element of a {node.kind} is dropped"
    about = _of(text, items[number])
    return Splice(kind, in_short(about), f"{kind} {_alike(items[number])} of {len(items)}", start, end, "")


def _named(text: str, node: Node, kind: str, names: str) -> Splice:
    """``node`` with the method of the other name."""
    at = text.index(f".{node.text}(", node.children[0].end) + 1
    other = next(method for method in names.split() if method != node.text)
    return Splice(kind, in_short(_of(text, node)), f"{kind} {_alike(node)}", at, at + len(node.text), other)


def _other(name: str, declared: tuple[str, ...]) -> str:
    """The variable that is most like ``name``: the likeliest slip."""
    return nearest(name, tuple(variable for variable in declared if variable != name))


def _alike(node: Node, depth: int = 0) -> str:
    """What breaks of the same printed form share: the node without its literals, names of fields and deeper parts."""
    match node.kind:
        case "string" | "number" | "word":
            return node.kind[0]
        case "name":
            return node.text
        case "group":
            return _alike(node.children[0], depth)
        case "select" if _is_template(node):
            return _TEMPLATES[node.text]
        case "select":
            root = node
            while root.kind == "select" and not _is_template(root):
                root = root.children[0]
            return f"{_alike(root, depth + 1)}.f"
    if depth > 2:
        return node.kind
    inside = " ".join(_alike(child, depth + 1) for child in node.children[:4])
    return f"{node.text or node.kind}({inside})"


def _is_template(node: Node) -> bool:
    return node.text in _TEMPLATES and node.children[0].text == "variables"
