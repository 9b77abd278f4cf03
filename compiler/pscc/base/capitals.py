"""Capital letters as container runtimes make them of the name of a capability."""

from __future__ import annotations

_BECOME_ASCII = {"ı": "I", "ſ": "S"}
"""The letters outside of ASCII whose capitals are in it. Source: Unicode, ``UnicodeData.txt``, U+0131 and U+017F."""


def in_capitals(text: str) -> str:
    """``text`` with each letter whose capital is in ASCII as that capital; every other character stays.

    For names in ASCII it is what containerd and CRI-O do (Go's ``strings.ToUpper``), and what CEL can express.
    """
    replaced = "".join(_BECOME_ASCII.get(character, character) for character in text)
    return "".join(character.upper() if character.isascii() else character for character in replaced)
