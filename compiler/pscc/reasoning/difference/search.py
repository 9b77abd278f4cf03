"""Searches all combinations of the values of variables that constraints connect.

The search is complete: if it finds no solution, there is none. If it gives up, it raises `UndecidedError`. Where no value of a
variable is possible, it goes back to the last variable that is to blame (conflict-directed backjumping).
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
    """A condition ``holds`` on the values of ``places``. Two constraints of one ``meaning`` hold of the same pods.

    ``known`` remembers the answers. ``copies`` are the same constraint about further containers, by their number.
    """

    places: tuple[Place, ...]
    holds: Callable[[Assignment], bool]
    meaning: Hashable = None
    known: dict[Hashable, bool] = field(default_factory=dict)
    copies: dict[int, Constraint] = field(default_factory=dict)

    def check(self, chosen: Mapping[Place, int], domains: Mapping[Place, Variable]) -> bool:
        """Whether it holds if each variable has the value with its index in ``chosen``."""
        key = tuple([chosen[place] for place in self.places])
        answer = self.known.get(key)
        if answer is None:
            answer = self.holds({place: domains[place].values[chosen[place]] for place in self.places})
            self.known[key] = answer
        return answer


def solve(
    first: Sequence[Constraint], constraints: Iterable[Constraint], domains: Mapping[Place, Variable]
) -> dict[Place, object] | None:
    """Values under which ``first`` and the constraints connected with them hold; None if there are none.

    Raises `UndecidedError` where the search is given up.
    """
    order: dict[Place, int] = {}
    ends: list[list[Constraint]] = []
    reading: dict[Place, list[Constraint]] = {}
    missing: dict[Constraint, int] = {}
    connected: dict[Constraint, None] = {}
    for constraint in constraints:
        missing[constraint] = len(constraint.places)
        for place in constraint.places:
            reading.setdefault(place, []).append(constraint)

    def add(constraint: Constraint) -> None:
        """Put the variables of ``constraint`` behind those chosen so far, and check it once the last has a value."""
        for place in constraint.places:
            if place not in order:
                order[place] = len(order)
                ends.append([])
                for other in reading.get(place, ()):
                    missing[other] -= 1
                    connected[other] = None
        at = max((order[place] for place in constraint.places), default=-1)
        if at >= 0:
            ends[at].append(constraint)

    for constraint in first:
        if not constraint.places and not constraint.check({}, domains):
            return None
        add(constraint)
    done: set[Constraint] = set()
    while connected:
        nearest = min(connected, key=missing.__getitem__)
        del connected[nearest]
        if nearest not in done:
            done.add(nearest)
            add(nearest)
            connected.pop(nearest, None)
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
                to_blame |= {depths[place] for place in failing.places}
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
    return {place: domains[place].values[index] for place, index in chosen.items()}
