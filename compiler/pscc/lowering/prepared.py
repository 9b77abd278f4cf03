"""Applies a rollout to a program and picks the form of each choice. IR to IR.

`driver.compile_program` compiles the result, and ``pscc verify`` compares outputs with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.frozen import frozen
from pscc.diagnostics import Diagnostic
from pscc.ir.once_defaulted import observing, with_unset_defaults
from pscc.lowering.choice_forms import lowered
from pscc.lowering.default_checks import refused_beside
from pscc.lowering.rollout import (
    AS_WRITTEN,
    Rollout,
    asking_the_cluster,
    nowhere_left,
    require_some,
    rolled_out,
    without_groups,
)


@frozen
class Prepared:
    """A program that is ready for `legalise`, in two forms.

    - ``source`` and ``rollout`` are what `prepared` was given.
    - ``written`` is the program as it is rolled out, with every choice as the source has it. The interpreter reads this one.
    - ``formed`` is the same with each choice in the form that is compiled: plain policies, or one object. Targets print this.
    - ``diagnostics`` are about grants that are left out, the forms of choices, and defaults that a mode leaves unset.
    - ``nowhere`` has a diagnostic for each policy that holds in no namespace any more.

    In both forms a policy that only warns or audits sets no default: it judges pods as if it had (`once_defaulted.observing`).
    """

    source: ir.Program
    rollout: Rollout
    written: ir.Program
    formed: ir.Program
    diagnostics: tuple[Diagnostic, ...] = ()
    nowhere: tuple[Diagnostic, ...] = ()


def prepared(program: ir.Program, rollout: Rollout = AS_WRITTEN) -> Prepared:
    """``program`` with ``rollout`` applied and each choice in its compiled form.

    Raises `SourceError` where ``rollout`` is live and the program has no choice, and where it leaves no policy.
    """
    require_some(program, rollout.only)
    granted = asking_the_cluster(program) if rollout.live else program
    granted, left_out = without_groups(granted, rollout.ignored_groups)
    lowered_program, forms = lowered(granted, rollout.excluded)
    formed = refused_beside(rolled_out(lowered_program, rollout))
    return Prepared(
        program,
        rollout,
        observing(rolled_out(granted, rollout)),
        observing(formed),
        (*left_out, *forms, *_unset(formed)),
        tuple(nowhere_left(lowered_program, rollout)),
    )


def _unset(program: ir.Program) -> Iterator[Diagnostic]:
    """A note on each policy and choice of ``program`` that has defaults and, by its mode, changes no pod."""
    for owner in with_unset_defaults(program):
        does = "warns" if owner.mode == "warn" else "audits"
        message = f"{owner.name} only {does}: its defaults are not set, and it judges pods as if they were"
        yield Diagnostic("LNG071", message, owner.span, severity="note")
