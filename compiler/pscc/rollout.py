"""How a program is rolled out: what it does on a finding, and where it does not look yet. IR to IR.

Must not import a target or a backend.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pscc import ir
from pscc.access import NONE, Names, Scope


@dataclass(frozen=True, slots=True)
class Rollout:
    """``mode`` for every policy and choice, whatever they say themselves; namespaces that none of them judges."""

    mode: ir.Mode | None = None
    excluded: Names = NONE


AS_WRITTEN = Rollout()


def rolled_out(program: ir.Program, rollout: Rollout) -> ir.Program:
    """``program`` so."""
    return ir.Program(
        tuple(replace(p, mode=rollout.mode or p.mode, scope=_less(p.scope, rollout)) for p in program.policies),
        tuple(replace(c, mode=rollout.mode or c.mode, scope=_less(c.scope, rollout)) for c in program.choices),
    )


def _less(scope: Scope, rollout: Rollout) -> Scope:
    before, more = scope.except_namespaces, rollout.excluded
    exact = tuple(dict.fromkeys((*before.exact, *more.exact)))
    return replace(scope, except_namespaces=Names(exact, tuple(dict.fromkeys((*before.prefixes, *more.prefixes)))))
