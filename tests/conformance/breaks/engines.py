"""The engines, asked about documents as they are given: what they answer to each request, in a form that can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import yaml

from conformance.breaks.asks import Ask
from conformance.breaks.requesters import LABELS
from conformance.jsonl import EngineError, Json, Process
from support.emitted.settings import CEL, PER_POLICY
from support.engines import run


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of a request: whether it admits it; each text with what is done about it; the object then."""

    allowed: bool
    findings: tuple[tuple[str, str], ...]
    object: str = ""


Emitted = tuple[Json, ...] | Mapping[str, str]
"""What is applied: documents; of OPA the texts of its files, by their paths."""


class Asked(Protocol):
    """An engine that runs."""

    def load(self, emitted: Emitted) -> None:
        """Apply ``emitted``, and nothing else. Raises `EngineError` where the engine refuses it."""
        ...

    def answers(self, asked: list[Ask]) -> list[Answer]:
        """What it says of requests that one review can hold. Raises `EngineError`."""
        ...


def _objects(emitted: tuple[Json, ...]) -> list[Json]:
    """``emitted``, where each is an object to an API server. Raises `EngineError`."""
    for document in emitted:
        named = isinstance(document.get("metadata"), dict) and document["metadata"].get("name")
        if not (document.get("apiVersion") and document.get("kind") and named):
            raise EngineError(f"no object: {document.get('kind')} without apiVersion, kind or name")
    return list(emitted)


_PROCESSES = {
    "gatekeeper": "gatekeeper-review",
    CEL: "gatekeeper-review",
    PER_POLICY: "gatekeeper-review",
    "kyverno-cel": "kyverno-review",
    "vap": "vap-review",
}


@contextmanager
def running(output: str, grants: Sequence[Json] = ()) -> Iterator[Asked]:
    """The engine of ``output``; the API server's authorizer knows ``grants``."""
    if output == "opa":
        with TemporaryDirectory() as folder:
            yield Opa(Path(folder))
    elif output == "kyverno":
        with TemporaryDirectory() as folder:
            yield Kyverno(Path(folder))
    else:
        with Process(_PROCESSES[output]) as process:
            yield Reviews(process, output == "vap", grants)


@dataclass(slots=True)
class Reviews:
    """A program that reviews as webhooks, or the API server's plugins, would: mutation first."""

    process: Process
    plugins: bool
    grants: Sequence[Json] = ()

    def load(self, emitted: Emitted) -> None:
        """See `Asked`."""
        assert isinstance(emitted, tuple)
        documents = _objects(emitted)
        if self.plugins:
            documents += [
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
                for name, labels in LABELS.items()
            ]
        self.process.ask({"op": "load", "documents": documents})

    def answers(self, asked: list[Ask]) -> list[Answer]:
        """See `Asked`."""
        first = asked[0]
        review: Json = {
            "op": "review",
            "mutate": first.operation != "DELETE",
            "operation": first.operation,
            "subresource": first.subresource,
            "namespace": first.namespace if self.plugins else {"name": first.namespace, "labels": first.labels},
            "user": {"name": first.user, "groups": list(first.groups)},
            "pods": [ask.object for ask in asked],
        }
        if first.operation == "UPDATE":
            review["oldPods"] = [ask.old for ask in asked]
        if self.plugins:
            review["grants"] = list(self.grants)
        return [_answer(result) for result in self.process.results(review)]


def _answer(result: Json) -> Answer:
    if result.get("error"):
        return Answer(False, (("error", str(result["error"])),))
    findings = [(violation["enforcementAction"], violation["message"]) for violation in result.get("violations", [])]
    findings += [(",".join(finding["actions"]), finding["message"]) for finding in result.get("findings", [])]
    return Answer(result["allowed"], tuple(sorted(findings)), json.dumps(result.get("pod"), sort_keys=True))


# --- OPA --------------------------------------------------------------------------


_QUERY = """answers := [answer |
	some request in input.requests
	denied := {["deny", one] | some one in data.main.deny with input as request}
	warned := {["warn", one] | some one in data.main.warn with input as request}
	silent := {["error", "deny is undefined"] | not data.main.deny with input as request}
	of_controls := {[name, json.marshal(one)] |
		some name, _ in data.pscc
		some kind in ["violation", "warning"]
		some one in data.pscc[name][kind] with input as request
	}
	answer := [count(denied) == 0, ((denied | warned) | silent) | of_controls]
]"""


@dataclass(slots=True)
class Opa:
    """OPA's command line: all requests of a batch in one evaluation; AdmissionReviews, and bare objects where nobody asks."""

    folder: Path

    def load(self, emitted: Emitted) -> None:
        """See `Asked`."""
        assert isinstance(emitted, Mapping)
        for path in self.folder.iterdir():
            path.unlink()
        for name, text in emitted.items():
            (self.folder / name.replace("/", "-")).write_text(text, encoding="utf-8")

    def answers(self, asked: list[Ask]) -> list[Answer]:
        """See `Asked`; these may differ in all."""
        given = json.dumps({"requests": [_review_of(ask) for ask in asked]})
        done = run("opa", "eval", "--format", "json", "--stdin-input", "--data", self.folder, _QUERY, stdin=given)
        if done.returncode != 0:
            raise EngineError(f"opa: {done.stdout}{done.stderr}")
        results = json.loads(done.stdout).get("result")
        if not results:
            raise EngineError("opa: no answer")
        return [
            Answer(allowed, tuple(sorted((kind, text) for kind, text in findings)))
            for allowed, findings in results[0]["bindings"]["answers"]
        ]


def _review_of(ask: Ask) -> Json:
    if not ask.user and ask.operation == "CREATE":
        return ask.object
    request: Json = {
        "operation": ask.operation,
        "namespace": ask.namespace,
        "userInfo": {"username": ask.user, "groups": list(ask.groups)},
        "object": None if ask.operation == "DELETE" else ask.object,
    }
    if ask.old is not None:
        request["oldObject"] = ask.old
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


# --- Kyverno's command line ---------------------------------------------------------


@dataclass(slots=True)
class Kyverno:
    """``kyverno apply``, which takes one user for all objects, and neither an operation nor an old object in CEL."""

    folder: Path

    def load(self, emitted: Emitted) -> None:
        """See `Asked`."""
        assert isinstance(emitted, tuple)
        given = _objects(emitted)
        (self.folder / "policies.yaml").write_text(
            "---\n".join(json.dumps(document) + "\n" for document in given), "utf-8"
        )

    def answers(self, asked: list[Ask]) -> list[Answer]:
        """See `Asked`."""
        objects = [_named(ask, f"object-{number}") for number, ask in enumerate(asked)]
        info = {"username": asked[0].user, "groups": list(asked[0].groups)}
        head = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "UserInfo", "metadata": {"name": "user"}}
        spaces = [
            {"name": ask.namespace, "labels": {"kubernetes.io/metadata.name": ask.namespace, **ask.labels}}
            for ask in {ask.namespace: ask for ask in asked}.values()
        ]
        values = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values", "namespaceSelector": spaces}
        paths = {name: self.folder / f"{name}.yaml" for name in ("policies", "objects", "user", "values")}
        paths["objects"].write_text("---\n".join(json.dumps(document) + "\n" for document in objects), encoding="utf-8")
        paths["user"].write_text(json.dumps({**head, "userInfo": info}), encoding="utf-8")
        paths["values"].write_text(json.dumps(values), encoding="utf-8")
        out = self.folder / "out"
        out.mkdir(exist_ok=True)
        for path in out.iterdir():
            path.unlink()
        about = ("-r", paths["objects"], "-u", paths["user"], "-f", paths["values"])
        done = run("kyverno", "apply", paths["policies"], *about, "-p", "--output-format", "json", "-o", out)
        if "{" not in done.stdout:
            raise EngineError(f"kyverno: {done.stdout}{done.stderr}")
        findings: dict[str, list[tuple[str, str]]] = {document["metadata"]["name"]: [] for document in objects}
        try:
            reported = json.loads(done.stdout[done.stdout.index("{") :])
        except json.JSONDecodeError as error:
            raise EngineError(f"kyverno: {done.stdout}{done.stderr}") from error
        for row in reported["results"] or []:
            for resource in row["resources"]:
                if row["result"] not in ("pass", "skip") and resource["name"] in findings:
                    findings[resource["name"]].append(
                        (f"{row['policy']}/{row.get('rule', '')}", row.get("message", ""))
                    )
        changed = {
            document["metadata"]["name"]: document
            for path in sorted(out.iterdir())
            for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            if document
        }
        return [
            Answer(not findings[name], tuple(sorted(findings[name])), json.dumps(changed.get(name), sort_keys=True))
            for name in findings
        ]


def _named(ask: Ask, name: str) -> Json:
    return {**ask.object, "metadata": {**ask.object["metadata"], "name": name, "namespace": ask.namespace}}
