"""Errors for the constructs of a program that a target has not declared. Each names the construct and the target."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic
from pscc.ir.access import ALL, NONE, ContainerExemption, Exemption, Scope, Subjects
from pscc.lowering.capabilities import Capabilities, Choices, Exempted, Subject, Workloads
from pscc.meaning.narrowing import CONTAINER_KINDS, exempt_names


def undeclared(program: ir.Program, name: str, can: Capabilities, workloads: Workloads) -> Iterator[Diagnostic]:
    """An error for each construct of ``program``, and of the option ``workloads``, that ``can`` of the target ``name`` lacks."""

    def cannot(construct: str, span: Span, help: str = "") -> Diagnostic:
        message = f"the target {name} cannot express {construct}"
        return Diagnostic("TGT014", message, span, help=help or "compile for another target")

    begins = next((owner.span for owner in program.policies_and_choices), None)
    if begins is None:
        return
    if not can.updates:
        yield cannot("updates of pods", begins)
    for owner in program.policies_and_choices:
        if owner.mode not in can.modes:
            yield cannot(f"the mode `{owner.mode}` of {owner.name}", owner.span, "compile with another `--mode`")
        yield from (cannot(f"{what} of {owner.name}", owner.span) for what in _places(owner.scope, can))
    for policy in program.policies:
        yield from (cannot(what, span) for what, span in _of_policy(policy, can))
    for choice in program.choices:
        if can.choices is None:
            yield cannot(f"`choose`: {choice.name}", choice.span)
        else:
            yield from (cannot(what, span) for what, span in _of_choice(choice, can, can.choices))
            if choice.live and workloads != "off" and can.choices.live_workloads == "cannot":
                help = "say `--workloads off`, or compile what RBAC says now: `--rbac compiled`"
                yield cannot(f"what `--workloads {workloads}` asks for of {choice.name}", choice.span, help)
    abilities = {"warn": can.warned_workloads, "enforce": can.enforced_workloads}
    if abilities.get(workloads) == "cannot":
        help = "say `--workloads off`: their pods are judged all the same"
        yield cannot(f"what `--workloads {workloads}` asks for", begins, help)


Construct = tuple[str, Span]


def _places(scope: Scope, can: Capabilities) -> Iterator[str]:
    if _names_namespaces(scope) and not can.namespaces:
        yield "the namespaces"
    if (scope.labels or scope.except_labels) and can.namespace_labels == "cannot":
        yield "the labels of namespaces"


def _names_namespaces(scope: Scope) -> bool:
    return scope.namespaces != ALL or scope.except_namespaces != NONE


def _of_policy(policy: ir.Policy, can: Capabilities) -> Iterator[Construct]:
    for exemption in policy.exemptions:
        for kind in _kinds(exemption.subjects):
            if kind not in can.exemptions:
                yield f"`exempt {kind}` in {policy.name}", exemption.span
    yield from _of_containers(policy, can)
    yield from _ends(policy, can)
    for default in policy.defaults:
        if can.defaults(default, policy.checks) is None:
            yield f"the default of `{default.control}` in {policy.name}", default.span
    if policy.defaults and policy.exemptions and can.defaults_unless_exempt == "cannot":
        yield f"defaults beside exemptions in {policy.name}", policy.exemptions[0].span


def _of_containers(policy: ir.Policy, can: Capabilities) -> Iterator[Construct]:
    spans: dict[Exempted, Span] = {}
    for check in policy.checks:
        for name in exempt_names(check):
            spans.setdefault(name.kind, check.span)
    for kind in CONTAINER_KINDS:
        if kind in spans and kind not in can.exemptions:
            yield f"`exempt {kind}` in {policy.name}", spans[kind]


def _ends(policy: ir.Policy, can: Capabilities) -> Iterator[Construct]:
    of_containers = (exemption for check in policy.checks for exemption in check.exemptions)
    exemptions: tuple[Exemption | ContainerExemption, ...] = (*policy.exemptions, *of_containers)
    for exemption in dict.fromkeys(exemptions):
        if exemption.until and can.ends_exemptions == "cannot":
            yield f"the end of an exemption, `until {exemption.until}`, in {policy.name}", exemption.span


def _of_choice(choice: ir.Choice, can: Capabilities, able: Choices) -> Iterator[Construct]:
    members = choice.policies
    if choice.live:
        if able.live is None:
            yield f"asking the cluster's RBAC about {choice.name}", choice.span
    else:
        for grant in choice.grants:
            for kind in _kinds(grant.subjects):
                if kind not in able.grants_to:
                    yield f"a grant to {kind} of {grant.policy}", grant.span
            if grant.namespaces != ALL and not can.namespaces:
                yield f"the namespaces of a grant of {grant.policy}", grant.span
    for member in members:
        if _names_namespaces(member.scope) and not can.namespaces:
            yield f"the namespaces of {member.name}", member.span
        if (member.scope.labels or member.scope.except_labels) and able.member_labels == "cannot":
            yield f"the labels of namespaces of {member.name}", member.span
        yield from _of_containers(member, can)
        yield from _ends(member, can)
        for default in member.defaults:
            if able.defaults is None or can.defaults(default, member.checks) is None:
                yield f"the default of `{default.control}` in {member.name}", default.span


def _kinds(who: Subjects) -> Iterator[Subject]:
    if who.users:
        yield "users"
    if who.groups:
        yield "groups"
    if who.service_accounts:
        yield "serviceaccounts"
