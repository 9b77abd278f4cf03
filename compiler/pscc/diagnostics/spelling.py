"""Words that are nearly right: what was meant, and whether it is certain."""

from __future__ import annotations

from collections.abc import Iterable

from pscc.base.source import Span
from pscc.diagnostics import Replacement

_SHORTEST = 4
"""Letters of a word in which one wrong letter leaves no doubt about the others."""
_FAR = 3
"""Slips between a word and every other known one, for a slip to be certain."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The word among ``known`` that is nearest to ``word``, in any case, or None where none is near."""
    import difflib

    by_lower = {k.lower(): k for k in known}
    if word.lower() in by_lower:
        return by_lower[word.lower()]
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[close[0]] if close else None


def respelled(span: Span, word: str, suggestion: str | None, known: Iterable[str]) -> tuple[Replacement, ...]:
    """The fix that puts ``suggestion`` in place of ``word``, which is at ``span``; nothing where there is no suggestion."""
    return (Replacement(span, suggestion, is_slip(word, suggestion, known)),) if suggestion else ()


def is_slip(word: str, meant: str, known: Iterable[str]) -> bool:
    """Whether ``word`` can only be ``meant``: it has the same letters in another case, or it is one slip away.

    The other words of ``known`` have to be far away.
    A slip is a letter too many, one too few, another one, or two swapped (Damerau 1964).
    """
    others = {other for other in known if other != meant}
    if word.lower() == meant.lower():
        return all(other.lower() != word.lower() for other in others)
    near = len(word) >= _SHORTEST and _slips(word.lower(), meant.lower()) == 1
    return near and all(_slips(word.lower(), other.lower()) >= _FAR for other in others)


def _slips(first: str, second: str) -> int:
    """The slips between two words, up to `_FAR`."""
    if abs(len(first) - len(second)) >= _FAR:
        return _FAR
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        two_before, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
    return min(_FAR, row[-1])
