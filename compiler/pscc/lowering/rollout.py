"""How a program is rolled out: what it does on a finding, and where it does not look yet. IR to IR."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.diagnostics import Diagnostic, SourceError
from pscc.ir.access import NONE, Grant, Names, Scope


@frozen
class Rollout:
    """``mode`` for every policy and choice, whatever they say themselves; ``excluded``: namespaces that none of them judges.

    ``ignored_groups`` are groups to which no grant counts, which is stricter: those whose members make no pods.
    With ``live``, the cluster is asked who may use which policy of a choice.
    """

    mode: ir.Mode | None = None
    excluded: Names = NONE
    ignored_groups: tuple[str, ...] = ()
    live: bool = False


AS_WRITTEN = Rollout()


def rolled_out(program: ir.Program, rollout: Rollout) -> ir.Program:
    """``program`` so."""
    return ir.Program(
        tuple(replace(p, mode=rollout.mode or p.mode, scope=_less(p.scope, rollout)) for p in program.policies),
        tuple(replace(c, mode=rollout.mode or c.mode, scope=_less(c.scope, rollout)) for c in program.choices),
    )


def left_without_a_place(program: ir.Program, rollout: Rollout) -> Iterator[Diagnostic]:
    """A warning for each policy and choice of ``program`` that holds nowhere any more when it is rolled out so."""
    for one in program.policies_and_choices:
        if _less(one.scope, rollout).nowhere and not one.scope.nowhere:
            message = f"--exclude-namespace takes out every namespace of {one.name}: it holds nowhere"
            help = "leave its namespaces in, or leave it out of the sources"
            yield Diagnostic("LNG067", message, one.span, severity="warning", help=help)


def asking_the_cluster(program: ir.Program) -> ir.Program:
    """``program`` with every choice live. Raises `SourceError` where nothing in it is chosen."""
    if not program.choices:
        message = "nothing is chosen here, so there is nothing to ask the cluster about: each policy binds every pod"
        span = program.policies[0].span if program.policies else None
        raise SourceError((Diagnostic("SET022", message, span, help="leave `--rbac live` out, or write a `choose`"),))
    return replace(program, choices=tuple(replace(choice, live=True) for choice in program.choices))


def without_groups(program: ir.Program, groups: tuple[str, ...]) -> tuple[ir.Program, tuple[Diagnostic, ...]]:
    """``program`` with grants to ``groups`` left out, and a warning for each group that had some."""
    told = []
    for group in groups:
        found = [g for c in program.choices for g in c.grants if group in g.subjects.groups.exact]
        if found:
            message = f"what {len(found)} grant{'s' if len(found) > 1 else ''} to the group {group} allow is left out"
            help = "pods that its members make themselves are judged as anybody's, which is stricter"
            told.append(Diagnostic("SET021", message, found[0].span, severity="warning", help=help))
    choices = tuple(replace(c, grants=tuple(_without(c.grants, groups))) for c in program.choices)
    return replace(program, choices=choices), tuple(told)


def _without(grants: tuple[Grant, ...], groups: tuple[str, ...]) -> Iterator[Grant]:
    for grant in grants:
        who = grant.subjects
        kept = replace(who.groups, exact=tuple(name for name in who.groups.exact if name not in groups))
        if who.everyone or kept or who.users or who.service_accounts:
            yield replace(grant, subjects=replace(who, groups=kept))


def _less(scope: Scope, rollout: Rollout) -> Scope:
    before, more = scope.except_namespaces, rollout.excluded
    exact = tuple(dict.fromkeys((*before.exact, *more.exact)))
    return replace(scope, except_namespaces=Names(exact, tuple(dict.fromkeys((*before.prefixes, *more.prefixes)))))
