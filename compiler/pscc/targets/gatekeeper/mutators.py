"""Gatekeeper mutators of a policy's defaults."""

from __future__ import annotations

import json

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.defaulting import check_reads, distinguishes_sites, kebab
from pscc.lowering.capabilities import Judging, LeavesUnset, Sets, SetsWidely, Setting
from pscc.output.contents import ObjectName
from pscc.output.templating import Code, yaml_quote
from pscc.reasoning.refused_changes import refused_where_left_out
from pscc.targets.gatekeeper.applied import Applied, path_of
from pscc.targets.gatekeeper.match import match_lines
from pscc.targets.shared.names import Names

MUTATIONS = "mutations.gatekeeper.sh/v1"


@frozen
class Mutator:
    """A mutator, ready for its template."""

    kind: str
    name: str
    location: str
    statement: str
    value: object


def setting(default: ir.Default, judging: Judging) -> Setting:
    """What Gatekeeper does with ``default``. Its mutators test the field that they set, and no other field."""
    conditional = default.unless != ir.FALSE
    if default.unless_in or (default.grants and conditional) or _shows(default, judging):
        return LeavesUnset("Gatekeeper cannot set")
    return SetsWidely() if conditional else Sets()


def mutators(policy: ir.Policy, names: Names) -> list[Mutator]:
    """The mutators of ``policy``, with names from ``names``."""
    return [mutator for default in policy.defaults for mutator in _of(policy.name, default, names)]


def _shows(default: ir.Default, judging: Judging) -> bool:
    """Whether a check of ``judging`` sees that ``default`` is set on the pod, or more widely than its policy sets it.

    A default that containers inherit is set on the pod. Only a check of the value in force does not see that. If a mutator
    cannot test the default's condition, it may set a field that satisfies a check under another condition.
    """
    for check in judging:
        if default.inherits and distinguishes_sites(check, default):
            return True
        if _is_told_apart(check, default) and check_reads(check, default):
            return True
    return False


def _is_told_apart(check: ir.Check, default: ir.Default) -> bool:
    """Whether ``check``, of the field that ``default`` sets, may admit a pod for it that ``default.unless`` leaves alone."""
    if default.unless == ir.FALSE:
        return False
    if default.left_out is None:
        return check.control != default.control
    if default.unless == default.left_out.condition and refused_where_left_out(default):
        return False
    return check.control != default.control or check.left_out != default.left_out


def applied_mutator(policy: ir.Policy, owner: str, mutator: Mutator, operations: bool) -> Applied:
    """``mutator`` of ``policy`` as an object; ``owner`` is the name of the policy's files. ``operations``: for created pods
    alone.
    """
    fields = {
        "kind": Code(mutator.kind),
        "name": yaml_quote(mutator.name),
        "location": Code(json.dumps(mutator.location)),
        "statement": Code(json.dumps(mutator.statement)),
        "value": Code(json.dumps(mutator.value)),
        "match": match_lines(policy.scope),
        "operations": operations,
    }
    named = ObjectName(MUTATIONS, mutator.kind, mutator.name)
    return Applied(path_of(f"mutators/{owner}", mutator.name, policy.name), "mutator", named, fields, policy)


def _of(policy: str, default: ir.Default, names: Names) -> list[Mutator]:
    word = f"default-{kebab(default.control)}"

    def mutator_at(location: str, *endings: str) -> Mutator:
        name = names.derived(policy, *(f"{word}{ending}" for ending in endings))
        return _mutator(name, location, default)

    if default.site == "pod" or default.inherits:
        return [mutator_at(".".join(default.inherits or default.path), "")]
    below = ".".join(default.path)
    return [
        mutator_at(f"spec.containers[name:*].{below}", "-containers", ""),
        mutator_at(f"spec.initContainers[name:*].{below}", "-init-containers", "-init"),
    ]


def _mutator(name: str, location: str, default: ir.Default) -> Mutator:
    value: object = list(default.add) if default.value is None else default.value
    if isinstance(value, tuple):
        pairs = {item[0]: item[1] for item in value if isinstance(item, tuple)}
        value = pairs or list(value)
    kind = "ModifySet" if default.value is None else "Assign"
    return Mutator(kind, name, location, default.statement, value)
