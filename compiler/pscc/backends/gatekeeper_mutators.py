"""Gatekeeper mutators of a policy's defaults. Must not know a control."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pscc import ir
from pscc.backends._base import fitted
from pscc.backends.demanding import cannot_set
from pscc.defaulting import kebab, tells_apart
from pscc.diagnostics import Diagnostic
from pscc.passes import looked_at
from pscc.templating import Code, yaml_quote

Fields = dict[str, Code]


def unsettable(policy: ir.Policy) -> Iterator[tuple[ir.Default, Diagnostic]]:
    """The defaults that Gatekeeper cannot set."""
    for default in policy.defaults:
        conditional = default.unless != ir.FALSE
        if default.unless_in or (default.grants and conditional) or _shows(policy, default):
            yield default, cannot_set("Gatekeeper cannot set", policy, default)


def mutators(policy: ir.Policy) -> tuple[list[Fields], list[Diagnostic]]:
    """What the mutators of ``policy`` print as, and which of them set more than the policy does."""
    found = [fields for default in policy.defaults for fields in _of(policy.name, default)]
    told = [
        Diagnostic(
            "TGT002",
            f"Gatekeeper sets the default of `{default.control}` wherever the field itself is unset",
            default.span,
            severity="note",
        )
        for default in policy.defaults
        if default.unless != ir.FALSE
    ]
    if found and policy.exemptions:
        text = f"Gatekeeper's mutators do not see who asks: the defaults of {policy.name} are set for those exempt, too"
        told.append(Diagnostic("TGT005", text, policy.exemptions[0].span, severity="warning"))
    return found, told


def _shows(policy: ir.Policy, default: ir.Default) -> bool:
    """Whether a check of ``policy`` would see that ``default`` is set elsewhere, or more widely, than the policy sets it.

    What containers inherit is set at the pod, which is the same to a check of the value in force, and to no other. Where
    the condition of a default cannot be tested, another control's check of the field might be satisfied by it.
    """
    for check in policy.checks:
        if default.inherits and tells_apart(check, default):
            return True
        reads = looked_at(check)
        foreign = check.control != default.control and default.unless != ir.FALSE
        if foreign and (default.path in reads.container or default.inherits in reads.pod):
            return True
    return False


def _of(policy: str, default: ir.Default) -> list[Fields]:
    name = f"{policy}-default-{kebab(default.control)}"
    if default.site == "pod" or default.inherits:
        path = default.inherits or default.path
        return [_mutator(name, ".".join(path), default)]
    below = ".".join(default.path)
    return [
        _mutator(
            f"{name}-{'init-' if kind == 'initContainers' else ''}containers", f"spec.{kind}[name:*].{below}", default
        )
        for kind in ("containers", "initContainers")
    ]


def _mutator(name: str, location: str, default: ir.Default) -> Fields:
    value: object = list(default.add) if default.value is None else default.value
    if isinstance(value, tuple):
        pairs = {item[0]: item[1] for item in value if isinstance(item, tuple)}
        value = pairs or list(value)
    return {
        "kind": Code("ModifySet" if default.value is None else "Assign"),
        "name": yaml_quote(fitted(name)),
        "location": Code(json.dumps(location)),
        "statement": Code(json.dumps(default.statement)),
        "value": Code(json.dumps(value)),
    }
