"""Gatekeeper: a ConstraintTemplate per shape of check, a Constraint per check, mutators, and a suite for ``gator verify``.

A template's text depends on the shape alone; all values live in the Constraint. A check that takes defaults as set has a
shape of its own for its values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import parameters, rechecked_on
from pscc.ir.plain import plain
from pscc.lowering.capabilities import (
    EXEMPTED,
    MODES,
    SUBJECTS,
    Capabilities,
    Choices,
    FailsOpen,
    LeavesUnset,
    Release,
    SetsOnUpdates,
)
from pscc.output.contents import Cases, ObjectName, OutputFile, Package, origin
from pscc.output.options import DEFAULTS, Options
from pscc.output.templating import Code, comment, folded, render, yaml_block, yaml_lines, yaml_quote
from pscc.printers.rego.library import library_for
from pscc.printers.rego.rules import check_rules, parameter_rules, unchanged
from pscc.printers.rego.text import literal
from pscc.targets.gatekeeper import choice as gatekeeper_choice
from pscc.targets.gatekeeper.actions import action_lines
from pscc.targets.gatekeeper.applied import Applied, path_of, template_path
from pscc.targets.gatekeeper.match import match_lines
from pscc.targets.gatekeeper.mutators import applied_mutator, mutators, setting
from pscc.targets.gatekeeper.suite import RESERVED, suite_files
from pscc.targets.gatekeeper.workloads import FOLDER as WORKLOADS
from pscc.targets.gatekeeper.workloads import OF_WORKLOADS, PODS, Judged, judging_workloads
from pscc.targets.shared.descriptions import beginning
from pscc.targets.shared.exemptions import as_annotation, of_containers, of_requests
from pscc.targets.shared.identity import kustomization
from pscc.targets.shared.names import Names
from pscc.targets.shared.shape_names import endings_of, kind_of
from pscc.targets.shared.subjects import exemption_rows
from pscc.targets.versions import GATEKEEPER_CEL, GATEKEEPER_OPERATIONS, GATEKEEPER_REGO

BUDGET = 1_000_000
"""The CEL budget of a validation with its message. Source: ``Query`` in Gatekeeper 3.23 ``pkg/drivers/k8scel/driver.go``."""
FAILS_OPEN = FailsOpen(
    "Gatekeeper",
    3,
    "set `failurePolicy: Fail` on its webhooks, with `validatingWebhookFailurePolicy` and `mutatingWebhookFailurePolicy` of its "
    "Helm chart",
)
"""Source: Gatekeeper's documentation, "Failing Closed", and ``values.yaml`` of its Helm chart."""
_SCHEMAS = {
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "ranges": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["min", "max"],
            "properties": {"min": {"type": "integer"}, "max": {"type": "integer"}},
        },
    },
    "hostPaths": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["pathPrefix"],
            "properties": {"pathPrefix": {"type": "string"}, "readOnly": {"type": "boolean"}},
        },
    },
}


@frozen
class Gatekeeper:
    """The target Gatekeeper."""

    name: str = "gatekeeper"

    def capabilities(self, options: Options) -> Capabilities:
        """Everything except some defaults: mutators see neither the requester nor another field."""
        cel = options.engine == "cel"
        least = GATEKEEPER_CEL if cel else GATEKEEPER_REGO
        unset = LeavesUnset("Gatekeeper's mutators see neither who asks nor the rest of the pod")
        updates = SetsOnUpdates("Gatekeeper", options.gatekeeper, GATEKEEPER_OPERATIONS)
        return Capabilities(
            product="Gatekeeper",
            modes=MODES,
            updates=True,
            namespaces=True,
            namespace_labels="exactly",
            exemptions=EXEMPTED,
            defaults=setting,
            defaults_unless_exempt="stricter",
            choices=Choices(SUBJECTS, unset, member_labels="stricter", budget=BUDGET if cel else 0),
            warned_workloads="exactly",
            enforced_workloads="exactly",
            suite=True,
            layouts=("per-control",),
            kubernetes=options.kubernetes,
            requires=Release("Gatekeeper", least, options.gatekeeper, "update Gatekeeper, or compile for `opa`"),
            costs=() if options.gatekeeper >= GATEKEEPER_OPERATIONS else (updates,),
            shared_templates=True,
            enforcement_points=True,
            lets_in=(FAILS_OPEN,),
        )

    def default_text(self, policy: ir.Policy, default: ir.Default) -> list[str]:
        """The mutators of ``default``."""
        if isinstance(setting(default, policy.checks), LeavesUnset):
            return []
        listed = mutators(replace(policy, defaults=(default,)), Names())
        return [f"{mutator.kind} at {json.dumps(mutator.location)}: {json.dumps(mutator.value)}" for mutator in listed]

    def check_text(self, check: ir.Check) -> list[str]:
        """The Constraint of ``check``."""
        values = ", ".join(f"{name}: {literal(value)}" for name, value in check.params) or "none"
        return [f"a Constraint of kind {kind_of(check.shape, exempt=False)}, parameters {values}"]

    def package(self, program: ir.Program, cases: Cases, options: Options = DEFAULTS) -> Package:
        """Templates, constraints on pods and on workloads, mutators, kustomizations and the suite of ``program``.

        The suite runs templates and constraints together, so without the templates it runs the choices alone.
        """
        of_workloads = judging_workloads(program, options.workloads)
        names = _named(program, of_workloads)
        shared = _shared((*program.policies, *of_workloads.policies), options) if options.templates != "without" else []
        own = _own(program, of_workloads, names, options) if options.templates != "only" else []
        choices = [gatekeeper_choice.template(choice, options) for choice in program.choices] if own else []
        applied = (*shared, *choices, *(one.file for one in own))
        folders = [folder for folder in _FOLDERS if any(file.path.startswith(f"{folder}/") for file in applied)]
        can = self.capabilities(options)
        # kustomize refuses files outside its root, so each folder has a root of its own
        kustomizations = [
            kustomization(
                f"{folder}/",
                (file.path.removeprefix(f"{folder}/") for file in applied if file.path.startswith(f"{folder}/")),
                can,
            )
            for folder in folders
        ]
        tested = program if options.templates == "with" else replace(program, policies=())
        suite = suite_files(tested, cases, own, names.files) if own else []
        return Package(
            (*applied, *kustomizations, kustomization("", folders, can), *suite), tuple(file.path for file in applied)
        )


TARGET = Gatekeeper()
_FOLDERS = ("templates", "policies", "mutators", WORKLOADS)
"""The folders of an output whose files are applied, in the order of the kustomization."""


def _shared(policies: tuple[ir.Policy, ...], options: Options) -> list[OutputFile]:
    """The files with objects that outputs for other sources may have, too."""
    templates = {(c.shape, bool(p.exemptions)): c for p in policies for c in p.checks}
    return [_template_file(c, exempt, options) for (_, exempt), c in templates.items()]


def _own(program: ir.Program, of_workloads: ir.Program, names: _Named, options: Options) -> list[Applied]:
    """The objects of the policies and choices of ``program``, but for templates; ``of_workloads`` is it about workloads."""
    operations, points = options.gatekeeper >= GATEKEEPER_OPERATIONS, options.enforcement_points
    own: list[Applied] = []
    for folder, judged, judging, called in (
        ("policies", PODS, program, names.on_pods),
        (WORKLOADS, OF_WORKLOADS, of_workloads, names.on_workloads),
    ):
        for policy in judging.policies:
            action, place = action_lines(policy.mode, points), f"{folder}/{names.files[policy.name]}"
            own += [_constraint(policy, c, place, called[policy.name, c.shape], action, judged) for c in policy.checks]
        for choice in judging.choices:
            action, path = action_lines(choice.mode, points), f"{folder}/{names.files[choice.name]}.yaml"
            name = choice.name if judged == PODS else f"{choice.name}-{WORKLOADS}"
            own.append(gatekeeper_choice.constraint(choice, name, path, action, judged))
    own += [
        applied_mutator(policy, names.files[policy.name], one, operations)
        for policy in program.policies
        for one in mutators(policy, names.mutators)
    ]
    return own


_ByShape = Mapping[tuple[str, str], str]
"""The names of Constraints, by policy and shape."""


@frozen
class _Named:
    """The names of an output: ``files`` by policy and choice, those of Constraints, and ``mutators``."""

    files: Names
    on_pods: _ByShape
    on_workloads: _ByShape
    mutators: Names


def _named(program: ir.Program, of_workloads: ir.Program) -> _Named:
    constraints = Names()
    on_pods, on_workloads = (
        {
            (policy.name, check.shape): constraints.derived(
                policy.name, *(f"{e}{behind}" for e in endings_of(check.shape))
            )
            for policy in each.policies
            for check in policy.checks
        }
        for each, behind in ((program, ""), (of_workloads, f"-{WORKLOADS}"))
    )
    # beside the files of policies there are a kustomization, and in the suite its own files
    names = [owner.name for owner in program.policies_and_choices]
    return _Named(Names(names, reserved=RESERVED), on_pods, on_workloads, Names())


def _template_file(check: ir.Check, exempt: bool, options: Options) -> OutputFile:
    name = kind_of(check.shape, exempt).lower()
    named = ObjectName("templates.gatekeeper.sh/v1", "ConstraintTemplate", name, shared=True)
    return OutputFile(template_path(kind_of(check.shape, exempt)), _template(check, exempt, options), (named,))


def rego_of(check: ir.Check, exempt: bool = False) -> str:
    """The Rego of the template of ``check``. ``exempt``: it exempts the requests that its Constraint lists."""
    printed = check_rules(check)
    return render(
        "gatekeeper/template.rego.j2",
        package=Code(kind_of(check.shape, exempt).lower()),
        exemptions=exempt,
        rules=Code(printed.rules),
        findings=Code(printed.findings),
        unchanged=[Code(line) for line in unchanged(rechecked_on(check, exempt))],
        parameters=Code(parameter_rules(check)),
    )


def _template(check: ir.Check, exempt: bool, options: Options) -> str:
    from pscc import __version__

    params = [{"name": Code(p.name), "schema": _indented(yaml_lines(_SCHEMAS[p.kind]), 14)} for p in parameters(check)]
    cel = None
    if options.engine == "cel":
        from pscc.targets.gatekeeper.cel import source_of

        cel = source_of(check, exempt)
    rego = "" if cel else rego_of(check, exempt)
    return render(
        "gatekeeper/template.yaml.j2",
        part_of=Code(""),
        name=Code(kind_of(check.shape, exempt).lower()),
        kind=Code(kind_of(check.shape, exempt)),
        exemptions=exempt,
        title=yaml_quote(check.title),
        version=yaml_quote(__version__),
        description=yaml_block(folded(" ".join(filter(None, (check.description, check.intent)))), 6),
        params=params,
        cel=cel,
        rego=yaml_block(rego, 14),
        lib=yaml_block(library_for(rego) if rego else "", 16),
    )


def _indented(lines: list[str], indent: int) -> Code:
    return yaml_block("\n".join(lines), indent)


def _constraint(policy: ir.Policy, check: ir.Check, place: str, name: str, action: Code, judged: Judged) -> Applied:
    """The Constraint ``name`` of ``check`` on what is ``judged``; ``place`` is the folder of the policy's Constraints."""
    declared = {param.name for param in parameters(check)}
    from_params = {name: plain(value) for name, value in check.params if value != () and name in declared}
    exempt = {"exemptions": exemption_rows(policy)} if policy.exemptions else {}
    values = {**from_params, **({"because": check.because} if check.because else {}), **exempt}
    kind = kind_of(check.shape, bool(exempt))
    fields = {
        "kind": Code(kind),
        "name": yaml_quote(name),
        "origin": Code(comment(origin(check.statement, check.span))),
        "statement": yaml_quote(beginning(check.statement)),
        "reviewed": as_annotation((*of_requests(policy.exemptions), *of_containers([check]))),
        "action": action,
        "judged": judged,
        "match": match_lines(policy.scope),
        "parameters": _indented(yaml_lines(values), 4) if values else Code(""),
    }
    named = ObjectName(gatekeeper_choice.CONSTRAINTS, kind, name)
    return Applied(path_of(place, name, policy.name), "constraint", named, fields, policy, check)
