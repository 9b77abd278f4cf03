"""Slips in the code that prints choices: who may use a policy, which one admits the pod, and its defaults."""

from __future__ import annotations

from dataclasses import replace

from conformance.breaks.slipping import REGO, VAP, Slip, always, changed, first, replaced, then
from pscc.ir.access import ALL, Scope
from pscc.printers.cel.tree import FALSE, TRUE
from support.emitted.settings import CEL

_CELS = ("vap", CEL)

CHOICE_SLIPS = (
    Slip(
        "targets.shared.choice_who.grants",
        "no patterns",
        first(
            lambda c: replace(
                c,
                grants=tuple(
                    g
                    for g in c.grants
                    if not g.subjects.users.prefixes
                    and not g.subjects.groups.prefixes
                    and not g.subjects.service_accounts.prefixes
                ),
            )
        ),
        _CELS,
    ),
    Slip("targets.shared.choice_who.asking", "the first alone", then(lambda variables: variables[:1]), _CELS),
    Slip("targets.shared.choice_who.may_use", "anybody", always(TRUE), (*_CELS, "kyverno")),
    Slip(
        "targets.shared.choice_who.may_use",
        "wherever the policy holds",
        lambda real: lambda policy, *rest: real(replace(policy, scope=Scope()), *rest),
        _CELS,
    ),
    Slip(
        "targets.shared.choice_who.may_use",
        "nowhere but everywhere",
        changed(r" \|\| \([\w.]+ in grant && .*?\]\)\)", ")"),
        _CELS,
    ),
    Slip("targets.shared.choice_who.holds_here", "whatever the labels", always(TRUE), _CELS),
    Slip("targets.shared.choice_who.ADMISSION", "an update is a creation", replaced(updated=FALSE), VAP),
    Slip("targets.shared.choice_who.ADMISSION", "defaults are always ahead", replaced(ahead=TRUE), VAP),
    Slip("targets.shared.choice_who.TEMPLATES", "defaults are never ahead", replaced(ahead=FALSE), VAP),
    Slip("targets.shared.choice_table.has_patterns", "no grant has", always(False), _CELS),
    Slip("targets.shared.choice_table._alike", "all statements are", always(True), (*_CELS, "gatekeeper")),
    Slip(
        "targets.shared.choice_table.grant_tables",
        "groups are users",
        then(lambda t: (t[1], t[0], *t[2:])),
        (*_CELS, "gatekeeper"),
    ),
    Slip(
        "targets.shared.choice_table.grant_tables",
        "not for everyone",
        then(lambda t: (*t[:3], {})),
        (*_CELS, "gatekeeper"),
    ),
    Slip(
        "targets.shared.choice_rego._scope",
        "everywhere",
        lambda real: lambda policy: real(replace(policy, scope=Scope())),
        REGO,
    ),
    Slip(
        "targets.shared.choice_rego._pattern", "everywhere", first(lambda grant: replace(grant, namespaces=ALL)), REGO
    ),
    Slip(
        "targets.shared.choice_rego._policies",
        "in the other order",
        first(lambda c: replace(c, policies=c.policies[::-1])),
        REGO,
    ),
    Slip(
        "targets.shared.choice_cel._objections",
        "the first alone",
        lambda real: lambda policy, *rest: real(replace(policy, checks=policy.checks[:1]), *rest),
        _CELS,
    ),
    Slip("targets.shared.choice_cel._once_defaulted", "nothing has to hold", always(()), VAP),
    Slip("targets.shared.choice_cel._met", "never", always(None), VAP),
    Slip(
        "targets.shared.choice_cel._nearest",
        "the first policy alone",
        first(lambda c: replace(c, policies=c.policies[:1])),
        _CELS,
    ),
    Slip(
        "targets.shared.choice_cel_defaults._chosen",
        "the last",
        changed(r'\[""\]\)\[0\]', '[""])[size(variables.accepting) > 0 ? size(variables.accepting) - 1 : 0]'),
        VAP,
    ),
    Slip("targets.shared.choice_cel_defaults._COUNTS_AS_CHANGED", "no profile counts", lambda _: FALSE, VAP),
    Slip("lowering.partition._guard", "no guard", always(None), (*_CELS, "gatekeeper")),
    Slip(
        "lowering.partition._policies",
        "everywhere",
        then(lambda policies: [replace(p, scope=Scope()) for p in policies]),
        (*_CELS, "gatekeeper"),
    ),
)
