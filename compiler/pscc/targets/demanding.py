"""What a target does with the defaults that it cannot set: it says so, and demands of pods what isolates them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from pscc import ir
from pscc.cases.choice_suite import choice_cases
from pscc.cases.suite import Case, cases_for, most_cases
from pscc.diagnostics import Diagnostic
from pscc.ir.defaulting import overlap
from pscc.ir.passes import looked_at_by_choice
from pscc.lowering.demands import choice_without, demanded, without
from pscc.lowering.shortfalls import DefaultNotSet, Shortfall
from pscc.reasoning.default_conflicts import meet
from pscc.targets.shared.choice_notes import unset_defaults

Cases = dict[str, tuple[Case, ...]]
Unsettable = Callable[[ir.Policy], Iterable[DefaultNotSet]]
"""The defaults of a policy that a target cannot set."""
Told = list[Shortfall | Diagnostic]


def demanding(program: ir.Program, cases: Cases, unsettable: Unsettable) -> tuple[ir.Program, Cases, Told]:
    """``program`` without the defaults that are ``unsettable``, the cases of what that changes, and what is said of it.

    Of a choice no default is set at all.
    """
    told: Told = []
    policies = []
    for policy in program.policies:
        found = list(unsettable(policy))
        told += found
        policies.append(without(policy, [one.default for one in found]) if found else policy)
    choices = tuple(choice_without(choice) for choice in program.choices)
    most = most_cases(len(policies))
    pairs = zip(policies, program.policies, strict=True)
    changed = {p.name: cases_for(p, most) for p, before in pairs if _more(p, before)}
    changed |= {
        choice.name: choice_cases(choice)
        for choice, before in zip(choices, program.choices, strict=True)
        if any(_more(p, was) for p, was in zip(choice.policies, before.policies, strict=True))
    }
    made = replace(program, policies=tuple(policies), choices=choices)
    return made, {name: changed.get(name, mine) if mine else mine for name, mine in cases.items()}, told


def demanding_but_choices(program: ir.Program, cases: Cases, unsettable: Unsettable) -> tuple[ir.Program, Cases, Told]:
    """The same where the target sets the defaults of choices: all of those that it can set, or none."""
    plain, cases, told = demanding(replace(program, choices=()), cases, unsettable)
    choices = []
    for choice in program.choices:
        found = [one for policy in choice.policies for one in unsettable(policy)]
        told += found
        choices.append(choice_without(choice) if found else choice)
    return replace(plain, choices=tuple(choices)), cases, told


_NO_ORDER = "a policy outside the choice sets what decides it, and the two are applied in no fixed order"


def undecided_choices(program: ir.Program) -> tuple[ir.Program, Told]:
    """``program`` where no choice sets defaults that hangs on a default of a policy outside, and what is said of that.

    For targets that set the defaults of choices: which policy is chosen would depend on who comes first.
    """
    told: Told = []
    choices = []
    for choice in program.choices:
        hangs = any(policy.defaults for policy in choice.policies) and any(
            meet(policy.scope, choice.scope) and _decides(default, choice)
            for policy in program.policies
            for default in policy.defaults
        )
        told += unset_defaults(choice, _NO_ORDER) if hangs else []
        choices.append(choice_without(choice) if hangs else choice)
    return replace(program, choices=tuple(choices)), told


def _decides(default: ir.Default, choice: ir.Choice) -> bool:
    """Whether a policy of ``choice`` looks at the field that ``default`` sets, at what is above it or below it."""
    reads = looked_at_by_choice(choice)
    return any(overlap(path, default.path) for path in (reads.pod if default.site == "pod" else reads.container))


def _more(policy: ir.Policy, before: ir.Policy) -> bool:
    """Whether something is demanded, so that the pods of ``before`` no longer say all."""
    return policy.checks != before.checks


def cannot_set(cause: str, policy: ir.Policy, default: ir.Default) -> DefaultNotSet:
    """That ``default`` of ``policy`` is not set, for ``cause``."""
    return DefaultNotSet(policy.name, default, cause, demanded(policy, default))
