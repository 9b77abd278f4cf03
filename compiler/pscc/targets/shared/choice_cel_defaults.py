"""The defaults of a choice in CEL: a mutation that finds the policy which admits the pod, and sets its defaults.

The order is PSP's: the first usable policy that accepts the pod as it is, else the first that accepts it with its defaults.
The defaults of a policy are one patch, after which the policy accepts the pod as it is.
"""

from __future__ import annotations

from pscc import ir
from pscc.ir.once_defaulted import changes, holds_once_defaulted
from pscc.output.templating import Code, yaml_block
from pscc.printers.cel.expressions import CONTAINERS, access, all_of, condition, has_value, literal
from pscc.printers.cel.findings import containers_of, walks_containers
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.patches import patches_at_once
from pscc.printers.cel.pod import METADATA
from pscc.printers.rego.rules import comment
from pscc.reference.admission import SECCOMP_ANNOTATION
from pscc.targets.shared.cel_where import Fields
from pscc.targets.shared.choice_cel import Names, fields_of, names_in, who_variables
from pscc.targets.shared.choice_table import statement_of, statements_of
from pscc.targets.shared.choice_who import Variables

_PROFILE = ir.Path(ir.POD, ("spec", "securityContext", "seccompProfile"))
_ANNOTATIONS = ir.Path(ir.POD, ("metadata", "annotations"))
_ANNOTATION = f"{access(_ANNOTATIONS)}[{literal(SECCOMP_ANNOTATION)}]"
_COUNTS_AS_CHANGED = all_of(
    has_value(_PROFILE),
    f'!({has_value(_ANNOTATIONS, METADATA)} && {literal(SECCOMP_ANNOTATION)} in {access(_ANNOTATIONS)} && {_ANNOTATION} != "")',
)
"""PSP copied the pod's profile into an annotation first, so that every policy counted as changing the pod."""


def printed_defaults(choice: ir.Choice) -> tuple[list[Fields], list[Fields]]:
    """The variables and the mutations of ``choice``, one for each policy that has defaults."""
    names = names_in(choice)
    notes: dict[str, str] = {}
    nodes: list[object] = [policy.defaults for policy in choice.policies]
    decided: Variables = []
    for policy in choice.policies:
        own = names.policies[policy.name]
        holds, change = _holds(choice, policy, names, notes), changes(policy.defaults)
        nodes += [*holds.values(), change]
        decided += [(name, condition(node)) for name, node in holds.items()]
        decided.append((f"accepts{own}", all_of(*(f"variables.{name}" for name in holds))))
        decided.append((f"changes{own}", condition(change)))
        notes[f"accepts{own}"] = f"policy {policy.name}, once its defaults are set"
    walked = any(walks_containers(node) for node in nodes)
    variables = [(CONTAINERS.removeprefix("variables."), containers_of("object"))] if walked else []
    variables += [*who_variables(choice, names), *decided, *_chosen(choice, names)]
    notes["chosen"] = "the policy that admits the pod, empty where none does"
    mutations: list[Fields] = []
    for policy in choice.policies:
        if policy.defaults:
            statements = "; ".join(default.statement for default in policy.defaults)
            patch = f"variables.chosen == {literal(policy.name)} ? {patches_at_once(policy.defaults)} : []"
            mutations.append({
                "statement": Code(comment(f"{policy.name}: {statements}")), "expression": yaml_block(laid_out(patch), 10),
            })  # fmt: skip
    return fields_of(variables, notes), mutations


def _holds(choice: ir.Choice, policy: ir.Policy, names: Names, notes: dict[str, str]) -> dict[str, ir.Condition]:
    """For each check of ``policy``, by the name of its variable: the condition that a pod passes it with the defaults."""
    statements = statements_of(choice)
    holds_by_name: dict[str, ir.Condition] = {}
    own = names.policies[policy.name]
    for check in policy.checks:
        key = statement_of(check, statements)
        holds = holds_once_defaulted(check, policy.defaults)
        name = names.checks[key] if holds == holds_once_defaulted(check, ()) else f"{names.checks[key]}Once{own}"
        holds_by_name[name] = holds
        notes[name] = key
    return holds_by_name


def _chosen(choice: ir.Choice, names: Names) -> Variables:
    def listed(condition_name: str, second: str) -> str:
        rows = []
        for policy in choice.policies:
            own = names.policies[policy.name]
            conditions = [f"variables.{prefix}{own}" for prefix in (condition_name, second) if prefix]
            rows.append(f'{all_of(*conditions)} ? {literal(policy.name)} : ""')
        return f'[{", ".join(rows)}].filter(name, name != "")'

    accepting = listed("accepts", "mayUse") if choice.live else listed("mayUse", "accepts")
    unchanged = "variables.accepting.filter(name, !(name in variables.changing))"
    return [
        ("accepting", accepting),
        ("changing", listed("changes", "")),
        ("chosen", f'(({_COUNTS_AS_CHANGED} ? [] : {unchanged}) + variables.accepting + [""])[0]'),
    ]
