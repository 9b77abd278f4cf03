"""Kubernetes' own admission policies: a ValidatingAdmissionPolicy per policy, a MutatingAdmissionPolicy for its defaults.

Each has its binding in a file of its own: applying a policy changes nothing before it is bound. Must not know a control.
"""

from __future__ import annotations

from dataclasses import dataclass

from pscc import ir
from pscc.backends._base import Output, OutputFile, fitted
from pscc.backends.cel_policy import (
    Checks,
    apart,
    checks_of,
    described,
    described_defaults,
    mutations,
    validations,
)
from pscc.backends.cel_where import Where, where
from pscc.backends.choice_cel import CHOICE, CHOICE_DEFAULTS, notes, printed_choice
from pscc.backends.choice_cel_defaults import printed_defaults
from pscc.diagnostics import Diagnostic
from pscc.suite import Case
from pscc.targets.rego import comment
from pscc.templating import Code, folded, render, yaml_block, yaml_quote

_TEMPLATES = (("workloads", "spec.template"), ("cronjobs", "spec.jobTemplate.spec.template"))
"""What gets a warning when it is applied, and where it has its pods. Checks of what defaults set are the pods' alone."""
_ACTIONS = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}


@dataclass(frozen=True, slots=True)
class Vap:
    """The backend of Kubernetes' own admission policies."""

    name: str = "vap"

    def package(self, program: ir.Program, cases: dict[str, tuple[Case, ...]]) -> Output:
        """Policies, bindings and kustomization of ``program``."""
        policies: list[OutputFile] = []
        bindings: list[OutputFile] = []

        def add(name: str, policy: str, kind: str, held: Where, action: str = "") -> None:
            policies.append(OutputFile(f"policies/{name}.yaml", policy))
            bindings.append(OutputFile(f"bindings/{name}.yaml", _binding(kind, name, held, action)))

        taken = frozenset(fitted(policy.name) for policy in program.policies)
        for policy in program.policies:
            held = where(policy.scope, policy.exemptions)
            if policy.defaults:
                name = fitted(f"{policy.name}-defaults", taken)
                add(name, _mutation(policy, name, held), "Mutating", held)
            checks = checks_of(policy)
            if checks:
                name = fitted(policy.name)
                add(name, _validation(policy, name, held, checks), "Validating", held, _ACTIONS[policy.mode])
            of_templates, _ = apart(policy, checks)
            for suffix, template in _TEMPLATES if of_templates else ():
                name = fitted(f"{policy.name}-{suffix}", taken)
                action = "Audit" if policy.mode == "audit" else "Warn"
                add(name, _validation(policy, name, held, of_templates, template), "Validating", held, action)
        told: list[Diagnostic] = []
        for choice in program.choices:
            told += notes(choice)
            held = where(choice.scope)
            if any(policy.defaults for policy in choice.policies):
                name = fitted(f"{choice.name}-defaults", taken)
                add(name, _choice_mutation(choice, name, held), "Mutating", held)
            add(choice.name, _choice(choice, held), "Validating", held, _ACTIONS[choice.mode])
        resources = tuple(file.path for file in (*policies, *bindings))
        paths = [yaml_quote(path) for path in resources]
        kustomization = OutputFile("kustomization.yaml", render("kyverno/kustomization.yaml.j2", paths=paths))
        return Output((*policies, *bindings, kustomization), resources, tuple(told))


BACKEND = Vap()


def _validation(policy: ir.Policy, name: str, held: Where, checks: Checks, template: str = "") -> str:
    return render(
        "vap/policy.yaml.j2",
        note=Code(comment(policy.note)) if policy.note else Code(""),
        where=where(policy.scope, policy.exemptions, template),
        name=yaml_quote(name),
        description=described(checks),
        template_at=Code(template),
        printed=validations(checks, template),
    )


def _mutation(policy: ir.Policy, name: str, held: Where) -> str:
    return render(
        "vap/mutation.yaml.j2",
        where=held,
        variables=[],
        name=yaml_quote(name),
        description=described_defaults(policy),
        mutations=mutations(policy),
    )


def _choice(choice: ir.Choice, held: Where) -> str:
    printed = printed_choice(choice)
    return render(
        "vap/policy.yaml.j2",
        note=Code(""),
        where=held,
        name=yaml_quote(choice.name),
        description=yaml_block(folded(CHOICE), 6),
        template_at=Code(""),
        printed=printed,
    )


def _choice_mutation(choice: ir.Choice, name: str, held: Where) -> str:
    variables, mutations = printed_defaults(choice)
    return render(
        "vap/mutation.yaml.j2",
        where=held,
        variables=variables,
        name=yaml_quote(name),
        description=yaml_block(folded(CHOICE_DEFAULTS), 6),
        mutations=mutations,
    )


def _binding(kind: str, name: str, held: Where, action: str) -> str:
    return render(
        "vap/binding.yaml.j2",
        kind=Code(f"{kind}AdmissionPolicyBinding"),
        name=yaml_quote(name),
        action=Code(action),
        selector=held.selector,
    )
