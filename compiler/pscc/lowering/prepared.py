"""A program made ready for targets: who may use what, the form of each choice, the rollout. IR to IR.

A compile hands this to the targets, and ``pscc verify`` holds their outputs against it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.frozen import frozen
from pscc.diagnostics import Diagnostic
from pscc.ir.once_defaulted import observing, unset
from pscc.lowering.choice_forms import lowered
from pscc.lowering.demands import refused_beside
from pscc.lowering.rollout import (
    AS_WRITTEN,
    Rollout,
    asking_the_cluster,
    left_without_a_place,
    rolled_out,
    without_groups,
)


@frozen
class Prepared:
    """``written`` is what the program means as it is rolled out; ``made`` the same with each choice in the form that is compiled.

    In neither does a policy that only warns or audits set a default: it judges pods as if it had (`once_defaulted.observing`).
    ``source`` is the program as it came, and ``rollout`` what was done to it. ``told`` is what is said of grants that are
    left out and of the forms of choices; ``placeless`` what is said of policies that hold nowhere any more.
    """

    source: ir.Program
    rollout: Rollout
    written: ir.Program
    made: ir.Program
    told: tuple[Diagnostic, ...] = ()
    placeless: tuple[Diagnostic, ...] = ()


def prepared(program: ir.Program, rollout: Rollout = AS_WRITTEN) -> Prepared:
    """``program`` made ready. Raises `SourceError` where ``rollout`` is live and nothing is chosen."""
    granted = asking_the_cluster(program) if rollout.live else program
    granted, left_out = without_groups(granted, rollout.ignored_groups)
    formed, forms = lowered(granted)
    made = rolled_out(refused_beside(formed), rollout)
    return Prepared(
        program,
        rollout,
        observing(rolled_out(granted, rollout)),
        observing(made),
        (*left_out, *forms, *_unset(made)),
        tuple(left_without_a_place(formed, rollout)),
    )


def _unset(program: ir.Program) -> Iterator[Diagnostic]:
    """A note on each policy and choice of ``program`` that has defaults and, by its mode, changes no pod."""
    for one in unset(program):
        does = "warns" if one.mode == "warn" else "audits"
        message = f"{one.name} only {does}: its defaults are not set, and it judges pods as if they were"
        yield Diagnostic("LNG071", message, one.span, severity="note")
