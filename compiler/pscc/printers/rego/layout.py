"""Breaks a long line of Rego as ``opa fmt`` leaves it: the elements of its last list on lines of their own."""

from __future__ import annotations

from itertools import pairwise

WIDTH = 100
_CLOSES = {")": "(", "]": "[", "}": "{"}


def broken(line: str, indent: int) -> str:
    """``line`` behind ``indent`` tabs; where it is too long, its last list has an element a line."""
    pad = "\t" * indent
    if len(line) + 4 * indent <= WIDTH or "\n" in line:
        return pad + line
    found = _last_list(line)
    if found is None:
        return pad + line
    start, end, elements = found
    inside = "".join(f"{pad}\t{element},\n" for element in elements)
    return f"{pad}{line[:start]}\n{inside}{pad}{line[end:]}"


def _last_list(line: str) -> tuple[int, int, list[str]] | None:
    """Where the inside of the last outermost list begins and ends, and its elements; None where the line has none.

    Only closing brackets may stand behind it: ``f(x, [a, b])`` has one, ``f([a, b], x)`` has not.
    """
    commas: list[list[int]] = []
    opened: list[tuple[str, int]] = []
    best: tuple[int, int, list[int]] | None = None
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
            inside = commas.pop()
            if bracket == "[" and start + 1 < at and not line[at + 1 :].strip(")"):
                best = (start + 1, at, inside)
        elif character == "," and opened:
            commas[-1].append(at)
        at += 1
    if best is None:
        return None
    start, end, inside = best
    edges = [start - 1, *inside, end]
    return start, end, [line[a + 1 : b].strip() for a, b in pairwise(edges)]
