"""Breaks a long line of Rego as ``opa fmt`` leaves it: the elements of its last list on lines of their own."""

from __future__ import annotations

from itertools import pairwise

WIDTH = 100
_CLOSES = {")": "(", "]": "[", "}": "{"}


def broken(line: str, indent: int) -> str:
    """``line`` indented by ``indent`` tabs. If it is too long, the elements of its last list are on lines of their own."""
    pad = "\t" * indent
    if len(line) + 4 * indent <= WIDTH or "\n" in line:
        return pad + line
    last_list = _last_list(line)
    if last_list is None:
        return pad + line
    start, end, elements = last_list
    element_lines = "".join(f"{pad}\t{element},\n" for element in elements)
    return f"{pad}{line[:start]}\n{element_lines}{pad}{line[end:]}"


def _last_list(line: str) -> tuple[int, int, list[str]] | None:
    """The last outermost list: where its elements begin and end, and the elements; None where the line has none.

    Only closing parentheses may stand behind it: ``f(x, [a, b])`` has one, ``f([a, b], x)`` has not.
    """
    commas: list[list[int]] = []
    opened: list[tuple[str, int]] = []
    last: tuple[int, int, list[int]] | None = None
    quoted = False
    at = 0
    while at < len(line):
        character = line[at]
        if quoted:
            at += character == "\\"
            quoted = character != '"'
        elif character == '"':
            quoted = True
        elif character in _CLOSES.values():
            opened.append((character, at))
            commas.append([])
        elif character in _CLOSES:
            bracket, start = opened.pop()
            own_commas = commas.pop()
            if bracket == "[" and start + 1 < at and not line[at + 1 :].strip(")"):
                last = (start + 1, at, own_commas)
        elif character == "," and opened:
            commas[-1].append(at)
        at += 1
    if last is None:
        return None
    start, end, own_commas = last
    edges = [start - 1, *own_commas, end]
    return start, end, [line[a + 1 : b].strip() for a, b in pairwise(edges)]
