"""Claims about strings that solvers do not read as they stand: the parts of a string, and its capital letters."""

from __future__ import annotations

from pscc.proving.logic.terms import FALSE, TRUE, Term, condition, contains, in_namespace, make, not_, text


def in_parts(whole: Term, separator: str, parts: int) -> Term:
    """The string ``whole`` has as many ``parts`` between occurrences of the character ``separator``."""
    named = in_namespace(whole) if whole.op == "concat" else None
    if named is not None and named[1] == separator:
        return in_parts(named[2], separator, parts - 1) if parts > 1 else FALSE
    of, skipped = _beginning(whole)
    if parts == 1 and skipped == 0:
        return not_(contains(of, text(separator)))
    return make("parts", of, skipped, separator, parts)


def has_part(whole: Term, separator: str, part: str) -> Term:
    """``part`` is one of the parts of the string ``whole`` between occurrences of the character ``separator``."""
    if separator in part:
        return FALSE
    of, skipped = _beginning(whole)
    return make("part", of, skipped, separator, part)


def _beginning(whole: Term) -> tuple[Term, int]:
    """The string that ``whole`` is the end of, and how many characters are in front."""
    if whole.op == "tail":
        of, skipped = whole.args
        assert isinstance(skipped, int)
        return condition(of), skipped
    return whole, 0


def in_capitals_is(whole: Term, capitals: str) -> Term:
    """The string ``whole`` in capital letters (`pscc.base.capitals`) is ``capitals``."""
    return make("capitals", whole, capitals)


def in_capitals_starts(whole: Term, capitals: str) -> Term:
    """The string ``whole`` in capital letters begins with ``capitals``."""
    return TRUE if not capitals else make("capitals_start", whole, capitals)


def lowered(value: str) -> str:
    """``value`` with the capital letters of ASCII as small ones. Source: ``lowerAscii`` in cel-go ``ext/strings.go``."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in value)


def lowered_is(whole: Term, small: str) -> Term:
    """The string ``whole``, with the capital letters of ASCII as small ones, is ``small``."""
    return make("lowered", whole, small) if lowered(small) == small else FALSE
