"""OPA: Rego per policy with its constants in it, an entry point for Conftest, and tests for ``opa test``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases.suite import Case
from pscc.cases.workloads import workload_cases
from pscc.ir.passes import specialise
from pscc.lowering.capabilities import EXEMPTED, MODES, SUBJECTS, Capabilities, Choices, LeavesUnset, Workloads
from pscc.output.contents import Cases, OutputFile, Package
from pscc.output.numbering import numbered
from pscc.output.options import DEFAULTS, Options
from pscc.output.templating import Code, comment, render
from pscc.printers.rego.library import library
from pscc.printers.rego.rules import check_rules
from pscc.printers.rego.text import literal, prefix_of
from pscc.targets.opa import choice as opa_choice
from pscc.targets.shared.layouts import checks_of
from pscc.targets.shared.names import Names
from pscc.targets.shared.opa_files import WORKLOADS
from pscc.targets.shared.rego_checks import rows_of
from pscc.targets.shared.subjects import exemption_rows

POLICIES = "policies"
"""The folder of policies and choices, apart from the files whose names are our own."""
"""The file about workloads. regopy cannot run it."""
_DECISIONS = {"enforce": "deny", "warn": "warn", "audit": "warn"}
_ENTRIES = {"enforce": "violation", "warn": "warning", "audit": "warning"}
"""The rule that holds the messages with their controls. Conftest counts every ``violation`` as a failure."""


@frozen
class Opa:
    """The target OPA."""

    name: str = "opa"

    def capabilities(self, options: Options) -> Capabilities:
        """OPA only answers: it sets no default, and sees a namespace's name alone."""
        unset = LeavesUnset("OPA only answers, so it cannot set")
        return Capabilities(
            product="OPA",
            modes=MODES,
            updates=True,
            namespaces=True,
            namespace_labels="stricter",
            exemptions=EXEMPTED,
            ends_exemptions="when compiled",
            defaults=lambda default, judging: unset,
            defaults_unless_exempt="stricter",
            choices=Choices(SUBJECTS, LeavesUnset("OPA only answers"), member_labels="stricter"),
            warned_workloads="exactly",
            enforced_workloads="exactly",
            suite=True,
            layouts=("per-policy",),
            options=frozenset({"workloads"}),
        )

    def default_text(self, policy: ir.Policy, default: ir.Default) -> list[str]:
        """Nothing: OPA sets no default."""
        return []

    def check_text(self, check: ir.Check) -> list[str]:
        """The rules of ``check``."""
        return check_rules(specialise(check), prefix_of(check.shape)).rules.splitlines()

    def package(self, program: ir.Program, cases: Cases, options: Options = DEFAULTS) -> Package:
        """Policies and their tests, ``main.rego`` and the library of ``program``. A policy without a check has no file."""
        packages = _packages(program)
        files: list[OutputFile] = []
        names = Names(owner.name for owner in program.policies_and_choices)
        for policy in program.policies:
            if policy.name not in packages:
                continue
            package, path = packages[policy.name], f"{POLICIES}/{names[policy.name]}"
            files.append(OutputFile(f"{path}.rego", _policy(policy, package)))
            suite_cases = cases.get(policy.name, ())
            if suite_cases:
                files.append(OutputFile(f"{path}_test.rego", _tests(policy, package, suite_cases, options.workloads)))
        for choice in program.choices:
            packages[choice.name] = opa_choice.package(choice, packages)
            code, tests = opa_choice.files(
                choice, packages[choice.name], _DECISIONS[choice.mode], cases.get(choice.name, ())
            )
            path = f"{POLICIES}/{names[choice.name]}"
            files += [OutputFile(f"{path}.rego", code), OutputFile(f"{path}_test.rego", tests)]
        modes = {policy.name: _DECISIONS[policy.mode] for policy in program.policies}
        modes |= {choice.name: _DECISIONS[choice.mode] for choice in program.choices}
        files += _main({package: modes[name] for name, package in packages.items()}, options.workloads)
        files.append(OutputFile("lib/pscc.rego", library()))
        return Package(tuple(files))


TARGET = Opa()


def _main(decisions: dict[str, str], workloads: Workloads) -> list[OutputFile]:
    """The module that collects the decisions of all packages, about pods and about the pods of workloads."""
    unions = [
        {
            "package": Code(package),
            "decision": Code(decision),
            "of_workloads": Code(decision if workloads == "enforce" else "warn"),
        }
        for package, decision in decisions.items()
    ]
    silent = "deny" not in decisions.values()
    files = [OutputFile("main.rego", render("opa/main.rego.j2", unions=unions, silent=silent))]
    if unions and workloads != "off":
        files.append(OutputFile(WORKLOADS, render("opa/workloads.rego.j2", unions=unions)))
    return files


def _packages(program: ir.Program) -> dict[str, str]:
    """The last part of the package of each policy that has checks, by the policy's name; no two are alike."""
    by_policy: dict[str, str] = {}
    for policy in program.policies:
        if not policy.checks:
            continue
        # a name that begins with a digit, or is a word of Rego, is no identifier
        base = "policy_" + re.sub(r"[^a-z0-9]", "_", policy.name)
        by_policy[policy.name] = numbered(base, by_policy.values(), "_")
    return by_policy


def _policy(policy: ir.Policy, package: str) -> str:
    scope = opa_choice.scope_of(policy.scope)
    conditions = ["in_scope"] if scope else []
    conditions += ["not lib.exempt(request, pod, exemptions)"] if policy.exemptions else []
    rows = "".join(f"\t{literal(row)},\n" for row in exemption_rows(policy))
    return render(
        "opa/policy.rego.j2",
        conditions=[Code(condition) for condition in conditions],
        scope=scope,
        exemptions=Code(f"[\n{rows}]" if policy.exemptions else ""),
        title=Code(comment(f"{policy.name}: {policy.title}" if policy.title else policy.name)),
        package=Code(package),
        decision=Code(_DECISIONS[policy.mode]),
        entries=Code(_ENTRIES[policy.mode]),
        checks=rows_of(checks_of(policy)).rows,
    )


def _tests(policy: ir.Policy, package: str, cases: tuple[Case, ...], workloads: Workloads) -> str:
    """The tests of ``policy``: of its own package, and of ``main``, whose answer may have findings of other policies as well."""
    refused = next((case for case in cases if not case.allowed), None)
    decision = _DECISIONS[policy.mode]
    of_main = [_test(f"main_has_{refused.name}", _input(refused), refused.messages, decision)] if refused else []
    if workloads != "off":
        decision = decision if workloads == "enforce" else "warn"
        judged = [workload for workload in workload_cases(policy, cases) if not workload.allowed]
        of_main += [_test(workload.name, workload.manifest, workload.messages, decision) for workload in judged]
    return render(
        "opa/policy_test.rego.j2",
        package=Code(package),
        entries=Code(_ENTRIES[policy.mode]),
        tests=[_test(case.name, _input(case), case.messages) for case in cases],
        of_main=of_main,
    )


def _test(name: str, asked: object, messages: Iterable[str], decision: str = "") -> dict[str, Code]:
    """The test ``name`` that the answer to ``asked`` has ``messages``."""
    listed = ", ".join(literal(message) for message in sorted(set(messages)))
    return {
        "name": Code(name.replace("-", "_")),
        "input": Code(literal(asked)),
        "messages": Code(f"{{{listed}}}" if listed else "set()"),
        "decision": Code(decision),
    }


def _input(case: Case) -> object:
    if case.old_pod is None:
        return case.pod
    return {"request": {"operation": "UPDATE", "object": case.pod, "oldObject": case.old_pod}}
