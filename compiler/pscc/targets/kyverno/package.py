"""Kyverno: a ClusterPolicy per policy with a CEL rule per check, one for its defaults, and suites for ``kyverno test``.

Kyverno writes the rules for Deployments and other workloads itself.
"""

from __future__ import annotations

import json
from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases.suite import Case, minimal
from pscc.cases.workloads import WorkloadCase, workload_cases
from pscc.ir.passes import Reads, specialise
from pscc.lowering.capabilities import (
    EXEMPTED,
    MODES,
    SUBJECTS,
    Capabilities,
    Choices,
    Folder,
    LeavesUnset,
    Operated,
    Release,
)
from pscc.output.contents import Cases, OutputFile, Package, origin
from pscc.output.options import DEFAULTS, Options
from pscc.output.templating import Code, comment, render, yaml_block, yaml_quote
from pscc.printers.cel.checks import validation
from pscc.printers.cel.findings import check_of
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.text import quoted_for_kyverno, text_of
from pscc.printers.cel.tree import Expression
from pscc.targets.kyverno import choice as kyverno_choice
from pscc.targets.kyverno import mutate as kyverno_mutate
from pscc.targets.kyverno.annotations import without_variables
from pscc.targets.kyverno.match import UPDATED, exempt_conditions, match_of
from pscc.targets.shared.descriptions import described, described_defaults
from pscc.targets.shared.exemptions import as_annotation, of_policy
from pscc.targets.shared.identity import identity, kustomization
from pscc.targets.shared.kyverno_applied import NAME as APPLIED
from pscc.targets.shared.kyverno_applied import applied_test
from pscc.targets.shared.kyverno_defaults import defaults_test
from pscc.targets.shared.kyverno_suite import Result, of_each_kind, test_files
from pscc.targets.shared.layouts import PER_POLICY_OR_CONTROL, Checks, checks_of, of_part, on_pods, parts
from pscc.targets.shared.names import Names
from pscc.targets.shared.shape_names import endings_of
from pscc.targets.versions import KYVERNO_CLASSIC, KYVERNO_CLASSIC_GONE, KYVERNO_SKIPS, release_of

_ACTIONS = {"enforce": "Enforce", "warn": "Audit", "audit": "Audit"}


@frozen
class Kyverno:
    """The target of Kyverno's ClusterPolicies."""

    name: str = "kyverno"

    def capabilities(self, options: Options) -> Capabilities:
        """All but some defaults, and warnings of workloads: Kyverno writes rules for these itself, which act as those for pods."""
        return Capabilities(
            product="Kyverno",
            modes=MODES,
            updates=True,
            namespaces=True,
            namespace_labels="exactly",
            exemptions=EXEMPTED,
            ends_exemptions="when compiled",
            operated=Operated((Folder("."),), "kubectl get policyreports --all-namespaces"),
            defaults=kyverno_mutate.setting,
            defaults_unless_exempt="stricter",
            choices=Choices(SUBJECTS, kyverno_choice.UNSET, member_labels="stricter"),
            warned_workloads="stricter",
            enforced_workloads="exactly",
            workload_defaults="exactly",
            suite=True,
            layouts=PER_POLICY_OR_CONTROL,
            options=frozenset({"workloads", "kubernetes", "kyverno", "sync-waves"}),
            kubernetes=options.kubernetes,
            requires=Release(
                "Kyverno",
                KYVERNO_CLASSIC,
                release_of("kyverno", options),
                "update Kyverno",
                KYVERNO_CLASSIC_GONE,
                "kyverno-cel",
            ),
            lets_in=(KYVERNO_SKIPS,),
            proven_from="ClusterPolicy",
        )

    def default_text(self, policy: ir.Policy, default: ir.Default) -> list[str]:
        """The rules that set ``default``."""
        if isinstance(kyverno_mutate.setting(default, policy.checks), LeavesUnset):
            return []
        rules = kyverno_mutate.rules(replace(policy, defaults=(default,)))
        return [line for rule in rules for line in kyverno_mutate.shown(rule)]

    def check_text(self, check: ir.Check) -> list[str]:
        """The expressions of the rule of ``check``."""
        printed = check_of(specialise(check))
        variables = (f"{name}: {text_of(value, quoted_for_kyverno)}" for name, value in printed.variables)
        return [*variables, f"holds: {text_of(printed.holds, quoted_for_kyverno)}"]

    def package(self, program: ir.Program, cases: Cases, options: Options = DEFAULTS) -> Package:
        """Policies, mutations, kustomization and a suite per policy of ``program``."""
        files: list[OutputFile] = []
        suites: list[OutputFile] = []
        names = Names((owner.name for owner in program.policies_and_choices), reserved=(APPLIED,))
        workloads = options.workloads != "off"
        for policy in program.policies:
            mutations = kyverno_mutate.rules(policy)
            if mutations:
                name = names.derived(policy.name, "defaults")
                files.append(kyverno_choice.policy_file(name, _mutation(policy, name, mutations)))
                rule = kyverno_mutate.rule_that_changes(policy, minimal("pod", policy.scope.example))
                suites += defaults_test(policy, name, rule) if rule and cases.get(policy.name) else []
            checks = checks_of(policy)
            suite_cases = cases.get(policy.name, ())
            for name, held in parts(policy, checks if workloads else on_pods(checks), options.layout, names):
                files.append(kyverno_choice.policy_file(name, _validation(policy, name, held, workloads)))
                judged = of_part(held, suite_cases)
                # Kyverno sets defaults in workloads, too, so that its checks judge them as they come
                of_workloads = tuple(workload_cases(replace(policy, defaults=()), judged)) if workloads else ()
                suites += _suite(policy, name, held, judged, of_workloads)
        for choice in program.choices:
            files += kyverno_choice.policy_files(choice, options.workloads, names)
            suites += kyverno_choice.suite(choice, cases.get(choice.name, ()), names)
        suites += applied_test(files) if any(cases.values()) else []
        paths = tuple(file.path for file in files)
        return Package((*files, kustomization("", paths, self.capabilities(options)), *suites), paths)


TARGET = Kyverno()


def _rule_names(checks: Checks) -> list[str]:
    names = Names()
    return [names.first(*endings_of(check.shape)) for check, _ in checks]


def _one_line(text: str) -> Code:
    return Code(json.dumps(text, ensure_ascii=True))


def _meta(name: str, title: str, description: Code) -> dict[str, object]:
    return {
        "name": yaml_quote(name),
        "title": without_variables(yaml_quote(title)),
        "description": without_variables(description),
    }


def _validation(policy: ir.Policy, name: str, checks: Checks, workloads: bool) -> str:
    return render(
        "kyverno/validate.yaml.j2",
        **identity(policy),
        policy=_meta(name, policy.title or policy.name, described(check for check, _ in checks)),
        action=Code(_ACTIONS[policy.mode]),
        warn=policy.mode == "warn",
        note=Code(comment(policy.note)) if policy.note else Code(""),
        workloads=workloads,
        reviewed=without_variables(as_annotation(of_policy(policy))),
        where=match_of(policy.scope),
        conditions=exempt_conditions(policy),
        rules=[_rule(name, *both) for name, both in zip(_rule_names(checks), checks, strict=True)],
    )


def _rule(name: str, check: ir.Check, reads: Reads) -> dict[str, object]:
    printed = validation(check, reads, updated=UPDATED)
    return {
        "name": yaml_quote(name),
        "statement": Code(comment(origin(check.statement, check.span))),
        "message": _static(check.title),
        "variables": [{"name": Code(name), "expression": _block(value)} for name, value in printed.variables],
        "holds": _block(printed.expression),
        "text": _block(printed.message),
    }


def _block(expression: Expression) -> Code:
    return yaml_block(laid_out(expression, quoted_for_kyverno), 16)


def _static(title: str) -> Code:
    """The message that Kyverno shows where it cannot evaluate the other one, for example one beyond 5 KiB."""
    return _one_line(f"{title}: the pod does not meet this policy.")


def _mutation(policy: ir.Policy, name: str, mutations: list[kyverno_mutate.Fields]) -> str:
    title = f"{policy.title or policy.name}: defaults"
    return render(
        "kyverno/mutate.yaml.j2",
        **identity(policy),
        policy=_meta(name, title, described_defaults(policy)),
        where=match_of(policy.scope),
        rules=mutations,
    )


def _suite(
    policy: ir.Policy, called: str, checks: Checks, cases: tuple[Case, ...], workloads: tuple[WorkloadCase, ...]
) -> list[OutputFile]:
    """The test of ``policy``, whose object is ``called`` so and has ``checks``: every rule on every pod and workload."""
    if not cases:
        return []
    results: list[Result] = []
    for name, (check, _) in zip(_rule_names(checks), checks, strict=True):
        for kind, judged in of_each_kind(cases, workloads):
            outcomes = {
                "pass": [case for case in judged if check.shape not in case.shapes],
                "fail": [case for case in judged if check.shape in case.shapes],
            }
            results += [
                Result(name, kind, outcome, tuple(with_outcome))
                for outcome, with_outcome in outcomes.items()
                if with_outcome
            ]
    return test_files(f"suite/{called}", called, cases, results, workloads=workloads, scope=policy.scope)
