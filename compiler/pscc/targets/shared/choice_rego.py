"""The Rego of a choice, which Gatekeeper and OPA share: its policies and grants as tables, and generic rules over them.

Each kind of check is printed once, as a function of its parameters, and a policy is a list of statements. So the code does
not grow with the number of policies. Grants are indexed by subject and namespace, so a review costs no more than the policies
that its requester may use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pscc import ir
from pscc.ir.access import Grant
from pscc.ir.passes import constant, parameters, reads_of_choice
from pscc.output.templating import Code, comment
from pscc.printers.rego.fragments import Fragment, called_by, rego
from pscc.printers.rego.library import rules_from
from pscc.printers.rego.rules import CheckRules, check_rules, unchanged
from pscc.printers.rego.text import literal, prefix_of
from pscc.printers.rego.values import GIVEN
from pscc.printers.rego.words import words_of_choice
from pscc.targets.shared.choice_table import Kind, Parts, parts_of, statement_of
from pscc.targets.shared.subjects import names_row, subjects_row

_FORMS = "rego/choice"
"""The folder of the forms that some parts of a choice have; which of them a choice has is decided here."""
_ASKING: Mapping[Kind, Fragment] = {
    "users": rego("asking_users := lib.users_of(user, namespace, account)"),
    "groups": rego("asking_groups := lib.groups_of(user, namespace, account)"),
    "accounts": rego("asking_accounts := lib.accounts_of(asking_users)"),
}
"""The rules about who asks."""


def choice_rules(choice: ir.Choice, of_workloads: bool = False) -> Fragment:
    """The rules of ``choice``: ``refusal`` is the message where no policy that may be used accepts the pod.

    They read the rules ``request``, ``pod``, ``old_pod`` and ``operation``. ``of_workloads``: the pod may be a workload's.
    """
    parts = parts_of(choice)
    shapes = {check.shape: check for check in parts.statements.values()}
    printed = {name: check_rules(check, prefix_of(name), as_functions=True) for name, check in sorted(shapes.items())}
    same = unchanged(reads_of_choice(choice, of_workloads))
    asking = [_ASKING[kind] for kind in parts.asking]
    words = words_of_choice()
    calls = called_by((*same, *asking, *words.values())).union(*(rules.calls for rules in printed.values()))
    rules = rules_from(
        "rego/choice.rego.j2",
        calls,
        words={name: Code(word.text) for name, word in words.items()},
        admitted=f"{_FORMS}/{'admitted_by_checks' if shapes else 'admitted_by_use'}.rego.j2",
        objections=[f"{_FORMS}/nearest.rego.j2"] if shapes else [],
        asking=[Code(rule.text) for rule in asking],
        granted=list(_granted(parts)),
        usable=f"{_FORMS}/{'usable_in_scopes' if parts.scoped else 'usable_everywhere'}.rego.j2",
        tables=list(_tables(choice, parts)),
        statement_findings=[f"{_FORMS}/statement_findings.rego.j2"] if shapes else [],
        shapes=[_shape(name, shapes[name], rules) for name, rules in printed.items()],
        unchanged=[Code(line.text) for line in same],
    )
    return replace(rules, text=rules.text.rstrip("\n"))


def _check(check: ir.Check) -> dict[str, object]:
    values = dict(check.params)
    row: dict[str, object] = {
        "shape": check.shape,
        GIVEN: {param.name: constant(param, values).value for param in parameters(check)},
    }
    return {**row, "because": check.because} if check.because else row


def _policies(choice: ir.Choice, statements: dict[str, ir.Check]) -> str:
    lines = []
    for order, policy in enumerate(choice.policies):
        keys = [statement_of(check, statements) for check in policy.checks]
        listed = "".join(f"\t\t\t{literal(key)},\n" for key in keys)
        checks = f"[\n{listed}\t\t]" if keys else "[]"
        lines.append(f'\t{literal(policy.name)}: {{\n\t\t"order": {order},\n\t\t"checks": {checks},\n\t}},\n')
    return "{\n" + "".join(lines) + "}" if lines else "{}"


def _shape(name: str, check: ir.Check, printed: CheckRules) -> dict[str, object]:
    argument, value = (GIVEN, GIVEN) if parameters(check) else ("_", "{}")
    return {
        "name": Code(literal(name)),
        "says": Code(comment(check.description)),
        "argument": Code(argument),
        "findings": Code(f"{printed.findings}({value})"),
        "rules": Code(printed.rules),
    }


# --- grants -------------------------------------------------------------------


def _granted(parts: Parts) -> Iterator[dict[str, object]]:
    """For each table of grants the form of the rule that reads it."""
    for kind, _ in parts.tables:
        yield {"form": f"{_FORMS}/granted_by_name.rego.j2", "table": Code(kind), "asking": Code(f"asking_{kind}")}
    if parts.everyone:
        yield {"form": f"{_FORMS}/granted_to_everyone.rego.j2", "table": Code("everyone")}
    if parts.patterns:
        yield {"form": f"{_FORMS}/granted_by_pattern.rego.j2", "table": Code("patterns")}
    if not (parts.tables or parts.everyone or parts.patterns):
        yield {"form": f"{_FORMS}/granted_to_nobody.rego.j2"}


def _tables(choice: ir.Choice, parts: Parts) -> Iterator[dict[str, Code]]:
    """The tables of ``choice``. An empty one is left out: Conftest's type checker refuses a look-up in an empty object."""
    if parts.statements:
        yield _table(
            "policies", _policies(choice, parts.statements), "The policies, and the order in which they are tried."
        )
    says = "Who may use which, by name and namespace; `*` is every namespace."
    for kind, table in parts.tables:
        yield _table(kind, _rows(table), says)
        says = ""
    if parts.everyone:
        yield _table("everyone", literal(parts.everyone), says)
    if parts.patterns:
        rows = [_pattern(grant) for grant in parts.patterns]
        yield _table("patterns", _list(rows), "Who may use which, where a part of a name is said.")
    if parts.scoped:
        scopes = {policy.name: _scope(policy) for policy in parts.scoped}
        yield _table("scopes", _rows(scopes), "Where the policies hold at all.")
    if parts.statements:
        checks = {key: _check(check) for key, check in parts.statements.items()}
        yield _table("checks", _rows(checks), "What each statement of the policies asks for.")


def _table(name: str, rows: str, says: str) -> dict[str, Code]:
    return {"name": Code(name), "rows": Code(rows), "says": Code(says)}


def _pattern(grant: Grant) -> dict[str, object]:
    return {"policy": grant.policy, "namespaces": names_row(grant.namespaces), **subjects_row(grant.subjects)}


def _scope(policy: ir.Policy) -> dict[str, object]:
    scope = policy.scope
    return {"namespaces": names_row(scope.namespaces), "except": names_row(scope.except_namespaces)}


# --- layout -------------------------------------------------------------------


def _rows(table: Mapping[str, object]) -> str:
    """A map as Rego, an entry a line."""
    if not table:
        return "{}"
    return "{\n" + "".join(f"\t{literal(key)}: {literal(value)},\n" for key, value in table.items()) + "}"


def _list(rows: list[dict[str, object]]) -> str:
    return "[\n" + "".join(f"\t{literal(row)},\n" for row in rows) + "]"
