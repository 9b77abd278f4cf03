"""The options of a rollout, applied to a program: modes, excluded namespaces, ignored groups. IR to IR."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from pscc import ir
from pscc.base.frozen import frozen
from pscc.diagnostics import Diagnostic, SourceError
from pscc.ir.access import NONE, Grant, Names, Scope


@frozen
class Rollout:
    """The options of a rollout, as the command line has them.

    - ``mode`` replaces the mode of every policy and choice; None leaves each as it is.
    - ``excluded`` names namespaces in which no policy holds.
    - ``ignored_groups``: grants to these groups are left out, so the output is stricter.
    - ``live``: the cluster's RBAC decides who may use which policy of a choice.
    - ``name_prefix`` stands before the name of each policy and choice, and so before the names of their objects.
    """

    mode: ir.Mode | None = None
    excluded: Names = NONE
    ignored_groups: tuple[str, ...] = ()
    live: bool = False
    name_prefix: str = ""


AS_WRITTEN = Rollout()
_Owner = TypeVar("_Owner", ir.Policy, ir.Choice)


def rolled_out(program: ir.Program, rollout: Rollout) -> ir.Program:
    """``program`` with the mode and the name prefix of ``rollout`` on each policy and choice, without the excluded namespaces."""

    def changed(owner: _Owner) -> _Owner:
        name, mode = f"{rollout.name_prefix}{owner.name}", rollout.mode or owner.mode
        return replace(owner, name=name, mode=mode, scope=_less(owner.scope, rollout))

    return ir.Program(tuple(map(changed, program.policies)), tuple(map(changed, program.choices)))


def nowhere_left(program: ir.Program, rollout: Rollout) -> Iterator[Diagnostic]:
    """A warning for each policy and choice of ``program`` that holds in no namespace once ``rollout`` is applied."""
    for owner in program.policies_and_choices:
        if _less(owner.scope, rollout).nowhere and not owner.scope.nowhere:
            message = f"--exclude-namespace takes out every namespace of {owner.name}: it holds nowhere"
            help = "leave its namespaces in, or leave it out of the sources"
            yield Diagnostic("LNG067", message, owner.span, severity="warning", help=help)


def asking_the_cluster(program: ir.Program) -> ir.Program:
    """``program`` with every choice live. Raises `SourceError` where it has no choice."""
    if not program.choices:
        message = "nothing is chosen here, so there is nothing to ask the cluster about: each policy binds every pod"
        span = program.policies[0].span if program.policies else None
        raise SourceError((Diagnostic("SET022", message, span, help="leave `--rbac live` out, or write a `choose`"),))
    return replace(program, choices=tuple(replace(choice, live=True) for choice in program.choices))


def without_groups(program: ir.Program, groups: tuple[str, ...]) -> tuple[ir.Program, tuple[Diagnostic, ...]]:
    """``program`` without the grants to ``groups``, and a warning for each group that had some."""
    warnings = []
    for group in groups:
        grants = [g for c in program.choices for g in c.grants if group in g.subjects.groups.exact]
        if grants:
            message = f"what {len(grants)} grant{'s' if len(grants) > 1 else ''} to the group {group} allow is left out"
            help = "pods that its members make themselves are judged as anybody's, which is stricter"
            warnings.append(Diagnostic("SET021", message, grants[0].span, severity="warning", help=help))
    choices = tuple(replace(c, grants=tuple(_without(c.grants, groups))) for c in program.choices)
    return replace(program, choices=choices), tuple(warnings)


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
