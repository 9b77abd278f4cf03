"""Gatekeeper: ConstraintTemplates and Constraints in one of two layouts, mutators, and a suite for ``gator verify``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pscc import ir
from pscc.base.frozen import frozen
from pscc.lowering.capabilities import (
    EXEMPTED,
    MODES,
    SUBJECTS,
    Budget,
    Capabilities,
    Choices,
    FailsOpen,
    Folder,
    LeavesUnset,
    Operated,
    Release,
    SetsOnUpdates,
    SkipsNamespaces,
)
from pscc.output.contents import Cases, OutputFile, Package
from pscc.output.options import DEFAULTS, Options
from pscc.printers.rego.text import literal
from pscc.targets.gatekeeper import choice as gatekeeper_choice
from pscc.targets.gatekeeper import per_control, per_policy
from pscc.targets.gatekeeper.applied import Applied
from pscc.targets.gatekeeper.mutators import applied_mutator, mutators, setting
from pscc.targets.gatekeeper.suite import RESERVED, suite_files
from pscc.targets.gatekeeper.workloads import ON_PODS, ON_WORKLOADS, Place, judging_workloads
from pscc.targets.shared.identity import kustomization
from pscc.targets.shared.names import Names
from pscc.targets.shared.shape_names import kind_of
from pscc.targets.versions import GATEKEEPER_CEL, GATEKEEPER_OPERATIONS, GATEKEEPER_REGO, release_of

BUDGET = Budget(1_000_000, "leave out `--engine cel` if you have such pods: templates in Rego have no such limit")
"""The CEL budget of a validation with its message. Source: ``Query`` in Gatekeeper 3.23 ``pkg/drivers/k8scel/driver.go``."""
FAILS_OPEN = FailsOpen(
    "Gatekeeper",
    3,
    "set `failurePolicy: Fail` on its webhooks, with `validatingWebhookFailurePolicy` and `mutatingWebhookFailurePolicy` of its "
    "Helm chart",
)
"""Source: Gatekeeper's documentation, "Failing Closed", and ``values.yaml`` of its Helm chart."""
SKIPS = SkipsNamespaces(
    "Gatekeeper",
    ("Gatekeeper's own namespace",),
    "keep users out of that namespace: Gatekeeper leaves itself out, so that it can start",
)
"""Source: ``--exempt-namespace`` and the webhooks' ``namespaceSelector`` in Gatekeeper's ``deploy/gatekeeper.yaml``."""
_CREATED = "kubectl wait --for=jsonpath={.status.created}=true constrainttemplates --all"
"""Gatekeeper needs a moment to make the kind of a template. Source: its documentation, "How to use Gatekeeper"."""
_OPTIONS = frozenset(
    {"engine", "workloads", "kubernetes", "gatekeeper", "templates", "enforcement-point", "sync-waves"}
)
_IN_ORDER = (
    Folder("templates", _CREATED, shared=True),
    *map(Folder, ("mutators", ON_PODS.folder, ON_WORKLOADS.folder)),
)
"""The folders in the order in which they are applied: what comes first defines what the next ones use."""


@frozen
class Gatekeeper:
    """The target Gatekeeper."""

    name: str = "gatekeeper"

    def capabilities(self, options: Options) -> Capabilities:
        """Everything except some defaults: mutators see neither the requester nor another field."""
        cel = options.engine == "cel"
        least = GATEKEEPER_CEL if cel else GATEKEEPER_REGO
        unset = LeavesUnset("Gatekeeper's mutators see neither who asks nor the rest of the pod")
        updates = SetsOnUpdates("Gatekeeper", release_of("gatekeeper", options), GATEKEEPER_OPERATIONS)
        return Capabilities(
            product="Gatekeeper",
            modes=MODES,
            updates=True,
            namespaces=True,
            namespace_labels="exactly",
            exemptions=EXEMPTED,
            ends_exemptions="when compiled",
            defaults=setting,
            defaults_unless_exempt="stricter",
            choices=Choices(SUBJECTS, unset, member_labels="stricter", budget=BUDGET if cel else None),
            policy_budget=BUDGET if cel and options.layout == "per-policy" else None,
            warned_workloads="exactly",
            enforced_workloads="exactly",
            suite=True,
            layouts=("per-control", "per-policy"),
            kubernetes=options.kubernetes,
            requires=Release(
                "Gatekeeper", least, release_of("gatekeeper", options), "update Gatekeeper, or compile for `opa`"
            ),
            costs=() if release_of("gatekeeper", options) >= GATEKEEPER_OPERATIONS else (updates,),
            options=_OPTIONS,
            lets_in=(FAILS_OPEN, SKIPS),
            operated=Operated(_IN_ORDER, "kubectl get constraints"),
            proven_from="ConstraintTemplate" if cel else "",
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
        files = Names((owner.name for owner in program.policies_and_choices), reserved=RESERVED)
        templates, own = _printed(program, of_workloads, files, options)
        applied = (*templates, *(applied_object.file for applied_object in own))
        in_order = (folder.name for folder in _IN_ORDER)
        folders = [folder for folder in in_order if any(file.path.startswith(f"{folder}/") for file in applied)]
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
        suite = suite_files(tested, cases, own, files) if own else []
        return Package(
            (*applied, *kustomizations, kustomization("", folders, can), *suite), tuple(file.path for file in applied)
        )


TARGET = Gatekeeper()


def _printed(
    program: ir.Program, of_workloads: ir.Program, files: Names, options: Options
) -> tuple[list[OutputFile], list[Applied]]:
    """The ConstraintTemplates and the other objects of ``program``. ``of_workloads`` is the program that judges workloads.

    ``options`` may leave out the templates that other outputs share, or all other objects.
    """
    layout = _layout(program, of_workloads, options)
    if options.templates == "only":
        return layout.shared, []
    templates = [*layout.own, *(gatekeeper_choice.template(choice, options) for choice in program.choices)]
    names = Names()
    own: list[Applied] = []
    for place, judging in ((ON_PODS, program), (ON_WORKLOADS, of_workloads)):
        for policy in judging.policies:
            own += layout.constraints(policy, place, files[policy.name], names)
        own += [gatekeeper_choice.constraint(choice, place, files[choice.name], options) for choice in judging.choices]
    mutator_names, operations = Names(), release_of("gatekeeper", options) >= GATEKEEPER_OPERATIONS
    own += [
        applied_mutator(policy, files[policy.name], mutator, operations)
        for policy in program.policies
        for mutator in mutators(policy, mutator_names)
    ]
    return templates if options.templates == "without" else [*layout.shared, *templates], own


@frozen
class _Layout:
    """The templates that other outputs may share, the templates of this output alone, and the Constraints of a policy."""

    shared: list[OutputFile]
    own: list[OutputFile]
    constraints: Callable[[ir.Policy, Place, str, Names], list[Applied]]


def _layout(program: ir.Program, of_workloads: ir.Program, options: Options) -> _Layout:
    policies = (*program.policies, *of_workloads.policies)
    if options.layout == "per-policy":
        on_pods = {policy.name: policy for policy in program.policies}
        constraints = partial(per_policy.constraints, on_pods=on_pods, options=options)
        return _Layout([], per_policy.templates(policies, on_pods, options), constraints)
    return _Layout(per_control.templates(policies, options), [], partial(per_control.constraints, options=options))
