"""Work on several processors: `map`, in whose place it can be used, in as many processes as somebody asks for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

_Given = TypeVar("_Given")
_Got = TypeVar("_Got")
_AHEAD = 4
"""How many pieces of work wait for each process."""


class Mapping(Protocol):
    """What calls a function with each of some values, and gives the results in order."""

    def __call__(self, function: Callable[[_Given], _Got], values: Iterable[_Given], /) -> Iterable[_Got]: ...


@contextmanager
def working(jobs: int, start: Callable[[], None] | None = None) -> Iterator[Mapping]:
    """`map` for one of ``jobs``; else what does the same in that many processes, and takes no more values than they need.

    ``start`` makes a process ready for the work.
    """
    if jobs == 1:
        if start is not None:
            start()
        yield map
        return
    with ProcessPoolExecutor(jobs, initializer=start) as pool:

        def mapped(function: Callable[[_Given], _Got], values: Iterable[_Given]) -> Iterator[_Got]:
            waiting: deque[Future[_Got]] = deque()
            for value in values:
                waiting.append(pool.submit(function, value))
                if len(waiting) > _AHEAD * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

        try:
            yield mapped
        finally:
            pool.shutdown(cancel_futures=True)
