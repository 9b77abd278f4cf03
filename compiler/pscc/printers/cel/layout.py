"""Breaks a long CEL expression into lines, at its outermost operators first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from pscc.printers.cel.text import (
    COLON,
    COMMA,
    Between,
    Bracket,
    Method,
    Piece,
    Pieces,
    Quote,
    Word,
    joined,
    pieces_of,
    quoted,
)
from pscc.printers.cel.tree import Expression

WIDTH = 110
_TERNARY = (" ? ", " : ")
_COMPARISONS = (" == ", " != ", " in ")


@lru_cache(maxsize=4096)
def laid_out(expression: Expression, quote: Quote = quoted) -> str:
    """``expression`` over as many lines as it needs, its strings written by ``quote``."""
    return _lines(pieces_of(expression, quote), 0)


def _lines(pieces: Pieces, indent: int) -> str:
    """``pieces`` over as many lines as they need, each indented by ``indent`` and what nests it."""
    pad = " " * indent
    text = joined(pieces)
    if indent + len(text) <= WIDTH:
        return pad + text
    if len(parts := _split(pieces, _TERNARY)) > 1:
        return _branches(parts, indent)
    for operator in (" || ", " && "):
        if len(parts := _split(pieces, (operator,))) > 1:
            operands = _guarded([operand for operand, _ in parts], Between(operator), indent)
            return f"{operator.rstrip()}\n".join(_lines(operand, indent) for operand in operands)
    if len(parts := _split(pieces, _COMPARISONS)) == 2:
        (left, _), (right, operator) = parts
        if _is_list(right[0]) and "\n" not in (whole := _lines(left, indent)):
            return f"{whole}{operator}{_lines(right, indent).lstrip()}"
        return f"{_lines(left, indent)}{operator.rstrip()}\n{_lines(right, indent)}"
    if len(parts := _split(pieces, (" + ",))) > 1:
        return _filled([operand for operand, _ in parts], indent)
    calls = _calls(pieces)
    if len(calls) > 1 and not _is_one_call(calls, indent):
        return "\n".join([_lines(calls[0], indent), *(_lines(call, indent + 2) for call in calls[1:])])
    return _opened(pieces, indent)


def _split(pieces: Pieces, operators: tuple[str, ...]) -> list[tuple[Pieces, str]]:
    """The operands of ``operators``, each with the operator before it."""
    parts: list[tuple[Pieces, str]] = []
    begun, before = 0, ""
    for at, piece in enumerate(pieces):
        if isinstance(piece, Between) and piece.text in operators:
            parts.append((pieces[begun:at], before))
            begun, before = at + 1, piece.text
    parts.append((pieces[begun:], before))
    return parts


def _is_list(piece: Piece) -> bool:
    return isinstance(piece, Bracket) and piece.before == "["


def _guarded(operands: list[Pieces], operator: Between, indent: int) -> list[Pieces]:
    """``operands`` in lines: a guard on one line with the operand that it guards, if they fit, and tests for unset together."""
    lines: list[Pieces] = []
    guarded = ""
    before: Pieces = ()
    for operand in operands:
        together = (guarded and guarded in _reads(operand)) or (_asks_for_null(before) and _asks_for_null(operand))
        if together and indent + sum(len(joined(p)) for p in (lines[-1], operand, (operator,))) <= WIDTH - 3:
            lines[-1] = (*lines[-1], operator, *operand)
        else:
            lines.append(operand)
        before = operand
        guarded = _guards(operand)
    return lines


def _asks_for_null(operand: Pieces) -> bool:
    """Whether ``operand`` tests that a field is null. In brackets, it may be an alternative beside others."""
    match operand:
        case (Bracket(inside=inside),) if len(parts := _split(inside, (" || ",))) == 2:
            return _asks_for_null(parts[0][0])
        case _:
            return _field(operand[:-2]) != "" and operand[-2:] == (Between(" == "), Word("null"))


def _guards(operand: Pieces) -> str:
    """The field that ``operand`` tests to be there, or not to be there; empty if it tests something else."""
    match operand[1:] if operand[:1] == (Word("!"),) else operand:
        case (Word(text="has"), Bracket(inside=inside)):
            return _field(inside)
        case (*read, Between(text=" == " | " != "), Word(text="null")):
            return _field(tuple(read))
        case _:
            return ""


def _field(pieces: Pieces) -> str:
    """The text of ``pieces`` where they are one field; empty where they are not."""
    return joined(pieces) if all(isinstance(piece, Word) for piece in pieces) else ""


def _reads(pieces: Pieces) -> Iterator[str]:
    """Every field, and the objects above it, that is read in ``pieces``."""
    read = ""
    for piece in pieces:
        match piece:
            case Word(text=text):
                read = read + text if text.startswith(".") else text
                yield read
            case Bracket(inside=inside):
                read = ""
                yield from _reads(inside)


def _branches(parts: list[tuple[Pieces, str]], indent: int) -> str:
    (condition, _), *branches = parts
    lines = [_lines(condition, indent)]
    lines += [f"{' ' * indent}{operator.strip()} {_lines(text, indent + 2).lstrip()}" for text, operator in branches]
    return "\n".join(lines)


def _filled(operands: list[Pieces], indent: int) -> str:
    lines = [_lines(operands[0], indent)]
    for operand in operands[1:]:
        last = lines[-1].rsplit("\n", 1)[-1]
        text = joined(operand)
        if len(last) + len(text) + 3 <= WIDTH:
            lines[-1] += f" + {text}"
        else:
            lines[-1] += " +"
            lines.append(_lines(operand, indent))
    return "\n".join(lines)


def _calls(pieces: Pieces) -> list[Pieces]:
    """What is called upon, and each call of a method on it."""
    dots = [at for at, piece in enumerate(pieces) if at and isinstance(piece, Method)]
    return [pieces[a:b] for a, b in pairwise((0, *dots, len(pieces)))]


def _is_one_call(calls: list[Pieces], indent: int) -> bool:
    """Whether there is a single call, and its head fits on the line of the value whose method it calls."""
    receiver, call = joined(calls[0]), joined(calls[1])
    if len(calls) != 2 or len(receiver) > len(call):
        return False
    return indent + len(receiver) + len(_head(calls[1])) <= WIDTH


def _head(call: Pieces) -> str:
    """The call up to what it is given: a macro's variable is in it."""
    method, given = call[0], call[1]
    assert isinstance(given, Bracket)
    return f"{method.text}{given.before}{_variable(given.inside)}"


def _variable(inside: Pieces) -> str:
    """The variable of a macro with the comma behind, which stays on the line of its bracket; empty where there is none."""
    match inside:
        case (Word(text=name), Between(text=", "), *_) if name.isidentifier():
            return f"{name},"
        case _:
            return ""


def _opened(pieces: Pieces, indent: int) -> str:
    """The longest bracket of ``pieces`` with its inside on lines of its own."""
    pad = " " * indent
    brackets = [(at, piece) for at, piece in enumerate(pieces) if isinstance(piece, Bracket)]
    if not brackets:
        return pad + joined(pieces)
    at, bracket = max(brackets, key=lambda pair: len(pair[1].text))
    items = [item for item, _ in _split(bracket.inside, (COMMA.text,))]
    head = _variable(bracket.inside)
    rest = items[1:] if head else items
    if all(map(_is_constant, rest)):
        lines = _packed([joined(item) for item in rest], indent + 2)
    else:
        lines = [_entry(item, indent + 2) + ("," if n < len(rest) else "") for n, item in enumerate(rest, 1)]
    opened, closed = joined(pieces[:at]) + bracket.before, bracket.after + joined(pieces[at + 1 :])
    return "\n".join([pad + opened + head, *lines, pad + closed])


def _is_constant(item: Pieces) -> bool:
    """Whether ``item`` is a number, a string, or a pair of numbers, which are put on one line with others."""
    match item:
        case (Word(text=text),):
            return (text.startswith('"') and "\\" not in text) or text.removeprefix("-").isdecimal()
        case (Bracket(before="[", inside=(Word(text=low), Between(), Word(text=high))),):
            return all(text.removeprefix("-").isdecimal() for text in (low, high))
        case _:
            return False


def _packed(constants: list[str], indent: int) -> list[str]:
    """As many constants on a line as fit."""
    lines = [" " * indent + constants[0]]
    for constant in constants[1:]:
        if len(lines[-1]) + len(constant) + 3 <= WIDTH:
            lines[-1] += f", {constant}"
        else:
            lines[-1] += ","
            lines.append(" " * indent + constant)
    return lines


def _entry(item: Pieces, indent: int) -> str:
    """An item of a bracket; of a map what is long stands below its key."""
    match item:
        case (Word() as key, Between() as colon, *value) if colon == COLON and _is_plain_key(key):
            if indent + len(joined(item)) > WIDTH:
                return f"{' ' * indent}{key.text}:\n{_lines(tuple(value), indent + 4)}"
    return _lines(item, indent)


def _is_plain_key(key: Word) -> bool:
    return key.text.strip('"').isalpha() and key.text.startswith('"')
