"""The folder of a ``kyverno test``: the test, its pods and, where needed, old pods and a user."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from pscc.base.frozen import frozen
from pscc.cases.suite import Case
from pscc.ir.access import Request
from pscc.output.contents import OutputFile
from pscc.output.templating import Code, render, yaml_quote


@frozen
class Result:
    """``rule`` comes to ``outcome`` (``pass`` or ``fail``) on the pods of ``cases``."""

    rule: str
    outcome: str
    cases: tuple[Case, ...]


def test_files(
    folder: str, policy: str, cases: Sequence[Case], results: Iterable[Result], user: Request | None = None
) -> list[OutputFile]:
    """The files of the test ``folder`` of ``policy``: its pods are asked for by ``user``, or nobody in particular."""
    import yaml

    updates = [(case, case.old_pod) for case in cases if case.old_pod is not None]
    name = yaml_quote(policy)
    rows = [
        {
            "rule": yaml_quote(result.rule),
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
        updates=bool(updates),
        user=user is not None,
    )
    pods = "---\n".join(str(yaml.safe_dump(case.pod, sort_keys=False)) for case in cases)
    files = [OutputFile(f"{folder}/kyverno-test.yaml", test), OutputFile(f"{folder}/pods.yaml", pods)]
    if updates:
        old = [{"name": yaml_quote(c.name), "object": Code(json.dumps(old_object(c.pod, pod)))} for c, pod in updates]
        values = render("kyverno/values.yaml.j2", name=name, updates=old)
        files.append(OutputFile(f"{folder}/values.yaml", values))
    if user is not None:
        files.append(user_file(folder, user))
    return files


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
