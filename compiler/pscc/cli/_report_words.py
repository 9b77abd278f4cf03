"""The sentences and the rows of ``pscc report``, for the formats that people read. Nothing in them is escaped yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from pscc.base.frozen import frozen
from pscc.cli._verdicts import REFUSED
from pscc.diagnostics.render import clean
from pscc.reporting.records import OUTCOMES, Outcome, objections

if TYPE_CHECKING:
    from pscc import ir
    from pscc.ir.access import Names, Scope, Subjects
    from pscc.reporting.records import Change, Objection, OnTarget, Report, Workload

WORDS: Mapping[Outcome, str] = MappingProxyType(
    {
        "refused": "refused",
        "changed": "admitted once changed",
        "unjudged": "not judged",
        "admitted": "admitted as it is",
    }
)
_PLURAL: Mapping[Outcome, str] = MappingProxyType({**WORDS, "admitted": "admitted as they are"})
MOST_NAMES = 10
_NO_CONTROL = "no policy may be used"


@frozen
class Point:
    """A line about a workload, and where it comes from: the place in the pod, the statement of the source."""

    text: str
    place: str = ""


@frozen
class TargetRow:
    """What a target does with the cluster. ``keeps``: it admits all that the source admits.

    ``verdict`` is a sentence. ``refused``, ``admitted`` and ``otherwise`` are the workloads that it treats differently.
    ``lacks`` is what it cannot express, and ``usually`` what its usual installation lets in.
    """

    name: str
    keeps: bool
    verdict: str
    refused: tuple[Workload, ...] = ()
    admitted: tuple[Workload, ...] = ()
    otherwise: tuple[Workload, ...] = ()
    lacks: tuple[str, ...] = ()
    usually: tuple[str, ...] = ()


@frozen
class UseRow:
    """A grant of a policy to ``who``, or a policy that judges all pods. ``count`` is the number of workloads that it judges."""

    policy: str
    who: str
    where: str
    count: int


@frozen
class CheckRow:
    """A check, a default or a stage, with the workloads that it concerns."""

    what: str
    policy: str
    place: str
    workloads: tuple[Workload, ...]


def counted(number: int, what: str = "workload") -> str:
    """``1 workload``, ``2 workloads``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def counts(report: Report) -> tuple[tuple[Outcome, int], ...]:
    """How many workloads have each outcome."""
    return tuple((outcome, len(report.of(outcome))) for outcome in OUTCOMES)


def headline(report: Report) -> str:
    """The result in one sentence."""
    numbers = ", ".join(
        f"{number:,} {(WORDS if number == 1 else _PLURAL)[outcome]}" for outcome, number in counts(report) if number
    )
    return f"{counted(len(report.workloads))}: {numbers}"


def keeping(report: Report) -> str:
    """Which targets keep the cluster working, in a sentence."""
    names = [target.name for target in report.targets if report.keeps(target)]
    if names:
        return f"These targets admit every workload that the policies admit: {', '.join(names)}."
    return "No target admits every workload that the policies admit."


def named(workload: Workload) -> str:
    """The workload in words: ``Deployment web``, with the place of its pod or the number of its pods."""
    more = workload.template or (f"{counted(workload.pods, 'running pod')}" if workload.pods else "")
    return clean(f"{workload.kind} {workload.name}{f' ({more})' if more else ''}")


def some(workloads: Iterable[Workload]) -> str:
    """The first names, with their namespaces, and the number of the others."""
    names = [clean(f"{workload.kind} {workload.namespace}/{workload.name}") for workload in workloads]
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


# --- a workload -----------------------------------------------------------------


def points(workload: Workload) -> Iterator[Point]:
    """The lines about the workload: objections to it, changes by defaults, and remarks."""
    for objection in workload.objections:
        yield Point(objected(objection), _places(objection.path, objection.span))
    first = workload.facts.judgements[0]
    if workload.outcome == "unjudged":
        yield Point(clean(first.message) or "there is no policy")
    if workload.outcome != "refused":
        yield from (Point(changed(change), _places("", change.span)) for change in workload.facts.changes)
    yield from (Point(clean(f"{REFUSED}: {refusal.message}"), clean(refusal.path)) for refusal in first.refused)
    yield from (Point(clean(judgement.differs)) for judgement in workload.facts.judgements if judgement.differs)


def objected(objection: Objection) -> str:
    """The objection in words. The mode stands in front if it is not ``enforce``, and the policy if the objection names one."""
    mode = "" if objection.verdict == "denied" else f"{objection.verdict}: "
    by = f"{objection.policy}: " if objection.policy else ""
    return clean(f"{mode}{by}{objection.message}")


def changed(change: Change) -> str:
    """The change in words: ``spec.hostPID = false``."""
    before = "" if change.before is None else f" (was {_value(change.before)})"
    return clean(f"{change.path} = {_value(change.after)}{before}, set by {change.policy}")


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _places(path: str, span: object) -> str:
    return clean(", ".join(filter(None, (path, f"by {span}" if span is not None else ""))))


# --- targets ----------------------------------------------------------------------


def target_rows(report: Report) -> Iterator[TargetRow]:
    """A row for each target."""
    from pscc.lowering.shortfall_text import diagnostic_of, diagnostic_of_installation

    for target in report.targets:
        lacks = dict.fromkeys(clean(diagnostic_of(shortfall).message) for shortfall in target.shortfalls)
        usually = dict.fromkeys(clean(diagnostic_of_installation(shortfall).message) for shortfall in target.lets_in)
        by_kind: dict[str, list[Workload]] = {"refused": [], "admitted": [], "otherwise": []}
        for workload, elsewhere in report.differing(target.name):
            by_kind[elsewhere.how].append(workload)
        by_how = {how: tuple(workloads) for how, workloads in by_kind.items()}
        keeps = report.keeps(target)
        verdict = _verdict(target, by_how)
        yield TargetRow(target.name, keeps, verdict, **by_how, lacks=tuple(lacks), usually=tuple(usually))


def _verdict(target: OnTarget, workloads: Mapping[str, tuple[Workload, ...]]) -> str:
    if target.errors:
        errors = dict.fromkeys(clean(error.message) for error in target.errors if error.severity == "error")
        return f"cannot be compiled: {'; '.join(errors)}"
    parts = []
    if workloads["refused"]:
        parts.append(f"refuses {counted(len(workloads['refused']))} that the policies admit")
    if workloads["admitted"]:
        parts.append(f"admits {counted(len(workloads['admitted']))} that the policies refuse")
    if workloads["otherwise"]:
        parts.append(f"sets other defaults in {counted(len(workloads['otherwise']))}")
    return ", ".join(parts) or "treats every workload as the policies do"


# --- checks, defaults, stages ------------------------------------------------------


def refusing_rows(report: Report) -> Iterator[CheckRow]:
    """A row for each check that refuses workloads."""
    for refusing in report.refusing:
        yield CheckRow(
            refusing.control or _NO_CONTROL, clean(refusing.policy), _places("", refusing.span), refusing.workloads
        )


def dependence_rows(report: Report) -> Iterator[CheckRow]:
    """A row for each default that workloads live off."""
    for dependence in report.dependences:
        yield CheckRow(
            clean(dependence.statement), clean(dependence.policy), _places("", dependence.span), dependence.workloads
        )


def stage_rows(workloads: Iterable[Workload], *, scanned: bool = False) -> Iterator[CheckRow]:
    """A row for each check that a stage would report, of admissions, or of running pods that are ``scanned``."""
    by_check: dict[tuple[str, str, str], dict[int, Workload]] = {}
    for number, workload in enumerate(workloads):
        for objection in objections(workload.facts.scanned if scanned else workload.facts.warned):
            key = objection.control or _NO_CONTROL, clean(objection.policy), _places("", objection.span)
            by_check.setdefault(key, {})[number] = workload
    for key, concerned in sorted(by_check.items(), key=lambda item: -len(item[1])):
        yield CheckRow(*key, tuple(concerned.values()))


def stage_sentences(report: Report) -> Iterator[str]:
    """What a rollout that only warns or audits would show."""
    warned = [w for w in report.workloads if w.facts.warned]
    scanned = [w for w in report.workloads if w.facts.scanned and not w.facts.warned]
    yield (
        f"In mode warn, whoever applies a workload would see a warning for {counted(len(warned))}. In mode audit, the engine "
        "would record the same ones, and nobody would be told."
    )
    if scanned:
        yield (
            f"An engine that audits running pods does not know who asked for them. It would also report "
            f"{counted(len(scanned))} that may use a policy only because of who creates the pods: {some(scanned)}."
        )
    yield "Neither mode sets a default, and both judge pods as if the defaults were set. So neither shows who lives off defaults."


# --- who may use what --------------------------------------------------------------


def use_rows(report: Report) -> Iterator[UseRow]:
    """A row for each grant of a choice, and for each policy that judges all pods in its namespaces."""
    used: dict[str, int] = {}
    for workload in report.workloads:
        for name in workload.policies:
            used[name] = used.get(name, 0) + (workload.outcome != "refused")
    for choice in report.program.choices:
        for grant in choice.grants:
            yield UseRow(clean(grant.policy), who(grant.subjects), _names(grant.namespaces), used.get(grant.policy, 0))
    for policy in report.program.policies:
        exempt = "; ".join(f"{who(exemption.subjects)} ({clean(exemption.reason)})" for exemption in policy.exemptions)
        everyone = f"everyone but {exempt}" if exempt else "everyone"
        yield UseRow(clean(policy.name), f"judges {everyone}", _scope(policy.scope), used.get(policy.name, 0))


def who(subjects: Subjects) -> str:
    """The subjects in words."""
    named = (("users", subjects.users), ("groups", subjects.groups), ("service accounts", subjects.service_accounts))
    words = [f"{kind} {_listed(names)}" for kind, names in named if names]
    return clean("; ".join(["everyone", *words] if subjects.everyone else words)) or "nobody"


def _scope(scope: Scope) -> str:
    words = [_names(scope.namespaces)]
    if scope.except_namespaces:
        words.append(f"except {_listed(scope.except_namespaces)}")
    words += [f"labelled {key}={value}" for key, value in scope.labels]
    words += [f"not labelled {key}={value}" for key, value in scope.except_labels]
    return clean(", ".join(words))


def _names(names: Names) -> str:
    return "everywhere" if "" in names.prefixes else clean(_listed(names)) or "nowhere"


def _listed(names: Names) -> str:
    return ", ".join((*names.exact, *(f"{prefix}*" for prefix in names.prefixes)))


def modes(program: ir.Program) -> str:
    """What the policies do, in a sentence; empty where all of them enforce."""
    others = [f"{owner.name} only {owner.mode}s" for owner in program.policies_and_choices if owner.mode != "enforce"]
    return (
        clean(f"{'; '.join(others)}: what {'they object' if len(others) > 1 else 'it objects'} to is admitted.")
        if others
        else ""
    )
