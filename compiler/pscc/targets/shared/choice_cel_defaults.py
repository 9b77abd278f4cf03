"""The defaults of a choice in CEL: a mutation that finds the policy which admits the pod, and sets the defaults of that policy.

It follows PSP's own order. The first usable policy that accepts the pod as it is admits it. If there is none, the first that
accepts it with its defaults set does. The defaults of a policy are one patch. After it, that policy accepts the pod as it is.
"""

from __future__ import annotations

from pscc import ir
from pscc.ir.once_defaulted import changes, holds_once_defaulted
from pscc.output.templating import Code, comment, yaml_block
from pscc.printers.cel.conditions import condition
from pscc.printers.cel.findings import containers_of, walks_containers
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, equal
from pscc.printers.cel.patches import patches_at_once
from pscc.printers.cel.pod import METADATA
from pscc.printers.cel.reads import access, has_value
from pscc.printers.cel.text import Quote, quoted
from pscc.printers.cel.tree import EMPTY, Conditional, Expression, Listing, variable
from pscc.printers.cel.walks import CONTAINERS
from pscc.reference.admission import SECCOMP_ANNOTATION
from pscc.targets.shared.cel_fields import Fields, fields_of
from pscc.targets.shared.choice_cel import Names, names_in, who_variables
from pscc.targets.shared.choice_table import statement_of, statements_of
from pscc.targets.shared.choice_who import Variables

_PROFILE = ir.Path(ir.POD, ("spec", "securityContext", "seccompProfile"))
_ANNOTATIONS = ir.Path(ir.POD, ("metadata", "annotations"))
_COUNTS_AS_CHANGED = all_of(
    has_value(_PROFILE),
    cel(
        '!($there && $key in $annotations && $annotations[$key] != "")',
        there=has_value(_ANNOTATIONS, METADATA),
        key=literal(SECCOMP_ANNOTATION),
        annotations=access(_ANNOTATIONS),
    ),
)
"""PSP copied the pod's profile into an annotation first, so that every policy counted as changing the pod."""


def printed_defaults(choice: ir.Choice, quote: Quote = quoted) -> tuple[list[Fields], list[Fields]]:
    """The variables and the mutations of ``choice``, one for each policy that has defaults. ``quote`` writes the strings."""
    names = names_in(choice)
    notes: dict[str, str] = {}
    statements = statements_of(choice)
    asked: list[object] = [policy.defaults for policy in choice.policies]
    decided: Variables = []
    for policy in choice.policies:
        own = names.policies[policy.name]
        holds, change = _holds(policy, statements, names, notes), changes(policy.defaults)
        asked += [*holds.values(), change]
        decided += [(name, condition(passes)) for name, passes in holds.items()]
        decided.append((f"accepts{own}", all_of(*map(variable, holds))))
        decided.append((f"changes{own}", condition(change)))
        notes[f"accepts{own}"] = f"policy {policy.name}, once its defaults are set"
    variables: Variables = [(CONTAINERS, containers_of("object"))] if walks_containers(asked) else []
    variables += [*who_variables(choice, names), *decided, *_chosen(choice, names)]
    notes["chosen"] = "the policy that admits the pod, empty where none does"
    mutations: list[Fields] = []
    for policy in choice.policies:
        if policy.defaults:
            set_by = "; ".join(default.statement for default in policy.defaults)
            is_chosen = equal(variable("chosen"), literal(policy.name))
            patch = Conditional(is_chosen, patches_at_once(policy.defaults), Listing())
            mutations.append({
                "statement": Code(comment(f"{policy.name}: {set_by}")),
                "expression": yaml_block(laid_out(patch, quote), 10),
            })  # fmt: skip
    return fields_of(variables, notes, quote=quote), mutations


def _holds(
    policy: ir.Policy, statements: dict[str, ir.Check], names: Names, notes: dict[str, str]
) -> dict[str, ir.Condition]:
    """Of each check of ``policy``, by the name of its variable: whether a pod passes it once the defaults are set."""
    conditions: dict[str, ir.Condition] = {}
    own = names.policies[policy.name]
    for check in policy.checks:
        key = statement_of(check, statements)
        holds = holds_once_defaulted(check, policy.defaults)
        name = names.checks[key] if holds == holds_once_defaulted(check, ()) else f"{names.checks[key]}Once{own}"
        conditions[name] = holds
        notes[name] = key
    return conditions


def _chosen(choice: ir.Choice, names: Names) -> Variables:
    def listed(*wanted: str) -> Expression:
        rows = []
        for policy in choice.policies:
            asked = (variable(f"{word}{names.policies[policy.name]}") for word in wanted)
            rows.append(Conditional(all_of(*asked), literal(policy.name), EMPTY))
        return cel('$rows.filter(name, name != "")', rows=Listing(tuple(rows)))

    unchanged = "variables.accepting.filter(name, !(name in variables.changing))"
    chosen = f'(($counts ? [] : {unchanged}) + variables.accepting + [""])[0]'
    return [
        ("accepting", listed("accepts", "mayUse") if choice.live else listed("mayUse", "accepts")),
        ("changing", listed("changes")),
        ("chosen", cel(chosen, counts=_COUNTS_AS_CHANGED)),
    ]
