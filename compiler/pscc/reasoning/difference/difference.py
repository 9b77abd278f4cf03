"""The result of a comparison: the differences, and how the two programs compare in one word."""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.reasoning.difference.changed import Change
from pscc.reasoning.difference.witness import Witness

Relation = Literal["less permissive", "more permissive", "equivalent", "incomparable", "undecided"]


@frozen
class Undecided:
    """A control for which the search was given up, and the reason.

    ``about``: whether a pod is admitted by this ``control``, for which of all requests, or what defaults leave in a pod.
    ``control`` says in a word what it is about.
    """

    control: str
    reason: str
    about: Literal["control", "requests", "defaults"] = "control"


@frozen
class Difference:
    """The differences between an old and a new program, with a witness for each control.

    - ``looser``: pods that the new program admits and the old one refuses; ``stricter``: the other way.
    - ``quieter``: pods that both admit, and of which only the old program warns or reports; ``louder``: the other way.
    - ``changed``: pods that both admit and whose defaults leave them different.
    - ``undecided``: controls for which the search was given up.
    - ``apart``: requests for which no pod passes both programs, so that there is nothing more to compare.
    - ``solved``: controls for which the search was given up, and which a solver has decided since.
    """

    looser: tuple[Witness, ...] = ()
    stricter: tuple[Witness, ...] = ()
    quieter: tuple[Witness, ...] = ()
    louder: tuple[Witness, ...] = ()
    changed: tuple[Change, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    apart: tuple[Request, ...] = ()
    solved: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is, or may be, any."""
        return any((self.looser, self.stricter, self.quieter, self.louder, self.changed, self.undecided))

    @property
    def relation(self) -> Relation:
        """How the new program compares with the old one in the pods that it admits. Warnings and defaults do not count."""
        if self.looser and self.stricter:
            return "incomparable"
        if self.undecided:
            return "undecided"
        if self.looser:
            return "more permissive"
        return "less permissive" if self.stricter else "equivalent"
