"""The encodings in which people have sources: UTF-8 and UTF-16, with or without a byte order mark.

PowerShell's ``>`` writes UTF-16, so what kubectl prints there is UTF-16 in a file. Without a mark, the first character decides,
which is ASCII in YAML, JSON and the policy language. Source: YAML 1.2.2, 5.2 "Character Encodings".
"""

from __future__ import annotations

import codecs
from typing import Literal

from pscc.base.frozen import frozen

Codec = Literal["utf-8", "utf-16-le", "utf-16-be"]
_MARKS: tuple[tuple[Codec, bytes], ...] = (
    ("utf-8", codecs.BOM_UTF8),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
)


@frozen
class Encoding:
    """A codec of Python, and the byte order mark that stands before the text: empty where there is none."""

    codec: Codec
    mark: bytes

    def decode(self, data: bytes, errors: Literal["strict", "replace"] = "strict") -> str:
        """The text of ``data``, without the mark. Raises `UnicodeDecodeError` where it is not in this encoding."""
        return data[len(self.mark) :].decode(self.codec, errors)

    def encode(self, text: str) -> bytes:
        """``text`` with the mark."""
        return self.mark + text.encode(self.codec)


def encoding_of(data: bytes) -> Encoding:
    """The encoding of ``data``; UTF-8 where nothing shows another."""
    for codec, mark in _MARKS:
        if data.startswith(mark):
            return Encoding(codec, mark)
    if len(data) > 1 and (data[0] == 0) != (data[1] == 0):
        return Encoding("utf-16-be" if data[0] == 0 else "utf-16-le", b"")
    return Encoding("utf-8", b"")
