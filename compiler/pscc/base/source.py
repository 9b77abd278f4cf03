"""Source files, and the spans that point into their texts.

Lines and columns are 1-based; a column counts Unicode code points. Imports nothing of pscc.
"""

from __future__ import annotations

from typing import IO

from pscc.base.frozen import frozen


@frozen
class SourceFile:
    """A source that was read: its name as the user gave it (``-`` for stdin) and its decoded text."""

    name: str
    text: str


MOST_BYTES = 64 << 20
"""The size of the largest source: no policy is that long, and a device such as ``/dev/zero`` never ends."""


def read_limited(file: IO[bytes], most: int = MOST_BYTES) -> bytes:
    """The bytes of ``file``. Raises `ValueError` where they are more than ``most``."""
    data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"it is larger than {most >> 20} MiB")
    return data


@frozen
class Span:
    """A piece of a source, from (line, column) up to and excluding (end_line, end_column)."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of ``other``."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)
