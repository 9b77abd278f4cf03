"""A search through all combinations of the values of variables, as far as some constraint ties them together.

Complete: no answer means that there is none, unless it says that it gave up. Where a choice fails whatever comes after,
the search goes back to the last choice that has to do with it (conflict-directed backjumping).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pscc.reasoning.difference.domains import Assignment, Variable
from pscc.reasoning.difference.fields import Place

MOST_STEPS = 400_000
"""The most values that one search tries; far more than any policy of the corpus needs."""
MOST_PODS = 20_000
"""The most pods that one search asks the interpreter about, at a millisecond or two each."""


class UndecidedError(Exception):
    """The search was given up."""


@dataclass(slots=True, eq=False)
class Constraint:
    """``holds`` of the values of ``places``; answers are remembered. Two of the same ``meaning`` say the same of any pod.

    ``copies`` are the same constraint about further containers, by their number.
    """

    places: tuple[Place, ...]
    holds: Callable[[Assignment], bool]
    meaning: Hashable = None
    known: dict[Hashable, bool] = field(default_factory=dict)
    copies: dict[int, Constraint] = field(default_factory=dict)

    def check(self, chosen: Mapping[Place, int], domains: Mapping[Place, Variable]) -> bool:
        """Whether it holds where each variable has its value of that index."""
        key = tuple([chosen[place] for place in self.places])
        answer = self.known.get(key)
        if answer is None:
            answer = self.holds({place: domains[place].values[chosen[place]] for place in self.places})
            self.known[key] = answer
        return answer


def solve(
    first: Sequence[Constraint], constraints: Iterable[Constraint], domains: Mapping[Place, Variable]
) -> dict[Place, object] | None:
    """Values for all that ``first`` and what is tied to it read, under which all of that holds; None if there are none."""
    order: dict[Place, int] = {}
    ends: list[list[Constraint]] = []
    reading: dict[Place, list[Constraint]] = {}
    missing: dict[Constraint, int] = {}
    near: dict[Constraint, None] = {}
    for constraint in constraints:
        missing[constraint] = len(constraint.places)
        for one in constraint.places:
            reading.setdefault(one, []).append(constraint)

    def place(constraint: Constraint) -> None:
        for one in constraint.places:
            if one not in order:
                order[one] = len(order)
                ends.append([])
                for other in reading.get(one, ()):
                    missing[other] -= 1
                    near[other] = None
        at = max((order[one] for one in constraint.places), default=-1)
        if at >= 0:
            ends[at].append(constraint)

    for constraint in first:
        if not constraint.places and not constraint.check({}, domains):
            return None
        place(constraint)
    done: set[Constraint] = set()
    while near:
        nearest = min(near, key=missing.__getitem__)
        del near[nearest]
        if nearest not in done:
            done.add(nearest)
            place(nearest)
            near.pop(nearest, None)
    depths, fields = order, tuple(order)
    chosen: dict[Place, int] = {}
    steps = pods = 0

    def fails(constraint: Constraint) -> bool:
        nonlocal pods
        known = len(constraint.known)
        holds = constraint.check(chosen, domains)
        pods += len(constraint.known) - known
        if pods > MOST_PODS:
            raise UndecidedError
        return not holds

    def extend(depth: int) -> frozenset[int] | None:
        """None once all is chosen; else the depths of the choices that rule out every value from here on."""
        nonlocal steps
        if depth == len(fields):
            return None
        to_blame: frozenset[int] = frozenset()
        for index in range(len(domains[fields[depth]].values)):
            steps += 1
            if steps > MOST_STEPS:
                raise UndecidedError
            chosen[fields[depth]] = index
            failing = next(filter(fails, ends[depth]), None)
            if failing is not None:
                to_blame |= {depths[one] for one in failing.places}
                continue
            blamed = extend(depth + 1)
            if blamed is None:
                return None
            if depth not in blamed:
                return blamed
            to_blame |= blamed
        return to_blame - {depth}

    if extend(0) is not None:
        return None
    return {one: domains[one].values[index] for one, index in chosen.items()}
