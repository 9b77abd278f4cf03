"""Kyverno mutation rules for a policy's defaults.

A default depends on the pod before any default is set, but Kyverno gives a rule the pod as the rules before it left it. So a
rule that reads a field stands before the rule that sets the field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from textwrap import dedent

from pscc import ir
from pscc.ir.defaulting import LISTS, in_sequence, json_value, kebab
from pscc.ir.passes import disjunction, negation
from pscc.ir.walking import nodes
from pscc.lowering.capabilities import Judging, LeavesUnset, Sets, Setting
from pscc.output.contents import origin
from pscc.output.templating import Code, comment, yaml_block, yaml_lines, yaml_quote
from pscc.printers import jmespath
from pscc.reference.interpreter import Json, with_defaults

Fields = dict[str, object]


def rules(policy: ir.Policy) -> list[Fields]:
    """The mutation rules of ``policy``, ready for a template. Raises `jmespath.UnprintableError` for a default that has none."""
    return [fields for default in in_sequence(policy.defaults) for fields in _of(default)]


def rule_that_changes(policy: ir.Policy, pod: Json) -> Code | None:
    """The name of a mutation rule of ``policy`` that changes ``pod`` as it is; None where none does.

    It is the first one: no other has changed the pod before.
    """
    for default in in_sequence(policy.defaults):
        if with_defaults(replace(policy, defaults=(default,)), pod) != pod:
            name = kebab(default.control)
            return yaml_quote(name if default.site == "pod" else _name_in(name, "containers"))
    return None


def setting(default: ir.Default, judging: Judging) -> Setting:
    """What Kyverno does with ``default``. It cannot set text for which JMESPath has no literal."""
    try:
        _of(default)
    except jmespath.UnprintableError:
        return LeavesUnset("Kyverno cannot set")
    return Sets()


def shown(rule: Fields) -> Iterator[str]:
    """``rule`` in lines, for people."""
    conditions = rule["conditions"]
    assert isinstance(conditions, list)
    yield f"rule {rule['name']}, of each of {rule['kind'] or 'the pod'}" + (", where" if conditions else "")
    yield from (f"  {condition}" for condition in conditions)
    yield from (f"  {line}" for line in dedent(str(rule["patch"])).splitlines())


def _of(default: ir.Default) -> list[Fields]:
    if not jmespath.safe(json_value(default)):
        raise jmespath.UnprintableError(default.control)
    name = kebab(default.control)
    if default.site == "pod":
        return [_pod_rule(default, name)]
    return [_container_rule(default, _name_in(name, kind), kind) for kind, _ in LISTS]


def _name_in(name: str, kind: str) -> str:
    return f"{name}-{dict(LISTS)[kind]}"


def _pod_rule(default: ir.Default, name: str) -> Fields:
    own = jmespath.field(jmespath.OBJECT, default.path)
    conditions: list[str] = []
    value: object = json_value(default)
    if default.value is None:
        more = jmespath.lacking(own, default.add, None)
        conditions.append(f"length({more}) > `0`")
        value = f"{{{{ {jmespath.united(own, more)} }}}}"
    else:
        conditions.append(f"{own} == {jmespath.NULL}")
    if default.unless != ir.FALSE:
        conditions.append(jmespath.condition(negation(default.unless)))
    return _rule(default, name, "", conditions, _patch(default.path, value, 10))


def _container_rule(default: ir.Default, name: str, kind: str) -> Fields:
    """The rule for one list of containers. It patches every container. One that needs no default gets its own value again.

    A strategic merge moves the patched elements to the front. If only some containers were patched, init containers would run
    in another order. Source: Kyverno ``pkg/engine/mutate/patch/strategicMergePatch.go``, ``pkg/engine/utils/foreach.go``.
    """
    own = jmespath.field(jmespath.ELEMENT, default.path)
    conditions: list[str] = []
    if default.inherits:
        conditions.append(f"{jmespath.field(jmespath.OBJECT, default.inherits)} == {jmespath.NULL}")
    of_pod, of_container = _parts(default.unless)
    if of_pod != ir.FALSE:
        conditions.append(jmespath.condition(negation(of_pod)))
    when = "" if of_container == ir.FALSE else jmespath.condition(negation(of_container))
    if default.value is None:
        spared = jmespath.field(jmespath.ELEMENT, default.unless_in) if default.unless_in else None
        value = jmespath.united(own, jmespath.lacking(own, default.add, spared))
    else:
        value = f"not_null({own}, {jmespath.given(json_value(default), when)})"
    return _rule(default, name, kind, conditions, _patch(default.path, f"{{{{ {value} }}}}", 20))


def _parts(unless: ir.Condition) -> tuple[ir.Condition, ir.Condition]:
    """What of the alternatives in ``unless`` is about the pod alone, and what is about a container."""
    alternatives = unless.conditions if isinstance(unless, ir.Or) else (unless,)
    of_pod = [part for part in alternatives if all(path.var == ir.POD for path in nodes(part, ir.Path))]
    return disjunction(tuple(of_pod)), disjunction(tuple(part for part in alternatives if part not in of_pod))


def _rule(default: ir.Default, name: str, kind: str, conditions: list[str], patch: Code) -> Fields:
    return {
        "name": yaml_quote(name),
        "statement": Code(comment(origin(default.statement, default.span))),
        "kind": Code(kind),
        "conditions": [yaml_quote(f"{{{{ {condition} }}}}") for condition in conditions],
        "patch": patch,
    }


def _patch(path: tuple[str, ...], value: object, indent: int) -> Code:
    lines = [f"{'  ' * depth}{yaml_quote(field)}:" for depth, field in enumerate(path)]
    below = yaml_lines(value)
    if isinstance(value, (dict, list)):
        lines += [f"{'  ' * len(path)}{line}" for line in below]
    else:
        lines[-1] += f" {below[0]}"
    return yaml_block("\n".join(lines), indent)
