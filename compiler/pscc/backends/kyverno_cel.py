"""Kyverno's policies in CEL: ValidatingPolicies and MutatingPolicies of ``policies.kyverno.io/v1``.

Kyverno writes the rules for Deployments and other workloads itself, from a policy with exactly one resource rule,
``pods``: so ephemeral containers have a policy of their own. The templates of workloads are judged with the defaults
that their pods will get, pods as they are. Must not know a control.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.backends._base import Output, OutputFile, fitted
from pscc.backends.cel_policy import (
    Checks,
    checks_of,
    described,
    described_defaults,
    mutations,
    validations,
)
from pscc.backends.cel_where import where
from pscc.backends.choice_cel import CHOICE, CHOICE_DEFAULTS, printed_choice
from pscc.backends.choice_cel_defaults import printed_defaults
from pscc.backends.demanding import demanding_but_choices
from pscc.backends.kyverno_workloads import as_pods
from pscc.backends.options import DEFAULTS, Options
from pscc.backends.versions import KYVERNO_CEL, needs, unknown_fields
from pscc.frozen import frozen
from pscc.suite import Case
from pscc.targets.cel_bindings import NONE_PENDING, Pending
from pscc.targets.rego import comment
from pscc.templating import Code, folded, render, yaml_block, yaml_quote

_WORKLOAD = 'object.kind != "Pod"'
_ACTIONS = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}


@frozen
class KyvernoCel:
    """The backend of Kyverno's policies in CEL."""

    name: str = "kyverno-cel"

    def package(self, program: ir.Program, cases: dict[str, tuple[Case, ...]], options: Options = DEFAULTS) -> Output:
        """Policies, kustomization and suites of ``program``."""
        help = "update Kyverno, or compile for `kyverno`"
        needs(program, "Kyverno", KYVERNO_CEL, options.kyverno, help)
        program, cases, told = demanding_but_choices(
            program, cases, unknown_fields(options.kubernetes, lambda policy: ())
        )
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
        for choice in program.choices:
            files += _choice(choice, taken)
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
        background=True,
        operations=Code("CREATE, UPDATE" if resource == "pods" else "UPDATE"),
        note=Code(comment(policy.note)) if policy.note else Code(""),
        where=where(policy.scope, policy.exemptions, autogen=autogen),
        printed=validations(checks, pending=Pending(policy.defaults, _WORKLOAD) if autogen else NONE_PENDING),
    )


def _mutation(policy: ir.Policy, name: str) -> str:
    return render(
        "kyverno_cel/mutate.yaml.j2",
        name=yaml_quote(name),
        title=yaml_quote(f"{policy.title or policy.name}: defaults"),
        description=described_defaults(policy),
        mutations=mutations(policy),
        variables=[],
        where=where(policy.scope, policy.exemptions),
    )


def _choice(choice: ir.Choice, taken: frozenset[str]) -> Iterator[OutputFile]:
    """The policies of ``choice``. A scan of what is there knows no user, so it leaves them out."""
    held = where(choice.scope)
    if any(policy.defaults for policy in choice.policies):
        variables, patches = printed_defaults(choice)
        name = fitted(f"{choice.name}-defaults", taken)
        yield _file(name, render(
            "kyverno_cel/mutate.yaml.j2", name=yaml_quote(name), title=yaml_quote(f"{choice.name}: defaults"),
            description=yaml_block(folded(CHOICE_DEFAULTS), 6), variables=variables, mutations=patches, where=held,
        ))  # fmt: skip
    printed = printed_choice(choice)
    for suffix, resource, operations in (
        ("", "pods", "CREATE, UPDATE"), ("-ephemeral-containers", "pods/ephemeralcontainers", "UPDATE"),
    ):  # fmt: skip
        name = fitted(f"{choice.name}{suffix}", taken if suffix else frozenset())
        yield _file(name, render(
            "kyverno_cel/validate.yaml.j2", name=yaml_quote(name), title=yaml_quote("A choice of pod security policies"),
            description=yaml_block(folded(CHOICE), 6), action=Code(_ACTIONS[choice.mode]), resource=Code(resource),
            autogen=False, background=False, operations=Code(operations), note=Code(""), where=held, printed=printed,
        ))  # fmt: skip


def _file(name: str, text: str) -> OutputFile:
    return OutputFile(f"policies/{name}.yaml", text)


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
        {"resources": [yaml_quote(case.resource) for case in those], "result": Code(outcome)}
        for outcome, those in outcomes.items()
        if those
    ]
    if not results:
        return []
    test = render("kyverno_cel/test.yaml.j2", name=yaml_quote(name), results=results)
    pods = "---\n".join(str(yaml.dump(c.pod, Dumper=yaml.CSafeDumper, sort_keys=False)) for c in created)
    return [OutputFile(f"suite/{name}/kyverno-test.yaml", test), OutputFile(f"suite/{name}/pods.yaml", pods)]
