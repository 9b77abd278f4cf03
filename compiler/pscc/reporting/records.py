"""The records of a report. Every format is made from these, and nothing is judged again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic
from pscc.lowering.capabilities import LetIn
from pscc.lowering.shortfalls import Shortfall
from pscc.pod.manifests import NoPod
from pscc.pod.templates import Place, path_of
from pscc.reference.evaluate import Judgement
from pscc.reference.evaluate import Outcome as Verdict
from pscc.reference.interpreter import Reason

Outcome = Literal["admitted", "changed", "refused", "unjudged"]
OUTCOMES: tuple[Outcome, ...] = ("refused", "changed", "unjudged", "admitted")
"""What becomes of a workload, the ones that need somebody first: refused; admitted once changed; not judged; as it is."""


@frozen
class Change:
    """A field that a default sets: ``statement`` of ``policy``, which stands at ``span``.

    ``place`` is the way to the field in the pod: names of fields, and indices in lists. ``before`` is None where the field
    was unset. ``adds``: the default adds elements to a list, and leaves those that are there.
    """

    control: str
    place: Place
    before: object
    after: object
    policy: str
    statement: str
    span: Span
    adds: bool = False

    @property
    def path(self) -> str:
        """The place in words: ``spec.containers[0].securityContext.runAsUser``."""
        return path_of(self.place)


@frozen
class Objection:
    """A finding against a workload, or, where ``control`` is empty, why no policy of a choice may be used.

    ``verdict`` is what comes of it, by the mode: ``denied``, ``warned`` or ``audited``. ``policy`` is the policy that objects,
    and ``choice`` the choice that it is one of, if any. ``path`` is the place in the pod. ``span`` is the statement in the
    source; None where no statement objects. ``value`` is the pod's value there, and ``container`` the container that it is about.
    """

    verdict: Verdict
    policy: str
    control: str
    message: str
    path: str = ""
    span: Span | None = None
    choice: str = ""
    value: object = None
    container: str = ""


@frozen
class Elsewhere:
    """How ``target`` treats a workload otherwise than the source does.

    - ``refused``: the source admits it. ``admitted``: the source refuses it.
    - ``otherwise``: both admit it, and the pod gets other defaults: those of ``changes``.

    ``judgements`` are those of the target's output.
    """

    target: str
    how: Literal["refused", "admitted", "otherwise"]
    judgements: tuple[Judgement, ...]
    changes: tuple[Change, ...]

    @property
    def objections(self) -> tuple[Objection, ...]:
        """What the output objects to."""
        return tuple(objections(self.judgements))


@frozen
class Facts:
    """What becomes of a pod. Two pods have the same facts if the program reads the same in both.

    - ``judgements`` are those of the source, without the pod and its place.
    - ``changes`` are the fields that defaults set.
    - ``elsewhere`` has the targets that treat the pod differently.
    - ``warned`` are the objecting judgements of a rollout in mode ``warn``. In mode ``audit`` the same judgements object.
    - ``scanned`` are the objecting judgements of an audit of running pods, in which nobody asks.
    """

    outcome: Outcome
    judgements: tuple[Judgement, ...]
    changes: tuple[Change, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    warned: tuple[Judgement, ...] = ()
    scanned: tuple[Judgement, ...] = ()


@frozen
class Workload:
    """A workload, or the running pods of one, with its facts.

    ``span`` is where it stands, or the first of its pods. ``template`` is as in `Manifest`. ``pods`` counts the running pods
    that it stands for; 0 where it is a manifest of its own.
    """

    kind: str
    namespace: str
    name: str
    template: str
    span: Span
    facts: Facts
    pods: int = 0

    @property
    def outcome(self) -> Outcome:
        """What becomes of it."""
        return self.facts.outcome

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """The source's judgements, with the place that they are about."""
        return tuple(
            replace(
                judgement,
                span=self.span,
                kind=self.kind,
                namespace=self.namespace,
                name=self.name,
                template=self.template,
            )
            for judgement in self.facts.judgements
        )

    @property
    def objections(self) -> tuple[Objection, ...]:
        """The objections to the workload, by policies in any mode."""
        return tuple(objections(self.facts.judgements))

    @property
    def refused_on(self) -> tuple[str, ...]:
        """The targets that refuse it, though the source admits it."""
        return tuple(elsewhere.target for elsewhere in self.facts.elsewhere if elsewhere.how == "refused")

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies that judge it, or that admit it out of a choice."""
        return tuple(dict.fromkeys(judgement.policy for judgement in self.facts.judgements if judgement.policy))


@frozen
class OnTarget:
    """A target: its ``name``, the ``program`` that its output means, and what the output lacks of the source.

    ``widely`` names the policies whose defaults are set for exempt requests, too. ``lets_in`` is what the engine lets in as
    it is usually installed. ``errors`` say why the target takes no such program; then ``program`` is empty.
    """

    name: str
    program: ir.Program
    widely: frozenset[str] = frozenset()
    shortfalls: tuple[Shortfall, ...] = ()
    lets_in: tuple[LetIn, ...] = ()
    errors: tuple[Diagnostic, ...] = ()


@frozen
class Dependence:
    """A default that workloads depend on, and the workloads that it changes."""

    control: str
    policy: str
    statement: str
    span: Span
    workloads: tuple[Workload, ...]


@frozen
class Refusing:
    """A check that refuses workloads. ``policy`` and ``control`` name it; without a control, no policy may be used."""

    policy: str
    control: str
    span: Span | None
    workloads: tuple[Workload, ...]


@frozen
class Report:
    """The facts about the workloads of a cluster.

    ``sources`` and ``files`` are the names of what was read. ``program`` is the meaning of the sources as they are rolled out.
    ``workloads`` stand in the order of their namespaces, kinds and names. ``others`` are the objects without a pod.
    """

    sources: tuple[str, ...]
    files: tuple[str, ...]
    program: ir.Program
    workloads: tuple[Workload, ...]
    targets: tuple[OnTarget, ...]
    others: tuple[NoPod, ...] = ()

    def of(self, outcome: Outcome) -> tuple[Workload, ...]:
        """The workloads with ``outcome``."""
        return tuple(workload for workload in self.workloads if workload.outcome == outcome)

    @property
    def by_namespace(self) -> tuple[tuple[str, tuple[Workload, ...]], ...]:
        """The workloads of each namespace, in order."""
        return tuple((name, tuple(workloads)) for name, workloads in groupby(self.workloads, lambda w: w.namespace))

    @property
    def judged(self) -> bool:
        """Whether a policy judged any workload."""
        return any(workload.outcome != "unjudged" for workload in self.workloads)

    def differing(self, target: str) -> tuple[tuple[Workload, Elsewhere], ...]:
        """The workloads that ``target`` treats differently, and how."""
        return tuple(
            (w, elsewhere) for w in self.workloads for elsewhere in w.facts.elsewhere if elsewhere.target == target
        )

    def keeps(self, target: OnTarget) -> bool:
        """Whether ``target`` keeps the cluster working: it takes the program, and admits each workload that the source admits."""
        return not target.errors and all(elsewhere.how != "refused" for _, elsewhere in self.differing(target.name))

    @property
    def dependences(self) -> tuple[Dependence, ...]:
        """The defaults that workloads live off, in the order in which they are first met."""
        by_default: dict[tuple[str, str, str, Span], dict[int, Workload]] = {}
        for number, workload in enumerate(self.workloads):
            for change in workload.facts.changes if workload.outcome == "changed" else ():
                key = (change.control, change.policy, change.statement, change.span)
                by_default.setdefault(key, {})[number] = workload
        return tuple(Dependence(*key, tuple(workloads.values())) for key, workloads in by_default.items())

    @property
    def refusing(self) -> tuple[Refusing, ...]:
        """The checks that refuse workloads, the one that refuses most first."""
        by_check: dict[tuple[str, str, Span | None], dict[int, Workload]] = {}
        for number, workload in enumerate(self.workloads):
            for objection in objections(judgement for judgement in workload.facts.judgements if not judgement.allowed):
                key = (objection.policy, objection.control, objection.span)
                by_check.setdefault(key, {})[number] = workload
        every = (Refusing(*key, tuple(workloads.values())) for key, workloads in by_check.items())
        return tuple(sorted(every, key=lambda refusing: -len(refusing.workloads)))


def objections(judgements: Iterable[Judgement]) -> Iterator[Objection]:
    """The findings in ``judgements``; for a choice, those of each policy that it tried."""
    for judgement in judgements:
        choice = judgement.choice or ""
        yield from (_objection(judgement, judgement.policy or "", reason) for reason in judgement.reasons)
        for tried in judgement.tried:
            yield from (_objection(judgement, tried.policy, reason) for reason in tried.verdict.reasons)
        if judgement.verdict not in ("allowed", "unjudged") and not judgement.reasons and not judgement.tried:
            yield Objection(judgement.verdict, "", "", judgement.message, choice=choice)


def _objection(judgement: Judgement, policy: str, reason: Reason) -> Objection:
    return Objection(
        judgement.verdict,
        policy,
        reason.control,
        reason.full_message,
        reason.path,
        reason.span,
        judgement.choice or "",
        reason.value,
        reason.container,
    )
