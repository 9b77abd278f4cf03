"""The suite of an output for ``gator verify``. It runs the files that are applied.

gator compiles a template again for each case. It takes one Constraint a test and one object a case, each the first of its
file. It runs no mutators, and looks at no enforcement action: a test of its own compares the applied objects with what was
compiled. Source: ``Runner`` in Gatekeeper 3.23 ``pkg/gator/verify/runner.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pscc import ir
from pscc.base.yaml_classes import safe_dumper
from pscc.cases.choice_suite import admission_review
from pscc.cases.suite import Case
from pscc.cases.workloads import WorkloadCase, workload_cases
from pscc.ir.access import Scope
from pscc.lowering.settled import with_settled
from pscc.output.contents import Cases, OutputFile
from pscc.output.templating import Code, render, yaml_quote
from pscc.reference import interpreter
from pscc.targets.gatekeeper.applied import Applied, template_path
from pscc.targets.gatekeeper.workloads import ON_PODS, ON_WORKLOADS, Place
from pscc.targets.shared.names import Names

_TEMPLATE, _CONSTRAINT = "suite/applied-template.yaml", "suite/applied.yaml"
RESERVED = ("kustomization", "applied.yaml", "applied-template.yaml")
"""Names that the files of a policy cannot have."""
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
"""What has a meaning in a regular expression. Source: ``QuoteMeta`` in Go's ``regexp``."""
Test = Mapping[str, object]


def suite_files(program: ir.Program, cases: Cases, applied: Sequence[Applied], owners: Names) -> list[OutputFile]:
    """``suite.yaml`` and what it reads beside the ``applied`` objects; ``owners`` are the names of the policies' files.

    Each check is tested with the pods that it refuses and those that the whole policy admits.
    """
    tests: list[Test] = []
    files: list[OutputFile] = []
    for policy in program.policies:
        suite_cases = cases.get(policy.name, ())
        constraints, on_workloads = (_placed(applied, place, policy.name) for place in (ON_PODS, ON_WORKLOADS))
        if not suite_cases or not constraints:
            continue
        folder = f"suite/{owners[policy.name]}"
        workloads = list(workload_cases(with_settled(policy, program), suite_cases)) if on_workloads else []
        namespace = _namespace(policy.scope, folder)
        files += [OutputFile(f"{folder}/{case.name}.yaml", _document(_review(case))) for case in suite_cases]
        files += [OutputFile(f"{folder}/{workload.name}.yaml", _document(workload.manifest)) for workload in workloads]
        files += namespace
        place = yaml_quote(namespace[0].path) if namespace else Code("")
        for constraint in constraints:
            tests.append({**_test(constraint, list(_of_pods(constraint, folder, suite_cases))), "namespace": place})
        for constraint in on_workloads:
            tests.append({**_test(constraint, list(_of_workloads(constraint, folder, workloads))), "namespace": place})
    for choice in program.choices:
        (constraint,) = (applied_object for applied_object in applied if applied_object.owner is choice)
        folder = f"suite/{owners[choice.name]}"
        suite_cases = cases.get(choice.name, ())
        files += [OutputFile(f"{folder}/{case.name}.yaml", _document(admission_review(case))) for case in suite_cases]
        rows = [_row(case.name, folder, [case.message] if case.message else []) for case in suite_cases]
        tests.append({**_test(constraint, rows), "namespace": Code("")})
    if not cases:
        return []
    return [
        OutputFile("suite.yaml", render("gatekeeper/suite.yaml.j2", tests=[*tests, _of_applied(applied)])),
        OutputFile(_TEMPLATE, render("gatekeeper/suite_template.yaml.j2")),
        OutputFile(
            _CONSTRAINT,
            render(
                "gatekeeper/suite_applied.yaml.j2",
                objects=[{"location": "", **applied_object.fields} for applied_object in applied],
            ),
        ),
        *files,
    ]


def _test(constraint: Applied, rows: Sequence[Test]) -> Test:
    return {
        "name": yaml_quote(constraint.named.name),
        "template": yaml_quote(template_path(constraint.named.kind)),
        "constraint": yaml_quote(constraint.path),
        "cases": rows,
    }


def _of_applied(applied: Iterable[Applied]) -> Test:
    """The test that each object has the spec that it was compiled with."""
    return {
        "name": Code("applied-as-compiled"),
        "template": Code(_TEMPLATE),
        "constraint": Code(_CONSTRAINT),
        "namespace": Code(""),
        "cases": [
            {
                "name": yaml_quote(f"{applied_object.named.name}-is-as-compiled"),
                "object": yaml_quote(applied_object.path),
                "messages": [],
            }
            for applied_object in applied
        ],
    }


def _placed(applied: Iterable[Applied], place: Place, policy: str) -> list[Applied]:
    """The Constraints at ``place`` of the policy with this name."""
    return [
        applied_object
        for applied_object in applied
        if isinstance(applied_object.owner, ir.Policy)
        and applied_object.owner.name == policy
        and applied_object.path.startswith(f"{place.folder}/")
    ]


def _of_pods(constraint: Applied, folder: str, cases: Iterable[Case]) -> Iterator[Test]:
    """The cases of ``constraint``. Pods that only other checks refuse are left out."""
    shapes = {check.shape for check in constraint.checks}
    for case in cases:
        messages = [text for shape, text in zip(case.shapes, case.messages, strict=True) if shape in shapes]
        if case.allowed or messages:
            yield _row(case.name, folder, messages)


def _of_workloads(constraint: Applied, folder: str, workloads: Iterable[WorkloadCase]) -> Iterator[Test]:
    """The cases of ``constraint``, whose policy assumes its defaults."""
    assert isinstance(constraint.owner, ir.Policy)
    its_own = replace(constraint.owner, checks=constraint.checks)
    for workload in workloads:
        messages = interpreter.check(its_own, workload.case.pod).messages
        if workload.allowed or messages:
            yield _row(workload.name, folder, messages)


def _row(name: str, folder: str, messages: Sequence[str]) -> Test:
    """The case of the object ``name`` below ``folder``: there is a violation with each of ``messages``, or none at all."""
    return {
        "name": yaml_quote(f"{name}-is-{'refused' if messages else 'admitted'}"),
        "object": yaml_quote(f"{folder}/{name}.yaml"),
        "messages": [yaml_quote(_pattern(message)) for message in messages],
    }


def _pattern(text: str) -> str:
    """A regular expression, in Go's syntax, that matches ``text`` alone."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _namespace(scope: Scope, folder: str) -> list[OutputFile]:
    """The file of the Namespace of the cases, where ``scope`` goes by its labels; else none."""
    if not scope.labels and not scope.except_labels:
        return []
    metadata = {"name": scope.example, "labels": dict(scope.labels)}
    return [
        OutputFile(
            f"{folder}/in-namespace.yaml", _document({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        )
    ]


def _review(case: Case) -> object:
    if case.old_pod is None:
        return case.pod
    metadata = case.pod.get("metadata")
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "pscc",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "operation": "UPDATE",
            "name": case.name,
            "namespace": metadata.get("namespace") if isinstance(metadata, dict) else None,
            "object": case.pod,
            "oldObject": case.old_pod,
        },
    }


def _document(value: object) -> str:
    import yaml

    return str(yaml.dump(value, Dumper=safe_dumper(), sort_keys=False))
