"""Gatekeeper mutators of a policy's defaults. Must not know a control."""

from __future__ import annotations

import json

from pscc import ir
from pscc.backends._base import fitted
from pscc.defaulting import kebab
from pscc.diagnostics import Diagnostic
from pscc.passes import looked_at
from pscc.templating import Code, yaml_quote

Fields = dict[str, Code]


def mutators(policy: ir.Policy) -> tuple[list[Fields], list[Diagnostic]]:
    """What the mutators of ``policy`` print as, and what Gatekeeper cannot set exactly."""
    found: list[Fields] = []
    told: list[Diagnostic] = []
    for default in policy.defaults:
        if default.unless_in or (default.grants and default.unless != ir.FALSE):
            told.append(
                Diagnostic(
                    "TGT001",
                    f"Gatekeeper cannot set the default of `{default.control}`: pods are admitted without it",
                    default.span,
                    severity="note",
                )
            )
            continue
        if default.unless != ir.FALSE and _others_read(policy, default):
            told.append(
                Diagnostic(
                    "TGT001",
                    f"Gatekeeper cannot set the default of `{default.control}`: pods are refused until they set it",
                    default.span,
                    severity="warning",
                )
            )
            continue
        if default.unless != ir.FALSE:
            told.append(
                Diagnostic(
                    "TGT002",
                    f"Gatekeeper sets the default of `{default.control}` wherever the field itself is unset",
                    default.span,
                    severity="note",
                )
            )
        found += _of(policy.name, default)
    if found and policy.exemptions:
        text = f"Gatekeeper's mutators do not see who asks: the defaults of {policy.name} are set for those exempt, too"
        told.append(Diagnostic("TGT005", text, policy.exemptions[0].span, severity="warning"))
    return found, told


def _others_read(policy: ir.Policy, default: ir.Default) -> bool:
    """Whether another control's check looks at the field, so that setting it more widely could satisfy that check."""
    for check in policy.checks:
        reads = looked_at(check)
        if check.control != default.control and (default.path in reads.container or default.inherits in reads.pod):
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
