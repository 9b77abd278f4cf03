"""Gatekeeper's command line: ``gator test`` on the templates and constraints of an output, in Rego and in CEL.

It judges objects as they are, as Gatekeeper's audit does. It runs no mutator on them, and knows no operation.
Source: ``Test`` in Gatekeeper 3.23 ``pkg/gator/test/test.go``.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pscc.base.frozen import frozen
from pscc.output.contents import OutputFile
from pscc.verify.engines._base import Answer, EngineError, Json, Review, Tick, answer, chunks
from pscc.verify.engines._files import write, write_objects
from pscc.verify.engines._process import run, shown

_CHUNK = 100
_FOLDERS = ("templates/", "policies/", "workloads/")
_MARKER_KIND = "PsccVerifySeen"
_MARKER = OutputFile(
    "witness.yaml",
    f"""\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: {_MARKER_KIND.lower()}
spec:
  crd:
    spec:
      names:
        kind: {_MARKER_KIND}
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: Rego
          source:
            version: v1
            rego: |
              package {_MARKER_KIND.lower()}

              violation contains {{"msg": "seen"}}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: {_MARKER_KIND}
metadata:
  name: {_MARKER_KIND.lower()}
spec:
  enforcementAction: dryrun
""",
)
"""A constraint that every object violates. gator prints nothing for an object without a violation, or one that it skipped."""


@frozen
class Gator:
    """The program ``gator`` at ``path``, each run of it within ``timeout`` seconds."""

    path: str
    timeout: float
    name: str = "gator"
    target: str = "gatekeeper"
    changes_pods: bool = False
    takes_updates: bool = False
    takes_users: bool = False
    takes_workloads: bool = True
    joins_messages: bool = False
    is_own: bool = True
    runs_in_cel: str = "CEL"
    note: str = (
        "gator runs neither the mutators of pods nor updates: it got each pod with the defaults set and, where that is another "
        "pod, as it came; of an update it got the new pod. It knows no user: where that matters, it judged by the pod's service "
        "account alone, as Gatekeeper's audit does."
    )

    def runs(self, path: str) -> bool:
        """True for templates, and constraints on pods and on workloads; False for mutators."""
        return path.startswith(_FOLDERS) and not path.endswith("/kustomization.yaml")

    def version(self) -> str:
        """The release that ``gator version`` says."""
        lines = run([self.path, "version"], self.timeout).out.splitlines()
        return next((line.split()[1].removeprefix("v") for line in lines if line.startswith("GitVersion: ")), "")

    def ask(self, files: Sequence[OutputFile], reviews: Sequence[Review], tick: Tick) -> tuple[Answer, ...]:
        """The answers of the constraints about the pod of each review, without mutation."""
        answers: list[Answer] = []
        with tempfile.TemporaryDirectory(prefix="pscc-") as folder:
            loaded = write(Path(folder), [_MARKER, *(f for f in files if self.runs(f.path))])
            for chunk in chunks(reviews, _CHUNK):
                pods = write_objects(Path(folder) / "pods.yaml", (review.applied for review in chunk))
                places = write_objects(Path(folder) / "namespaces.yaml", namespaces(chunk))
                answers += self._chunk([*loaded, pods, places], chunk)
                tick(len(chunk))
        return tuple(answers)

    def _chunk(self, paths: Sequence[str], reviews: Sequence[Review]) -> list[Answer]:
        done = run([self.path, "test", "--output", "json", *(f"--filename={path}" for path in paths)], self.timeout)
        try:
            results = json.loads(done.out)
        except ValueError:
            results = None
        if done.code not in (0, 1) or not isinstance(results, list):
            raise EngineError(f"gator test failed with exit code {done.code}{shown(done.err or done.out)}")
        denials, warnings = _by_name(results)
        for review in reviews:
            if "seen" not in warnings.get(review.name, []):
                raise EngineError(f"gator test did not look at the {review.kind} {review.name}{shown(done.err)}")
        return [answer(denials.get(r.name, []), [w for w in warnings[r.name] if w != "seen"]) for r in reviews]


def namespaces(reviews: Sequence[Review]) -> list[Json]:
    """The Namespaces of ``reviews`` as objects, with their labels."""
    labels_of = {r.request.namespace: dict(r.request.namespace_labels) for r in reviews if r.request is not None}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        for name, labels in labels_of.items()
    ]


def _by_name(results: Iterable[object]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The denials and the warnings for each object, by its name."""
    denials: dict[str, list[str]] = {}
    warnings: dict[str, list[str]] = {}
    for result in results:
        if not isinstance(result, Mapping):
            continue
        messages_of = denials if _denies(result) else warnings
        name = _object(_object(result.get("violatingObject")).get("metadata")).get("name")
        messages_of.setdefault(str(name), []).append(str(result.get("msg")))
    return denials, warnings


def _denies(result: Mapping[str, object]) -> bool:
    """Whether ``result`` denies; of a scoped constraint, at gator's own enforcement point.

    Source: ``Result`` in ``github.com/open-policy-agent/frameworks/constraint/pkg/types``.
    """
    action, scoped = result.get("enforcementAction"), result.get("scopedActions")
    return action == "deny" or (action == "scoped" and isinstance(scoped, list) and "deny" in scoped)


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, Mapping) else {}
