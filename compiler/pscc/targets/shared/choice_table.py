"""What a choice is made of, for every language: its checks by statement, its grants by subject and namespace."""

from __future__ import annotations

from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import ALL, EVERYWHERE, Grant

EVERYWHERE_KEY = "*"
Table = dict[str, dict[str, list[str]]]
"""Subject to namespace (or `EVERYWHERE_KEY`) to the policies that it may use there."""

Kind = Literal["users", "groups", "accounts"]
"""The kinds of those who ask."""


@frozen
class Parts:
    """The parts that a choice has. A printer writes these and no other: what is empty has no part.

    - ``statements`` are the different checks, by their statement.
    - ``tables`` are the grants that name somebody in full, by kind; ``everyone`` are those to everyone, by namespace.
    - ``patterns`` are the grants that say a part of a name.
    - ``asking`` are the kinds of those who ask which the grants read.
    - ``scoped`` are the policies that do not hold everywhere.
    """

    statements: dict[str, ir.Check]
    tables: tuple[tuple[Kind, Table], ...]
    everyone: dict[str, list[str]]
    patterns: tuple[Grant, ...]
    asking: tuple[Kind, ...]
    scoped: tuple[ir.Policy, ...]


def parts_of(choice: ir.Choice) -> Parts:
    """The parts of ``choice``. A pattern reads every kind of those who ask; the accounts are found among the users."""
    users, groups, accounts, everyone = grant_tables(choice)
    every: tuple[tuple[Kind, Table], ...] = (("users", users), ("groups", groups), ("accounts", accounts))
    patterns = tuple(grant for grant in choice.grants if has_patterns(grant))
    asking = tuple(kind for kind, table in every if table or patterns or (kind == "users" and accounts))
    return Parts(
        statements_of(choice),
        tuple((kind, table) for kind, table in every if table),
        everyone,
        patterns,
        asking,
        tuple(policy for policy in choice.policies if policy.scope != EVERYWHERE),
    )


def statements_of(choice: ir.Choice) -> dict[str, ir.Check]:
    """Each different check of the choice, by its statement. Where two checks have one statement, it is numbered."""
    by_statement: dict[str, ir.Check] = {}
    for policy in choice.policies:
        for check in policy.checks:
            key = statement_of(check, by_statement)
            by_statement.setdefault(key, check)
    return dict(sorted(by_statement.items()))


def statement_of(check: ir.Check, by_statement: dict[str, ir.Check]) -> str:
    """The key of ``check`` among ``by_statement``."""
    base = check.statement or check.shape
    key, number = base, 2
    while key in by_statement and not _alike(by_statement[key], check):
        key, number = f"{base} ({number})", number + 1
    return key


def _alike(left: ir.Check, right: ir.Check) -> bool:
    return (left.shape, left.params, left.because) == (right.shape, right.params, right.because)


def has_patterns(grant: Grant) -> bool:
    """Whether ``grant`` says only a part of a name, so that no table can be indexed by it."""
    who = grant.subjects
    prefixes = (*who.users.prefixes, *who.groups.prefixes, *who.service_accounts.prefixes)
    return bool(prefixes) or (bool(grant.namespaces.prefixes) and grant.namespaces != ALL)


def grant_tables(choice: ir.Choice) -> tuple[Table, Table, Table, dict[str, list[str]]]:
    """The policies that users, groups, service accounts and everyone may use, by the grants that name them in full."""
    users: Table = {}
    groups: Table = {}
    accounts: Table = {}
    everyone: Table = {}
    for grant in choice.grants:
        if has_patterns(grant):
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
