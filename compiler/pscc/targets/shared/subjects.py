"""Subjects and names as JSON, for the tables of templates and the parameters of constraints."""

from __future__ import annotations

from pscc import ir
from pscc.ir.access import Names, Subjects

Row = dict[str, object]


def names_row(names: Names) -> Row:
    """``{exact, prefixes}``, as the library's ``named`` takes it."""
    return {"exact": list(names.exact), "prefixes": list(names.prefixes)}


def subjects_row(who: Subjects) -> Row:
    """Only the kinds that are named, as the library's ``asked_by`` takes it."""
    kinds = (("users", who.users), ("groups", who.groups), ("accounts", who.service_accounts))
    row: Row = {kind: names_row(names) for kind, names in kinds if names}
    return {**row, "everyone": True} if who.everyone else row


def exemption_rows(policy: ir.Policy) -> list[Row]:
    """The subjects of each exemption of ``policy``, with its reason and its date."""
    return [
        {
            **subjects_row(exemption.subjects),
            "reason": exemption.reason,
            **({"until": exemption.until} if exemption.until else {}),
        }
        for exemption in policy.exemptions
    ]
