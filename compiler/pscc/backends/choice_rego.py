"""The Rego of a choice, which Gatekeeper and OPA share: its policies and grants as tables, and generic rules over them.

A kind of check is printed once, as a function of its parameters; a policy is a list of statements, so that the code
does not grow with the number of policies. Grants are indexed by subject and namespace, so that a review costs what the
policies cost that its requester may use. Must not know a control.
"""

from __future__ import annotations

from collections.abc import Mapping

from pscc import ir
from pscc.access import ALL, EVERYWHERE, Grant, Names
from pscc.backends.subjects import names_row, subjects_row
from pscc.passes import constant, looked_at_by_all
from pscc.targets.rego import check_rules, comment, literal, parameters, snake, unchanged
from pscc.templating import Code, render

EVERYWHERE_KEY = "*"
Table = dict[str, dict[str, list[str]]]
"""Subject to namespace (or `EVERYWHERE_KEY`) to the policies that it may use there."""


def choice_rules(choice: ir.Choice) -> str:
    """The rules of ``choice``: ``refusal`` is the message where no policy that may be used accepts the pod.

    They read the rules ``request``, ``pod``, ``old_pod`` and ``operation``.
    """
    statements = _statements(choice)
    shapes = {check.shape: check for check in statements.values()}
    users, groups, accounts, everyone = _tables(choice)
    patterns = [_pattern(grant) for grant in choice.grants if _has_patterns(grant)]
    scopes = {p.name: _scope(p) for p in choice.policies if p.scope != EVERYWHERE}
    text = render(
        "rego/choice.rego.j2",
        policies=Code(_policies(choice, statements)),
        checks=Code(_rows({key: _check(check) for key, check in statements.items()})),
        users=Code(_rows(users)),
        groups=Code(_rows(groups)),
        accounts=Code(_rows(accounts)),
        everyone=Code(literal(everyone)) if everyone else Code(""),
        patterns=Code(_list(patterns)) if patterns else Code(""),
        scopes=Code(_rows(scopes)) if scopes else Code(""),
        shapes=[_shape(name, check) for name, check in sorted(shapes.items())],
        unchanged=[Code(line) for line in unchanged(looked_at_by_all(shapes.values()))],
    )
    return text.rstrip("\n")


def _statements(choice: ir.Choice) -> dict[str, ir.Check]:
    """Each different check of the choice, by its statement (numbered where two checks are written alike)."""
    found: dict[str, ir.Check] = {}
    for policy in choice.policies:
        for check in policy.checks:
            key = statement_of(check, found)
            found.setdefault(key, check)
    return dict(sorted(found.items()))


def statement_of(check: ir.Check, known: dict[str, ir.Check]) -> str:
    """The key of ``check`` among ``known``."""
    base = check.statement or check.shape
    key, number = base, 2
    while key in known and not _alike(known[key], check):
        key, number = f"{base} ({number})", number + 1
    return key


def _alike(one: ir.Check, other: ir.Check) -> bool:
    return (one.shape, one.params, one.because) == (other.shape, other.params, other.because)


def _check(check: ir.Check) -> dict[str, object]:
    given = dict(check.params)
    row: dict[str, object] = {
        "shape": check.shape,
        "given": {param.name: constant(param, given).value for param in parameters(check)},
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
    prefix = f"{snake(name)}_"
    printed = check_rules(check, prefix, given=True)
    return {
        "name": Code(literal(name)),
        "says": Code(comment(check.description)),
        "argument": Code("given" if parameters(check) else "_"),
        "findings": Code(printed.findings if parameters(check) else printed.findings.replace("(given)", "({})")),
        "rules": Code(printed.rules),
    }


# --- grants -------------------------------------------------------------------


def _has_patterns(grant: Grant) -> bool:
    who = grant.subjects
    prefixes = (*who.users.prefixes, *who.groups.prefixes, *who.service_accounts.prefixes)
    return bool(prefixes) or (bool(grant.namespaces.prefixes) and grant.namespaces != ALL)


def _tables(choice: ir.Choice) -> tuple[Table, Table, Table, dict[str, list[str]]]:
    """What users, groups, service accounts and everyone may use, of the grants that name them in full."""
    users: Table = {}
    groups: Table = {}
    accounts: Table = {}
    everyone: Table = {}
    for grant in choice.grants:
        if _has_patterns(grant):
            continue
        who = grant.subjects
        named = (users, who.users.exact), (groups, who.groups.exact), (accounts, who.service_accounts.exact)
        for table, names in (*named, (everyone, ("",) if who.everyone else ())):
            for name in names:
                for place in (EVERYWHERE_KEY,) if grant.namespaces == ALL else grant.namespaces.exact:
                    listed = table.setdefault(name, {}).setdefault(place, [])
                    if grant.policy not in listed:
                        listed.append(grant.policy)
    return _sorted(users), _sorted(groups), _sorted(accounts), everyone.get("", {})


def _sorted(table: Table) -> Table:
    return {name: dict(sorted(places.items())) for name, places in sorted(table.items())}


def _pattern(grant: Grant) -> dict[str, object]:
    return {"policy": grant.policy, "namespaces": names_row(grant.namespaces), **subjects_row(grant.subjects)}


def _scope(policy: ir.Policy) -> dict[str, object]:
    """A policy of a choice that goes by labels of the namespace is never usable: nobody sees them here."""
    scope = policy.scope
    namespaces = Names() if scope.labels or scope.except_labels else scope.namespaces
    return {"namespaces": names_row(namespaces), "except": names_row(scope.except_namespaces)}


# --- layout -------------------------------------------------------------------


def _rows(table: Mapping[str, object]) -> str:
    """A map as Rego, an entry a line."""
    if not table:
        return "{}"
    return "{\n" + "".join(f"\t{literal(key)}: {literal(value)},\n" for key, value in table.items()) + "}"


def _list(rows: list[dict[str, object]]) -> str:
    return "[\n" + "".join(f"\t{literal(row)},\n" for row in rows) + "]"
