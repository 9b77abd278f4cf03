"""Functions that remember their answers by the identity of what they are asked about.

`functools.cache` asks a record for its hash, which reads the whole tree below it: for a check that takes as long as the
answer. And it keeps records that nobody else has any more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import ref

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


def remembered(ask: Callable[[_Asked], _Answer]) -> Callable[[_Asked], _Answer]:
    """``ask``, which is asked once about each record. The answer is forgotten with the record.

    The answer depends on the record alone, does not hold it, and is never changed.
    """
    answers: dict[int, tuple[ref[_Asked], _Answer]] = {}

    @wraps(ask)
    def answer(asked: _Asked) -> _Answer:
        key = id(asked)
        known = answers.get(key)
        if known is None:
            known = answers[key] = (ref(asked, lambda _: answers.pop(key, None)), ask(asked))
        return known[1]

    return answer
