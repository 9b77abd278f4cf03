"""The folder of a ``kyverno test``: the test, its pods and, where needed, old pods and a user."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from pscc.base.frozen import frozen
from pscc.cases.suite import Case
from pscc.cases.workloads import WorkloadCase
from pscc.ir.access import EVERYWHERE, Request, Scope
from pscc.output.contents import OutputFile
from pscc.output.templating import Code, render, yaml_block, yaml_lines, yaml_quote


@frozen
class Result:
    """``rule`` comes to ``outcome`` (``pass`` or ``fail``) on the objects of ``kind`` in ``cases``."""

    rule: str
    kind: str
    outcome: str
    cases: tuple[Case | WorkloadCase, ...]


def test_files(
    folder: str,
    policy: str,
    cases: Sequence[Case],
    results: Iterable[Result],
    user: Request | None = None,
    workloads: Sequence[WorkloadCase] = (),
    scope: Scope = EVERYWHERE,
) -> list[OutputFile]:
    """The files of the test ``folder`` of ``policy``: its objects are asked for by ``user``, or nobody in particular.

    They are in a namespace with the labels that ``scope`` goes by.
    """
    import yaml

    name = yaml_quote(policy)
    values = values_file(folder, policy, scope, cases)
    rows = [
        {
            "rule": yaml_quote(result.rule),
            "kind": Code(result.kind),
            "resources": [yaml_quote(case.resource) for case in result.cases],
            "result": Code(result.outcome),
        }
        for result in results
    ]
    test = render(
        "kyverno/test.yaml.j2",
        title=yaml_quote(folder.rsplit("/", 1)[-1]),
        name=name,
        results=rows,
        values=bool(values),
        user=user is not None,
        workloads=bool(workloads),
    )
    pods = "---\n".join(str(yaml.safe_dump(case.pod, sort_keys=False)) for case in cases)
    files = [OutputFile(f"{folder}/kyverno-test.yaml", test), OutputFile(f"{folder}/pods.yaml", pods)]
    if workloads:
        files.append(workloads_file(folder, workloads))
    files += values
    if user is not None:
        files.append(user_file(folder, user))
    return files


def values_file(folder: str, policy: str, scope: Scope, cases: Iterable[Case] = ()) -> list[OutputFile]:
    """The file with the old pods of the updates among ``cases``, and the labels of the namespace; none if there is neither."""
    old = [
        {"name": yaml_quote(case.name), "object": Code(json.dumps(old_object(case.pod, case.old_pod)))}
        for case in cases
        if case.old_pod is not None
    ]
    labelled = bool(scope.labels or scope.except_labels)
    if not old and not labelled:
        return []
    text = render(
        "kyverno/values.yaml.j2",
        name=yaml_quote(policy),
        updates=old,
        namespace=yaml_quote(scope.example),
        labels=yaml_block("\n".join(yaml_lines(dict(scope.labels))), 6) if labelled else Code(""),
    )
    return [OutputFile(f"{folder}/values.yaml", text)]


def workloads_file(folder: str, workloads: Sequence[WorkloadCase]) -> OutputFile:
    """The file with the workloads of the test ``folder``."""
    import yaml

    documents = (str(yaml.safe_dump(workload.manifest, sort_keys=False)) for workload in workloads)
    return OutputFile(f"{folder}/workloads.yaml", "---\n".join(documents))


def of_each_kind(
    cases: Iterable[Case], workloads: Iterable[WorkloadCase]
) -> list[tuple[str, list[Case | WorkloadCase]]]:
    """The objects of a test by their kind, pods first."""
    by_kind: dict[str, list[Case | WorkloadCase]] = {"Pod": list(cases)}
    for workload in workloads:
        by_kind.setdefault(workload.kind, []).append(workload)
    return list(by_kind.items())


def by_requester(cases: Iterable[Case]) -> dict[Request, list[Case]]:
    """The cases of each request. Those without a user are left out, as in Kyverno's background scans."""
    by_request: dict[Request, list[Case]] = {}
    for case in cases:
        if case.request is not None and case.request.user:
            by_request.setdefault(case.request, []).append(case)
    return by_request


def user_file(folder: str, user: Request) -> OutputFile:
    """The file with the requester of the test ``folder``."""
    groups = [yaml_quote(group) for group in user.groups]
    text = render("kyverno/user.yaml.j2", user=yaml_quote(user.user), groups=groups)
    return OutputFile(f"{folder}/user.yaml", text)


def old_object(pod: object, old_pod: object) -> object:
    """``old_pod`` for Kyverno's values, with an empty value for each field of ``pod`` that it lacks: Kyverno merges the two."""
    if not isinstance(pod, dict) or not isinstance(old_pod, dict):
        return old_pod
    lacking: dict[str, object] = {k: [] if isinstance(v, list) else None for k, v in pod.items() if k not in old_pod}
    return {**{key: old_object(pod.get(key), value) for key, value in old_pod.items()}, **lacking}
