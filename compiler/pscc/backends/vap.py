"""Kubernetes' own admission policies: a ValidatingAdmissionPolicy per policy, a MutatingAdmissionPolicy for its defaults.

Each has its binding in a file of its own: applying a policy changes nothing before it is bound. Must not know a control.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from pscc import ir
from pscc.backends._base import Output, OutputFile, fitted, origin
from pscc.defaulting import in_sequence
from pscc.passes import Reads, looked_at, specialise
from pscc.suite import Case
from pscc.targets.cel_checks import changed, validation
from pscc.targets.cel_layout import laid_out
from pscc.targets.cel_patches import patches
from pscc.targets.rego import comment
from pscc.templating import Code, folded, render, yaml_block, yaml_quote

_ACTIONS = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}


@dataclass(frozen=True, slots=True)
class Vap:
    """The backend of Kubernetes' own admission policies."""

    name: str = "vap"

    def package(self, program: ir.Program, cases: dict[str, tuple[Case, ...]]) -> Output:
        """Policies, bindings and kustomization of ``program``."""
        files: list[OutputFile] = []
        bindings: list[OutputFile] = []
        taken = frozenset(fitted(policy.name) for policy in program.policies)
        for policy in program.policies:
            if policy.defaults:
                name = fitted(f"{policy.name}-defaults", taken)
                files.append(OutputFile(f"policies/{name}.yaml", _mutation(policy, name)))
                bindings.append(OutputFile(f"bindings/{name}.yaml", _binding("Mutating", name)))
            checks = _checks(policy)
            if checks:
                name = fitted(policy.name)
                files.append(OutputFile(f"policies/{name}.yaml", _validation(policy, name, checks)))
                binding = _binding("Validating", name, _ACTIONS[policy.mode])
                bindings.append(OutputFile(f"bindings/{name}.yaml", binding))
        resources = tuple(file.path for file in (*files, *bindings))
        paths = [yaml_quote(path) for path in resources]
        kustomization = OutputFile("kustomization.yaml", render("kyverno/kustomization.yaml.j2", paths=paths))
        return Output((*files, *bindings, kustomization), resources, ())


BACKEND = Vap()

Checks = tuple[tuple[ir.Check, Reads], ...]


def _checks(policy: ir.Policy) -> Checks:
    """The checks of ``policy`` with their values in them, and what they look at; without those which every pod passes."""
    both = ((specialise(check), looked_at(check)) for check in policy.checks)
    return tuple((check, reads) for check, reads in both if check.requirements)


def _block(text: str, indent: int) -> Code:
    return yaml_block(laid_out(text), indent)


def _validation(policy: ir.Policy, name: str, checks: Checks) -> str:
    described = dict.fromkeys(check.description for check, _ in checks)
    printed = [validation(check, reads) for check, reads in checks]
    variables = dict(pair for one in printed for pair in one.variables)
    return render(
        "vap/policy.yaml.j2",
        policy={"name": yaml_quote(name), "description": yaml_block(folded(" ".join(described)), 6)},
        changed=_block(changed([reads for _, reads in checks]), 8),
        variables=[{"name": Code(name), "expression": _block(text, 8)} for name, text in variables.items()],
        validations=[
            {
                "statement": Code(comment(origin(check.statement, check.span))),
                "expression": Code(one.expression)
                if len(one.expression) < 100
                else Code("|-\n" + _block(one.expression, 8)),
                "text": _block(one.message, 8),
                "message": Code(json.dumps(f"{check.title}: the pod does not meet this policy.")),
            }
            for (check, _), one in zip(checks, printed, strict=True)
        ],
    )


def _mutation(policy: ir.Policy, name: str) -> str:
    controls = ", ".join(dict.fromkeys(default.control for default in policy.defaults))
    return render(
        "vap/mutation.yaml.j2",
        policy={
            "name": yaml_quote(name),
            "description": yaml_block(folded(f"Sets what pods leave unset, before they are validated: {controls}."), 6),
        },
        version=Code("v1"),
        mutations=[
            {
                "statement": Code(comment(origin(default.statement, default.span))),
                "expression": _block(text, 10),
            }
            for default in in_sequence(policy.defaults)
            for text in patches(default)
        ],
    )


def _binding(kind: str, name: str, action: str = "") -> str:
    return render(
        "vap/binding.yaml.j2",
        version=Code("v1"),
        kind=Code(f"{kind}AdmissionPolicyBinding"),
        name=yaml_quote(name),
        action=Code(action),
    )
