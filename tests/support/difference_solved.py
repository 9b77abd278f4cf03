"""The search for differences and the solver, asked about the same two programs: where they contradict each other."""

from __future__ import annotations

from pscc import ir
from pscc.proving.programs.deciding import solved
from pscc.reasoning.difference.compare import compare
from pscc.reasoning.difference.difference import Difference

SECONDS = 10.0
KINDS = ("looser", "stricter", "quieter", "louder")


def controls(difference: Difference) -> dict[str, list[str]]:
    """The controls that have a witness, for each kind of difference."""
    return {kind: sorted(witness.control for witness in getattr(difference, kind)) for kind in KINDS}


def contradictions(old: ir.Program, new: ir.Program) -> list[str]:
    """The kinds of difference that one of the two has a pod for, while the other says that there is none."""
    searched, answered = compare(old, new), solved(old, new, SECONDS)
    wrong = []
    for kind in KINDS:
        by_search, by_solver = bool(getattr(searched, kind)), bool(getattr(answered, kind))
        undecided = answered.undecided if by_search else searched.undecided
        if by_search is not by_solver and not undecided:
            wrong.append(f"{kind}: the search has {controls(searched)[kind]}, the solver {controls(answered)[kind]}")
    return wrong
