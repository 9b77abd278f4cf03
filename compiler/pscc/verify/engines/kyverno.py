"""Kyverno's command line: ``kyverno apply``, mutations first, on the policies of an output."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pscc.base.frozen import frozen
from pscc.base.yaml_classes import safe_loader
from pscc.ir.access import Request
from pscc.output.contents import OutputFile
from pscc.targets.shared.kyverno_suite import old_object
from pscc.verify.engines._base import Answer, EngineError, Json, Review, Tick, answer, chunks
from pscc.verify.engines._files import write, write_objects
from pscc.verify.engines._process import run, shown

_CHUNK = 25


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


@dataclass(slots=True)
class _PodReport:
    """The results of the report for one pod."""

    denials: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rules: set[tuple[str, str]] = field(default_factory=set)


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
        lines = run([self.path, "version"], self.timeout).out.splitlines()
        return next((line.split()[1].removeprefix("v") for line in lines if line.startswith("Version: ")), "")

    def ask(self, files: Sequence[OutputFile], reviews: Sequence[Review], tick: Tick) -> tuple[Answer, ...]:
        """The answers of the policies to each review, with the pods that they change."""
        policies = [file for file in files if self.runs(file.path)]
        if not policies:
            return tuple(Answer(pod=review.pod) for review in reviews)
        answers: dict[str, Answer] = {}
        # apart: operation, user and the labels of namespaces are the same for a whole run of the command line
        for alike in _alike(reviews):
            for chunk in chunks(alike, _CHUNK):
                with tempfile.TemporaryDirectory(prefix="pscc-") as folder:
                    answers |= zip((r.name for r in chunk), self._chunk(Path(folder), policies, chunk), strict=True)
                tick(len(chunk))
        return tuple(answers[review.name] for review in reviews)

    def _chunk(self, folder: Path, policies: Sequence[OutputFile], reviews: Sequence[Review]) -> list[Answer]:
        paths = write(folder, [*policies, _MARKER])
        pods = write_objects(folder / "pods.yaml", (review.pod for review in reviews))
        changed = folder / "changed"
        command = [self.path, "apply", *paths, "--resource", pods, "--policy-report", "--audit-warn"]
        command += ["--output-format", "json", "--output", str(changed)]
        rules = _rules(_documents(paths))
        updates, request = reviews[0].old_pod is not None, reviews[0].request
        if updates or request is not None:
            names = dict.fromkeys(policy for policy, _ in rules)
            command += ["--values-file", write_objects(folder / "values.yaml", [_values(names, reviews)])]
        if request is not None:
            command += ["--userinfo", write_objects(folder / "user.yaml", [_user(request)])]
        done = run(command, self.timeout)
        report = _report(done.out)
        if report is None:
            raise EngineError(f"kyverno apply printed no report (exit code {done.code}){shown(done.err or done.out)}")
        if unseen := [review.name for review in reviews if review.name not in report]:
            raise EngineError(f"kyverno apply ran no rule on the pod {unseen[0]}{shown(done.err)}")
        ran = {rule for entry in report.values() for rule in entry.rules}
        # where it matters who asks and where, not each rule is about one of these pods
        for rule, validates in rules.items() if request is None else ():
            if rule not in ran and (validates or not updates):
                raise EngineError(f"kyverno apply ran the rule {rule[1]} of {rule[0]} on no pod{shown(done.err)}")
        pods_after = {_name(pod): _object(pod) for pod in _documents(sorted(map(str, changed.glob("*.yaml"))))}
        return [answer(report[r.name].denials, report[r.name].warnings, pods_after.get(r.name, r.pod)) for r in reviews]


def _documents(paths: Sequence[str]) -> list[object]:
    import yaml

    documents: list[object] = []
    for path in paths:
        try:
            with open(path, encoding="utf-8") as stream:
                documents += [document for document in yaml.load_all(stream, safe_loader()) if document]
        except yaml.YAMLError as error:
            raise EngineError(f"{path} cannot be read: {error}") from None
    return documents


def _rules(documents: Sequence[object]) -> dict[tuple[str, str], bool]:
    """The rules of policies, by policy and name: whether each validates, or else mutates."""
    validates: dict[tuple[str, str], bool] = {}
    for document in documents:
        rules = _object(_object(document).get("spec")).get("rules")
        for rule in map(_object, rules if isinstance(rules, list) else []):
            validates[_name(document), str(rule.get("name"))] = "validate" in rule
    return validates


def _values(policies: Iterable[str], reviews: Sequence[Review]) -> Json:
    """The file for ``--values-file``: the operation of each review, and the old pod of an update."""
    rows: list[Json] = []
    for review in reviews:
        if review.old_pod is None:
            continue
        old = old_object(review.pod, review.old_pod)
        rows.append({"name": review.name, "values": {"request.operation": "UPDATE", "request.oldObject": old}})
    head: Json = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values"}
    labels = {r.request.namespace: dict(r.request.namespace_labels) for r in reviews if r.request is not None}
    places = [{"name": name, "labels": pairs} for name, pairs in labels.items()]
    values = [{"name": name, "resources": rows} for name in policies] if rows else []
    return {**head, **({"policies": values} if values else {}), **({"namespaceSelector": places} if places else {})}


def _user(request: Request) -> Json:
    """The file for ``--userinfo``."""
    user_info: Json = {"username": request.user, "groups": list(request.groups)}
    return {
        "apiVersion": "cli.kyverno.io/v1alpha1",
        "kind": "UserInfo",
        "metadata": {"name": "user"},
        "userInfo": user_info,
    }


def _alike(reviews: Sequence[Review]) -> list[list[Review]]:
    """``reviews`` in groups that one run can answer: all updates or none, and by one user."""
    groups: dict[object, list[Review]] = {}
    for review in reviews:
        who = review.request and (review.request.user, review.request.groups)
        groups.setdefault((review.old_pod is not None, who), []).append(review)
    return list(groups.values())


def _report(printed: str) -> dict[str, _PodReport] | None:
    """The results for each pod in the report in ``printed``, by the pod's name; None where there is no report."""
    try:
        # the report comes behind what the mutations have to say
        results = json.loads(printed[printed.index('{"kind":') :])["results"]
    except (ValueError, KeyError, TypeError):
        return None
    report: dict[str, _PodReport] = {}
    for result in results if isinstance(results, list) else []:
        for resource in result.get("resources", []):
            pod_report = report.setdefault(str(resource.get("name")), _PodReport())
            pod_report.rules.add((str(result.get("policy")), str(result.get("rule"))))
            match result.get("result"):
                case "pass" | "skip":
                    pass
                case "warn":
                    pod_report.warnings.append(str(result.get("message", "")))
                case _:
                    # an `error` keeps the pod out as well: failurePolicy is Fail
                    pod_report.denials.append(str(result.get("message", "")))
    return report


def _name(pod: object) -> str:
    return str(_object(_object(pod).get("metadata")).get("name"))


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, Mapping) else {}
