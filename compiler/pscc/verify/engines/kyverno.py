"""Kyverno's command line on ClusterPolicies: ``kyverno apply``, mutations first."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from pscc.base.frozen import frozen
from pscc.output.contents import OutputFile
from pscc.verify.engines import _kyverno
from pscc.verify.engines._base import Answer, EngineError, Json, Review, Tick, answer, chunks
from pscc.verify.engines._files import write

_MARKER = OutputFile(
    "witness.yaml",
    """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: pscc-verify-seen
spec:
  rules:
    - name: seen
      match:
        any:
          - resources:
              kinds:
                - Pod
      validate:
        failureAction: Audit
        cel:
          expressions:
            - expression: "true"
""",
)
"""A policy that every pod passes: a pod without a result of it was skipped."""


@frozen
class Kyverno:
    """The program ``kyverno`` at ``path``, each run of it within ``timeout`` seconds."""

    path: str
    timeout: float
    name: str = "kyverno"
    target: str = "kyverno"
    changes_pods: bool = True
    takes_updates: bool = True
    takes_users: bool = True
    takes_workloads: bool = False
    joins_messages: bool = False
    is_own: bool = True
    runs_in_cel: str = ""
    note: str = (
        "Kyverno's command line was asked about pods alone. No rule for Deployments and the like was tried: neither those that "
        "Kyverno writes itself, nor those of a `choose`."
    )

    def runs(self, path: str) -> bool:
        """The policies."""
        return path.startswith("policies/")

    def version(self) -> str:
        """The version that ``kyverno version`` says."""
        return _kyverno.version(self.path, self.timeout)

    def ask(self, files: Sequence[OutputFile], reviews: Sequence[Review], tick: Tick) -> tuple[Answer, ...]:
        """The answers of the policies to each review, with the pods that they change."""
        policies = [file for file in files if self.runs(file.path)]
        if not policies:
            return tuple(Answer(pod=review.pod) for review in reviews)
        answers: dict[str, Answer] = {}
        for alike in _kyverno.alike(reviews):
            for chunk in chunks(alike, _kyverno.CHUNK):
                with tempfile.TemporaryDirectory(prefix="pscc-") as folder:
                    answers |= zip((r.name for r in chunk), self._chunk(Path(folder), policies, chunk), strict=True)
                tick(len(chunk))
        return tuple(answers[review.name] for review in reviews)

    def _chunk(self, folder: Path, policies: Sequence[OutputFile], reviews: Sequence[Review]) -> list[Answer]:
        paths = write(folder, [*policies, _MARKER])
        rules = _rules(_kyverno.documents(paths))
        names = dict.fromkeys(policy for policy, _ in rules)
        run = _kyverno.apply([self.path, "apply", "--audit-warn"], self.timeout, folder, paths, reviews, names)
        looked_at = {result.name for result in run.results}
        if unseen := [review.name for review in reviews if review.name not in looked_at]:
            raise EngineError(f"kyverno apply ran no rule on the pod {unseen[0]}{run.printed}")
        updates, request = reviews[0].old_pod is not None, reviews[0].request
        ran = {(result.policy, result.rule) for result in run.results}
        # where it matters who asks and where, not each rule is about one of these pods
        for rule, validates in rules.items() if request is None else ():
            if rule not in ran and (validates or not updates):
                raise EngineError(f"kyverno apply ran the rule {rule[1]} of {rule[0]} on no pod{run.printed}")
        return [_answer(review, run) for review in reviews]


def _answer(review: Review, run: _kyverno.Run) -> Answer:
    objecting = [result for result in run.results if result.name == review.name and result.objects]
    denials = [result.message for result in objecting if result.outcome != "warn"]
    warnings = [result.message for result in objecting if result.outcome == "warn"]
    return answer(denials, warnings, run.changed.get(review.name, review.pod))


def _rules(documents: Sequence[Json]) -> dict[tuple[str, str], bool]:
    """The rules of policies, by policy and name: whether each validates, or else mutates."""
    validates: dict[tuple[str, str], bool] = {}
    for document in documents:
        rules = _kyverno.mapping(document.get("spec")).get("rules")
        for rule in map(_kyverno.mapping, rules if isinstance(rules, list) else []):
            validates[_kyverno.name_of(document), str(rule.get("name"))] = "validate" in rule
    return validates
