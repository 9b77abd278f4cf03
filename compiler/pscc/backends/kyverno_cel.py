"""Kyverno's policies in CEL: ValidatingPolicies and MutatingPolicies of ``policies.kyverno.io/v1``.

Kyverno writes the rules for Deployments and other workloads itself, from a policy with exactly one resource rule,
``pods``: so ephemeral containers have a policy of their own. The templates of workloads are judged with the defaults
that their pods will get, pods as they are. Must not know a control.
"""

from __future__ import annotations

from dataclasses import dataclass

from pscc import ir
from pscc.backends._base import Output, OutputFile, fitted
from pscc.backends.cel_policy import (
    Checks,
    checks_of,
    described,
    described_defaults,
    mutations,
    refuse_access,
    validations,
)
from pscc.backends.demanding import demanding
from pscc.backends.kyverno_workloads import as_pods
from pscc.backends.options import DEFAULTS, Options
from pscc.backends.versions import KYVERNO_CEL, needs, unknown_fields
from pscc.suite import Case
from pscc.targets.cel_bindings import NONE_PENDING, Pending
from pscc.templating import Code, render, yaml_quote

_WORKLOAD = 'object.kind != "Pod"'
_ACTIONS = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}


@dataclass(frozen=True, slots=True)
class KyvernoCel:
    """The backend of Kyverno's policies in CEL."""

    name: str = "kyverno-cel"

    def package(self, program: ir.Program, cases: dict[str, tuple[Case, ...]], options: Options = DEFAULTS) -> Output:
        """Policies, kustomization and suites of ``program``. Raises `SourceError` where it says who is meant."""
        help = "update Kyverno, or compile for `kyverno`"
        needs(program, "Kyverno", KYVERNO_CEL, options.kyverno, help)
        program, cases, told = demanding(program, cases, unknown_fields(options.kubernetes, lambda policy: ()))
        refuse_access(program, self.name)
        told += as_pods(program, options.workloads)
        files: list[OutputFile] = []
        suites: list[OutputFile] = []
        taken = frozenset(fitted(policy.name) for policy in program.policies)
        for policy in program.policies:
            if policy.defaults:
                name = fitted(f"{policy.name}-defaults", taken)
                files.append(OutputFile(f"policies/{name}.yaml", _mutation(policy, name)))
            checks = checks_of(policy)
            for suffix, resource, autogen in (
                ("", "pods", options.workloads != "off"),
                ("-ephemeral-containers", "pods/ephemeralcontainers", False),
            ):
                if checks:
                    name = fitted(f"{policy.name}{suffix}", taken if suffix else frozenset())
                    text = _validation(policy, name, checks, resource, autogen)
                    files.append(OutputFile(f"policies/{name}.yaml", text))
                    if resource == "pods":
                        suites += _suite(name, checks, cases.get(policy.name, ()))
        paths = tuple(file.path for file in files)
        quoted = [yaml_quote(path) for path in paths]
        kustomization = OutputFile("kustomization.yaml", render("kyverno/kustomization.yaml.j2", paths=quoted))
        return Output((*files, kustomization, *suites), paths, tuple(told))


BACKEND = KyvernoCel()


def _validation(policy: ir.Policy, name: str, checks: Checks, resource: str, autogen: bool) -> str:
    return render(
        "kyverno_cel/validate.yaml.j2",
        name=yaml_quote(name),
        title=yaml_quote(policy.title or policy.name),
        description=described(checks),
        action=Code(_ACTIONS[policy.mode]),
        resource=Code(resource),
        autogen=autogen,
        operations=Code("CREATE, UPDATE" if resource == "pods" else "UPDATE"),
        printed=validations(checks, pending=Pending(policy.defaults, _WORKLOAD) if autogen else NONE_PENDING),
    )


def _mutation(policy: ir.Policy, name: str) -> str:
    return render(
        "kyverno_cel/mutate.yaml.j2",
        name=yaml_quote(name),
        title=yaml_quote(f"{policy.title or policy.name}: defaults"),
        description=described_defaults(policy),
        mutations=mutations(policy),
    )


def _suite(name: str, checks: Checks, cases: tuple[Case, ...]) -> list[OutputFile]:
    """The test of one policy on the pods that are created: Kyverno's command line knows no old object in CEL."""
    import yaml

    shapes = {check.shape for check, _ in checks}
    created = [case for case in cases if case.old_pod is None]
    outcomes = {
        "pass": [case for case in created if not shapes.intersection(case.shapes)],
        "fail": [case for case in created if shapes.intersection(case.shapes)],
    }
    results = [
        {"resources": [yaml_quote(f"default/{case.name}") for case in those], "result": Code(outcome)}
        for outcome, those in outcomes.items()
        if those
    ]
    if not results:
        return []
    test = render("kyverno_cel/test.yaml.j2", name=yaml_quote(name), results=results)
    pods = "---\n".join(str(yaml.dump(c.pod, Dumper=yaml.CSafeDumper, sort_keys=False)) for c in created)
    return [OutputFile(f"suite/{name}/kyverno-test.yaml", test), OutputFile(f"suite/{name}/pods.yaml", pods)]
