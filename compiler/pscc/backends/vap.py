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
    refuse_access,
    validations,
)
from pscc.backends.options import DEFAULTS, Options
from pscc.suite import Case
from pscc.templating import Code, render, yaml_quote

_TEMPLATES = (("workloads", "spec.template"), ("cronjobs", "spec.jobTemplate.spec.template"))
"""What gets a warning when it is applied, and where it has its pods. Checks of what defaults set are the pods' alone."""
_ACTIONS = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}


@dataclass(frozen=True, slots=True)
class Vap:
    """The backend of Kubernetes' own admission policies."""

    name: str = "vap"

    def package(self, program: ir.Program, cases: dict[str, tuple[Case, ...]], options: Options = DEFAULTS) -> Output:
        """Policies, bindings and kustomization of ``program``. Raises `SourceError` where it says who is meant."""
        refuse_access(program, self.name)
        policies: list[OutputFile] = []
        bindings: list[OutputFile] = []

        def add(name: str, policy: str, kind: str, action: str = "") -> None:
            policies.append(OutputFile(f"policies/{name}.yaml", policy))
            bindings.append(OutputFile(f"bindings/{name}.yaml", _binding(kind, name, action)))

        taken = frozenset(fitted(policy.name) for policy in program.policies)
        for policy in program.policies:
            if policy.defaults:
                name = fitted(f"{policy.name}-defaults", taken)
                add(name, _mutation(policy, name), "Mutating")
            checks = checks_of(policy)
            if checks:
                name = fitted(policy.name)
                add(name, _validation(name, checks), "Validating", _ACTIONS[policy.mode])
            of_templates, _ = apart(policy, checks)
            for suffix, template in _TEMPLATES if of_templates else ():
                name = fitted(f"{policy.name}-{suffix}", taken)
                action = "Audit" if policy.mode == "audit" else "Warn"
                add(name, _validation(name, of_templates, template), "Validating", action)
        resources = tuple(file.path for file in (*policies, *bindings))
        paths = [yaml_quote(path) for path in resources]
        kustomization = OutputFile("kustomization.yaml", render("kyverno/kustomization.yaml.j2", paths=paths))
        return Output((*policies, *bindings, kustomization), resources, ())


BACKEND = Vap()


def _validation(name: str, checks: Checks, template: str = "") -> str:
    return render(
        "vap/policy.yaml.j2",
        name=yaml_quote(name),
        description=described(checks),
        template_at=Code(template),
        printed=validations(checks, template),
    )


def _mutation(policy: ir.Policy, name: str) -> str:
    return render(
        "vap/mutation.yaml.j2",
        name=yaml_quote(name),
        description=described_defaults(policy),
        mutations=mutations(policy),
    )


def _binding(kind: str, name: str, action: str) -> str:
    return render(
        "vap/binding.yaml.j2",
        kind=Code(f"{kind}AdmissionPolicyBinding"),
        name=yaml_quote(name),
        action=Code(action),
    )
