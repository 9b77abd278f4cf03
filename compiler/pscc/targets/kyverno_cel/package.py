"""Kyverno's policies in CEL: ValidatingPolicies and MutatingPolicies of ``policies.kyverno.io/v1``.

Kyverno makes rules for Deployments and other workloads from a policy with exactly one resource rule, ``pods``. So ephemeral
containers have a policy of their own. Templates of workloads are judged with the defaults that their pods will get, and pods
as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases.workloads import workload_cases
from pscc.lowering.capabilities import EXEMPTED, MODES, SUBJECTS, Capabilities, Choices, Folder, Operated, Release, Sets
from pscc.lowering.settled import with_settled
from pscc.output.contents import Cases, ObjectName, OutputFile, Package
from pscc.output.options import DEFAULTS, Options
from pscc.output.templating import Code, comment, folded, render, yaml_block, yaml_quote
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.pending import NONE_PENDING, Pending
from pscc.printers.cel.text import quoted_for_kyverno
from pscc.targets.shared.cel_policy import (
    check_lines,
    default_lines,
    mutations,
    validations,
)
from pscc.targets.shared.cel_where import where
from pscc.targets.shared.cel_workloads import on_workloads
from pscc.targets.shared.choice_cel import (
    CHOICE,
    CHOICE_DEFAULTS,
    CHOICE_OF_TEMPLATES,
    printed_choice,
    workload_choices,
)
from pscc.targets.shared.choice_cel_defaults import printed_defaults
from pscc.targets.shared.descriptions import described, described_defaults
from pscc.targets.shared.exemptions import as_annotation, of_choice, of_policy, of_requests
from pscc.targets.shared.identity import identity, kustomization
from pscc.targets.shared.kyverno_applied import NAME as APPLIED
from pscc.targets.shared.kyverno_applied import applied_test
from pscc.targets.shared.kyverno_cel_suite import Tested, choice_suites, policy_suite
from pscc.targets.shared.kyverno_defaults import defaults_test
from pscc.targets.shared.layouts import PER_POLICY_OR_CONTROL, Checks, checks_of, of_part, on_pods, parts
from pscc.targets.shared.names import Names
from pscc.targets.versions import KYVERNO_CEL, KYVERNO_SKIPS, release_of

_WORKLOAD = cel('object.kind != "Pod"')
_ACTIONS = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}
_EPHEMERAL = ("ephemeral-containers", "ephemeral")
"""The end of the name of a policy about ephemeral containers."""


@frozen
class KyvernoCel:
    """The target of Kyverno's policies in CEL."""

    name: str = "kyverno-cel"

    def capabilities(self, options: Options) -> Capabilities:
        """Everything except warnings of workloads: Kyverno's own rules for workloads act as those for pods."""
        help = "update Kyverno, or compile for `kyverno`"
        return Capabilities(
            product="Kyverno",
            modes=MODES,
            updates=True,
            namespaces=True,
            namespace_labels="exactly",
            exemptions=EXEMPTED,
            ends_exemptions="when compiled",
            defaults=lambda default, judging: Sets(),
            defaults_unless_exempt="exactly",
            choices=Choices(SUBJECTS, Sets(), member_labels="exactly"),
            warned_workloads="stricter",
            enforced_workloads="exactly",
            suite=True,
            layouts=PER_POLICY_OR_CONTROL,
            options=frozenset({"workloads", "kubernetes", "kyverno", "sync-waves"}),
            kubernetes=options.kubernetes,
            requires=Release("Kyverno", KYVERNO_CEL, release_of("kyverno", options), help),
            lets_in=(KYVERNO_SKIPS,),
            operated=Operated((Folder("."),), "kubectl get policyreports --all-namespaces"),
            proven_from="ValidatingPolicy",
        )

    def default_text(self, policy: ir.Policy, default: ir.Default) -> list[str]:
        """The patches that set ``default``."""
        return default_lines(default, quoted_for_kyverno)

    def check_text(self, check: ir.Check) -> list[str]:
        """The variables and the validation of ``check``."""
        return check_lines(check, quoted_for_kyverno)

    def package(self, program: ir.Program, cases: Cases, options: Options = DEFAULTS) -> Package:
        """Policies, kustomization and suites of ``program``."""
        files: list[OutputFile] = []
        suites: list[OutputFile] = []
        names = Names((owner.name for owner in program.policies_and_choices), reserved=(APPLIED,))
        workloads = options.workloads != "off"
        for policy in program.policies:
            assuming = with_settled(policy, program)
            suite_cases = cases.get(policy.name, ())
            if policy.defaults:
                name = names.derived(policy.name, "defaults")
                files.append(_mutating(name, _mutation(policy, name)))
                suites += defaults_test(policy, name) if suite_cases else []
            checks = checks_of(policy)
            for name, held in parts(policy, checks, options.layout, names):
                assumed = Pending(assuming.defaults, _WORKLOAD) if workloads else None
                files.append(_validating(name, _validation(policy, name, held, "pods", assumed)))
                tested, judged = Tested(name, (files[-1].path,), "isValidatingPolicy"), of_part(held, suite_cases)
                of_workloads = tuple(workload_cases(assuming, judged)) if workloads else ()
                suites += policy_suite(tested, {c.shape for c, _ in held}, judged, of_workloads, policy.scope)
                name = names.derived(name, *_EPHEMERAL)
                files.append(_validating(name, _validation(policy, name, held, "pods/ephemeralcontainers", None)))
        for choice in program.choices:
            files += _choice(choice, names, options)
            tested = Tested(names[choice.name], (f"policies/{names[choice.name]}.yaml",), "isValidatingPolicy")
            suites += choice_suites(choice, names, tested) if cases.get(choice.name) else []
        suites += applied_test(files) if any(cases.values()) else []
        paths = tuple(file.path for file in files)
        return Package((*files, kustomization("", paths, self.capabilities(options)), *suites), paths)


TARGET = KyvernoCel()


def _validation(policy: ir.Policy, name: str, checks: Checks, resource: str, assumed: Pending | None) -> str:
    """The policy ``name``. Kyverno makes rules for workloads of it where ``assumed`` says what their pods will get."""
    judged = on_pods(checks) if assumed is None else checks
    return render(
        "kyverno_cel/validate.yaml.j2",
        **identity(policy),
        name=yaml_quote(name),
        title=yaml_quote(policy.title or policy.name),
        description=described(check for check, _ in checks),
        reviewed=as_annotation(of_policy(policy)),
        action=Code(_ACTIONS[policy.mode]),
        resource=Code(resource),
        template_at=Code(""),
        autogen=assumed is not None,
        background=resource == "pods",
        operations=Code("CREATE, UPDATE" if resource == "pods" else "UPDATE"),
        note=Code(comment(policy.note)) if policy.note else Code(""),
        where=where(policy.scope, policy.exemptions, autogen=assumed is not None, quote=quoted_for_kyverno),
        printed=validations(judged, pending=assumed or NONE_PENDING, quote=quoted_for_kyverno),
    )


def _mutation(policy: ir.Policy, name: str) -> str:
    return render(
        "kyverno_cel/mutate.yaml.j2",
        **identity(policy),
        name=yaml_quote(name),
        title=yaml_quote(f"{policy.title or policy.name}: defaults"),
        description=described_defaults(policy),
        reviewed=as_annotation(of_requests(policy.exemptions)),
        mutations=mutations(policy, quoted_for_kyverno),
        variables=[],
        where=where(policy.scope, policy.exemptions, quote=quoted_for_kyverno),
    )


def _choice(choice: ir.Choice, names: Names, options: Options) -> Iterator[OutputFile]:
    """The policies of ``choice``. Background scans have no user, so they leave these policies out.

    Workloads have policies of their own, since Kyverno's own would judge by the user who applies them.
    """
    held, reviewed = where(choice.scope, quote=quoted_for_kyverno), as_annotation(of_choice(choice))
    if any(policy.defaults for policy in choice.policies):
        variables, patches = printed_defaults(choice, quoted_for_kyverno)
        name = names.derived(choice.name, "defaults")
        yield _mutating(name, render(
            "kyverno_cel/mutate.yaml.j2", name=yaml_quote(name), title=yaml_quote(f"{choice.name}: defaults"),
            description=yaml_block(folded(CHOICE_DEFAULTS), 6), variables=variables, mutations=patches, where=held,
            reviewed=reviewed, **identity(choice),
        ), choice.name)  # fmt: skip
    printed = printed_choice(choice, quote=quoted_for_kyverno)
    for name, resource, operations in (
        (names[choice.name], "pods", "CREATE, UPDATE"),
        (names.derived(choice.name, *_EPHEMERAL), "pods/ephemeralcontainers", "UPDATE"),
    ):
        yield _validating(name, render(
            "kyverno_cel/validate.yaml.j2", name=yaml_quote(name), title=yaml_quote("A choice of pod security policies"),
            description=yaml_block(folded(CHOICE), 6), action=Code(_ACTIONS[choice.mode]), resource=Code(resource),
            autogen=False, background=False, operations=Code(operations), note=Code(""), where=held, printed=printed,
            template_at=Code(""), reviewed=reviewed, **identity(choice),
        ), choice.name)  # fmt: skip
    if options.workloads == "off":
        return
    mode = on_workloads(choice.mode, options.workloads)
    for (suffix, template), printed in workload_choices(choice, quoted_for_kyverno):
        name = names.derived(choice.name, suffix)
        yield _validating(name, render(
            "kyverno_cel/validate.yaml.j2", name=yaml_quote(name), title=yaml_quote("A choice of pod security policies"),
            description=yaml_block(folded(CHOICE_OF_TEMPLATES), 6), action=Code(_ACTIONS[mode]), template_at=Code(template),
            autogen=False, background=True, operations=Code("CREATE, UPDATE"), note=Code(""), where=held,
            printed=printed, resource=Code(""), reviewed=reviewed, **identity(choice),
        ), choice.name)  # fmt: skip


def _validating(name: str, text: str, choice: str = "") -> OutputFile:
    return _file("ValidatingPolicy", name, text, choice)


def _mutating(name: str, text: str, choice: str = "") -> OutputFile:
    return _file("MutatingPolicy", name, text, choice)


def _file(kind: str, name: str, text: str, choice: str) -> OutputFile:
    return OutputFile(f"policies/{name}.yaml", text, (ObjectName("policies.kyverno.io/v1", kind, name),), choice)
