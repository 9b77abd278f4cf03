"""Names that have to be unlike others in emitted code: a number behind tells them apart."""

from __future__ import annotations

from collections.abc import Container
from itertools import chain, count


def numbered(name: str, taken: Container[str], between: str = "") -> str:
    """``name``; where it is ``taken``, with ``between`` and the first number from 2 behind it that makes a free one."""
    return next(one for one in chain([name], (f"{name}{between}{number}" for number in count(2))) if one not in taken)
