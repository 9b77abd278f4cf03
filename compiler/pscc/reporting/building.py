"""Makes a `Report`: judges each workload by the interpreter, as the source means it and as each target's output does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from pscc import ir
from pscc.base.garbage import uncollected
from pscc.base.source import Span
from pscc.ir.access import Request
from pscc.lowering.prepared import Prepared, prepared
from pscc.output.options import Options
from pscc.pod.manifests import Contents, Manifest
from pscc.pod.normalising import as_object, normalise
from pscc.pod.validity import Refusal, refusals
from pscc.reference.evaluate import Judgement, judgements, request_of, with_labels, works
from pscc.reporting.alike import Alike, without_drawn_names
from pscc.reporting.changes import changes_by
from pscc.reporting.records import Elsewhere, Facts, OnTarget, Outcome, Report, Workload
from pscc.reporting.targets import on_target

Progress = Callable[[int, int], None]
"""Told after each workload how many are judged, and of how many."""
_NOWHERE = Span("", 1, 1, 1, 1)
_REPLICAS = "ReplicaSet"
_TEMPLATE_HASH = "pod-template-hash"
"""The label of the pods of a Deployment; its ReplicaSets have it at the end of their names.

Source: ``DefaultDeploymentUniqueLabelKey`` in ``k8s.io/api/apps/v1/types.go``.
"""


def report(
    ready: Prepared,
    contents: Contents,
    requested: Request,
    targets: Sequence[str],
    options: Options,
    sources: tuple[str, ...],
    progress: Progress | None = None,
) -> Report:
    """The report about the workloads in ``contents``.

    ``ready`` is the program as it is rolled out, and compiled for ``targets`` with ``options``. ``requested`` is the request
    for bare pods, as in `judgements`. ``sources`` are the names of what the program was read from.
    """
    on_targets = tuple(on_target(name, ready, options) for name in targets)
    judge = _Judge(ready, prepared(ready.source, replace(ready.rollout, mode="warn")), on_targets)
    known = dict(contents.namespaces)
    judged: list[tuple[Manifest, str, Facts]] = []
    with uncollected():
        for number, manifest in enumerate(contents.manifests, 1):
            namespace = manifest.namespace or requested.namespace or "default"
            judged.append((manifest, namespace, judge.facts(with_labels(requested, manifest, known), manifest)))
            if progress:
                progress(number, len(contents.manifests))
    files = tuple(dict.fromkeys(manifest.span.file for manifest in contents.manifests))
    return Report(sources, files, ready.written, _workloads(judged), on_targets, contents.others)


class _Judge:
    """Finds the facts about pods. Pods that the programs cannot treat differently are judged once."""

    def __init__(self, ready: Prepared, warning: Prepared, targets: tuple[OnTarget, ...]) -> None:
        self._program = ready.written
        self._warning = warning.written
        self._outputs = tuple(_outputs(targets))
        self._order = {target.name: number for number, target in enumerate(targets)}
        programs = (self._program, self._warning, *(target.program for target in targets))
        self._alike = Alike(programs)
        self._known: dict[tuple[Request, str, str], Facts] = {}

    def facts(self, requested: Request, manifest: Manifest) -> Facts:
        """The facts about ``manifest``, where ``requested`` is the request for bare pods."""
        request = request_of(requested, manifest, manifest.pod)
        exact = self._alike.key(manifest.pod)
        for text in (without_drawn_names(exact), exact):
            known = self._known.get((request, manifest.kind, text))
            if known is not None:
                return known
        facts = self._judged(requested, manifest)
        # the words of a finding may show a name that was drawn for this pod alone
        plain = not (
            facts.warned
            or facts.scanned
            or facts.elsewhere
            or any(judgement.reasons or judgement.tried for judgement in facts.judgements)
        )
        self._known[request, manifest.kind, without_drawn_names(exact) if plain else exact] = facts
        return facts

    def _judged(self, requested: Request, manifest: Manifest) -> Facts:
        pod = normalise(manifest.pod)
        on_source = judgements(self._program, manifest, requested)
        known = frozenset(refusals(pod))
        source_works = works(on_source, known)
        outcome = _outcome(on_source, known)
        own = changes_by(self._program, on_source, pod)
        elsewhere: list[Elsewhere] = []
        for program, widely, names in self._outputs:
            on_target = judgements(program, manifest, requested, widely)
            if works(on_target, known) != source_works:
                how: Literal["refused", "admitted"] = "refused" if source_works else "admitted"
                elsewhere += [Elsewhere(name, how, _bare(on_target), ()) for name in names]
            elif source_works and on_target[0].pod != on_source[0].pod:
                others = changes_by(program, on_target, pod, widely)
                elsewhere += [Elsewhere(name, "otherwise", _bare(on_target), others) for name in names]
        warned, scanned = (
            _bare(
                judgement
                for judgement in judgements(self._warning, manifest, requested, scan=scan)
                if judgement.verdict == "warned"
            )
            for scan in (False, True)
        )
        elsewhere.sort(key=lambda other: self._order[other.target])
        return Facts(outcome, _bare(on_source), own, tuple(elsewhere), warned, scanned)


def _outputs(targets: Iterable[OnTarget]) -> Iterator[tuple[ir.Program, frozenset[str], tuple[str, ...]]]:
    """(program, widely, targets) for each meaning that the outputs of ``targets`` have. Targets with one meaning stand together."""
    named: dict[tuple[ir.Program, frozenset[str]], list[str]] = {}
    for target in targets:
        if not target.errors:
            named.setdefault((target.program, target.widely), []).append(target.name)
    for (program, widely), names in named.items():
        yield program, widely, tuple(names)


def _outcome(judged: tuple[Judgement, ...], known: frozenset[Refusal]) -> Outcome:
    if not works(judged, known):
        return "refused"
    if all(judgement.policy is None for judgement in judged):
        return "unjudged"
    return "changed" if any(judgement.defaulted for judgement in judged) else "admitted"


def _bare(judged: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """``judged`` without the manifest and its place, so that equal judgements of two pods are equal."""
    return tuple(
        replace(judgement, span=_NOWHERE, kind="", namespace="", name="", template="", pod={}) for judgement in judged
    )


# --- workloads ------------------------------------------------------------------


def _workloads(judged: Iterable[tuple[Manifest, str, Facts]]) -> tuple[Workload, ...]:
    """A workload for each manifest, but one for all running pods of an owner whose facts are the same."""
    alone: list[Workload] = []
    owned: dict[tuple[str, str, str], list[Workload]] = {}
    for manifest, namespace, facts in judged:
        owner = _owner(manifest)
        if owner is None:
            place = manifest.kind, namespace, manifest.name, manifest.template, manifest.span
            alone.append(Workload(*place, facts))
            continue
        kind, name = owner
        siblings = owned.setdefault((namespace, kind, name), [])
        at = next((at for at, sibling in enumerate(siblings) if sibling.facts is facts or sibling.facts == facts), None)
        if at is None:
            siblings.append(Workload(kind, namespace, name, "", manifest.span, facts, 1))
        else:
            siblings[at] = replace(siblings[at], pods=siblings[at].pods + 1)
    every = (*alone, *(workload for siblings in owned.values() for workload in siblings))
    return tuple(sorted(every, key=lambda workload: (workload.namespace, workload.kind, workload.name)))


def _owner(manifest: Manifest) -> tuple[str, str] | None:
    """The kind and the name of the workload that a running pod says it is one of; None where it names none.

    A Deployment owns its pods by a ReplicaSet. Anybody may write such metadata, so that it decides about no verdict.
    """
    metadata = as_object(manifest.pod.get("metadata")) if manifest.kind == "Pod" else {}
    owners = metadata.get("ownerReferences")
    controlling = (
        (as_object(owner) for owner in owners if as_object(owner).get("controller") is True)
        if isinstance(owners, list)
        else ()
    )
    for owner in controlling:
        kind, name = str(owner.get("kind", "")), str(owner.get("name", ""))
        suffix = f"-{as_object(metadata.get('labels')).get(_TEMPLATE_HASH)}"
        if kind == _REPLICAS and name.endswith(suffix):
            return "Deployment", name.removesuffix(suffix)
        return kind, name
    return None
