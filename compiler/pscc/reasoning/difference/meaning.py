"""Numbers for the meanings of policies: where they are equal, verdicts and defaults are equal on every pod."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from pscc import ir
from pscc.base.source import Span
from pscc.ir.passes import Reads

_NOWHERE = Span("", 0, 0, 0, 0)


def effect(default: ir.Default) -> ir.Default:
    """``default`` without its place in the source and its wording."""
    return replace(default, span=_NOWHERE, statement="", control="")


def same_effects(some: tuple[ir.Policy, ...], others: tuple[ir.Policy, ...]) -> bool:
    """Whether the defaults of both are the same, wherever the source has them."""
    first, second = ([tuple(map(effect, p.defaults)) for p in part if p.defaults] for part in (some, others))
    return first == second


@dataclass(slots=True)
class Meanings:
    """Gives one number to two checks, policies or choices that mean the same.

    Keeps the objects, so that the number of each is computed once.
    """

    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _known: dict[int, tuple[object, int]] = field(default_factory=dict)

    def number(self, key: Hashable) -> int:
        """The number of ``key``."""
        return self._numbers.setdefault(key, len(self._numbers))

    def check(self, check: ir.Check) -> int:
        """The number of a specialised check."""
        known = self._known.get(id(check))
        if known is None:
            parts = frozenset((part.each, part.when, part.must) for part in check.requirements)
            known = self._known[id(check)] = (check, self.number(("check", parts)))
        return known[1]

    def member(self, policy: ir.Policy) -> int:
        """The number of a policy's checks and defaults, whatever its mode."""
        known = self._known.get(id(policy))
        if known is None:
            checks = frozenset(self.check(check) for check in policy.checks if check.requirements)
            key = ("member", checks, tuple(map(effect, policy.defaults)))
            known = self._known[id(policy)] = (policy, self.number(key))
        return known[1]

    def policies(self, policies: tuple[ir.Policy, ...]) -> int:
        """The number of policies that all have to accept a pod. Which policy has which check does not matter."""
        checks = frozenset((p.mode, self.check(check)) for p in policies for check in p.checks if check.requirements)
        defaults = tuple(self.member(replace(p, checks=())) for p in policies if p.defaults)
        return self.number(("policies", checks, defaults))

    def option(self, mode: ir.Mode, policies: tuple[ir.Policy, ...], reads: Reads) -> int:
        """The number of a choice between ``policies`` that judges updates of the fields in ``reads``."""
        fields = (frozenset(reads.pod), frozenset(reads.container), frozenset(reads.annotations))
        members = tuple(dict.fromkeys(map(self.member, policies)))
        return self.number(("option", mode, members, fields))
