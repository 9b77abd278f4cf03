"""A choice for Kyverno: one ClusterPolicy with the CEL that every target has for a choice.

Kyverno is not to write rules for workloads from it, which would judge by who applies them: workloads have
ClusterPolicies of their own.
"""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.cases.suite import Case
from pscc.lowering.capabilities import LeavesUnset, Workloads
from pscc.output.contents import ObjectName, OutputFile
from pscc.output.templating import Code, folded, render, yaml_block, yaml_quote
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.text import quoted_for_kyverno
from pscc.targets.kyverno.annotations import without_variables
from pscc.targets.kyverno.match import UPDATED, match_of
from pscc.targets.shared.cel_fields import Fields, fields_of
from pscc.targets.shared.cel_workloads import on_workloads
from pscc.targets.shared.choice_cel import CHOICE, REFUSED, Decision, decision_of, template_fields
from pscc.targets.shared.choice_who import ADMISSION, TEMPLATES
from pscc.targets.shared.exemptions import as_annotation, of_choice
from pscc.targets.shared.identity import identity
from pscc.targets.shared.kyverno_suite import Result, by_requester, test_files
from pscc.targets.shared.names import Names

_RULE = "choice"
_INDENT = 16
_BACKGROUND = "Kyverno's background scans know no user, so this policy judges admission requests alone."
_OF_A_POD, _OF_A_TEMPLATE = replace(ADMISSION, updated=UPDATED), replace(TEMPLATES, updated=UPDATED)
"""What Kyverno knows of a request; its command line knows no operation in CEL."""


UNSET = LeavesUnset("Kyverno's mutations cannot tell which policy would change the pod")
"""Why the defaults of a choice are not set."""
_ACTIONS = {"enforce": "Enforce", "warn": "Audit", "audit": "Audit"}
_KINDS = {"workloads": ("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"), "cronjobs": ("CronJob",)}
_OF_TEMPLATES = (
    "Tells, when a workload is applied, whether its pods will be admitted: one of the policies that their service account "
    "may use has to accept them. Who applies the workload is not looked at."
)


def policy_file(name: str, text: str, choice: str = "") -> OutputFile:
    """The file of the ClusterPolicy ``name``, which says ``choice`` where it is one's."""
    return OutputFile(f"policies/{name}.yaml", text, (ObjectName("kyverno.io/v1", "ClusterPolicy", name),), choice)


def policy_files(choice: ir.Choice, workloads: Workloads, names: Names) -> list[OutputFile]:
    """The ClusterPolicies of ``choice``: of pods, and of workloads unless these are ``off``."""
    decision = decision_of(choice, _OF_A_POD)
    variables = fields_of(decision.variables, decision.notes, _INDENT, quoted_for_kyverno)
    description = f"{CHOICE} {_BACKGROUND}"
    files = [_policy(choice, names[choice.name], choice.mode, decision, variables, description)]
    if workloads == "off":
        return files
    decision, mode = decision_of(choice, _OF_A_TEMPLATE), on_workloads(choice.mode, workloads)
    for (suffix, _), variables in template_fields(decision, _INDENT, quoted_for_kyverno):
        name, kinds = names.derived(choice.name, suffix), _KINDS[suffix]
        files.append(_policy(choice, name, mode, decision, variables, _OF_TEMPLATES, kinds))
    return files


def _policy(
    choice: ir.Choice,
    name: str,
    mode: ir.Mode,
    decision: Decision,
    variables: list[Fields],
    description: str,
    workloads: tuple[str, ...] = (),
) -> OutputFile:
    """The ClusterPolicy ``name`` that judges pods, or the kinds of ``workloads`` that are given."""
    kinds = workloads or ("Pod",)
    text = render(
        "kyverno/choice.yaml.j2",
        **identity(choice),
        name=yaml_quote(name),
        description=yaml_block(folded(description), 6),
        reviewed=without_variables(as_annotation(of_choice(choice))),
        action=Code(_ACTIONS[mode]),
        warn=mode == "warn",
        background=bool(workloads),
        kinds=[Code(kind) for kind in kinds],
        where=match_of(choice.scope, kinds),
        message=yaml_quote(REFUSED),
        variables=variables,
        holds=yaml_block(laid_out(decision.holds, quoted_for_kyverno), _INDENT),
        text=yaml_block(laid_out(decision.message, quoted_for_kyverno), _INDENT),
    )
    return policy_file(name, text, choice.name)


def suite(choice: ir.Choice, cases: tuple[Case, ...], names: Names) -> list[OutputFile]:
    """The tests of ``choice``, one for each who asks."""
    files: list[OutputFile] = []
    for number, (request, of_requester) in enumerate(by_requester(cases).items(), 1):
        outcomes = {
            "pass": tuple(case for case in of_requester if case.allowed),
            "fail": tuple(case for case in of_requester if not case.allowed),
        }
        results = [Result(_RULE, "Pod", outcome, judged) for outcome, judged in outcomes.items() if judged]
        folder = f"suite/{names.derived(choice.name, f'request-{number}')}"
        files += test_files(folder, names[choice.name], of_requester, results, request)
    return files
