"""What a policy means, without where and how it is written: equal keys are equal verdicts and equal defaults on every pod."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from pscc import ir
from pscc.base.source import Span
from pscc.ir.passes import Reads

_NOWHERE = Span("", 0, 0, 0, 0)


def effect(default: ir.Default) -> ir.Default:
    """``default`` without where and how it was written."""
    return replace(default, span=_NOWHERE, statement="", control="")


def same_effects(some: tuple[ir.Policy, ...], others: tuple[ir.Policy, ...]) -> bool:
    """Whether the defaults of both are the same, wherever they are written."""
    first, second = ([tuple(map(effect, p.defaults)) for p in part if p.defaults] for part in (some, others))
    return first == second


@dataclass(slots=True)
class Meanings:
    """Numbers for meanings: two checks or policies, members of choices or not, get one number where they mean the same.

    The objects that were asked about are kept, so that each is looked into once.
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
            parts = frozenset((one.each, one.when, one.must) for one in check.requirements)
            known = self._known[id(check)] = (check, self.number(("check", parts)))
        return known[1]

    def member(self, policy: ir.Policy) -> int:
        """The number of a policy's checks and defaults, whatever its mode."""
        known = self._known.get(id(policy))
        if known is None:
            checks = frozenset(self.check(one) for one in policy.checks if one.requirements)
            key = ("member", checks, tuple(map(effect, policy.defaults)))
            known = self._known[id(policy)] = (policy, self.number(key))
        return known[1]

    def policies(self, policies: tuple[ir.Policy, ...]) -> int:
        """The number of policies every one of which counts: how their checks are spread over them does not matter."""
        checks = frozenset((p.mode, self.check(one)) for p in policies for one in p.checks if one.requirements)
        defaults = tuple(self.member(replace(p, checks=())) for p in policies if p.defaults)
        return self.number(("policies", checks, defaults))

    def option(self, mode: ir.Mode, policies: tuple[ir.Policy, ...], reads: Reads) -> int:
        """The number of a choice between ``policies`` that judges updates of what is in ``reads``."""
        looks = (frozenset(reads.pod), frozenset(reads.container), frozenset(reads.annotations))
        members = tuple(dict.fromkeys(map(self.member, policies)))
        return self.number(("option", mode, members, looks))
