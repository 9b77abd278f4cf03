"""Reads the text of a CEL expression.

The tree is typed, and has only what `evaluate` gives a meaning to; everything else is an error that names it.
Source: ``doc/langdef.md`` of the CEL specification, "Syntax", and cel-go's ``OptionalTypes``.
"""

from __future__ import annotations

import re
from functools import cache

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from pscc.proving.cel.tree import Call, Expression, Index, Listing, Literal, Mapping, Name, Operation, Select
from pscc.proving.errors import NotUnderstoodError

_GRAMMAR = r"""
?expression: either
    | either "?" either ":" expression -> conditional
?either: both
    | either "||" both -> or_
?both: relation
    | both "&&" relation -> and_
?relation: sum
    | relation (RELATION | IN) sum -> operation
?sum: product
    | sum (PLUS | MINUS) product -> operation
?product: unary
    | product TIMES unary -> operation
?unary: member
    | NOT unary -> prefix
    | MINUS unary -> prefix
?member: primary
    | member "." NAME -> select
    | member ".?" NAME -> select_optional
    | member "." NAME "(" [_items] ")" -> method
    | member "[" expression "]" -> index
    | member "[?" expression "]" -> index_optional
?primary: NAME -> name
    | NAME "(" [_items] ")" -> call
    | "(" expression ")"
    | "[" [expression ("," expression)* [","]] "]" -> listing
    | "{" [entry ("," entry)* [","]] "}" -> mapping
    | NUMBER -> number
    | STRING -> string
_items: expression ("," expression)*
entry: expression ":" expression

RELATION: "==" | "!=" | "<=" | ">=" | "<" | ">"
IN.2: /in(?![A-Za-z0-9_])/
PLUS: "+"
MINUS: "-"
TIMES: "*" | "/" | "%"
NOT: "!"
NUMBER: /[0-9]+(?![0-9A-Za-z_.])/
STRING: /"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
COMMENT: /\/\/[^\n]*/
WHITESPACE: /[ \t\r\n\f]+/
%ignore WHITESPACE
%ignore COMMENT
"""
_WORDS = {"true": True, "false": False, "null": None}
_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", '"': '"', "'": "'", "`": "`", "?": "?",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\\"'`?])|[xX]([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-3][0-7]{2})|.)"
)


@cache
def read(text: str) -> Expression:
    """The tree of the expression ``text``. Raises `NotUnderstoodError` with line and column where it is no CEL, or unknown CEL."""
    try:
        tree: Expression = _parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        where = f"line {error.line}, column {error.column}"
        line = text.splitlines()[error.line - 1].strip() if 0 < error.line <= len(text.splitlines()) else text[-40:]
        raise NotUnderstoodError(f"an expression cannot be read at {where}: `{line}`") from None
    return tree


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", start="expression", transformer=_Tree(), maybe_placeholders=False)


def _unescaped(match: re.Match[str]) -> str:
    plain, two, four, eight, octal = match.groups()
    if plain:
        return _ESCAPES[plain]
    digits = two or four or eight
    if not digits and not octal:
        raise NotUnderstoodError(f"the escape `{match[0]}` in a string is unknown")
    return chr(int(digits, 16)) if digits else chr(int(octal, 8))


@v_args(inline=True)
class _Tree(Transformer[Token, Expression]):
    """Makes nodes of what the parser finds."""

    def conditional(self, asked: Expression, then: Expression, otherwise: Expression) -> Expression:
        return Operation("?:", (asked, then, otherwise))

    def or_(self, left: Expression, right: Expression) -> Expression:
        return Operation("||", (left, right))

    def and_(self, left: Expression, right: Expression) -> Expression:
        return Operation("&&", (left, right))

    def operation(self, left: Expression, operator: Token, right: Expression) -> Expression:
        return Operation(str(operator), (left, right))

    def prefix(self, operator: Token, operand: Expression) -> Expression:
        if operator == "-" and isinstance(operand, Literal) and isinstance(operand.value, int):
            return Literal(-operand.value)
        return Operation(str(operator), (operand,))

    def select(self, of: Expression, field: Token) -> Expression:
        return Select(of, str(field))

    def select_optional(self, of: Expression, field: Token) -> Expression:
        return Select(of, str(field), optional=True)

    def method(self, of: Expression, function: Token, *arguments: Expression) -> Expression:
        return Call(str(function), arguments, of)

    def index(self, of: Expression, key: Expression) -> Expression:
        return Index(of, key)

    def index_optional(self, of: Expression, key: Expression) -> Expression:
        return Index(of, key, optional=True)

    def name(self, name: Token) -> Expression:
        return Literal(_WORDS[name]) if name in _WORDS else Name(str(name))

    def call(self, function: Token, *arguments: Expression) -> Expression:
        return Call(str(function), arguments)

    def listing(self, *items: Expression) -> Expression:
        return Listing(items)

    def mapping(self, *entries: tuple[Expression, Expression]) -> Expression:
        return Mapping(entries)

    def entry(self, key: Expression, value: Expression) -> tuple[Expression, Expression]:
        return key, value

    def number(self, digits: Token) -> Expression:
        return Literal(int(digits))

    def string(self, quoted: Token) -> Expression:
        return Literal(_ESCAPE.sub(_unescaped, quoted[1:-1]))
