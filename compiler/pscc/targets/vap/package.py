"""Kubernetes' own admission policies: a ValidatingAdmissionPolicy per policy, a MutatingAdmissionPolicy for its defaults.

Each has its binding in a file of its own: applying a policy changes nothing before it is bound.
"""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases.workloads import workload_cases
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
    Sets,
    SwitchedOff,
)
from pscc.lowering.releases import served, spelled
from pscc.lowering.settled import with_settled
from pscc.output.contents import Cases, ObjectName, OutputFile, Package
from pscc.output.options import DEFAULTS, Options
from pscc.output.templating import Code, comment, folded, render, yaml_block, yaml_quote
from pscc.printers.cel.pending import Pending
from pscc.targets.shared.cel_policy import (
    PrintedPolicy,
    check_lines,
    default_lines,
    mutations,
    validations,
    workload_validations,
)
from pscc.targets.shared.cel_where import Where, where
from pscc.targets.shared.cel_workloads import on_workloads
from pscc.targets.shared.choice_cel import (
    ASKING_RBAC,
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
from pscc.targets.shared.layouts import PER_POLICY_OR_CONTROL, Checks, checks_of, of_part, on_pods, parts
from pscc.targets.shared.names import Names
from pscc.targets.versions import MUTATING, VALIDATING

_ACTIONS = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}


@frozen
class Vap:
    """The target of Kubernetes' own admission policies."""

    name: str = "vap"

    def capabilities(self, options: Options) -> Capabilities:
        """Everything, where Kubernetes has the kinds for it."""
        release = options.kubernetes
        checks, defaults = served(VALIDATING, release), served(MUTATING, release)
        lacks = f"Kubernetes {spelled(release)} has no MutatingAdmissionPolicy to set"
        costs = []
        if checks not in ("v1", ""):
            costs.append(SwitchedOff("ValidatingAdmissionPolicy", checks, release))
        if defaults not in ("v1", ""):
            costs.append(SwitchedOff("MutatingAdmissionPolicy", defaults, release, for_defaults=True))
        setting = Sets() if defaults else LeavesUnset(lacks)
        return Capabilities(
            product="Kubernetes",
            modes=MODES,
            updates=True,
            namespaces=True,
            namespace_labels="exactly",
            exemptions=EXEMPTED,
            ends_exemptions="when compiled",
            defaults=lambda default, judging: setting,
            defaults_unless_exempt="exactly",
            choices=Choices(
                SUBJECTS,
                Sets() if defaults else LeavesUnset(f"{lacks} them"),
                member_labels="exactly",
                live=ASKING_RBAC,
                live_workloads="stricter",
            ),
            warned_workloads="exactly",
            enforced_workloads="exactly",
            suite=True,
            layouts=PER_POLICY_OR_CONTROL,
            options=frozenset({"workloads", "kubernetes", "sync-waves"}),
            kubernetes=release,
            requires=Release("Kubernetes", VALIDATING[-1][0], release, "compile for `gatekeeper` or `kyverno`"),
            costs=tuple(costs),
            operated=Operated((Folder("."),)),
            proven_from="ValidatingAdmissionPolicy",
        )

    def default_text(self, policy: ir.Policy, default: ir.Default) -> list[str]:
        """The patches that set ``default``."""
        return default_lines(default)

    def check_text(self, check: ir.Check) -> list[str]:
        """The variables and the validation of ``check``."""
        return check_lines(check)

    def package(self, program: ir.Program, cases: Cases, options: Options = DEFAULTS) -> Package:
        """Policies, bindings, kustomization and suites of ``program``."""
        validating, mutating = (Code(served(api, options.kubernetes)) for api in (VALIDATING, MUTATING))
        policies: list[OutputFile] = []
        bindings: list[OutputFile] = []

        def add(owner: ir.Policy | ir.Choice, name: str, policy: str, kind: str, held: Where, action: str = "") -> None:
            version = mutating if kind == "Mutating" else validating
            api, kinds = f"admissionregistration.k8s.io/{version}", f"{kind}AdmissionPolicy"
            choice = owner.name if isinstance(owner, ir.Choice) else ""
            policies.append(OutputFile(f"policies/{name}.yaml", policy, (ObjectName(api, kinds, name),), choice))
            binding = _binding(owner, version, kind, name, held, action)
            bound = ObjectName(api, f"{kinds}Binding", name)
            bindings.append(OutputFile(f"bindings/{name}.yaml", binding, (bound,)))

        names = Names((owner.name for owner in program.policies_and_choices), reserved=(APPLIED,))
        suites: list[OutputFile] = []
        for policy in program.policies:
            held = where(policy.scope, policy.exemptions)
            assuming = with_settled(policy, program)
            suite_cases = cases.get(policy.name, ())
            if policy.defaults:
                name = names.derived(policy.name, "defaults")
                add(policy, name, _mutation(mutating, policy, name, held), "Mutating", held)
            checks = checks_of(policy)
            for part, printed_checks in parts(policy, checks, options.layout, names):
                text = _validation(validating, policy, part, printed_checks, validations(on_pods(printed_checks)))
                add(policy, part, text, "Validating", held, _ACTIONS[policy.mode])
                judged, shapes = of_part(printed_checks, suite_cases), {check.shape for check, _ in printed_checks}
                suites += policy_suite(_tested(part), shapes, judged, (), policy.scope)
                if options.workloads == "off":
                    continue
                action = _ACTIONS[on_workloads(policy.mode, options.workloads)]
                for (suffix, template), printed in workload_validations(printed_checks, Pending(assuming.defaults)):
                    name = names.derived(part, suffix)
                    text = _validation(validating, policy, name, printed_checks, printed, template)
                    add(policy, name, text, "Validating", held, action)
                    of_kind = [
                        workload for workload in workload_cases(assuming, judged) if workload.kind == _KINDS[suffix]
                    ]
                    suites += policy_suite(_tested(name), shapes, (), of_kind, policy.scope)
        for choice in program.choices:
            held = where(choice.scope)
            if any(policy.defaults for policy in choice.policies):
                name = names.derived(choice.name, "defaults")
                text = _choice_mutation(mutating, choice, name, held)
                add(choice, name, text, "Mutating", held)
            name = names[choice.name]
            text = _choice(validating, choice, held, name, printed_choice(choice))
            add(choice, name, text, "Validating", held, _ACTIONS[choice.mode])
            if cases.get(choice.name) and not choice.live:
                suites += choice_suites(choice, names, _tested(name))
            if options.workloads != "off" and not choice.live:
                action = _ACTIONS[on_workloads(choice.mode, options.workloads)]
                for (suffix, template), printed in workload_choices(choice):
                    name = names.derived(choice.name, suffix)
                    text = _choice(validating, choice, held, name, printed, template)
                    add(choice, name, text, "Validating", held, action)
        resources = tuple(file.path for file in (*policies, *bindings))
        mutates = any(named.kind == "MutatingAdmissionPolicy" for file in policies for named in file.objects)
        references = [OutputFile(_REFERENCES, render("vap/references.yaml.j2"))] if mutates else []
        listed = kustomization("", resources, self.capabilities(options), _REFERENCES if mutates else "")
        suites += applied_test((*policies, *bindings)) if any(cases.values()) else []
        return Package((*policies, *bindings, *references, listed, *suites), resources)


TARGET = Vap()
_REFERENCES = "references.yaml"
_KINDS = {"workloads": "Deployment", "cronjobs": "CronJob"}
"""The kind of the workloads that test a policy about workloads, by the end of the policy's name."""


def _paths(name: str) -> tuple[str, ...]:
    """The files of the policy ``name`` and its binding."""
    return (f"policies/{name}.yaml", f"bindings/{name}.yaml")


def _tested(name: str) -> Tested:
    return Tested(name, _paths(name), "isValidatingAdmissionPolicy")


def _validation(
    version: Code, policy: ir.Policy, name: str, checks: Checks, printed: PrintedPolicy, template: str = ""
) -> str:
    return render(
        "vap/policy.yaml.j2",
        **identity(policy),
        version=version,
        note=Code(comment(policy.note)) if policy.note else Code(""),
        where=where(policy.scope, policy.exemptions, template),
        name=yaml_quote(name),
        description=described(check for check, _ in checks),
        reviewed=as_annotation(of_policy(policy)),
        template_at=Code(template),
        printed=printed,
    )


def _mutation(version: Code, policy: ir.Policy, name: str, held: Where) -> str:
    return render(
        "vap/mutation.yaml.j2",
        **identity(policy),
        version=version,
        where=held,
        variables=[],
        name=yaml_quote(name),
        description=described_defaults(policy),
        reviewed=as_annotation(of_requests(policy.exemptions)),
        mutations=mutations(policy),
    )


def _choice(
    version: Code, choice: ir.Choice, held: Where, name: str, printed: PrintedPolicy, template: str = ""
) -> str:
    return render(
        "vap/policy.yaml.j2",
        **identity(choice),
        version=version,
        note=Code(""),
        where=held,
        name=yaml_quote(name),
        description=yaml_block(folded(CHOICE_OF_TEMPLATES if template else CHOICE), 6),
        reviewed=as_annotation(of_choice(choice)),
        template_at=Code(template),
        printed=printed,
    )


def _choice_mutation(version: Code, choice: ir.Choice, name: str, held: Where) -> str:
    variables, mutations = printed_defaults(choice)
    return render(
        "vap/mutation.yaml.j2",
        **identity(choice),
        version=version,
        where=held,
        variables=variables,
        name=yaml_quote(name),
        description=yaml_block(folded(CHOICE_DEFAULTS), 6),
        reviewed=as_annotation(of_choice(choice)),
        mutations=mutations,
    )


def _binding(owner: ir.Policy | ir.Choice, version: Code, kind: str, name: str, held: Where, action: str) -> str:
    return render(
        "vap/binding.yaml.j2",
        **identity(owner),
        version=version,
        kind=Code(f"{kind}AdmissionPolicyBinding"),
        name=yaml_quote(name),
        action=Code(action),
        selector=held.selector,
    )
