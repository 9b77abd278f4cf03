"""Kyverno: a ClusterPolicy per policy with a CEL rule per check, one for its defaults, and suites for ``kyverno test``.

Kyverno writes the rules for Deployments and other workloads itself. Must not know a control.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from textwrap import fill

from pscc import ir
from pscc.backends import kyverno_mutate
from pscc.backends._base import Output, OutputFile
from pscc.diagnostics import Diagnostic
from pscc.passes import specialise
from pscc.suite import Case
from pscc.targets.cel import check_of
from pscc.targets.cel_layout import laid_out
from pscc.targets.rego import comment, snake
from pscc.templating import Code, render, yaml_block, yaml_quote

_ACTIONS = {"enforce": "Enforce", "warn": "Audit", "audit": "Audit"}


@dataclass(frozen=True, slots=True)
class Kyverno:
    """The backend of Kyverno's ClusterPolicies."""

    name: str = "kyverno"

    def package(self, program: ir.Program, cases: dict[str, tuple[Case, ...]]) -> Output:
        """Policies, mutations, kustomization and a suite per policy of ``program``."""
        files: list[OutputFile] = []
        suites: list[OutputFile] = []
        told: list[Diagnostic] = []
        for policy in program.policies:
            mutations, notes = kyverno_mutate.rules(policy)
            told += notes
            if mutations:
                files.append(OutputFile(f"policies/{policy.name}-defaults.yaml", _mutation(policy, mutations)))
            checks = _checks(policy)
            if checks:
                files.append(OutputFile(f"policies/{policy.name}.yaml", _validation(policy, checks)))
                suites += _suite(policy, checks, cases.get(policy.name, ()))
        paths = tuple(file.path for file in files)
        files.append(
            OutputFile(
                "kustomization.yaml", render("kyverno/kustomization.yaml.j2", paths=[yaml_quote(p) for p in paths])
            )
        )
        return Output((*files, *suites), paths, tuple(told))


BACKEND = Kyverno()


def _checks(policy: ir.Policy) -> tuple[ir.Check, ...]:
    """The checks of ``policy`` with their values in them, without those which every pod passes."""
    return tuple(check for check in map(specialise, policy.checks) if check.requirements)


def _rule_name(check: ir.Check) -> str:
    return snake(check.shape).replace("_", "-")


def _one_line(text: str) -> Code:
    return Code(json.dumps(text, ensure_ascii=True))


def _meta(policy: ir.Policy, name: str, title: str, description: Code) -> dict[str, object]:
    return {"name": yaml_quote(name), "title": yaml_quote(title), "description": description}


def _validation(policy: ir.Policy, checks: tuple[ir.Check, ...]) -> str:
    described = dict.fromkeys(check.description for check in checks)
    description = yaml_block(fill(" ".join(described), 100, break_long_words=False, break_on_hyphens=False), 6)
    return render(
        "kyverno/validate.yaml.j2",
        policy=_meta(policy, policy.name, policy.title or policy.name, description),
        action=Code(_ACTIONS[policy.mode]),
        warn=policy.mode == "warn",
        rules=[_rule(check) for check in checks],
    )


def _rule(check: ir.Check) -> dict[str, object]:
    printed = check_of(check)
    return {
        "name": yaml_quote(_rule_name(check)),
        "statement": Code(comment(check.statement)),
        "message": _static(check.title),
        "concerned": yaml_block(laid_out(printed.concerned), 12),
        "variables": [
            {"name": Code(name), "expression": yaml_block(laid_out(text), 16)} for name, text in printed.variables
        ],
        "holds": yaml_block(laid_out(printed.holds), 16),
        "text": yaml_block(laid_out(printed.message), 16),
    }


def _static(title: str) -> Code:
    """What Kyverno says where it cannot evaluate the message, one beyond 5 KiB say."""
    return _one_line(f"{title}: the pod does not meet this policy.")


def _mutation(policy: ir.Policy, mutations: list[kyverno_mutate.Fields]) -> str:
    controls = ", ".join(dict.fromkeys(default.control for default in policy.defaults))
    description = yaml_block(fill(f"Sets what pods leave unset, before they are validated: {controls}.", 100), 6)
    title = f"{policy.title or policy.name}: defaults"
    return render(
        "kyverno/mutate.yaml.j2",
        policy=_meta(policy, f"{policy.name}-defaults", title, description),
        rules=mutations,
    )


def _suite(policy: ir.Policy, checks: tuple[ir.Check, ...], cases: tuple[Case, ...]) -> list[OutputFile]:
    """The test of ``policy`` over the pods of its suite; updates are left out, Kyverno's command line has no old object."""
    import yaml

    created = [case for case in cases if case.old_pod is None]
    if not created:
        return []
    folder = f"suite/{policy.name}"
    results = []
    for check in checks:
        for outcome, failing in (("pass", False), ("fail", True)):
            names = [yaml_quote(_resource(c)) for c in created if (check.shape in c.shapes) is failing]
            if names:
                results.append({"rule": yaml_quote(_rule_name(check)), "resources": names, "result": Code(outcome)})
    test = render("kyverno/test.yaml.j2", name=yaml_quote(policy.name), results=results)
    pods = "---\n".join(str(yaml.safe_dump(case.pod, sort_keys=False)) for case in created)
    return [OutputFile(f"{folder}/kyverno-test.yaml", test), OutputFile(f"{folder}/pods.yaml", pods)]


def _resource(case: Case) -> str:
    metadata = case.pod.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    return f"{namespace}/{case.name}" if namespace else case.name
