"""A choice for Kyverno: one ClusterPolicy whose CEL finds the policies that may be used, and admits if one accepts.

Each check is a variable, evaluated where a usable policy asks for it. Kyverno is not to write rules for workloads from
it, which would judge by who applies them: workloads have ClusterPolicies of their own.
"""

from __future__ import annotations

from pscc import ir
from pscc.cases.suite import Case
from pscc.ir.passes import looked_at_by_choice, specialise
from pscc.lowering.capabilities import LeavesUnset, Workloads
from pscc.output.contents import ObjectName, OutputFile
from pscc.output.templating import Code, folded, render, yaml_block, yaml_quote
from pscc.printers.cel.checks import unchanged
from pscc.printers.cel.expressions import literal
from pscc.printers.cel.findings import check_of, line
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.variables import once
from pscc.targets.kyverno.match import UPDATED, match_of
from pscc.targets.shared.cel_policy import of_template
from pscc.targets.shared.cel_workloads import TEMPLATES_AT, on_workloads
from pscc.targets.shared.choice_notes import DESCRIPTION
from pscc.targets.shared.choice_table import statement_of, statements_of
from pscc.targets.shared.choice_who import ADMISSION, TEMPLATES, Review, asking, grants, may_use
from pscc.targets.shared.kyverno_suite import Result, by_requester, test_files
from pscc.targets.shared.names import Names

_RULE = "choice"
_UNCHANGED = "unchanged"
_BETWEEN = "\n"
"""Between the findings of an objection, so that they can be counted: no message has a line break."""
_NEW_LINE = literal(_BETWEEN)
_NONE = '""'
"""Gives an empty list a type. Without it, expressions that read the list do not compile."""
_UNUSABLE = 1_000_000
_USABLE = f"size(variables.findings.filter(count, count < {_UNUSABLE}))"
_NONE_USABLE = (
    f'"no policy may be used in namespace " + {line("request.namespace")} + " by " + '
    '(size(variables.asking) == 0 ? "anyone" : variables.asking.join(" or "))'
)
_BACKGROUND = "Kyverno's background scans know no user, so this policy judges admission requests alone."


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
    files = [_policy(choice, names[choice.name], choice.mode)]
    for suffix, template in TEMPLATES_AT if workloads != "off" else ():
        name = names.derived(choice.name, suffix)
        files.append(_policy(choice, name, on_workloads(choice.mode, workloads), _KINDS[suffix], template))
    return files


def _policy(
    choice: ir.Choice, name: str, mode: ir.Mode, kinds: tuple[str, ...] = ("Pod",), template: str = ""
) -> OutputFile:
    review = TEMPLATES if template else ADMISSION
    variables = _variables(choice, review)
    if template:
        variables = of_template(variables, template)
    of_pods = f"{DESCRIPTION.split(' An audit')[0]} {_BACKGROUND}"
    usable = [f"(variables.mayUse{i} && size(variables.objections{i}) == 0)" for i in range(len(choice.policies))]
    text = render(
        "kyverno/choice.yaml.j2",
        name=yaml_quote(name),
        description=yaml_block(folded(_OF_TEMPLATES if template else of_pods), 6),
        action=Code(_ACTIONS[mode]),
        warn=mode == "warn",
        background=bool(template),
        kinds=[Code(kind) for kind in kinds],
        where=match_of(choice.scope, kinds),
        message=yaml_quote("no policy that may be used accepts this pod"),
        variables=[{"name": Code(n), "expression": yaml_block(laid_out(e), 16)} for n, e in once(variables).items()],
        holds=yaml_block(laid_out(" || ".join((*usable, f"variables.{_UNCHANGED}"))), 16),
        text=yaml_block(laid_out(_message(choice, review)), 16),
    )
    return policy_file(name, text, choice.name)


def suite(choice: ir.Choice, cases: tuple[Case, ...], names: Names) -> list[OutputFile]:
    """The tests of ``choice``, one for each requester."""
    files: list[OutputFile] = []
    for number, (request, those) in enumerate(by_requester(cases).items(), 1):
        outcomes = {
            "pass": tuple(case for case in those if case.allowed),
            "fail": tuple(case for case in those if not case.allowed),
        }
        results = [
            Result(_RULE, outcome, outcome_cases) for outcome, outcome_cases in outcomes.items() if outcome_cases
        ]
        folder = f"suite/{names.derived(choice.name, f'request-{number}')}"
        files += test_files(folder, names[choice.name], those, results, request)
    return files


def _variables(choice: ir.Choice, review: Review) -> list[tuple[str, str]]:
    variables = [*asking(choice, review), ("asking", review.shown)]
    variables += grants(choice)
    variables += unchanged(_UNCHANGED, looked_at_by_choice(choice, review.of_workloads), UPDATED)
    statements = statements_of(choice)
    names = {key: f"check{number}" for number, key in enumerate(statements)}
    for key, check in statements.items():
        variables += _check(names[key], check)
    for number, policy in enumerate(choice.policies):
        variables.append((f"mayUse{number}", _may_use(policy)))
        texts = ", ".join(f"variables.{names[statement_of(check, statements)]}" for check in policy.checks)
        variables.append((f"objections{number}", f'[{texts or _NONE}].filter(objection, objection != "")'))
    return [*variables, *_nearest(choice)]


def _check(name: str, check: ir.Check) -> list[tuple[str, str]]:
    """The variables of ``check``. ``name`` is the one with its message, which is empty where it has no finding."""
    specialised = specialise(check)
    if not specialised.requirements:
        return [(name, '""')]
    printed = check_of(specialised, f"{name}Finding", between=_BETWEEN)
    return [*printed.variables, (name, f'{printed.holds} ? "" : {printed.message}')]


def _may_use(policy: ir.Policy) -> str:
    return may_use(policy) if policy.scope.namespaces else "false"


def _message(choice: ir.Choice, review: Review) -> str:
    """CEL for the message: the objections of the nearest policy, or that none may be used, as in `pscc.reference.admission`."""
    aside = f" + {review.aside}" if review.aside else ""
    if not choice.policies:
        return _NONE_USABLE + aside
    objections = [f"variables.mayUse{i} ? variables.objections{i} : []" for i in range(len(choice.policies))]
    listed = "[" + ", ".join(f"({objection})" for objection in objections) + "]"
    name = f"{literal(tuple(policy.name for policy in choice.policies))}[variables.nearest]"
    text = f'{name} + ": " + {listed}[variables.nearest].join("; ").replace({_NEW_LINE}, "; ")'
    others = f'" (the nearest of the " + string({_USABLE}) + " policies that may be used here)"'
    return f'{_USABLE} == 0 ? {_NONE_USABLE}{aside} : {text} + ({_USABLE} == 1 ? "" : {others}){aside}'


def _nearest(choice: ir.Choice) -> list[tuple[str, str]]:
    """``findings``: how many each policy has, `_UNUSABLE` where it may not be used; ``nearest``: the first with the fewest."""
    counts = [
        f"variables.mayUse{i} ? size(variables.objections{i}.join({_NEW_LINE}).split({_NEW_LINE})) : {_UNUSABLE}"
        for i in range(len(choice.policies))
    ]
    if not counts:
        return []
    listed = ", ".join(f"({count})" for count in counts)
    return [
        ("findings", f"[{listed}]"),
        ("nearest", "variables.findings.indexOf(variables.findings.min())"),
    ]
