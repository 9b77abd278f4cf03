"""What a peer's suite asks: one object, and whether the peer's policy admits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Verdict = Literal["admitted", "refused"]


class NotExpressible(Exception):
    """The policy language cannot say what the peer's policy says. The text is the reason."""


class CheckoutError(Exception):
    """A checkout is not what it should be: a folder or file is missing, or a file cannot be read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An object that somebody wants to create; with ``old`` an update."""

    object: Json
    old: Json | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a peer's suite.

    ``suite`` is the file's place in the checkout without what all suites of the peer share, ``row`` the line of the table
    that counts it. ``source`` is the peer's policy in the policy language, empty where ``why_not`` says that it cannot be
    said. ``patched`` is the object as the peer's policy leaves it, None where it changes nothing.
    """

    peer: str
    suite: str
    row: str
    name: str
    asked: Asked
    expected: Verdict
    source: str = ""
    why_not: str = ""
    patched: Json | None = None

    @property
    def key(self) -> str:
        """What an override calls this case."""
        return f"{self.suite}: {self.name}"


def numbered(cases: list[Case]) -> list[Case]:
    """``cases`` with ``(2)``, ``(3)`` … behind a name that a suite uses again."""
    from collections import Counter
    from dataclasses import replace

    seen: Counter[str] = Counter()
    found = []
    for case in cases:
        seen[case.key] += 1
        count = seen[case.key]
        found.append(case if count == 1 else replace(case, name=f"{case.name} ({count})"))
    return found
