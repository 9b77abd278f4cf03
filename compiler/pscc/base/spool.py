"""Plain values in a temporary file: as many as there are, read again and again, without room in memory for all."""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

_Value = TypeVar("_Value")


class Spool(Generic[_Value]):
    """Values of JSON's types and tuples, in the order in which they were put in.

    They are read whole, since `marshal` asks a file for each byte. What reads them puts in none until it is done.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="pscc-")  # noqa: SIM115
        self._sizes: list[int] = []

    def __len__(self) -> int:
        return len(self._sizes)

    def put(self, value: _Value) -> None:
        """Add ``value`` at the end."""
        plain: Any = value
        data = marshal.dumps(plain)
        self._file.write(data)
        self._sizes.append(len(data))

    def cut(self, count: int) -> None:
        """Take out all but the first ``count`` values."""
        del self._sizes[count:]
        self._file.truncate(sum(self._sizes))
        self._file.seek(0, 2)

    def __iter__(self) -> Iterator[_Value]:
        self._file.seek(0)
        for size in self._sizes:
            yield marshal.loads(self._file.read(size))
        self._file.seek(0, 2)
