"""Prints a tree of CEL: as text on one line, and as the pieces from which `pscc.printers.cel.layout` makes lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

from pscc.base.frozen import frozen
from pscc.output.templating import json_string, printable
from pscc.printers.cel.tree import (
    Call,
    Conditional,
    Expression,
    Grouped,
    Index,
    Infix,
    Listing,
    Mapping,
    Message,
    Name,
    Not,
    Number,
    Select,
    Text,
)

Quote = Callable[[str], str]
"""How a string is written: as every reader of CEL takes it, or as an engine needs it that looks at the text first."""


def quoted(text: str) -> str:
    """``text`` as a string of CEL."""
    return printable(json_string(text))


_REWRITTEN = ("object.spec", "object.metadata", "oldObject.spec", "oldObject.metadata")
"""What Kyverno replaces in the text of a rule when it makes one for workloads. Source: ``pkg/autogen`` of Kyverno."""


def quoted_for_kyverno(text: str) -> str:
    """``text`` as a string of CEL in which Kyverno finds no variable, and nothing to rewrite for workloads."""
    string = quoted(text)
    for words in _REWRITTEN:
        string = string.replace(words, words.replace(".", "\\u002e"))
    return string.replace("{{", "{\\u007b").replace("$(", "\\u0024(")


# --- pieces -------------------------------------------------------------------


@frozen
class Between:
    """An operator, a comma or a colon, with its spaces."""

    text: str


@frozen
class Method:
    """The name of a method with the dot before it; its arguments come next."""

    text: str


@frozen
class Bracket:
    """Brackets and what is in them. ``text`` is the whole."""

    before: str
    inside: tuple[Piece, ...]
    after: str
    text: str


@frozen
class Word:
    """What has no inside: names, constants, and what stands before a bracket."""

    text: str


Piece = Word | Between | Method | Bracket
Pieces = tuple[Piece, ...]
COMMA, COLON = Between(", "), Between(": ")


def joined(pieces: Iterable[Piece]) -> str:
    """``pieces`` on one line."""
    return "".join(piece.text for piece in pieces)


def text_of(node: Expression, quote: Quote = quoted) -> str:
    """``node`` on one line."""
    return joined(pieces_of(node, quote))


_STRENGTH = {"||": 2, "&&": 3, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4, "+": 5, "-": 5, "/": 6}
"""How strongly an operator binds. A chain of one operator is one node."""
_CONDITIONAL, _UNARY, _POSTFIX, _ATOM = 1, 7, 8, 9


def _strength(node: Expression) -> int:
    match node:
        case Infix(operator=operator):
            return _STRENGTH[operator]
        case Conditional():
            return _CONDITIONAL
        case Not():
            return _UNARY
        case Number(value=value) if value < 0:
            return _UNARY
        case _:
            return _ATOM


def pieces_of(node: Expression, quote: Quote) -> Pieces:
    """``node`` in pieces, with the brackets that its operators need; ``quote`` writes its strings."""

    def inner(child: Expression, least: int = _CONDITIONAL) -> Pieces:
        pieces = pieces_of(child, quote)
        return pieces if _strength(child) >= least else (_bracket("(", pieces, ")"),)

    def listed(items: Iterable[Pieces]) -> Pieces:
        return tuple(piece for number, item in enumerate(items) for piece in ((COMMA, *item) if number else item))

    match node:
        case Name(name=name):
            return (Word(name),)
        case Text(value=value):
            return (Word(quote(value)),)
        case Number(value=value):
            return (Word(str(value)),)
        case Select(of=of, field=field):
            return (*inner(of, _POSTFIX), Word(f".{field}"))
        case Index(of=of, key=key):
            return (*inner(of, _POSTFIX), _bracket("[", inner(key), "]"))
        case Call(function=function, arguments=arguments, of=receiver):
            given = _bracket("(", listed(map(inner, arguments)), ")")
            if receiver is None:
                return Word(function), given
            return (*inner(receiver, _POSTFIX), Method(f".{function}"), given)
        case Listing(items=items):
            return (_bracket("[", listed(map(inner, items)), "]"),)
        case Mapping(entries=entries):
            return (_bracket("{", listed((*inner(key), COLON, *inner(value)) for key, value in entries), "}"),)
        case Message(name=name, fields=fields):
            pairs = listed((Word(field), COLON, *inner(value)) for field, value in fields)
            return Word(name), _bracket("{", pairs, "}")
        case Not(operand=operand):
            return (Word("!"), *inner(operand, _UNARY))
        case Infix(operator=operator, operands=operands):
            # a comparison is no operand of another, a chain none of its own operator
            least = _STRENGTH[operator] + 1
            between = Between(f" {operator} ")
            first, *rest = (inner(operand, least) for operand in operands)
            return (*first, *(piece for operand in rest for piece in (between, *operand)))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            asked, kept = inner(condition, _CONDITIONAL + 1), inner(then, _CONDITIONAL + 1)
            return (*asked, Between(" ? "), *kept, Between(" : "), *inner(otherwise))
        case Grouped(inside=inside):
            return (_bracket("(", inner(inside), ")"),)
        case _:
            assert_never(node)


def _bracket(before: str, inside: Pieces, after: str) -> Bracket:
    return Bracket(before, inside, after, f"{before}{joined(inside)}{after}")
