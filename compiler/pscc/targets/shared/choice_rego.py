"""The Rego of a choice, which Gatekeeper and OPA share: its policies and grants as tables, and generic rules over them.

Each kind of check is printed once, as a function of its parameters, and a policy is a list of statements. So the code does
not grow with the number of policies. Grants are indexed by subject and namespace, so a review costs no more than the policies
that its requester may use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pscc import ir
from pscc.ir.access import EVERYWHERE, Grant
from pscc.ir.passes import constant, parameters, reads_of_choice
from pscc.output.templating import Code, comment, render
from pscc.printers.rego.rules import check_rules, unchanged
from pscc.printers.rego.text import literal, prefix_of
from pscc.printers.rego.values import GIVEN
from pscc.targets.shared.choice_table import grant_tables, has_patterns, statement_of, statements_of
from pscc.targets.shared.subjects import names_row, subjects_row


def choice_rules(choice: ir.Choice, of_workloads: bool = False) -> str:
    """The rules of ``choice``: ``refusal`` is the message where no policy that may be used accepts the pod.

    They read the rules ``request``, ``pod``, ``old_pod`` and ``operation``. ``of_workloads``: the pod may be a workload's.
    """
    statements = statements_of(choice)
    shapes = {check.shape: check for check in statements.values()}
    patterns = [_pattern(grant) for grant in choice.grants if has_patterns(grant)]
    tables = list(_tables(choice))
    scopes = {p.name: _scope(p) for p in choice.policies if p.scope != EVERYWHERE}
    text = render(
        "rego/choice.rego.j2",
        policies=Code(_policies(choice, statements)),
        checks=Code(_rows({key: _check(check) for key, check in statements.items()})),
        tables=tables,
        asking=_asking(tables, bool(patterns)),
        patterns=Code(_list(patterns)) if patterns else Code(""),
        scopes=Code(_rows(scopes)) if scopes else Code(""),
        shapes=[_shape(name, check) for name, check in sorted(shapes.items())],
        unchanged=[Code(line) for line in unchanged(reads_of_choice(choice, of_workloads))],
    )
    return text.rstrip("\n")


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


def _shape(name: str, check: ir.Check) -> dict[str, object]:
    prefix = prefix_of(name)
    printed = check_rules(check, prefix, as_functions=True)
    argument, value = (GIVEN, GIVEN) if parameters(check) else ("_", "{}")
    return {
        "name": Code(literal(name)),
        "says": Code(comment(check.description)),
        "argument": Code(argument),
        "findings": Code(f"{printed.findings}({value})"),
        "rules": Code(printed.rules),
    }


# --- grants -------------------------------------------------------------------


def _tables(choice: ir.Choice) -> Iterator[dict[str, Code]]:
    """The tables of grants. An empty table is left out: Conftest's type checker refuses a look-up in an empty object."""
    users, groups, accounts, everyone = grant_tables(choice)
    for name, table in (("users", users), ("groups", groups), ("accounts", accounts)):
        if table:
            yield {"name": Code(name), "rows": Code(_rows(table)), "asking": Code(f"asking_{name}")}
    if everyone:
        yield {"name": Code("everyone"), "rows": Code(literal(everyone)), "asking": Code("")}


def _asking(tables: list[dict[str, Code]], patterns: bool) -> list[Code]:
    """The Rego rules about the requester that the grants read; ``patterns`` need all of them."""
    read = {table["asking"] for table in tables}
    users, groups, accounts = (
        patterns or name in read for name in ("asking_users", "asking_groups", "asking_accounts")
    )
    rules = (
        (users or accounts, "asking_users := lib.users_of(user, namespace, account)"),
        (groups, "asking_groups := lib.groups_of(user, namespace, account)"),
        (accounts, "asking_accounts := lib.accounts_of(asking_users)"),
    )
    return [Code(rule) for needed, rule in rules if needed]


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
