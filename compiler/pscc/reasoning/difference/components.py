"""Solves constraints that all have to hold in groups that share no variable: each group by itself, and once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pscc.reasoning.difference.domains import Variable
from pscc.reasoning.difference.fields import Place
from pscc.reasoning.difference.search import Constraint, solve

Solution = dict[Place, object] | None


@dataclass(slots=True)
class Components:
    """``constraints`` over the variables of ``domains``, in groups that share none."""

    constraints: Sequence[Constraint]
    domains: Mapping[Place, Variable]
    _groups: list[list[Constraint]] = field(default_factory=list)
    _group_of: dict[Place, int] = field(default_factory=dict)
    _solutions: dict[int, Solution] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the groups."""
        groups: dict[int, list[Constraint]] = {}
        for number, constraint in enumerate(self.constraints):
            joined = {self._group_of[place] for place in constraint.places if place in self._group_of}
            group = [constraint]
            for other in joined:
                group += groups.pop(other)
            groups[number] = group
            self._group_of.update((place, number) for place in constraint.places)
            if joined:
                self._group_of.update((place, number) for member in group for place in member.places)
        self._groups = list(groups.values())
        self._group_of = {
            place: at for at, group in enumerate(self._groups) for member in group for place in member.places
        }

    def solve(self, way: tuple[Constraint, ...]) -> Solution:
        """Values under which ``way`` and all of the constraints hold; None if there are none."""
        concerned = {
            self._group_of[place] for constraint in way for place in constraint.places if place in self._group_of
        }
        values: dict[Place, object] = {}
        for at in range(len(self._groups)):
            if at not in concerned:
                alone = self._solve_alone(at)
                if alone is None:
                    return None
                values |= alone
        together = solve(way, [member for at in concerned for member in self._groups[at]], self.domains)
        return None if together is None else {**together, **values}

    def _solve_alone(self, at: int) -> Solution:
        if at not in self._solutions:
            first, *others = self._groups[at]
            self._solutions[at] = solve((first,), others, self.domains)
        return self._solutions[at]
