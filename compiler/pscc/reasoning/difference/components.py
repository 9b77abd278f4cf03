"""Constraints that all have to hold, in groups that have no variable in common: each group is solved for itself, and once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pscc.reasoning.difference.domains import Variable
from pscc.reasoning.difference.fields import Place
from pscc.reasoning.difference.search import Constraint, solve

Solution = dict[Place, object] | None


@dataclass(slots=True)
class Components:
    """``constraints`` in such groups."""

    constraints: Sequence[Constraint]
    domains: Mapping[Place, Variable]
    _groups: list[list[Constraint]] = field(default_factory=list)
    _of: dict[Place, int] = field(default_factory=dict)
    _alone: dict[int, Solution] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the groups."""
        groups: dict[int, list[Constraint]] = {}
        for number, constraint in enumerate(self.constraints):
            met = {self._of[place] for place in constraint.places if place in self._of}
            group = [constraint]
            for other in met:
                group += groups.pop(other)
            groups[number] = group
            self._of.update((place, number) for place in constraint.places)
            if met:
                self._of.update((place, number) for one in group for place in one.places)
        self._groups = list(groups.values())
        self._of = {place: at for at, group in enumerate(self._groups) for one in group for place in one.places}

    def solve(self, way: tuple[Constraint, ...]) -> Solution:
        """Values under which ``way`` and all of the constraints hold; None if there are none."""
        met = {self._of[place] for one in way for place in one.places if place in self._of}
        found: dict[Place, object] = {}
        for at in range(len(self._groups)):
            if at not in met:
                alone = self._solve_alone(at)
                if alone is None:
                    return None
                found |= alone
        together = solve(way, [one for at in met for one in self._groups[at]], self.domains)
        return None if together is None else {**together, **found}

    def _solve_alone(self, at: int) -> Solution:
        if at not in self._alone:
            first, *rest = self._groups[at]
            self._alone[at] = solve((first,), rest, self.domains)
        return self._alone[at]
