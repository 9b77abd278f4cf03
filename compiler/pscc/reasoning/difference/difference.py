"""What a comparison answers: the differences, and in one of four words how what is admitted differs."""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.reasoning.difference.changed import Change
from pscc.reasoning.difference.witness import Witness

Relation = Literal["less permissive", "more permissive", "equivalent", "incomparable", "undecided"]


@frozen
class Undecided:
    """A control for which the search was given up, and why. What is about no control has a word: ``requests``, ``defaults``."""

    control: str
    reason: str


@frozen
class Difference:
    """``looser``: what the new program admits and the old one refuses, a witness a control; ``stricter``: the other way.

    Of the pods that both admit, ``quieter`` are those of which the new program no longer warns, or reports, and
    ``louder`` the other way; ``changed`` are those which their defaults leave different. ``undecided`` names controls for
    which the search was given up; ``apart`` are requests of which no pod passes both, so that there is nothing more to compare.
    """

    looser: tuple[Witness, ...] = ()
    stricter: tuple[Witness, ...] = ()
    quieter: tuple[Witness, ...] = ()
    louder: tuple[Witness, ...] = ()
    changed: tuple[Change, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    apart: tuple[Request, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is, or may be, any."""
        return any((self.looser, self.stricter, self.quieter, self.louder, self.changed, self.undecided))

    @property
    def relation(self) -> Relation:
        """How the new program compares with the old one in what it admits; what it warns of and sets does not count."""
        if self.looser and self.stricter:
            return "incomparable"
        if self.undecided:
            return "undecided"
        if self.looser:
            return "more permissive"
        return "less permissive" if self.stricter else "equivalent"
