"""Pieces of Rego, each with what it reads and calls: printers put small ones into larger ones with `rego`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pscc.base.frozen import frozen

_HOLE = re.compile(r"\$(\w+)")
_OF_LIBRARY = re.compile(r"\blib\.(\w+)")


@frozen
class Fragment:
    """An expression, a line or rules of Rego.

    ``reads`` are the variables of the rule around it whose values it needs, ``calls`` the rules of the library that it calls.
    """

    text: str
    reads: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()


EMPTY = Fragment("")


def rego(source: str, **holes: Fragment | str) -> Fragment:
    """``source`` with ``holes`` in the places of their ``$name``. It reads and calls what they do; a string does neither.

    ``source`` is Rego that is the same for every policy. It calls a rule of the library as ``lib.NAME``.
    """
    texts = {name: hole.text if isinstance(hole, Fragment) else hole for name, hole in holes.items()}
    fragments = [hole for hole in holes.values() if isinstance(hole, Fragment)]
    calls = _calls_in(source) | called_by(fragments)
    return Fragment(_HOLE.sub(lambda hole: texts[hole[1]], source), read_by(fragments), calls)


@cache
def _calls_in(source: str) -> frozenset[str]:
    """The rules of the library in ``source``, before anything of a policy is in it."""
    return frozenset(_OF_LIBRARY.findall(source))


def read_of(variable: str, text: str = "") -> Fragment:
    """``text``, which reads ``variable`` alone; the bare variable if no text is given."""
    return Fragment(text or variable, frozenset([variable]))


def listed(fragments: Iterable[Fragment]) -> Fragment:
    """``fragments`` with commas between them."""
    elements = list(fragments)
    return Fragment(", ".join(element.text for element in elements), read_by(elements), called_by(elements))


def read_by(fragments: Iterable[Fragment]) -> frozenset[str]:
    """The variables that any of ``fragments`` reads."""
    return frozenset[str]().union(*(fragment.reads for fragment in fragments))


def called_by(fragments: Iterable[Fragment]) -> frozenset[str]:
    """The rules of the library that any of ``fragments`` calls."""
    return frozenset[str]().union(*(fragment.calls for fragment in fragments))


def rules_of(text: str, body: Iterable[Fragment]) -> Fragment:
    """Rules with the ``text``, which has the lines of ``body``. What these read are variables of the rules' own."""
    return Fragment(text, calls=called_by(body))


def within(fragment: Fragment, variable: str) -> Fragment:
    """``fragment``, indented, as a line in a block that binds ``variable``, which the code around it does not see."""
    return Fragment(f"\t{fragment.text}", fragment.reads - {variable}, fragment.calls)
