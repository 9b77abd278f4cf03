"""Quotes of other languages, and characters that cannot be seen."""

from __future__ import annotations

import unicodedata

QUOTES = "'`‘’‚‛“”„‟«»"
_PAIRS = ("''", "``", "‘’", "‚‘", "‚’", "“”", "„“", "„”", "«»", "»«", "””", "’’")
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the order in which text is shown (Unicode Standard Annex 9)."""

_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""Characters that some editors show as the end of a line. Source: `str.splitlines`."""


def quoted(written: str) -> tuple[str | None, bool]:
    """``written`` with `"` in place of its quotes, and whether that is safe; None where it holds what would end the string.

    It is safe between two quotes that belong together. A `*` may be meant as a wildcard, which it is not in `"`.
    """
    inner = written.strip(QUOTES)
    if '"' in inner or "\\" in inner:
        return None, False
    return f'"{inner}"', len(written) > 1 and written[0] + written[-1] in _PAIRS and "*" not in inner


def character_name(character: str) -> str:
    """A character that cannot be shown, by its name."""
    return f"{unicodedata.name(character, 'a control character').lower()} (U+{ord(character):04X})"


def looks_the_same(hidden: str) -> bool:
    """Whether a text reads the same without the invisible characters ``hidden``, or with spaces in their place."""
    return not set(hidden) & set(_DIRECTIONS + _LINE_ENDS)
