"""Breaks a long CEL expression into lines, at its outermost operators first. Knows brackets and strings, no meaning."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

WIDTH = 110
_TERNARY = (" ? ", " : ")
_LOGIC = ((" || ",), (" && ",))
_CALL = re.compile(r"\.\w+\((?:\w+,)?")
_CONSTANT = re.compile(r'-?\d+|"[^"\\]*"|\[-?\d+, -?\d+\]')
_KEY = re.compile(r'"[A-Za-z]+": ')
_UNSET = re.compile(r"[\w.]+ == null")
_GUARD = re.compile(r"!?has\(([\w.]+)\)|([\w.]+) [!=]= null")
_COMPARISONS = (" == ", " != ", " in ")


@lru_cache(maxsize=4096)
def laid_out(expression: str, indent: int = 0) -> str:
    """``expression`` (on one line) over as many lines as it needs, each indented by ``indent`` and what nests it."""
    pad = " " * indent
    if indent + len(expression) <= WIDTH:
        return pad + expression
    if len(parts := split(expression, _TERNARY)) > 1:
        return _branches(parts, indent)
    for operators in _LOGIC:
        if len(parts := split(expression, operators)) > 1:
            lines = [laid_out(text, indent) for text in _guarded([text for text, _ in parts], operators[0], indent)]
            return f"{operators[0].rstrip()}\n".join(lines)
    if len(parts := split(expression, _COMPARISONS)) == 2:
        (left, _), (right, operator) = parts
        if right.startswith("[") and "\n" not in (one := laid_out(left, indent)):
            return f"{one}{operator}{laid_out(right, indent).lstrip()}"
        return f"{laid_out(left, indent)}{operator.rstrip()}\n{laid_out(right, indent)}"
    if len(parts := split(expression, (" + ",))) > 1:
        return _filled([text for text, _ in parts], indent)
    calls = _calls(expression)
    if len(calls) > 1 and not _is_one_call(calls, indent):
        return "\n".join([laid_out(calls[0], indent), *(laid_out(call, indent + 2) for call in calls[1:])])
    return _opened(expression, indent)


def _guarded(operands: list[str], operator: str, indent: int) -> list[str]:
    """``operands``, each guard on one line with what it guards where that fits; and what is unset together."""
    lines: list[str] = []
    guarded = ""
    before = ""
    for operand in operands:
        together = (guarded and guarded in operand) or (_UNSET.fullmatch(before) and _UNSET.fullmatch(operand))
        if together and indent + len(lines[-1]) + len(operand) + len(operator) <= WIDTH - 3:
            lines[-1] += f"{operator}{operand}"
        else:
            lines.append(operand)
        before = operand
        found = _GUARD.fullmatch(operand)
        guarded = found[1] or found[2] if found else ""
    return lines


def _branches(parts: list[tuple[str, str]], indent: int) -> str:
    (condition, _), *branches = parts
    lines = [laid_out(condition, indent)]
    lines += [f"{' ' * indent}{operator.strip()} {laid_out(text, indent + 2).lstrip()}" for text, operator in branches]
    return "\n".join(lines)


def _filled(operands: list[str], indent: int) -> str:
    lines = [laid_out(operands[0], indent)]
    for operand in operands[1:]:
        last = lines[-1].rsplit("\n", 1)[-1]
        if len(last) + len(operand) + 3 <= WIDTH:
            lines[-1] += f" + {operand}"
        else:
            lines[-1] += " +"
            lines.append(laid_out(operand, indent))
    return "\n".join(lines)


def _calls(expression: str) -> list[str]:
    """What is called upon, and each call of a method on it."""
    dots = [
        at
        for at in _outermost(expression)
        if expression[at] == "." and re.match(r"\.[a-z][A-Za-z]*\(", expression[at:])
    ]
    return [expression[a:b] for a, b in pairwise((0, *dots, len(expression)))] if dots and dots[0] else [expression]


def _is_one_call(calls: list[str], indent: int) -> bool:
    """Whether there is a single call, whose head fits on the line of what it is called upon."""
    if len(calls) != 2 or len(calls[0]) > len(calls[1]):
        return False
    head = _CALL.match(calls[1])
    return head is not None and indent + len(calls[0]) + len(head[0]) <= WIDTH


def _opened(expression: str, indent: int) -> str:
    """The longest bracket of ``expression`` with its inside on lines of its own."""
    pad = " " * indent
    group = _longest_group(expression)
    if group is None:
        return pad + expression
    start, end = group
    items = [text for text, _ in split(expression[start:end], (", ",))]
    head = _joined_prefix(items)
    rest = items[1:] if head else items
    if all(map(_CONSTANT.fullmatch, rest)):
        lines = _packed(rest, indent + 2)
    else:
        lines = [_entry(item, indent + 2) + ("," if n < len(rest) else "") for n, item in enumerate(rest, 1)]
    return "\n".join([pad + expression[:start] + head, *lines, pad + expression[end:]])


def _packed(constants: list[str], indent: int) -> list[str]:
    """As many constants on a line as fit."""
    lines = [" " * indent + constants[0]]
    for one in constants[1:]:
        if len(lines[-1]) + len(one) + 3 <= WIDTH:
            lines[-1] += f", {one}"
        else:
            lines[-1] += ","
            lines.append(" " * indent + one)
    return lines


def _entry(item: str, indent: int) -> str:
    """An item of a bracket; of a map what is long stands below its key."""
    if indent + len(item) > WIDTH and (key := _KEY.match(item)):
        return f"{' ' * indent}{key[0].rstrip()}\n{laid_out(item[key.end() :], indent + 4)}"
    return laid_out(item, indent)


def _joined_prefix(items: list[str]) -> str:
    """The variable of a comprehension, which stays on the line of its bracket."""
    return f"{items[0]}," if len(items) > 1 and items[0].isidentifier() else ""


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[([{]|[)\]}]|[^"()[\]{}]+')


@lru_cache(maxsize=16)
def _outermost(expression: str) -> tuple[int, ...]:
    """The positions of the characters that are outside strings and brackets, the outermost brackets among them."""
    found: list[int] = []
    depth = 0
    for token in _TOKEN.finditer(expression):
        first = expression[token.start()]
        if first in ")]}":
            depth -= 1
        if depth == 0 and first != '"':
            found.extend(range(token.start(), token.end()))
        if first in "([{":
            depth += 1
    return tuple(found)


def split(expression: str, operators: tuple[str, ...]) -> list[tuple[str, str]]:
    """The operands at the outermost level, each with the operator before it."""
    parts: list[tuple[str, str]] = []
    begun, before = 0, ""
    starts = {operator[0] for operator in operators}
    for at in _outermost(expression):
        if at < begun or expression[at] not in starts:
            continue
        for operator in operators:
            if expression.startswith(operator, at):
                parts.append((expression[begun:at], before))
                begun, before = at + len(operator), operator
    parts.append((expression[begun:], before))
    return parts


def _longest_group(expression: str) -> tuple[int, int] | None:
    """Start and end of the inside of the longest outermost bracket."""
    longest: tuple[int, int] | None = None
    start = 0
    for at in _outermost(expression):
        if expression[at] in "([{":
            start = at + 1
        elif expression[at] in ")]}" and (longest is None or at - start > longest[1] - longest[0]):
            longest = (start, at)
    return longest
