"""The tests of policies in CEL for ``kyverno test``: Kyverno's own policies, and Kubernetes'.

They have created pods alone, because the command line takes no old object for such policies. A test says which kind a policy
is of.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.yaml_classes import safe_dumper
from pscc.cases.choice_suite import choice_cases
from pscc.cases.suite import Case
from pscc.cases.workloads import WorkloadCase
from pscc.ir.access import EVERYWHERE, Request, Scope
from pscc.lowering.default_checks import choice_without
from pscc.output.contents import OutputFile
from pscc.output.templating import Code, render, yaml_quote
from pscc.targets.shared.kyverno_suite import by_requester, of_each_kind, user_file, values_file, workloads_file
from pscc.targets.shared.names import Names

Flag = Literal["isValidatingPolicy", "isValidatingAdmissionPolicy"]


@frozen
class Tested:
    """The validating policy ``name``, which is in the files ``paths``. ``flag`` is the field that says its kind."""

    name: str
    paths: tuple[str, ...]
    flag: Flag


def policy_suite(
    tested: Tested,
    shapes: Collection[str],
    cases: Sequence[Case],
    workloads: Sequence[WorkloadCase],
    scope: Scope,
) -> list[OutputFile]:
    """The test of a policy in ``scope`` whose checks have these ``shapes``."""
    created = [case for case in cases if case.old_pod is None]
    objects: tuple[Case | WorkloadCase, ...] = (*created, *workloads)
    failing = {case.name for case in objects if not set(case.shapes).isdisjoint(shapes)}
    return _test(f"suite/{tested.name}", tested, created, failing, workloads=workloads, scope=scope) if objects else []


def choice_suites(choice: ir.Choice, names: Names, tested: Tested) -> list[OutputFile]:
    """The tests of ``choice``, one for each requester. Another policy sets the defaults, so the pods have them already."""
    files: list[OutputFile] = []
    for number, (request, cases) in enumerate(by_requester(choice_cases(choice_without(choice))).items(), 1):
        created = [case for case in cases if case.old_pod is None]
        failing = {case.name for case in created if not case.allowed}
        if created:
            folder = f"suite/{names.derived(choice.name, f'request-{number}')}"
            files += _test(folder, tested, created, failing, request)
    return files


def _test(
    folder: str,
    tested: Tested,
    cases: Sequence[Case],
    failing: Collection[str],
    user: Request | None = None,
    workloads: Sequence[WorkloadCase] = (),
    scope: Scope = EVERYWHERE,
) -> list[OutputFile]:
    """The files of the test ``folder`` of ``tested``, which refuses the objects that ``failing`` names."""
    import yaml

    results = []
    for kind, judged in of_each_kind(cases, workloads):
        for outcome in ("pass", "fail"):
            resources = [yaml_quote(case.resource) for case in judged if (case.name in failing) is (outcome == "fail")]
            results += [{"kind": Code(kind), "resources": resources, "result": Code(outcome)}] if resources else []
    values = values_file(folder, tested.name, scope)
    test = render(
        "kyverno_cel/test.yaml.j2",
        title=yaml_quote(folder.rsplit("/", 1)[-1]),
        name=yaml_quote(tested.name),
        paths=[yaml_quote(f"../../{path}") for path in tested.paths],
        flag=Code(tested.flag),
        values=bool(values),
        results=results,
        user=user is not None,
        pods=bool(cases),
        workloads=bool(workloads),
    )
    pods = "---\n".join(str(yaml.dump(case.pod, Dumper=safe_dumper(), sort_keys=False)) for case in cases)
    files = [OutputFile(f"{folder}/kyverno-test.yaml", test), *values]
    files += [OutputFile(f"{folder}/pods.yaml", pods)] if cases else []
    files += [workloads_file(folder, workloads)] if workloads else []
    return [*files, user_file(folder, user)] if user is not None else files
