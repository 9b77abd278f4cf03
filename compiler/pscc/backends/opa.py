"""OPA: Rego per policy with its constants in it, an entry point for Conftest, and tests for ``opa test``.

Must not know a control.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pscc import ir, oracle
from pscc.backends._base import Output, OutputFile, origin
from pscc.diagnostics import Diagnostic
from pscc.passes import specialise
from pscc.suite import Case
from pscc.targets.rego import check_rules, comment, literal, snake
from pscc.targets.rego_lib import library
from pscc.templating import Code, render

_DECISIONS = {"enforce": "deny", "warn": "warn", "audit": "warn"}
_ENTRIES = {"enforce": "violation", "warn": "warning", "audit": "warning"}
"""What holds the messages with their controls. Conftest counts every ``violation`` as a failure."""


@dataclass(frozen=True, slots=True)
class Opa:
    """The OPA backend."""

    name: str = "opa"

    def package(self, program: ir.Program, cases: dict[str, tuple[Case, ...]]) -> Output:
        """Policies, their tests, the library and ``main.rego`` of ``program``. A policy without a check has no file."""
        packages = _packages(program)
        files: list[OutputFile] = []
        for policy in program.policies:
            if policy.name not in packages:
                continue
            package = packages[policy.name]
            files.append(OutputFile(f"{policy.name}.rego", _policy(policy, package)))
            mine = cases.get(policy.name, ())
            if mine:
                files.append(OutputFile(f"{policy.name}_test.rego", _tests(policy, package, mine)))
        modes = {policy.name: _DECISIONS[policy.mode] for policy in program.policies}
        unions = [{"package": Code(package), "decision": Code(modes[name])} for name, package in packages.items()]
        files.append(
            OutputFile(
                "main.rego",
                render("opa/main.rego.j2", unions=unions, silent="deny" not in set(modes[n] for n in packages)),
            )
        )
        files.append(OutputFile("lib/pscc.rego", library()))
        told = tuple(_untold(default) for policy in program.policies for default in policy.defaults)
        return Output(tuple(files), (), told)


BACKEND = Opa()


def _packages(program: ir.Program) -> dict[str, str]:
    """The last part of the package of each policy that has checks, by the policy's name; no two are alike."""
    found: dict[str, str] = {}
    for policy in program.policies:
        if not policy.checks:
            continue
        # a name that begins with a digit, or is a word of Rego, is no identifier
        base = "policy_" + re.sub(r"[^a-z0-9]", "_", policy.name)
        package, number = base, 2
        while package in found.values():
            package, number = f"{base}_{number}", number + 1
        found[policy.name] = package
    return found


def _policy(policy: ir.Policy, package: str) -> str:
    checks = []
    for check in policy.checks:
        prefix = f"{snake(check.shape)}_"
        specialised = specialise(check)
        if not specialised.requirements:
            continue
        printed = check_rules(specialised, prefix)
        checks.append(
            {
                "prefix": Code(prefix),
                "statement": Code(comment(origin(check.statement or check.title, check.span))),
                "control": Code(literal(check.control)),
                "because": Code(literal(check.because)),
                "rules": Code(printed.rules),
                "findings": Code(printed.findings),
                "unchanged": [Code(line) for line in printed.unchanged],
            }
        )
    return render(
        "opa/policy.rego.j2",
        title=Code(comment(f"{policy.name}: {policy.title}" if policy.title else policy.name)),
        package=Code(package),
        decision=Code(_DECISIONS[policy.mode]),
        entries=Code(_ENTRIES[policy.mode]),
        checks=checks,
    )


def _tests(policy: ir.Policy, package: str, cases: tuple[Case, ...]) -> str:
    tests = []
    for case in cases:
        messages = oracle.check(policy, case.pod, case.old_pod).messages
        listed = ", ".join(literal(m) for m in sorted(set(messages)))
        tests.append(
            {
                "name": Code(case.name.replace("-", "_")),
                "input": Code(literal(_input(case))),
                "messages": Code(f"{{{listed}}}" if messages else "set()"),
            }
        )
    return render("opa/policy_test.rego.j2", package=Code(package), entries=Code(_ENTRIES[policy.mode]), tests=tests)


def _input(case: Case) -> object:
    if case.old_pod is None:
        return case.pod
    return {"request": {"operation": "UPDATE", "object": case.pod, "oldObject": case.old_pod}}


def _untold(default: ir.Default) -> Diagnostic:
    if default.grants:
        text = f"OPA only answers, so the default of `{default.control}` is not set: pods go without it"
        return Diagnostic("TGT001", text, default.span, severity="note")
    text = f"OPA only answers, so the default of `{default.control}` is not set: pods must set it themselves"
    return Diagnostic("TGT001", text, default.span, severity="warning")
