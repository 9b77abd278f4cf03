"""Pieces of Rego, each with the variables that it reads: printers put small ones into larger ones with `rego`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pscc.base.frozen import frozen

_HOLE = re.compile(r"\$(\w+)")


@frozen
class Fragment:
    """An expression or a line of Rego. ``reads`` are the variables of the rule around it whose values it needs."""

    text: str
    reads: frozenset[str] = frozenset()


def rego(source: str, **holes: Fragment | str) -> Fragment:
    """``source`` with ``holes`` in the places of their ``$name``. It reads what they read; a string reads nothing."""
    texts = {name: hole.text if isinstance(hole, Fragment) else hole for name, hole in holes.items()}
    fragments = [hole for hole in holes.values() if isinstance(hole, Fragment)]
    return Fragment(_HOLE.sub(lambda hole: texts[hole[1]], source), read_by(fragments))


def read_of(variable: str, text: str = "") -> Fragment:
    """``text``, which reads ``variable`` alone; the bare variable if no text is given."""
    return Fragment(text or variable, frozenset([variable]))


def listed(fragments: Iterable[Fragment]) -> Fragment:
    """``fragments`` with commas between them."""
    elements = list(fragments)
    return Fragment(", ".join(element.text for element in elements), read_by(elements))


def read_by(fragments: Iterable[Fragment]) -> frozenset[str]:
    """The variables that any of ``fragments`` reads."""
    return frozenset[str]().union(*(fragment.reads for fragment in fragments))


def within(fragment: Fragment, variable: str) -> Fragment:
    """``fragment``, indented, as a line in a block that binds ``variable``, which the code around it does not see."""
    return Fragment(f"\t{fragment.text}", fragment.reads - {variable})
