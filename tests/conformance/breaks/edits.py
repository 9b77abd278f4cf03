"""A break, and how one is made: a part of a text or a document is dropped, or another stands in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]
DROPPED = object()
"""In place of a value: there is none."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to a document.

    ``kind`` says what was done, ``about`` to what, in few words; ``on`` gives the whole afterwards, None where nothing
    is left. Of those that are ``alike``, one stands for all.
    """

    kind: str
    about: str
    alike: str
    on: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Splice:
    """A change to a text, said as that of an `Edit`: from ``start`` to ``end`` there is ``put``."""

    kind: str
    about: str
    alike: str
    start: int
    end: int
    put: str

    def on(self, text: str) -> str:
        """``text`` so."""
        return text[: self.start] + self.put + text[self.end :]


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy of ``value`` with ``new`` at ``path``; without what is there where that is `DROPPED`."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        below = {**value, step: replaced(value[step], rest, new)}
        return {k: v for k, v in below.items() if v is not DROPPED}
    below_list = [replaced(element, rest, new) if number == step else element for number, element in enumerate(value)]
    return [element for element in below_list if element is not DROPPED]


def at(value: Any, path: Path) -> Any:
    """What is at ``path`` of ``value``."""
    for step in path:
        value = value[step]
    return value


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every node of a document with its path, outer ones first."""
    if path:
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in items:
        yield from leaves(below, (*path, step))


def spelled(path: Path) -> str:
    """``a.b[0].c``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def general(path: Path) -> str:
    """The same without numbers: where others are alike."""
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def in_short(text: str, most: int = 70) -> str:
    """``text`` on one line, its middle left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 22]} … {line[-18:]}"


@cache
def nearest(name: str, others: tuple[str, ...]) -> str:
    """The one of ``others`` that is spelled most like ``name``, the likeliest slip; empty where there is none."""
    return max(others, key=lambda other: SequenceMatcher(None, other, name).ratio(), default="")
