"""CEL that is the same for every policy, written as CEL: `cel` reads it into the tree that the printers work on.

Nothing of a source is ever read here: what depends on one is put in as a tree, in the place of a ``$name``.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from pscc.printers.cel.tree import (
    Call,
    Conditional,
    Expression,
    Grouped,
    Index,
    Infix,
    Listing,
    Mapping,
    Name,
    Not,
    Number,
    Select,
    Text,
    infix,
    substitute,
)

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\d+|\$?[A-Za-z_]\w*|\|\||&&|[=!<>]=|\S)')
_RELATIONS = ("==", "!=", "<", "<=", ">", ">=", "in")


def cel(source: str, **holes: Expression) -> Expression:
    """The tree of ``source``, with ``holes`` in the places of their ``$name``. Raises `ValueError` on what is no CEL."""
    tree = _read(source)
    return substitute(tree, lambda node: _filled(node, holes)) if "$" in source else tree


def _filled(node: Expression, holes: dict[str, Expression]) -> Expression | None:
    return holes[node.name[1:]] if isinstance(node, Name) and node.name.startswith("$") else None


@lru_cache(maxsize=512)
def _read(source: str) -> Expression:
    reader = _Reader(source)
    tree = reader.expression()
    if reader.next:
        raise ValueError(f"{source!r} goes on with {reader.next!r}")
    return tree


class _Reader:
    """Reads the tokens of one expression, from left to right."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = iter(_TOKEN.findall(source))
        self.next = next(self._tokens, "")

    def _advance(self) -> str:
        taken = self.next
        self.next = next(self._tokens, "")
        return taken

    def _take(self, token: str) -> bool:
        if self.next != token:
            return False
        self._advance()
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise ValueError(f"{self._source!r} has {self.next!r} where {token!r} has to be")

    def expression(self) -> Expression:
        """An expression, as long as it goes."""
        condition = self._chain("||")
        if not self._take("?"):
            return condition
        then = self._chain("||")
        self._expect(":")
        return Conditional(condition, then, self.expression())

    def _chain(self, operator: str) -> Expression:
        inner = {"||": lambda: self._chain("&&"), "&&": self._relation}[operator]
        operands = [inner()]
        while self._take(operator):
            operands.append(inner())
        return infix(operator, *operands)

    def _relation(self) -> Expression:
        left = self._sum()
        if self.next not in _RELATIONS:
            return left
        operator = self._advance()
        return Infix(operator, (left, self._sum()))

    def _sum(self) -> Expression:
        node = self._quotient()
        while self.next in ("+", "-"):
            operator = self._advance()
            node = infix(operator, node, self._quotient())
        return node

    def _quotient(self) -> Expression:
        node = self._unary()
        while self._take("/"):
            node = Infix("/", (node, self._unary()))
        return node

    def _unary(self) -> Expression:
        return Not(self._unary()) if self._take("!") else self._postfix()

    def _postfix(self) -> Expression:
        node = self._atom()
        while True:
            if self._take("."):
                name = self._name(self._advance())
                node = Call(name, self._items(")"), node) if self._take("(") else Select(node, name)
            elif self._take("["):
                node = Index(node, self.expression())
                self._expect("]")
            else:
                return node

    def _atom(self) -> Expression:
        token = self._advance()
        if token.startswith('"'):
            return Text(json.loads(token))
        if token.isdecimal():
            return Number(int(token))
        if token == "(":
            inside = self.expression()
            self._expect(")")
            return Grouped(inside)
        if token == "[":
            return Listing(self._items("]"))
        if token == "{":
            return Mapping(self._entries())
        name = token if token.startswith("$") else self._name(token)
        return Call(name, self._items(")")) if self._take("(") else Name(name)

    def _name(self, token: str) -> str:
        if not token.isidentifier():
            raise ValueError(f"{self._source!r} has {token!r} where a name has to be")
        return token

    def _items(self, end: str) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not self._take(end):
            if items:
                self._expect(",")
            items.append(self.expression())
        return tuple(items)

    def _entries(self) -> tuple[tuple[Expression, Expression], ...]:
        entries: list[tuple[Expression, Expression]] = []
        while not self._take("}"):
            if entries:
                self._expect(",")
            key = self.expression()
            self._expect(":")
            entries.append((key, self.expression()))
        return tuple(entries)
