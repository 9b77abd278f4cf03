"""The program that a target can express, and the shortfalls: decided here, once, for all targets. IR to IR.

What a target has not declared is an error that names the construct and the target (`undeclared`), so nothing is ever left
out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, SourceError
from pscc.ir.access import NONE
from pscc.ir.defaulting import check_reads
from pscc.lowering.beside import beside
from pscc.lowering.by_account import judged_by_account
from pscc.lowering.capabilities import (
    Capabilities,
    Choices,
    Judging,
    LeavesUnset,
    Release,
    SetsWidely,
    Setting,
    Workloads,
)
from pscc.lowering.default_checks import asked_for, choice_without, must_be_set, refused_outside, without
from pscc.lowering.releases import spelled
from pscc.lowering.settled import beside_choice, unsettled
from pscc.lowering.shortfalls import (
    BudgetTight,
    ChoiceDefaultsNotSet,
    Costs,
    DefaultNotSet,
    DefaultSetWidely,
    KeptAfterItsEnd,
    LabelsUnseen,
    NeverUsed,
    RefusedOnceSet,
    SetForExempt,
    Shortfall,
    UpdatesMustHave,
    WorkloadsLackDefaults,
    WorkloadsRefused,
    WorkloadsUnjudged,
)
from pscc.lowering.undecided import undecided
from pscc.lowering.undeclared import undeclared
from pscc.pod.fields import since
from pscc.pod.validity import Refusal
from pscc.reasoning.refused_changes import refused_changes

_NO_ORDER = "a policy outside the choice sets defaults, too, and the two are applied in no fixed order"


@frozen
class Legal:
    """``program`` is what a target prints, and ``shortfalls`` is what the output lacks of the source."""

    program: ir.Program
    shortfalls: tuple[Shortfall, ...] = ()


def legalise(program: ir.Program, name: str, can: Capabilities, workloads: Workloads) -> Legal:
    """The program that the target ``name`` prints for ``program``, and what that lacks. ``can`` is what the target declares.

    ``workloads`` is the option of that name. Raises `SourceError` where

    - the release is too old,
    - the program has a construct that the target does not declare, or
    - a live choice has too many policies for the API server.
    """
    if can.requires is not None and (error := _wrong_release(can.requires, name, _begins(program))):
        raise SourceError((error,))
    if errors := [*undeclared(program, name, can, workloads), *_too_costly(program, can)]:
        raise SourceError(errors)
    product = can.product or name
    shortfalls: list[Shortfall] = []
    plain = tuple(_policy(policy, beside(policy, program), product, can, shortfalls) for policy in program.policies)
    members = tuple(_choice(choice, plain, product, can, shortfalls) for choice in program.choices)
    legal = ir.Program(plain, members)
    if can.policy_budget:
        shortfalls += [BudgetTight(product, policy, can.policy_budget) for policy in plain if len(policy.checks) > 1]
    shortfalls += _of_workloads(legal, product, can, workloads)
    return Legal(legal, (*_of_release(program, legal, can), *shortfalls, *_kept_after_its_end(program, can)))


def _kept_after_its_end(program: ir.Program, can: Capabilities) -> Iterator[KeptAfterItsEnd]:
    members = (member for choice in program.choices for member in choice.policies)
    ends: list[tuple[str, Span]] = []
    for policy in (*program.policies, *members):
        ends += [(exempt.until, exempt.span) for exempt in policy.exemptions if exempt.until]
        ends += [(each.until, each.span) for check in policy.checks for each in check.exemptions if each.until]
    if ends and can.ends_exemptions == "when compiled":
        yield KeptAfterItsEnd(*min(ends, key=lambda end: end[0]))


def _begins(program: ir.Program) -> Span:
    return next(owner.span for owner in program.policies_and_choices)


def _wrong_release(needs: Release, target: str, span: Span) -> Diagnostic | None:
    given = f"{needs.product} {spelled(needs.given)}"
    if needs.given < needs.least:
        message = f"{given} is too old: this output needs {spelled(needs.least)}"
        return Diagnostic("TGT007", message, span, help=needs.help)
    if needs.ended is not None and needs.given >= needs.ended:
        message = f"{given} does not run the output of the target `{target}`: nothing would be enforced"
        help = f"compile for `{needs.instead}`: only the name of the target changes"
        return Diagnostic("TGT007", message, span, help=help)
    return None


def _too_costly(program: ir.Program, can: Capabilities) -> Iterator[Diagnostic]:
    """An error for each live choice that asks the API server's authorizer more often than CEL's budget allows."""
    live = can.choices.live if can.choices is not None else None
    for choice in program.choices if live is not None else ():
        count = len(choice.policies)
        if live is not None and choice.live and count > live.most:
            message = (
                f"{choice.name}: {count} policies ask the cluster's RBAC {count * live.asked} times, and the API server lets one "
                f"policy spend {live.budget:,}, a question costing {live.cost:,}: that is enough for {live.most}"
            )
            help = "compile what RBAC says now: `--rbac compiled`; or leave out policies that nobody needs any more"
            yield Diagnostic("TGT010", message, choice.span, help=help)


# --- policies -------------------------------------------------------------------


def _policy(
    policy: ir.Policy, others: Judging, product: str, can: Capabilities, shortfalls: list[Shortfall]
) -> ir.Policy:
    settings = _settings(policy, (*policy.checks, *others), can)
    unset = list(_unset(policy, settings, can))
    if policy.exemptions and can.defaults_unless_exempt == "stricter":
        # who is exempt from the policy gets its defaults, too: that must give nobody more, and meet no other check
        cause = f"{product}'s mutations do not see who asks, so they cannot set"
        unset += [
            DefaultNotSet(policy.name, default, cause, must_be_set(policy, default))
            for default in policy.defaults
            if default not in [shortfall.default for shortfall in unset]
            and (not default.isolates or any(check_reads(check, default) for check in others))
        ]
    shortfalls += unset
    kept = without(policy, [shortfall.default for shortfall in unset]) if unset else policy
    wide = [default for default in kept.defaults if isinstance(settings[default], SetsWidely)]
    if wide:
        shortfalls += [DefaultSetWidely(product, policy.name, default) for default in wide]
        kept = replace(kept, defaults=tuple(_widened(d) if d in wide else d for d in kept.defaults))
    if kept.mode == "enforce":
        shortfalls += _refused_once_set(kept, product)
    if kept.defaults and kept.exemptions and can.defaults_unless_exempt == "stricter":
        shortfalls.append(SetForExempt(product, kept))
    if (kept.scope.labels or kept.scope.except_labels) and can.namespace_labels == "stricter":
        shortfalls.append(LabelsUnseen(product, policy))
        kept = replace(kept, scope=replace(kept.scope, labels=(), except_labels=()))
    return kept


def _refused_once_set(policy: ir.Policy, product: str) -> Iterator[RefusedOnceSet]:
    """A shortfall for each default of ``policy`` that makes pods which the API server refuses.

    There are two for a default if the policy admits some of these pods and refuses others.
    """
    by_default: dict[tuple[ir.Default, bool], list[Refusal]] = {}
    for change in refused_changes(policy):
        by_default.setdefault((change.default, change.admitted), []).append(change.refusal)
    for (default, admitted), refusals in by_default.items():
        yield RefusedOnceSet(product, policy, default, tuple(dict.fromkeys(refusals)), admitted)


_Settings = Mapping[ir.Default, Setting | None]


def _settings(policy: ir.Policy, judging: Judging, can: Capabilities) -> _Settings:
    """For each default of ``policy``, what the target does with it; ``judging`` are the checks that read what it sets."""
    return {default: can.defaults(default, judging) for default in policy.defaults}


def _unset(policy: ir.Policy, settings: _Settings, can: Capabilities) -> Iterator[DefaultNotSet]:
    """A shortfall for each default of ``policy`` that the target leaves unset, or that the Kubernetes release has no field for."""
    for default in policy.defaults:
        setting = settings[default]
        first, field = since("pod" if default.site == "pod" else "container", default.path)
        if isinstance(setting, LeavesUnset):
            yield DefaultNotSet(policy.name, default, setting.cause, must_be_set(policy, default))
        elif can.kubernetes is not None and can.kubernetes < first:
            cause = f"Kubernetes {spelled(can.kubernetes)} has no field `{field}`, so nothing can set"
            yield DefaultNotSet(policy.name, default, cause, must_be_set(policy, default))


def _widened(default: ir.Default) -> ir.Default:
    """``default`` without its condition; on the pod instead of its containers, if they inherit the field."""
    if not default.inherits:
        return replace(default, unless=ir.FALSE)
    return replace(default, site="pod", path=default.inherits, inherits=(), unless=ir.FALSE)


# --- choices --------------------------------------------------------------------


def _choice(
    choice: ir.Choice, plain: tuple[ir.Policy, ...], product: str, can: Capabilities, shortfalls: list[Shortfall]
) -> ir.Choice:
    able = can.choices
    assert able is not None
    legal = _without_defaults(choice, plain, product, can, able, shortfalls)
    if able.member_labels == "stricter":
        labelled = {member.name for member in choice.policies if member.scope.labels or member.scope.except_labels}
        shortfalls += [NeverUsed(member) for member in choice.policies if member.name in labelled]
        members = (_nowhere(member) if member.name in labelled else member for member in legal.policies)
        legal = replace(legal, policies=tuple(members))
    if able.budget and len(legal.policies) > 1 and any(member.checks for member in legal.policies):
        shortfalls.append(BudgetTight(product, choice, able.budget))
    return legal


def _without_defaults(
    choice: ir.Choice,
    plain: tuple[ir.Policy, ...],
    product: str,
    can: Capabilities,
    able: Choices,
    shortfalls: list[Shortfall],
) -> ir.Choice:
    """``choice`` with all of its defaults if the target can set all of them exactly, else with none.

    A single default that is missing could decide which policy is chosen.
    """
    if isinstance(able.defaults, LeavesUnset):
        shortfalls += _unset_of_choice(choice, able.defaults.cause)
        return _choice_without(choice, plain, product)
    judging = tuple(check for policy in (*choice.policies, *plain) for check in policy.checks)
    # a default that is set widely could decide which policy is chosen
    narrowly = LeavesUnset(f"{product} cannot test the condition of")
    unset: list[DefaultNotSet] = []
    for member in choice.policies:
        settings = _settings(member, judging, can)
        exact = {d: narrowly if isinstance(setting, SetsWidely) else setting for d, setting in settings.items()}
        unset += _unset(member, exact, can)
    shortfalls += unset
    if unset:
        return _choice_without(choice, plain, product)
    if undecided(choice, plain):
        shortfalls += _unset_of_choice(choice, _NO_ORDER)
        return _choice_without(choice, plain, product)
    # which policy was chosen can be told only by what the pod has
    for member in choice.policies:
        # a member that objects to a pod does not set its defaults
        shortfalls += [refused for refused in _refused_once_set(member, product) if refused.admitted]
        if asked := asked_for(member, member.defaults):
            shortfalls.append(UpdatesMustHave(member, tuple(dict.fromkeys(default.control for default in asked))))
    return choice


def _choice_without(choice: ir.Choice, plain: tuple[ir.Policy, ...], product: str) -> ir.Choice:
    """``choice`` without its defaults. Raises `SourceError` if a policy outside of it refuses the value of one of them."""
    refused = next(refused_outside(choice, plain), None)
    if refused is not None:
        member, default, policy = refused
        message = (
            f"{product} does not set `{default.statement}` of {member.name} in a choice, and {policy.name} outside of it "
            "refuses what that sets: another policy of the choice could let the pod in"
        )
        help = f"take the default out of {member.name}, or let {policy.name} accept what it sets"
        notes = ((policy.span, "outside of the choice"),)
        raise SourceError((Diagnostic("TGT017", message, default.span, notes=notes, help=help),))
    return choice_without(choice)


def _unset_of_choice(choice: ir.Choice, why: str) -> Iterator[ChoiceDefaultsNotSet]:
    """For each policy of ``choice``, the defaults that pods must set themselves, and those that pods go without."""
    for policy in choice.policies:
        for required in (True, False):
            controls = dict.fromkeys(d.control for d in policy.defaults if must_be_set(policy, d) is required)
            if controls:
                yield ChoiceDefaultsNotSet(policy, tuple(controls), why, required)


def _nowhere(policy: ir.Policy) -> ir.Policy:
    return replace(policy, scope=replace(policy.scope, namespaces=NONE, labels=(), except_labels=()))


# --- workloads, releases --------------------------------------------------------


def _of_workloads(legal: ir.Program, product: str, can: Capabilities, workloads: Workloads) -> Iterator[Shortfall]:
    for policy in legal.policies:
        if workloads == "warn" and can.warned_workloads == "stricter" and policy.checks and policy.mode == "enforce":
            yield WorkloadsRefused(product, policy)
        if workloads != "off" and can.workload_defaults != "exactly":
            yield from (WorkloadsLackDefaults(product, policy, other) for other in unsettled(policy, legal))
    for choice in legal.choices:
        if workloads != "off" and not choice.live:
            yield from (WorkloadsLackDefaults(product, choice, other) for other in beside_choice(choice, legal))
        if workloads != "off" and choice.live and can.choices and can.choices.live_workloads == "stricter":
            yield WorkloadsUnjudged(choice)
    yield from judged_by_account(legal, workloads, can.warned_workloads)


def _of_release(program: ir.Program, legal: ir.Program, can: Capabilities) -> Iterator[Costs]:
    members = tuple(member for choice in legal.choices for member in choice.policies)
    sets_defaults = any(policy.defaults for policy in (*legal.policies, *members))
    for cost in can.costs:
        if sets_defaults or not cost.for_defaults:
            yield Costs(cost, _begins(program))
