"""The tests of policies in CEL for ``kyverno test``: on created pods, because the command line takes no old object for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pscc import ir
from pscc.cases.choice_suite import choice_cases
from pscc.cases.suite import Case
from pscc.ir.access import Request
from pscc.lowering.default_checks import choice_without
from pscc.output.contents import OutputFile
from pscc.output.templating import Code, render, yaml_quote
from pscc.targets.shared.kyverno_suite import by_requester, user_file
from pscc.targets.shared.names import Names


def policy_suite(name: str, shapes: Collection[str], cases: Sequence[Case]) -> list[OutputFile]:
    """The test of the policy ``name``, whose checks have these ``shapes``."""
    created = [case for case in cases if case.old_pod is None]
    failing = [not set(case.shapes).isdisjoint(shapes) for case in created]
    return _test(f"suite/{name}", name, created, failing) if created else []


def choice_suites(choice: ir.Choice, names: Names) -> list[OutputFile]:
    """The tests of ``choice``, one for each requester. Another policy sets the defaults, so the pods have them already."""
    files: list[OutputFile] = []
    for number, (request, cases) in enumerate(by_requester(choice_cases(choice_without(choice))).items(), 1):
        created = [case for case in cases if case.old_pod is None]
        failing = [not case.allowed for case in created]
        if created:
            folder = f"suite/{names.derived(choice.name, f'request-{number}')}"
            files += _test(folder, names[choice.name], created, failing, request)
    return files


def _test(
    folder: str, policy: str, cases: Sequence[Case], failing: Sequence[bool], user: Request | None = None
) -> list[OutputFile]:
    import yaml

    outcomes = {
        outcome: [case for case, fails in zip(cases, failing, strict=True) if fails is (outcome == "fail")]
        for outcome in ("pass", "fail")
    }
    results = [
        {"resources": [yaml_quote(case.resource) for case in those], "result": Code(outcome)}
        for outcome, those in outcomes.items()
        if those
    ]
    title = yaml_quote(folder.rsplit("/", 1)[-1])
    name = yaml_quote(policy)
    test = render("kyverno_cel/test.yaml.j2", title=title, name=name, results=results, user=user is not None)
    pods = "---\n".join(str(yaml.dump(case.pod, Dumper=yaml.CSafeDumper, sort_keys=False)) for case in cases)
    files = [OutputFile(f"{folder}/kyverno-test.yaml", test), OutputFile(f"{folder}/pods.yaml", pods)]
    return [*files, user_file(folder, user)] if user is not None else files
