"""What a target does with the defaults that it cannot set: it says so, and demands of pods what isolates them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from pscc import ir
from pscc.choice_suite import choice_cases
from pscc.demands import choice_without, demanded, without
from pscc.diagnostics import Diagnostic
from pscc.suite import Case, cases_for, most_cases

Cases = dict[str, tuple[Case, ...]]
Unsettable = Callable[[ir.Policy], Iterable[tuple[ir.Default, Diagnostic]]]
"""The defaults of a policy that a target cannot set, each with what it says of that."""


def demanding(program: ir.Program, cases: Cases, unsettable: Unsettable) -> tuple[ir.Program, Cases, list[Diagnostic]]:
    """``program`` without the defaults that are ``unsettable``, the cases of what that changes, and what is said of it.

    Of a choice no default is set at all.
    """
    told: list[Diagnostic] = []
    policies = []
    for policy in program.policies:
        found = list(unsettable(policy))
        told += [diagnostic for _, diagnostic in found]
        policies.append(without(policy, [default for default, _ in found]) if found else policy)
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


def demanding_but_choices(
    program: ir.Program, cases: Cases, unsettable: Unsettable
) -> tuple[ir.Program, Cases, list[Diagnostic]]:
    """The same where the target sets the defaults of choices: all of those that it can set, or none."""
    plain, cases, told = demanding(replace(program, choices=()), cases, unsettable)
    choices = []
    for choice in program.choices:
        found = [diagnostic for policy in choice.policies for _, diagnostic in unsettable(policy)]
        told += found
        choices.append(choice_without(choice) if found else choice)
    return replace(plain, choices=tuple(choices)), cases, told


def _more(policy: ir.Policy, before: ir.Policy) -> bool:
    """Whether something is demanded, so that the pods of ``before`` no longer say all."""
    return policy.checks != before.checks


def cannot_set(cause: str, policy: ir.Policy, default: ir.Default) -> Diagnostic:
    """That ``default`` of ``policy`` is not set, for ``cause``: a warning where pods have to set it, else a note."""
    told = f"{cause} the default of `{default.control}` in {policy.name}"
    if demanded(policy, default):
        return Diagnostic("TGT001", f"{told}: pods are refused until they set it", default.span, severity="warning")
    return Diagnostic("TGT001", f"{told}: pods are admitted without it", default.span, severity="note")
