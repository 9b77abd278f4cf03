"""What every engine takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from pscc.access import Request
from pscc.backends._base import OutputFile
from pscc.frozen import frozen

Json = dict[str, object]
Tick = Callable[[int], None]
"""Told how many more reviews are done."""


@frozen
class Review:
    """One question: may ``pod`` be created, or with ``old_pod``, may that become ``pod``?

    ``name`` is a DNS label, the name of the pod itself, and of no other pod that is asked about in the same breath.
    ``request`` says who asks, and where; None where nothing hangs on that.
    """

    name: str
    pod: Json
    old_pod: Json | None = None
    request: Request | None = None


@frozen
class Answer:
    """What an engine says of one pod.

    ``messages`` is everything that was said of it, sorted, each text once; ``denied`` whether any of that would keep the
    pod out (a warning does not). ``pod`` is the pod as the engine left it, None where the engine changes nothing.
    """

    denied: bool
    messages: tuple[str, ...] = ()
    pod: Json | None = None


class EngineError(Exception):
    """The engine gave no answers: what happened, in a line, and in ``help`` what to do about it, where that is known."""

    def __init__(self, message: str, help: str = "") -> None:
        self.help = help
        super().__init__(message)


class Engine(Protocol):
    """One engine that was found, wherever it is.

    ``changes_pods``: it sets the defaults of an output itself, so its answers hold pods. ``takes_updates``: it can be
    asked about an update. ``takes_users``: it can be told who asks. ``note`` says what of an output it leaves out and what
    was done about that, empty where it runs all.
    """

    @property
    def name(self) -> str:
        """What the engine is called: ``gator``."""
        ...

    @property
    def target(self) -> str:
        """The target whose output it runs."""
        ...

    @property
    def changes_pods(self) -> bool:
        """Whether it sets defaults."""
        ...

    @property
    def takes_updates(self) -> bool:
        """Whether it judges updates."""
        ...

    @property
    def takes_users(self) -> bool:
        """Whether it judges by who asks."""
        ...

    @property
    def note(self) -> str:
        """What it leaves out."""
        ...

    def runs(self, path: str) -> bool:
        """Whether the file ``path`` of an output has a part in its answers."""
        ...

    def version(self) -> str:
        """The engine's version, empty where it does not say. Raises `EngineError`."""
        ...

    def ask(self, files: Sequence[OutputFile], reviews: Sequence[Review], tick: Tick) -> tuple[Answer, ...]:
        """An answer for each of ``reviews``, in their order, as ``files`` have it. Raises `EngineError`."""
        ...


def chunks(reviews: Sequence[Review], size: int) -> list[Sequence[Review]]:
    """``reviews`` in pieces of at most ``size``, so that progress can be told between them."""
    return [reviews[start : start + size] for start in range(0, len(reviews), size)]


def answer(denials: Sequence[str], warnings: Sequence[str] = (), pod: Json | None = None) -> Answer:
    """The answer of an engine that said ``denials`` and ``warnings``, in any order and repeatedly."""
    return Answer(bool(denials), tuple(sorted({*denials, *warnings})), pod)
