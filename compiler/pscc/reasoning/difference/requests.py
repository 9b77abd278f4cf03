"""Who asks, and where: one request for each case that scopes, exemptions and grants tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from pscc import ir
from pscc.ir.access import Names, Request, requested_by
from pscc.reasoning.difference.domains import texts
from pscc.reasoning.difference.fields import Constants


def requests(*programs: ir.Program) -> Iterator[Request]:
    """One request for each case that scopes, exemptions and grants tell apart, the plainest first."""
    policies = [p for program in programs for p in program.policies]
    choices = [c for program in programs for c in program.choices]
    scopes = [p.scope for p in (*policies, *(p for c in choices for p in c.policies))]
    grants = [grant for choice in choices for grant in choice.grants]
    named = [*(n for s in scopes for n in (s.namespaces, s.except_namespaces)), *(g.namespaces for g in grants)]
    namespaces = _each(named, "default")
    pairs = [pair for s in scopes for pair in (*s.labels, *s.except_labels)]
    labels: list[tuple[tuple[str, str], ...]] = [(), *((pair,) for pair in pairs), *(s.labels for s in scopes)]
    subjects = [e.subjects for p in policies for e in p.exemptions] + [g.subjects for g in grants]
    plain = Request(groups=requested_by("somebody", ()), user="somebody")
    who = [plain]
    for name in _each([one.users for one in subjects], "somebody")[1:]:
        who.append(replace(plain, user=name, groups=requested_by(name, ())))
    for name in _each([one.groups for one in subjects], "nobodys")[1:]:
        who.append(replace(plain, groups=(name, *plain.groups)))
    for name in _each([one.service_accounts for one in subjects], "default/default")[1:]:
        namespace, _, account = name.partition("/")
        who.append(replace(plain, namespace=namespace, service_account=account or "default"))
    for asked in dict.fromkeys(who):
        places = (asked.namespace,) if asked.service_account != "default" else namespaces
        for namespace, given in product(places, dict.fromkeys(labels)):
            yield replace(asked, namespace=namespace, namespace_labels=given)


def _each(sets: Iterable[Names], other: str) -> tuple[str, ...]:
    """One name for each case that the sets tell apart, the one that is in none first."""
    constants = Constants()
    for names in sets:
        constants.words.update(dict.fromkeys(names.exact))
        constants.prefixes.update(dict.fromkeys(prefix for prefix in names.prefixes if prefix))
    return texts(constants, other)
