"""The options of a rollout, applied to a program: modes, excluded namespaces, ignored groups. IR to IR."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from pscc import ir
from pscc.base.frozen import frozen
from pscc.diagnostics import Diagnostic, SourceError
from pscc.diagnostics.spelling import did_you_mean
from pscc.ir.access import ALL, NONE, Grant, Names, Scope


@frozen
class Rollout:
    """The options of a rollout, as the command line has them.

    - ``mode`` replaces the mode of every policy and choice; None leaves each as it is.
    - ``excluded`` names namespaces in which no policy holds. With ``only`` policies hold in these alone, and what holds in
      none of them is left out.
    - ``ignored_groups``: grants to these groups are left out, so the output is stricter.
    - ``live``: the cluster's RBAC decides who may use which policy of a choice.
    - ``name_prefix`` stands before the name of each policy and choice, and so before the names of their objects.
    """

    mode: ir.Mode | None = None
    excluded: Names = NONE
    ignored_groups: tuple[str, ...] = ()
    live: bool = False
    name_prefix: str = ""
    only: Names = ALL


AS_WRITTEN = Rollout()
_Owner = TypeVar("_Owner", ir.Policy, ir.Choice)


def rolled_out(program: ir.Program, rollout: Rollout) -> ir.Program:
    """``program`` with the mode and the name prefix of ``rollout`` on each policy and choice, in its namespaces alone."""

    def changed(owner: _Owner) -> _Owner:
        name, mode = f"{rollout.name_prefix}{owner.name}", rollout.mode or owner.mode
        return replace(owner, name=name, mode=mode, scope=_less(owner.scope, rollout))

    policies = (policy for policy in program.policies if _is_in(policy, rollout.only))
    choices = (choice for choice in program.choices if _is_in(choice, rollout.only))
    return ir.Program(tuple(map(changed, policies)), tuple(map(changed, choices)))


def _is_in(owner: ir.Policy | ir.Choice, only: Names) -> bool:
    """Whether ``owner`` holds in a namespace of ``only``. One that holds nowhere by itself stays, for the warning of it."""
    return only == ALL or not replace(owner.scope, namespaces=owner.scope.namespaces.meet(only)).nowhere


def nowhere_left(program: ir.Program, rollout: Rollout) -> Iterator[Diagnostic]:
    """A warning for each policy and choice of ``program`` that holds in no namespace once ``rollout`` is applied."""
    for owner in program.policies_and_choices:
        if _is_in(owner, rollout.only) and _less(owner.scope, rollout).nowhere and not owner.scope.nowhere:
            message = f"--exclude-namespace takes out every namespace of {owner.name}: it holds nowhere"
            help = "leave its namespaces in, or leave it out of the sources"
            yield Diagnostic("LNG067", message, owner.span, severity="warning", help=help)


def require_some(program: ir.Program, only: Names) -> None:
    """Raises `SourceError` where ``program`` has no policy, and where none holds in a namespace of ``only``."""
    if not program.policies_and_choices:
        help = "write a policy that extends it, or take out the word `abstract`"
        raise SourceError(
            (Diagnostic("LNG021", "there are abstract policies alone: nothing would be in force", help=help),)
        )
    if not any(_is_in(owner, only) for owner in program.policies_and_choices):
        names = ", ".join((*only.exact, *(f"{prefix}*" for prefix in only.prefixes)))
        message = f"no policy holds in {names}: --only-namespace leaves nothing to compile"
        raise SourceError((Diagnostic("LNG067", message, help="name a namespace in which a policy holds"),))


def asking_the_cluster(program: ir.Program) -> ir.Program:
    """``program`` with every choice live. Raises `SourceError` where it has no choice."""
    if not program.choices:
        message = "nothing is chosen here, so there is nothing to ask the cluster about: each policy binds every pod"
        span = program.policies[0].span if program.policies else None
        raise SourceError((Diagnostic("SET022", message, span, help="leave `--rbac live` out, or write a `choose`"),))
    return replace(program, choices=tuple(replace(choice, live=True) for choice in program.choices))


def without_groups(program: ir.Program, groups: tuple[str, ...]) -> tuple[ir.Program, tuple[Diagnostic, ...]]:
    """``program`` without the grants to ``groups``, and the warnings: which grants are left out, and which groups have no grant.

    A grant to all groups with a prefix is left out if one of the ignored groups has that prefix. The other groups lose the
    grant as well, so the output is stricter.
    """
    grants = [grant for choice in program.choices for grant in choice.grants]
    choices = tuple(replace(c, grants=tuple(_without(c.grants, groups))) for c in program.choices)
    return replace(program, choices=choices), tuple(warning for group in groups for warning in _left_out(group, grants))


def _left_out(group: str, grants: list[Grant]) -> Iterator[Diagnostic]:
    named = [grant for grant in grants if group in grant.subjects.groups.exact]
    if named:
        message = f"what {len(named)} grant{'s' if len(named) > 1 else ''} to the group {group} allow is left out"
        help = "pods that its members make themselves are judged as anybody's, which is stricter"
        yield Diagnostic("SET021", message, named[0].span, severity="warning", help=help)
    wide = [
        (grant, prefix) for grant in grants for prefix in grant.subjects.groups.prefixes if group.startswith(prefix)
    ]
    for grant, prefix in wide:
        message = f"the grant to the groups {prefix}* is left out, since {group} is one of them"
        help = "if others of them are to keep it, name them one by one"
        yield Diagnostic("SET021", message, grant.span, severity="warning", help=help)
    if not named and not wide:
        suggestion = did_you_mean(group, {name for grant in grants for name in grant.subjects.groups.exact})
        help = (
            f"did you mean `{suggestion}`?"
            if suggestion
            else "leave the option out, or see how the sources spell the group"
        )
        yield Diagnostic(
            "SET027", f"no grant is to the group {group}: --ignore-group changes nothing", severity="warning", help=help
        )


def _without(grants: tuple[Grant, ...], groups: tuple[str, ...]) -> Iterator[Grant]:
    for grant in grants:
        who = grant.subjects
        exact = tuple(name for name in who.groups.exact if name not in groups)
        kept = Names(exact, tuple(prefix for prefix in who.groups.prefixes if not _begins_one(prefix, groups)))
        if who.everyone or kept or who.users or who.service_accounts:
            yield replace(grant, subjects=replace(who, groups=kept))


def _begins_one(prefix: str, groups: tuple[str, ...]) -> bool:
    return any(group.startswith(prefix) for group in groups)


def _less(scope: Scope, rollout: Rollout) -> Scope:
    before, more = scope.except_namespaces, rollout.excluded
    exact = tuple(dict.fromkeys((*before.exact, *more.exact)))
    less = Names(exact, tuple(dict.fromkeys((*before.prefixes, *more.prefixes))))
    if rollout.only == ALL:
        return replace(scope, except_namespaces=less)
    inside = scope.namespaces.meet(rollout.only)
    return replace(scope, namespaces=inside, except_namespaces=less.meet(inside))
