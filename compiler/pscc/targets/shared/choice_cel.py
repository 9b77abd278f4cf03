"""A choice in CEL, for Kubernetes' own policies, Kyverno's and Gatekeeper's: one policy that admits if one accepts.

Each check is a variable, evaluated where a policy that may be used asks for it. Messages have no authorizer, so with live
grants they are about the nearest of all policies.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.once_defaulted import holds_once_defaulted
from pscc.ir.passes import Reads, reads_of_choice, specialise
from pscc.ir.refusals import (
    BETWEEN,
    NEAREST_OF_ALL,
    NOBODY,
    NONE_ACCEPTS,
    NONE_USABLE,
    OBJECTION,
    OF_SEVERAL,
    OR,
    Slot,
)
from pscc.lowering.capabilities import Live
from pscc.lowering.default_checks import choice_without
from pscc.output.numbering import numbered
from pscc.output.templating import Code, yaml_block, yaml_quote
from pscc.pod.changing import changeable
from pscc.printers.cel.checks import UNCHANGED, changed, container_lists, unchanged
from pscc.printers.cel.conditions import condition
from pscc.printers.cel.findings import check_of
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, any_of, equal
from pscc.printers.cel.messages import LONGEST, line, within, words_of
from pscc.printers.cel.text import Quote, quoted, text_of
from pscc.printers.cel.tree import EMPTY, FALSE, TRUE, Conditional, Expression, Grouped, Listing, infix, variable
from pscc.printers.cel.workloads import at_template, holding_templates, templated
from pscc.targets.shared.cel_fields import Fields, fields_of
from pscc.targets.shared.cel_policy import PrintedPolicy
from pscc.targets.shared.cel_workloads import TEMPLATES_AT
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
"""Where the whole message is more than the API server takes."""
CHOICE_DEFAULTS = (
    "Sets the defaults of the policy that admits the pod: the first that accepts it as it is, else the first that accepts "
    "it with its defaults."
)
_LINE = "\n"
"""Between findings. What a pod says is written on one line, so they can be counted."""
_BESIDE = 1024
"""Bytes left for what stands around the findings in a message: who asks, and where."""


ASKING_RBAC = Live(cost=350_000, budget=10_000_000, asked=4)
"""What asking the API server's authorizer costs, and what a policy may.

Source: ``k8s.io/apiserver/pkg/cel/library/cost.go``, ``k8s.io/apiserver/pkg/apis/cel/config.go``.
"""


@frozen
class Names:
    """What the variables of a choice are called: of each check by its statement, and of each policy by its name."""

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
    """Up to ``mayUseNAME`` of each policy. A live choice asks the cluster, in two variables: one may ask for two things."""
    variables = [] if choice.live else [*asking(choice, review), *grants(choice, review.namespace)]
    for policy in choice.policies:
        name = names.policies[policy.name]
        if choice.live:
            variables.append((f"userMayUse{name}", may_use_live(policy, account=False)))
            variables.append((f"accountMayUse{name}", may_use_live(policy, account=True)))
            asked = any_of(variable(f"userMayUse{name}"), variable(f"accountMayUse{name}"))
        else:
            asked = may_use(policy, review.namespace)
        variables.append((f"mayUse{name}", all_of(holds_here(policy, review.namespace), asked)))
    return variables


@frozen
class Decision:
    """A choice as CEL: its ``variables`` in order, some with ``notes``, what ``holds`` where it admits, its ``message``.

    ``reads`` is what it looks at.
    """

    reads: Reads
    variables: Variables
    notes: dict[str, str]
    holds: Expression
    message: Expression


def printed_choice(given: ir.Choice, quote: Quote = quoted) -> PrintedPolicy:
    """The parts of the policy that judges pods by the choice ``given``. ``quote`` writes the strings."""
    decision = decision_of(given, ADMISSION)
    concerned = yaml_block(laid_out(changed([decision.reads]), quote), 8)
    return PrintedPolicy(concerned, fields_of(decision.variables, decision.notes, quote=quote), _rule(decision, quote))


def workload_choices(given: ir.Choice, quote: Quote = quoted) -> Iterator[tuple[tuple[str, str], PrintedPolicy]]:
    """The parts for workloads, for each row of `TEMPLATES_AT`.

    A workload is judged as the pod that it would make, with the defaults set, and by that pod's service account alone.
    """
    decision = decision_of(given, TEMPLATES)
    concerned, rule = changed([decision.reads]), _rule(decision, quote)
    for row, variables in template_fields(decision, quote=quote):
        _, template = row
        at_the_template = yaml_block(laid_out(at_template(concerned, template), quote), 8)
        yield row, PrintedPolicy(at_the_template, variables, rule)


def template_fields(
    decision: Decision, indent: int = 8, quote: Quote = quoted
) -> Iterator[tuple[tuple[str, str], list[Fields]]]:
    """The variables of ``decision`` about the pod templates of workloads, for each row of `TEMPLATES_AT`.

    All but the variables that hold a template is the same wherever it is, and is printed once.
    """
    about_templates = [(name, templated(value)) for name, value in decision.variables]
    fields = fields_of(about_templates, decision.notes, indent, quote)
    for row in TEMPLATES_AT:
        _, template = row
        yield row, [*fields_of(holding_templates(template), {}, indent, quote), *fields]


def _rule(decision: Decision, quote: Quote) -> Fields:
    """The one validation of a choice."""
    return {
        "expression": Code(text_of(decision.holds, quote)),
        "text": yaml_block(laid_out(decision.message, quote), 8),
        "message": yaml_quote(REFUSED),
    }


def decision_of(given: ir.Choice, review: Review = ADMISSION) -> Decision:
    """The choice ``given`` in CEL. It admits a pod that is already as the policy which admits it would leave it."""
    choice = choice_without(given)
    names = names_in(choice)
    statements = statements_of(choice)
    reads = reads_of_choice(choice, True) if review.of_workloads else changeable(reads_of_choice(choice))
    variables = [*container_lists(), *who_variables(choice, names, review)]
    notes = {name: key for key, name in names.checks.items()}
    for key, check in statements.items():
        variables += _findings(names.checks[key], check)
    for policy in choice.policies:
        name = f"objections{names.policies[policy.name]}"
        variables.append((name, _objections(policy, statements, names)))
        notes[name] = f"policy {policy.name}: what it has against the pod, a finding a line"
    for policy, demanding in zip(given.policies, choice.policies, strict=True):
        variables += _words(policy, demanding, statements, names, review.ahead)
    variables += unchanged(UNCHANGED, reads, review.updated)
    printed_names = [names.policies[policy.name] for policy in choice.policies]
    accepts = [[variable(f"mayUse{name}"), equal(variable(f"objections{name}"), EMPTY)] for name in printed_names]
    if review.ahead == TRUE:
        accepts = [
            [variable(f"mayUse{names.policies[policy.name]}"), *_once_defaulted(policy, statements, names)]
            for policy in given.policies
        ]
    # what costs more is asked last
    accepted = [all_of(*(reversed(a) if choice.live else a)) for a in accepts]
    variables.append(("accepted", infix("||", *accepted) if accepted else FALSE))
    variables += [*_nearest(choice, names), ("asking", review.shown)]
    holds = cel("variables.accepted || variables.unchanged")
    return Decision(reads, variables, notes, holds, _message(choice.live, review))


def _findings(name: str, check: ir.Check) -> Variables:
    """The variables of ``check``. The variable ``name`` holds its findings, one a line."""
    specialised = specialise(check)
    if not specialised.requirements:
        return [(name, EMPTY)]
    printed = check_of(specialised, f"{name}Finding", between=_LINE)
    return [*printed.variables, (name, Conditional(printed.holds, EMPTY, printed.message))]


def _objections(policy: ir.Policy, statements: dict[str, ir.Check], names: Names) -> Expression:
    return _joined([variable(names.checks[statement_of(check, statements)]) for check in policy.checks])


def _joined(reports: list[Expression]) -> Expression:
    if not reports:
        return EMPTY
    joined = '$reports.filter(objection, objection != "").join($between)'
    return cel(joined, reports=Listing(tuple(reports)), between=literal(_LINE))


# --- words --------------------------------------------------------------------


def _once_defaulted(policy: ir.Policy, statements: dict[str, ir.Check], names: Names) -> list[Expression]:
    """The conditions on the variables (those of `_words`, too) under which ``policy`` accepts the pod with its defaults set."""
    holds: list[Expression] = []
    for check in policy.checks:
        name = names.checks[statement_of(check, statements)]
        when_set = _met(check, policy) is not None
        once_set = variable(f"{name}Once{names.policies[policy.name]}")
        holds.append(once_set if when_set else equal(variable(name), EMPTY))
    return holds


def _met(check: ir.Check, policy: ir.Policy) -> ir.Condition | None:
    """When the pod passes ``check`` with the defaults of ``policy``; None where these make no difference to it."""
    holds = holds_once_defaulted(check, policy.defaults)
    return None if holds == holds_once_defaulted(check, ()) else holds


def _words(
    policy: ir.Policy, demanding: ir.Policy, statements: dict[str, ir.Check], names: Names, ahead: Expression
) -> Variables:
    """``wordsNAME``: the objections of ``policy`` that remain once its defaults are set.

    ``ahead`` is the condition that they are not set yet.
    """
    own = names.policies[policy.name]
    if not policy.defaults:
        return [(f"words{own}", variable(f"objections{own}"))]
    variables: Variables = []
    reports: list[Expression] = []
    for check in demanding.checks:
        name = names.checks[statement_of(check, statements)]
        report: Expression = variable(name)
        if check not in policy.checks:
            report = EMPTY if ahead == TRUE else Conditional(ahead, EMPTY, report)
        elif (holds := _met(check, policy)) is not None:
            once_set = f"{name}Once{own}"
            variables.append((once_set, condition(holds)))
            report = Conditional(all_of(ahead, variable(once_set)), EMPTY, report)
        reports.append(report)
    return [*variables, (f"words{own}", _joined(reports))]


def _nearest(choice: ir.Choice, names: Names) -> Variables:
    """``refusals``: what each policy that may be used has against the pod; of a live choice, each policy that has something."""
    refusals = []
    for policy in choice.policies:
        own = names.policies[policy.name]
        words: Expression = variable(f"words{own}")
        if choice.live:
            objected, when = words, cel('$words != ""', words=words)
        else:
            # what a default would have met is in the message where nothing has set it
            objections = variable(f"objections{own}")
            objected = cel('($words != "" ? $words : $objections)', words=words, objections=objections)
            when = variable(f"mayUse{own}")
        refusals.append(
            cel(
                '$when ? $objection : ""',
                when=when,
                objection=words_of(OBJECTION, {Slot.POLICY: literal(policy.name), Slot.OBJECTIONS: objected}),
            )
        )
    between = literal(_LINE)
    nearest = "variables.refusals[variables.counts.indexOf(variables.counts.min())].replace($between, $joint)"
    return [
        ("refusals", cel('$refusals.filter(text, text != "")', refusals=Listing(tuple(refusals)))),
        ("counts", cel("variables.refusals.map(text, text.split($between).size())", between=between)),
        ("wordsOfNearest", cel(nearest, between=between, joint=literal(BETWEEN))),
        ("nearest", within(LONGEST - _BESIDE, variable("wordsOfNearest"))),
    ]


def _message(live: bool, review: Review) -> Expression:
    """The nearest policy's objections: it has the fewest, and of several it is the first."""
    listed = "(variables.asking.size() == 0 ? $nobody : variables.asking.join($between))"
    slots = {
        Slot.NAMESPACE: line(review.namespace),
        Slot.ASKING: cel(listed, nobody=literal(NOBODY), between=literal(OR)),
        Slot.COUNT: cel("string(variables.refusals.size())"),
        Slot.NEAREST: variable("nearest"),
    }
    if live:
        return cel(
            '$none + (variables.refusals.size() == 0 ? "" : $nearest)',
            none=words_of(NONE_ACCEPTS, slots),
            nearest=words_of(NEAREST_OF_ALL, slots),
        )
    aside: tuple[Expression, ...] = (Grouped(review.aside),) if review.aside != EMPTY else ()
    several = words_of(OF_SEVERAL, slots)
    nearest = cel('variables.nearest + (variables.refusals.size() > 1 ? $several : "")', several=several)
    return cel(
        'variables.accepted || variables.unchanged ? "" : variables.refusals.size() == 0 ? $none : $nearest',
        none=infix("+", words_of(NONE_USABLE, slots), *aside),
        nearest=infix("+", nearest, *aside),
    )
