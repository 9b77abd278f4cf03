"""Prints the messages of findings as CEL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from pscc import ir
from pscc.ir.refusals import Slot, Words
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import grouped
from pscc.printers.cel.matching import title
from pscc.printers.cel.reads import Known, access, parameter, read
from pscc.printers.cel.tree import EMPTY, Call, Expression, Grouped, Infix, Number, Text, infix

_NAMED = ("container", "mount", "volume")
"""What has a DNS label for a name: the API server validates it before it asks a validating policy."""
_NOT_SET = Text("not set")


def message_of(parts: tuple[ir.Part, ...], known: Known) -> Expression:
    """The message put together of ``parts``, where ``known`` holds."""
    operands: list[Expression] = []
    words = ""
    for part in parts:
        if isinstance(part, str):
            words += part
            continue
        if words:
            operands.append(literal(words))
        words = ""
        match part:
            case ir.Show(value=value, number=number):
                operands.append(grouped(_shown(value, known, number)))
            case ir.ShowParams(params=params):
                operands.append(shown_parameters(params))
            case _:
                assert_never(part)
    if words:
        operands.append(literal(words))
    return infix("+", *operands) if operands else EMPTY


def words_of(words: Words, slots: Mapping[Slot, Expression]) -> Expression:
    """``words`` with ``slots`` in their places. Texts that meet are one, but those of other words in it stay apart."""
    operands: list[Expression] = []
    for part in words.parts:
        match part:
            case Words():
                operand = words_of(part, slots)
            case Slot():
                operand = slots[part]
            case str():
                operand = Text(part)
        if operands and isinstance(operand, Text) and isinstance(before := operands[-1], Text):
            operands[-1] = Text(before.value + operand.value)
        else:
            operands.append(operand)
    return infix("+", *operands)


def shown_parameters(params: tuple[ir.Param, ...]) -> Expression:
    """The values of a statement in a message: the variable that has their text, or of a truth value that itself."""
    if params[0].kind == "bool":
        return Call("string", (parameter(params[0].name),))
    return parameter(shown_as(params))


def shown_as(params: tuple[ir.Param, ...]) -> str:
    """The name of the variable that has the text of the parameters ``params``, all of one kind, together."""
    return f"shown{'And'.join(title(param.name) for param in params)}"


def _shown(value: ir.Value, known: Known, number: bool = False) -> Expression:
    if isinstance(value, ir.Path) and value.fields == ("name",) and value.var in _NAMED:
        return access(value)
    if number:
        # Kyverno's command line reads whole numbers as doubles, which would show as 1e+06
        return read(value, known, lambda shown, _: cel("string(int($number))", number=shown), _NOT_SET)
    return read(value, known, lambda shown, _: line(shown), _NOT_SET)


def line(value: Expression, string: bool = False) -> Expression:
    """``value`` as a string, its line breaks written out; ``string`` says that it is one already."""
    match value:
        case Grouped(inside=Infix(operator="+", operands=(Text() as start, end))):
            # the constant has no line break, and a string is behind it
            return infix("+", start, line(end, string=True))
        case _:
            whole = value if string else Call("string", (value,))
            return cel(r'$text.replace("\n", "\\n").replace("\r", "\\r")', text=whole)


LONGEST = 5 * 1024
"""The bytes of the longest message. A longer one is dropped, and the validation's fixed message shown.

Source: ``MaxEvaluatedMessageExpressionSizeBytes`` in Kubernetes ``apiserver/pkg/apis/cel/config.go``.
"""


_OF_ALL = 1_200
"""The characters of all findings of a message that is too long. With ellipses and what is between, 50 findings fit."""


def each_within(longest: int, findings: Expression, joined: Expression, between: Expression) -> Expression:
    """``joined``, which is ``findings`` with ``between`` between them, if it has at most ``longest`` bytes.

    If it is longer, the beginning of each finding, so that a long finding hides no other.
    """
    share = cel("$all / $findings.size()", all=Number(_OF_ALL), findings=findings)
    begun = 'finding.size() > $share ? finding.substring(0, $share) + " …" : finding'
    return cel(
        f"bytes($joined).size() <= $longest ? $joined : $findings.map(finding, {begun}).join($between)",
        joined=joined, longest=Number(longest), findings=findings, share=share, between=between,
    )  # fmt: skip


def within(longest: int, text: Expression) -> Expression:
    """``text``, or its beginning and an ellipsis where it has more than ``longest`` bytes. A character has four at most."""
    beginning = Number(longest // 4 - 2)
    return cel(
        'bytes($text).size() <= $longest ? $text : $text.substring(0, $beginning) + " …"',
        text=text, longest=Number(longest), beginning=beginning,
    )  # fmt: skip
