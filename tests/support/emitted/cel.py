"""The syntax of CEL, as far as outputs use it: a tree whose nodes know where they stand in the text.

It is not the printers' own (`pscc.printers.cel`): what is wrong with a printer cannot be wrong here, too. Source:
``doc/langdef.md`` of the CEL specification, "Syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<number>\d+)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<operator>\|\||&&|[=!<>]=|[-+*/%!?:.,<>()[\]{}])
    )""",
    re.VERBOSE,
)
MACROS = frozenset(("all", "exists", "filter", "map"))
"""The methods whose first argument is a variable that the others read."""
_RELATIONS = frozenset(("==", "!=", "<", "<=", ">", ">=", "in"))


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of an expression, from ``start`` to ``end`` of its text.

    ``kind`` is ``&&``, ``||``, ``+``, ``*``, ``relation``, ``?:``, ``!``, ``-``, ``group`` (brackets around one
    expression), ``select``, ``method`` (its target first, then arguments), ``call``, ``index``, ``list``, ``map``
    (keys and values in turn), ``object``, ``name``, ``string``, ``number`` or ``word`` (``true``, ``false``, ``null``).
    ``text`` is the operator, name or literal, where there is one.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    children: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """The node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class CelError(Exception):
    """The text is not of the syntax that outputs use."""


def parsed(expression: str) -> Node:
    """The tree of ``expression``. Raises `CelError`."""
    parser = _Parser(expression)
    node = parser.expression()
    parser.ended()
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int, int]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise CelError(f"no token at {text[at : at + 40]!r}")
            self.tokens.append((match.lastgroup, match[match.lastgroup], match.start(match.lastgroup), match.end()))
            at = match.end()
        self.at = 0

    def ended(self) -> None:
        if self.at < len(self.tokens):
            raise CelError(f"something behind the expression: {self.text[self.tokens[self.at][2] :][:40]!r}")

    def peek(self) -> str:
        kind, text, _, _ = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "", 0, 0)
        return text if kind in ("operator", "name") else ""

    def take(self, wanted: str = "") -> tuple[str, str, int, int]:
        if self.at == len(self.tokens) or (wanted and self.tokens[self.at][1] != wanted):
            raise CelError(f"no {wanted or 'token'} where one is wanted, in {self.text!r}")
        self.at += 1
        return self.tokens[self.at - 1]

    def expression(self) -> Node:
        condition = self.chain("||")
        if self.peek() != "?":
            return condition
        self.take()
        then = self.chain("||")
        self.take(":")
        otherwise = self.expression()
        return Node("?:", condition.start, otherwise.end, "?:", (condition, then, otherwise))

    def chain(self, operator: str) -> Node:
        operands = [self.operand(operator)]
        while self.peek() == operator or (operator == "*" and self.peek() in ("/", "%")):
            self.take()
            operands.append(self.operand(operator))
        if len(operands) == 1:
            return operands[0]
        return Node(operator, operands[0].start, operands[-1].end, operator, tuple(operands))

    def operand(self, operator: str) -> Node:
        match operator:
            case "||":
                return self.chain("&&")
            case "&&":
                return self.relation()
            case "+":
                return self.chain("*")
            case _:
                return self.unary()

    def relation(self) -> Node:
        left = self.chain("+")
        while self.peek() in _RELATIONS:
            _, text, _, _ = self.take()
            right = self.chain("+")
            left = Node("relation", left.start, right.end, text, (left, right))
        return left

    def unary(self) -> Node:
        if self.peek() not in ("!", "-"):
            return self.member()
        _, text, start, _ = self.take()
        inner = self.unary()
        return Node(text, start, inner.end, text, (inner,))

    def member(self) -> Node:
        node = self.primary()
        while self.peek() in (".", "["):
            if self.take()[1] == "[":
                index = self.expression()
                _, _, _, end = self.take("]")
                node = Node("index", node.start, end, "", (node, index))
                continue
            _, name, _, end = self.take()
            if self.peek() != "(":
                node = Node("select", node.start, end, name, (node,))
                continue
            arguments, end = self.inside("(", ")")
            node = Node("method", node.start, end, name, (node, *arguments))
        return node

    def inside(self, opening: str, closing: str, separators: tuple[str, ...] = (",",)) -> tuple[list[Node], int]:
        """What is between the brackets, and where they end."""
        self.take(opening)
        nodes: list[Node] = []
        while self.peek() != closing:
            nodes.append(self.expression())
            if self.peek() in separators:
                self.take()
        return nodes, self.take(closing)[3]

    def primary(self) -> Node:
        match self.peek():
            case "(":
                start = self.tokens[self.at][2]
                (inner,), end = self.inside("(", ")")
                return Node("group", start, end, "", (inner,))
            case "[":
                start = self.tokens[self.at][2]
                items, end = self.inside("[", "]")
                return Node("list", start, end, "", tuple(items))
            case "{":
                start = self.tokens[self.at][2]
                items, end = self.inside("{", "}", (",", ":"))
                return Node("map", start, end, "", tuple(items))
        kind, text, start, end = self.take()
        if kind != "name":
            if kind == "operator":
                raise CelError(f"{text} where a value is wanted, in {self.text!r}")
            return Node(kind, start, end, text)
        if text in ("true", "false", "null"):
            return Node("word", start, end, text)
        if self.peek() == "(":
            arguments, end = self.inside("(", ")")
            return Node("call", start, end, text, tuple(arguments))
        if self.peek() == "{":
            fields, end = self.inside("{", "}", (",", ":"))
            return Node("object", start, end, text, tuple(fields))
        return Node("name", start, end, text)


# --- names ----------------------------------------------------------------------


def variables_read(node: Node) -> Iterator[str]:
    """The names of the policy's variables, ``NAME`` of each ``variables.NAME``, as often as they are read."""
    for inner in node.walk():
        if inner.kind == "select" and inner.children[0].kind == "name" and inner.children[0].text == "variables":
            yield inner.text


def parameters_read(node: Node) -> Iterator[str]:
    """``NAME`` of each ``variables.params.NAME``."""
    for inner in node.walk():
        if inner.kind == "select" and inner.children[0].kind == "select" and inner.children[0].text == "params":
            above = inner.children[0].children[0]
            if above.kind == "name" and above.text == "variables":
                yield inner.text


def free_names(node: Node, bound: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names that no macro around them binds: what the engine has to know."""
    if node.kind == "name" and node.text not in bound:
        yield node.text
    children = node.children
    if node.kind == "method" and node.text in MACROS:
        target, variable, *rest = children
        yield from free_names(target, bound)
        for argument in rest:
            yield from free_names(argument, bound | {variable.text})
        return
    if node.kind == "object":
        children = children[1::2]
    for child in children:
        yield from free_names(child, bound)


def idle_macros(node: Node) -> Iterator[str]:
    """The text of each macro whose variable nothing reads, but filters: these may ask about what is around them."""
    for macro in node.walk():
        if macro.kind == "method" and macro.text in MACROS and macro.text != "filter":
            variable = macro.children[1].text
            if not any(variable in free_names(argument) for argument in macro.children[2:]):
                yield f"{macro.text}({variable}, …)"
