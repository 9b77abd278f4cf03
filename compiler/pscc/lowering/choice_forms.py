"""Picks the form of each choice: plain policies, each in namespaces of its own, or one object. IR to IR."""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.ir.access import NONE, Names
from pscc.lowering.partition import Entangled, Partition, partition

MASTERS = "system:masters"


def lowered(program: ir.Program, excluded: Names = NONE) -> tuple[ir.Program, tuple[Diagnostic, ...]]:
    """``program`` with each choice as plain policies where they mean the same, and a note on each choice.

    No policy will hold in the namespaces ``excluded``, so they keep no choice together.
    """
    policies = list(program.policies)
    choices: list[ir.Choice] = []
    notes: list[Diagnostic] = []
    for choice in program.choices:
        if choice.live:
            choices.append(choice)
            notes.append(_note(choice, "compiled as one object, which asks the cluster who may use which policy"))
            continue
        parts = partition(choice, excluded)
        taken = {policy.name for policy in policies}
        if isinstance(parts, Entangled):
            choices.append(choice)
            notes.append(_note(choice, f"compiled as one object: {parts}", _without_masters(choice)))
        elif any(policy.name in taken for policy in parts.policies):
            choices.append(choice)
            notes.append(_note(choice, "compiled as one object: a policy of it stands in another choice too"))
        else:
            note = f"one of the policies of {choice.name}, which namespaces part: each decides alone in its own"
            policies += [replace(policy, note=note) for policy in parts.policies if policy.checks or policy.defaults]
            choices += _named_apart(parts, {owner.name for owner in program.policies_and_choices} | taken)
            notes.append(_note(choice, f"compiled as {_count(parts.policies)}"))
            if parts.rest is not None:
                more = f" (and {len(parts.entangled) - 1} more)" if len(parts.entangled) > 1 else ""
                notes.append(_note(choice, f"and one object: {parts.entangled[0]}{more}", _without_masters(choice)))
            if parts.guard is not None:
                notes.append(_note(choice, "and one object that says who may ask for pods at all"))
    return ir.Program(tuple(policies), tuple(choices)), tuple(notes)


def _named_apart(parts: Partition, taken: set[str]) -> list[ir.Choice]:
    """The choices of ``parts``. Where there are two, the guard gets a name of its own, which is not in ``taken``."""
    if parts.guard is None or parts.rest is None:
        return [part for part in (parts.guard, parts.rest) if part is not None]
    name = f"{parts.guard.name}-grants"
    while name in taken:
        name += "-too"
    return [replace(parts.guard, name=name), parts.rest]


def _count(policies: tuple[ir.Policy, ...]) -> str:
    if len(policies) == 1:
        return "1 plain policy of its own, which decides alone in its namespaces"
    return f"{len(policies)} plain policies of their own: each decides alone in its namespaces"


def _without_masters(choice: ir.Choice) -> str:
    """A help text about grants to system:masters, a group of every cluster: without them ``choice`` may become plain policies.

    Empty if there is no such grant.
    """
    if not any(MASTERS in grant.subjects.groups.exact for grant in choice.grants):
        return ""
    return f"if its members make no pods themselves, leave their grants out: `--ignore-group {MASTERS}`"


def _note(choice: ir.Choice, how: str, help: str = "") -> Diagnostic:
    return Diagnostic("SET020", f"{choice.name}: {how}", choice.span, severity="note", help=help)
