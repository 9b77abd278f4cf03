"""Kubernetes' own admission policies: a ValidatingAdmissionPolicy per policy, a MutatingAdmissionPolicy for its defaults.

Each has its binding in a file of its own: applying a policy changes nothing before it is bound.
"""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases.suite import Case
from pscc.output.contents import ObjectName, Output, OutputFile
from pscc.output.options import DEFAULTS, Options
from pscc.output.templating import Code, folded, render, yaml_block, yaml_quote
from pscc.printers.cel.bindings import NONE_PENDING, Pending
from pscc.printers.rego.rules import comment
from pscc.targets.demanding import Cases, Told, demanding, demanding_but_choices, undecided_choices
from pscc.targets.shared.cel_policy import Checks, checks_of, described, described_defaults, mutations, validations
from pscc.targets.shared.cel_where import Where, where
from pscc.targets.shared.cel_workloads import TEMPLATES_AT, on_workloads, unjudged_workloads
from pscc.targets.shared.choice_cel import CHOICE, CHOICE_DEFAULTS, CHOICE_OF_TEMPLATES, notes, printed_choice
from pscc.targets.shared.choice_cel_defaults import printed_defaults
from pscc.targets.shared.choice_notes import unset_defaults
from pscc.targets.shared.names import Names
from pscc.targets.versions import MUTATING, VALIDATING, all_unsettable, costs, needs, served, spelled, unknown_fields

_ACTIONS = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}


@frozen
class Vap:
    """The target of Kubernetes' own admission policies."""

    name: str = "vap"

    def package(self, program: ir.Program, cases: dict[str, tuple[Case, ...]], options: Options = DEFAULTS) -> Output:
        """Policies, bindings and kustomization of ``program``."""
        program, cases, told = _for_release(program, cases, options)
        program, undecided = undecided_choices(program)
        told += undecided
        validating, mutating = (Code(served(api, options.kubernetes)) for api in (VALIDATING, MUTATING))
        policies: list[OutputFile] = []
        bindings: list[OutputFile] = []

        def add(name: str, policy: str, kind: str, held: Where, action: str = "") -> None:
            version = mutating if kind == "Mutating" else validating
            api, kinds = f"admissionregistration.k8s.io/{version}", f"{kind}AdmissionPolicy"
            policies.append(OutputFile(f"policies/{name}.yaml", policy, (ObjectName(api, kinds, name),)))
            binding = _binding(version, kind, name, held, action)
            bound = ObjectName(api, f"{kinds}Binding", name)
            bindings.append(OutputFile(f"bindings/{name}.yaml", binding, (bound,)))

        names = Names((*(policy.name for policy in program.policies), *(choice.name for choice in program.choices)))
        for policy in program.policies:
            held = where(policy.scope, policy.exemptions)
            if policy.defaults:
                name = names.derived(policy.name, "defaults")
                add(name, _mutation(mutating, policy, name, held), "Mutating", held)
            checks = checks_of(policy)
            if checks:
                name = names[policy.name]
                text = _validation(validating, policy, name, checks)
                add(name, text, "Validating", held, _ACTIONS[policy.mode])
            for suffix, template in TEMPLATES_AT if checks and options.workloads != "off" else ():
                name = names.derived(policy.name, suffix)
                text = _validation(validating, policy, name, checks, template, Pending(policy.defaults))
                add(name, text, "Validating", held, _ACTIONS[on_workloads(policy.mode, options.workloads)])
        for choice in program.choices:
            told += notes(choice)
            held = where(choice.scope)
            if any(policy.defaults for policy in choice.policies):
                name = names.derived(choice.name, "defaults")
                text = _choice_mutation(mutating, choice, name, held)
                add(name, text, "Mutating", held)
            name = names[choice.name]
            add(name, _choice(validating, choice, held, name), "Validating", held, _ACTIONS[choice.mode])
            told += unjudged_workloads(choice, options.workloads)
            for suffix, template in TEMPLATES_AT if options.workloads != "off" and not choice.live else ():
                name = names.derived(choice.name, suffix)
                text = _choice(validating, choice, held, name, template)
                add(name, text, "Validating", held, _ACTIONS[on_workloads(choice.mode, options.workloads)])
        resources = tuple(file.path for file in (*policies, *bindings))
        paths = [yaml_quote(path) for path in resources]
        kustomization = OutputFile("kustomization.yaml", render("kyverno/kustomization.yaml.j2", paths=paths))
        return Output((*policies, *bindings, kustomization), resources, tuple(told))


TARGET = Vap()


def _for_release(program: ir.Program, cases: Cases, options: Options) -> tuple[ir.Program, Cases, Told]:
    """``program`` as the release can have it, and what that costs. Raises `SourceError` where it cannot at all."""
    release = options.kubernetes
    needs(program, "Kubernetes", VALIDATING[-1][0], release, "compile for `gatekeeper` or `kyverno`")
    told: Told = []
    if not served(MUTATING, release):
        cause = f"Kubernetes {spelled(release)} has no MutatingAdmissionPolicy to set"
        told += [one for choice in program.choices for one in unset_defaults(choice, f"{cause} them")]
        program, cases, more = demanding(program, cases, all_unsettable(cause))
    else:
        program, cases, more = demanding_but_choices(program, cases, unknown_fields(release, lambda policy: ()))
    told += more
    members = (policy for choice in program.choices for policy in choice.policies)
    sets_defaults = any(policy.defaults for policy in (*program.policies, *members))
    for kind, version in (
        ("ValidatingAdmissionPolicy", served(VALIDATING, release)),
        ("MutatingAdmissionPolicy", served(MUTATING, release) if sets_defaults else ""),
    ):
        if version not in ("v1", ""):
            text = f"Kubernetes {spelled(release)} serves {kind} {version} only where its API server is told to"
            help = f"set --feature-gates={kind}=true and --runtime-config=admissionregistration.k8s.io/{version}=true on it"
            told.append(costs(program, text, help=help))
    return program, cases, told


def _validation(
    version: Code, policy: ir.Policy, name: str, checks: Checks, template: str = "", pending: Pending = NONE_PENDING
) -> str:
    return render(
        "vap/policy.yaml.j2",
        version=version,
        note=Code(comment(policy.note)) if policy.note else Code(""),
        where=where(policy.scope, policy.exemptions, template),
        name=yaml_quote(name),
        description=described(checks),
        template_at=Code(template),
        printed=validations(checks, template, pending),
    )


def _mutation(version: Code, policy: ir.Policy, name: str, held: Where) -> str:
    return render(
        "vap/mutation.yaml.j2",
        version=version,
        where=held,
        variables=[],
        name=yaml_quote(name),
        description=described_defaults(policy),
        mutations=mutations(policy),
    )


def _choice(version: Code, choice: ir.Choice, held: Where, name: str, template: str = "") -> str:
    return render(
        "vap/policy.yaml.j2",
        version=version,
        note=Code(""),
        where=held,
        name=yaml_quote(name),
        description=yaml_block(folded(CHOICE_OF_TEMPLATES if template else CHOICE), 6),
        template_at=Code(template),
        printed=printed_choice(choice, template),
    )


def _choice_mutation(version: Code, choice: ir.Choice, name: str, held: Where) -> str:
    variables, mutations = printed_defaults(choice)
    return render(
        "vap/mutation.yaml.j2",
        version=version,
        where=held,
        variables=variables,
        name=yaml_quote(name),
        description=yaml_block(folded(CHOICE_DEFAULTS), 6),
        mutations=mutations,
    )


def _binding(version: Code, kind: str, name: str, held: Where, action: str) -> str:
    return render(
        "vap/binding.yaml.j2",
        version=version,
        kind=Code(f"{kind}AdmissionPolicyBinding"),
        name=yaml_quote(name),
        action=Code(action),
        selector=held.selector,
    )
