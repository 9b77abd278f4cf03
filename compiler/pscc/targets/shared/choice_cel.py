"""A choice in CEL, for Kubernetes' own policies, Kyverno's and Gatekeeper's: one policy that admits if one accepts.

Each check is a variable, evaluated where a policy that may be used asks for it. Messages have no authorizer, so with live
grants they are about the nearest of all policies.
"""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.once_defaulted import holds_once_defaulted
from pscc.ir.passes import Reads, looked_at_by_choice, specialise
from pscc.lowering.capabilities import Live
from pscc.lowering.default_checks import choice_without
from pscc.output.numbering import numbered
from pscc.output.templating import Code, yaml_block, yaml_quote
from pscc.printers.cel.checks import changed, container_lists, unchanged
from pscc.printers.cel.expressions import all_of, at_template, condition, literal
from pscc.printers.cel.findings import check_of, line
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.variables import once
from pscc.printers.rego.rules import comment
from pscc.targets.shared.cel_policy import of_template
from pscc.targets.shared.cel_where import Fields
from pscc.targets.shared.choice_table import statement_of, statements_of
from pscc.targets.shared.choice_who import (
    ADMISSION,
    TEMPLATES,
    Review,
    Variables,
    asking,
    grants,
    holds_here,
    may_use,
    may_use_live,
)

CHOICE = "A pod is admitted when one of the policies that its user or its service account may use accepts it."
CHOICE_OF_TEMPLATES = (
    "Tells, when a workload is applied, whether its pods will be admitted: one of the policies that their service account "
    "may use has to accept them, with the defaults of that policy. Who applies the workload is not looked at."
)
REFUSED = "No policy that may be used accepts this pod."
"""The message where the whole one is longer than the API server takes."""
CHOICE_DEFAULTS = (
    "Sets the defaults of the policy that admits the pod: the first that accepts it as it is, else the first that accepts "
    "it with its defaults."
)
_LINE = "\n"
"""Between findings. What a pod says is written on one line, so they can be counted."""


ASKING_RBAC = Live(cost=350_000, budget=10_000_000, asked=4)
"""The cost of a question to the API server's authorizer, and the budget of a policy.

Source: ``k8s.io/apiserver/pkg/cel/library/cost.go``, ``k8s.io/apiserver/pkg/apis/cel/config.go``.
"""


@frozen
class Names:
    """The names of a choice's variables: for each check by its statement, and for each policy by its name."""

    checks: dict[str, str]
    policies: dict[str, str]


def names_in(choice: ir.Choice) -> Names:
    """Names that readers can tell apart, each once."""
    taken: set[str] = set()

    def unique(word: str) -> str:
        taken.add(name := numbered(word, taken, "No"))
        return name

    checks = {key: unique(_lower(check.shape)) for key, check in statements_of(choice).items()}
    return Names(checks, {policy.name: unique(_camel(policy.name)) for policy in choice.policies})


def _lower(shape: str) -> str:
    return shape[:1].lower() + shape[1:]


def _camel(name: str) -> str:
    text = "".join(word[:1].upper() + word[1:] for word in name.replace(".", "-").split("-"))
    return text if text[:1].isalpha() else f"Policy{text}"


def who_variables(choice: ir.Choice, names: Names, review: Review = ADMISSION) -> Variables:
    """The variables up to ``mayUseNAME`` of each policy. A live choice asks the cluster in two variables for each."""
    variables = [] if choice.live else [*asking(choice, review), *grants(choice, review.namespace)]
    for policy in choice.policies:
        name = names.policies[policy.name]
        if choice.live:
            variables.append((f"userMayUse{name}", may_use_live(policy, account=False)))
            variables.append((f"accountMayUse{name}", may_use_live(policy, account=True)))
            may = f"variables.userMayUse{name} || variables.accountMayUse{name}"
        else:
            may = may_use(policy, review.namespace)
        variables.append((f"mayUse{name}", all_of(holds_here(policy), may)))
    return variables


@frozen
class ChoiceInCel:
    """A choice as CEL: its ``variables`` in order, some with ``notes``, what ``holds`` where it admits, its ``message``.

    ``reads`` is what it looks at.
    """

    reads: Reads
    variables: Variables
    notes: dict[str, str]
    holds: str
    message: str


@frozen
class Printed:
    """The parts of a policy: when an update concerns it, its variables, and its validations with messages."""

    changed: Code
    variables: list[Fields]
    validations: list[Fields]


def printed_choice(choice: ir.Choice, template: str = "") -> Printed:
    """``choice``, ready for a template: for pods, or for workloads whose pods are at ``template``.

    A workload is judged as the pod that it would make, with the defaults set, and by that pod's service account alone.
    """
    printed = choice_in_cel(choice, TEMPLATES if template else ADMISSION)
    concerned = changed([printed.reads])
    return Printed(
        yaml_block(laid_out(at_template(concerned, template) if template else concerned), 8),
        fields_of(of_template(printed.variables, template) if template else printed.variables, printed.notes),
        [
            {
                "statement": Code(""),
                "expression": Code(printed.holds),
                "text": yaml_block(laid_out(printed.message), 8),
                "message": yaml_quote(REFUSED),
            }
        ],
    )


def choice_in_cel(source: ir.Choice, review: Review = ADMISSION) -> ChoiceInCel:
    """The choice ``source`` in CEL. A pod must come, or be changed, as the policy that admits it leaves it."""
    choice = choice_without(source)
    names = names_in(choice)
    statements = statements_of(choice)
    reads = looked_at_by_choice(choice, review.of_workloads)
    variables = [*container_lists(), *who_variables(choice, names, review)]
    notes = {name: key for key, name in names.checks.items()}
    for key, check in statements.items():
        variables += _findings(names.checks[key], check)
    for policy in choice.policies:
        name = f"objections{names.policies[policy.name]}"
        variables.append((name, _objections(policy, statements, names)))
        notes[name] = f"policy {policy.name}: what it has against the pod, a finding a line"
    for policy, checked in zip(source.policies, choice.policies, strict=True):
        variables += _words(policy, checked, statements, names, review.ahead)
    variables += unchanged("unchanged", reads, review.updated)
    each = [names.policies[policy.name] for policy in choice.policies]
    accepts = [[f"variables.mayUse{name}", f'variables.objections{name} == ""'] for name in each]
    if review.ahead == "true":
        accepts = [
            [f"variables.mayUse{names.policies[policy.name]}", *_once_defaulted(policy, statements, names)]
            for policy in source.policies
        ]
    # what costs more is asked last
    variables.append(
        ("accepted", " || ".join(all_of(*(reversed(a) if choice.live else a)) for a in accepts) or "false")
    )
    variables += [*_texts(choice, names), ("asking", review.shown)]
    return ChoiceInCel(
        reads, variables, notes, "variables.accepted || variables.unchanged", _message(choice.live, review)
    )


def fields_of(variables: Variables, notes: dict[str, str], indent: int = 8) -> list[Fields]:
    """``variables`` for a template, each once, with its note above it and its text indented by ``indent``."""
    return [
        {
            "name": Code(name),
            "note": Code(comment(notes[name])) if name in notes else Code(""),
            "expression": yaml_block(laid_out(text), indent),
        }
        for name, text in once(variables).items()
    ]


def _findings(name: str, check: ir.Check) -> Variables:
    """The variables of ``check``. ``name`` is the one with its findings, one a line."""
    specialised = specialise(check)
    if not specialised.requirements:
        return [(name, '""')]
    printed = check_of(specialised, f"{name}Finding", between=_LINE)
    return [*printed.variables, (name, f'{printed.holds} ? "" : {printed.message}')]


def _objections(policy: ir.Policy, statements: dict[str, ir.Check], names: Names) -> str:
    return _joined([f"variables.{names.checks[statement_of(check, statements)]}" for check in policy.checks])


def _joined(texts: list[str]) -> str:
    if not texts:
        return '""'
    return f'[{", ".join(texts)}].filter(objection, objection != "").join({literal(_LINE)})'


# --- words --------------------------------------------------------------------


def _once_defaulted(policy: ir.Policy, statements: dict[str, ir.Check], names: Names) -> list[str]:
    """CEL conditions that all hold where ``policy`` accepts the pod with its defaults. They read the variables of `_words`."""
    conditions = []
    for check in policy.checks:
        name = names.checks[statement_of(check, statements)]
        met = _met(check, policy) is not None
        conditions.append(f"variables.{name}Once{names.policies[policy.name]}" if met else f'variables.{name} == ""')
    return conditions


def _met(check: ir.Check, policy: ir.Policy) -> ir.Condition | None:
    """When the pod passes ``check`` with the defaults of ``policy``; None where these make no difference to it."""
    holds = holds_once_defaulted(check, policy.defaults)
    return None if holds == holds_once_defaulted(check, ()) else holds


def _words(
    policy: ir.Policy, checked: ir.Policy, statements: dict[str, ir.Check], names: Names, ahead: str
) -> Variables:
    """The variable ``wordsNAME``: the objections that the defaults of ``policy``, where they are still ``ahead``, do not remove."""
    own = names.policies[policy.name]
    if not policy.defaults:
        return [(f"words{own}", f"variables.objections{own}")]
    variables: Variables = []
    texts = []
    for check in checked.checks:
        name = names.checks[statement_of(check, statements)]
        text = f"variables.{name}"
        if check not in policy.checks:
            text = '""' if ahead == "true" else f'{ahead} ? "" : {text}'
        elif (holds := _met(check, policy)) is not None:
            met = f"{name}Once{own}"
            variables.append((met, condition(holds)))
            text = f'{all_of(ahead, f"variables.{met}")} ? "" : {text}'
        texts.append(text)
    return [*variables, (f"words{own}", _joined(texts))]


def _texts(choice: ir.Choice, names: Names) -> Variables:
    """The variable ``told``: the objections of each policy that may be used; of every policy where that is not known."""
    each = []
    for policy in choice.policies:
        own = names.policies[policy.name]
        name = literal(f"{policy.name}: ")
        if choice.live:
            each.append(f'variables.words{own} != "" ? {name} + variables.words{own} : ""')
        else:
            # an objection that a default removes counts where nothing has set the default
            words = f'(variables.words{own} != "" ? variables.words{own} : variables.objections{own})'
            each.append(f'variables.mayUse{own} ? {name} + {words} : ""')
    return [
        ("told", f'[{", ".join(each)}].filter(text, text != "")'),
        ("counts", f"variables.told.map(text, text.split({literal(_LINE)}).size())"),
        (
            "nearest",
            f'variables.told[variables.counts.indexOf(variables.counts.min())].replace({literal(_LINE)}, "; ")',
        ),
    ]


def _message(live: bool, review: Review) -> str:
    """The nearest policy's objections: it has the fewest, and of several it is the first."""
    number = "string(variables.told.size())"
    anyone = '(variables.asking.size() == 0 ? "anyone" : variables.asking.join(" or "))'
    who = f'" in namespace " + {line(review.namespace)} + " by " + {anyone}'
    if live:
        nearest = f'"; the nearest of " + {number} + ": " + variables.nearest'
        return (
            f'"no policy that may be used" + {who} + " accepts the pod" + (variables.told.size() == 0 ? "" : {nearest})'
        )
    among = f'" (the nearest of the " + {number} + " policies that may be used here)"'
    aside = f" + ({review.aside})" if review.aside else ""
    return (
        'variables.accepted || variables.unchanged ? "" : variables.told.size() == 0 '
        f'? "no policy may be used" + {who}{aside} '
        f': variables.nearest + (variables.told.size() > 1 ? {among} : ""){aside}'
    )
