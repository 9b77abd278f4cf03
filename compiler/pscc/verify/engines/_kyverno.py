"""One run of ``kyverno apply``: what it is given, and what it reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pscc.base.frozen import frozen
from pscc.base.yaml_classes import safe_loader
from pscc.ir.access import Request
from pscc.targets.shared.kyverno_suite import old_object
from pscc.verify.engines._base import EngineError, Json, Review
from pscc.verify.engines._files import write_objects
from pscc.verify.engines._process import run, shown

CHUNK = 25
"""The number of objects for one run of the command line: it takes seconds for ten pods."""


@frozen
class Result:
    """The ``outcome`` of ``rule`` in ``policy`` on the object ``name``: ``pass``, ``skip``, ``fail``, ``warn`` or ``error``."""

    policy: str
    rule: str
    name: str
    outcome: str
    message: str

    @property
    def objects(self) -> bool:
        """Whether the rule refuses the object. An ``error`` refuses it as well: ``failurePolicy`` is ``Fail``."""
        return self.outcome not in ("pass", "skip")


@frozen
class Run:
    """The ``results`` of a run, and by name each object as the mutations leave it: those alone that a mutation looked at.

    ``printed`` is what the command line said beside its report, ready to stand behind the message of an error.
    """

    results: tuple[Result, ...]
    changed: Mapping[str, Json]
    printed: str


def version(path: str, timeout: float) -> str:
    """The version that the program at ``path`` says, empty where it says none. Raises `EngineError`."""
    lines = run([path, "version"], timeout).out.splitlines()
    return next((line.split()[1].removeprefix("v") for line in lines if line.startswith("Version: ")), "")


def alike(reviews: Sequence[Review]) -> list[list[Review]]:
    """``reviews`` in groups that one run can answer: of one kind, all updates or none, and by one user.

    The command line takes the operation, the user and the labels of namespaces for a whole run.
    """
    groups: dict[object, list[Review]] = {}
    for review in reviews:
        who = review.request and (review.request.user, review.request.groups)
        groups.setdefault((review.kind, review.old_pod is not None, who), []).append(review)
    return list(groups.values())


def apply(
    command: Sequence[str],
    timeout: float,
    folder: Path,
    policies: Sequence[str],
    reviews: Sequence[Review],
    valued: Iterable[str] = (),
) -> Run:
    """The run of ``command``, ``kyverno apply`` with options, on the files ``policies`` and what is applied in ``reviews``.

    The reviews are `alike`. ``valued`` names the policies that get the old pods of updates. Files are written below
    ``folder``. Raises `EngineError` where the program prints no report.
    """
    objects = write_objects(folder / "objects.yaml", (review.applied for review in reviews))
    changed = folder / "changed"
    arguments = [*command, *policies, "--resource", objects, "--policy-report"]
    arguments += ["--output-format", "json", "--output", str(changed)]
    request = reviews[0].request
    if reviews[0].old_pod is not None or request is not None:
        arguments += ["--values-file", write_objects(folder / "values.yaml", [_values(valued, reviews)])]
    if request is not None:
        arguments += ["--userinfo", write_objects(folder / "user.yaml", [_user(request)])]
    done = run(arguments, timeout)
    results = _results(done.out)
    if results is None:
        raise EngineError(f"kyverno apply printed no report (exit code {done.code}){shown(done.err or done.out)}")
    after = documents(sorted(map(str, changed.glob("*.yaml"))))
    return Run(results, {name_of(document): document for document in after}, shown(done.err))


def documents(paths: Sequence[str]) -> list[Json]:
    """The YAML objects in the files ``paths``. Raises `EngineError` for a file that cannot be read."""
    import yaml

    read: list[object] = []
    for path in paths:
        try:
            with open(path, encoding="utf-8") as stream:
                read += yaml.load_all(stream, safe_loader())
        except yaml.YAMLError as error:
            raise EngineError(f"{path} cannot be read: {error}") from None
    return [mapping(document) for document in read if document]


def name_of(document: Mapping[str, object]) -> str:
    """The name in the metadata of ``document``."""
    return str(mapping(document.get("metadata")).get("name"))


def mapping(value: object) -> Json:
    """``value`` as a mapping, an empty one for anything else."""
    return dict(value) if isinstance(value, Mapping) else {}


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


def _results(printed: str) -> tuple[Result, ...] | None:
    """The results of the report in ``printed``; None where there is no report."""
    try:
        # the report comes behind what the mutations have to say
        listed = json.loads(printed[printed.index('{"kind":') :])["results"]
    except (ValueError, KeyError, TypeError):
        return None
    return tuple(
        Result(
            str(result.get("policy")),
            str(result.get("rule")),
            str(resource.get("name")),
            str(result.get("result")),
            str(result.get("message", "")),
        )
        for result in (listed if isinstance(listed, list) else [])
        for resource in result.get("resources", [])
    )
