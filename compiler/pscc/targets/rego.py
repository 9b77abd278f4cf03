"""Prints IR checks as Rego v1. Must not import a control or a backend.

A condition is printed as the lines of a rule body, where undefined is false. What a body cannot say in place (an
alternative, a negated conjunction) becomes a helper rule that takes its free variables. The fixed helpers are
``templates/rego/lib/pscc.rego``, package ``lib.pscc``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields, is_dataclass
from typing import assert_never

from pscc import ir
from pscc.passes import constant, looked_at

Params = dict[str, ir.ParamValue]


def snake(name: str) -> str:
    """A CamelCase name in snake_case: ``AllowHostPorts`` is ``allow_host_ports``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).replace(".", "_").lower()


def literal(value: object) -> str:
    """A constant as Rego source: the only way by which text of a source gets into Rego."""
    return json.dumps(_plain(value))


def _plain(value: object) -> object:
    match value:
        case ir.Range(min=low, max=high):
            return {"min": low, "max": high}
        case ir.HostPathPrefix(path=path, read_only=read_only):
            return {"pathPrefix": path, "readOnly": read_only}
        case tuple() | list():
            return [_plain(v) for v in value]
        case _:
            return value


def comment(text: str) -> str:
    """``text`` as one line that is safe behind ``#``."""
    return json.dumps(text)[1:-1].replace('\\"', '"')


@dataclass(slots=True)
class _Printer:
    """Prints the rules of one check; ``prefix`` keeps its names apart from other checks' in the package."""

    prefix: str
    old: str
    helpers: list[str] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    # values

    def value(self, value: ir.Value) -> str:
        match value:
            case ir.Path(var=var, fields=()):
                return var
            case ir.Path(var=var, fields=fields):
                return f"object.get({var}, {literal(fields)}, null)"
            case ir.Const(value=const):
                return literal(const)
            case ir.Param(name=name):
                return f"parameter_{name}"
            case ir.Coalesce(options=options, field=below):
                items = ", ".join(self.value(option) for option in options)
                return f"lib.below([{items}], {literal(below)})" if below else f"lib.first_set([{items}])"
            case ir.Concat(prefix=prefix, value=inner):
                return f"lib.join({literal(prefix)}, {self.value(inner)})"
            case ir.Entry(map=of, key=key):
                return f"lib.entry({self.value(of)}, {self.value(key)})"
            case _:
                assert_never(value)

    def items(self, items: ir.Items) -> str:
        match items:
            case ir.Containers():
                return f"lib.containers({ir.POD})"
            case ir.Keys(path=path, without=without):
                return f"lib.keys({self.value(path)}, {literal(without)})"
            case ir.Path():
                return f"lib.list({self.value(items)})"
            case ir.Param() | ir.Const():
                return self.value(items)
            case _:
                assert_never(items)

    # conditions

    def body(self, condition: ir.Condition, scope: tuple[str, ...], hint: str) -> list[str]:
        match condition:
            case ir.Has(value=value):
                return [f"{self.value(value)} != null"]
            case ir.Equals(left=left, right=right):
                first, second = self.value(left), self.value(right)
                known = isinstance(left, (ir.Const, ir.Param)) or isinstance(right, (ir.Const, ir.Param))
                return [f"{first} == {second}" if known else f"lib.same({first}, {second})"]
            case ir.In(value=value, options=options):
                return [f"{self.value(value)} in {self.items(options)}"]
            case ir.InRanges(value=value, ranges=ranges):
                return [f"lib.in_ranges({self.value(value)}, {self.value(ranges)})"]
            case ir.StartsWithAny(value=value, patterns=patterns):
                return [f"lib.starts_with_any({self.value(value)}, {self.value(patterns)})"]
            case ir.Under(value=value, prefix=prefix):
                return [f"lib.under({self.value(value)}, {self.value(prefix)})"]
            case ir.SameLevel(left=left, right=right):
                return [f"lib.same_level({self.value(left)}, {self.value(right)})"]
            case ir.Any():
                return [self.call(condition, scope, hint)]
            case ir.All(var=var, items=items, where=where):
                inner = self.body(where, (*scope, var), hint) or ["true"]
                return [f"every {var} in {self.items(items)} {{", *(f"\t{line}" for line in inner), "}"]
            case ir.And(conditions=conditions):
                return [line for one in conditions for line in self.body(one, scope, hint)]
            case ir.Or(conditions=()):
                return ["false"]
            case ir.Or():
                return [self.call(condition, scope, hint)]
            case ir.Not(condition=inner_condition):
                return [f"not {self.atom(inner_condition, scope, hint)}"]
            case _:
                assert_never(condition)

    def atom(self, condition: ir.Condition, scope: tuple[str, ...], hint: str) -> str:
        """``condition`` as one expression that ``not`` can stand before."""
        if isinstance(condition, (ir.And, ir.All, ir.Not)):
            return self.call(condition, scope, hint)
        (line,) = self.body(condition, scope, hint)
        return line

    def call(self, condition: ir.Condition, scope: tuple[str, ...], hint: str) -> str:
        """A helper rule for ``condition`` over the variables in ``scope`` that it reads; the call of it."""
        name = self.fresh(hint)
        clauses: list[list[str]]
        match condition:
            case ir.Or(conditions=conditions):
                clauses = [self.body(one, scope, hint) or ["true"] for one in conditions]
            case ir.Any(var=var, items=items, where=where):
                some = f"some {var} in {self.items(items)}"
                clauses = [[some, *self.body(where, (*scope, var), hint)]]
                if not _reads(var, clauses[0][1:]):
                    clauses[0][0] = f"count({self.items(items)}) > 0"
            case _:
                clauses = [self.body(condition, scope, hint) or ["true"]]
        arguments = [v for v in scope if any(_reads(v, clause) for clause in clauses)]
        if not arguments:
            self.helpers.append("\n\n".join(_rule(f"{name} if", clause) for clause in clauses))
            return name
        rules = []
        for clause in clauses:
            taken = ", ".join(v if _reads(v, clause) else "_" for v in arguments)
            rules.append(_rule(f"{name}({taken}) if", clause))
        self.helpers.append("\n\n".join(rules))
        return f"{name}({', '.join(arguments)})"

    def fresh(self, hint: str) -> str:
        base = f"{self.prefix}{re.sub('[^a-z0-9]+', '_', snake(hint)) or 'holds'}_ok"
        self.names[base] = self.names.get(base, 0) + 1
        return base if self.names[base] == 1 else f"{base}_{self.names[base]}"

    # requirements

    def part(self, part: ir.Part) -> str:
        match part:
            case str():
                return literal(part)
            case ir.Show(value=value):
                return f"lib.show({self.value(value)})"
            case ir.ShowParams(params=params):
                shown = [
                    f"parameter_{p.name}" if p.kind not in ("string", "bool") else f"shown_{p.name}" for p in params
                ]
                whole = shown[0]
                for one in shown[1:]:
                    whole = f"array.concat({whole}, {one})"
                return f"lib.show_all({whole})"
            case _:
                assert_never(part)

    def findings(self, requirement: ir.Requirement, name: str) -> str:
        hint = requirement.name or "requirement"
        scope = tuple(step.var for step in requirement.each)
        lines = [f"some {step.var} in {self.items(step.items)}" for step in requirement.each]
        lines += self.body(requirement.when, scope, f"{hint}_applies")
        if requirement.must != ir.FALSE:
            negated = requirement.must
            if isinstance(negated, ir.Not):
                lines += self.body(negated.condition, scope, hint)
            else:
                lines.append(f"not {self.atom(negated, scope, hint)}")
        used = [*lines, *(self.part(p) for p in requirement.message)]
        for at, step in enumerate(requirement.each):
            if not _reads(step.var, used[at + 1 :]):
                lines[at] = f"some _ in {self.items(step.items)}"
        parts = ", ".join(self.part(part) for part in requirement.message)
        lines.append(f'finding := concat("", [{parts}])')
        return f"{name} := [finding |\n" + "".join(f"\t{line}\n" for line in lines) + "]"


def _reads(name: str, lines: list[str]) -> bool:
    """Whether the code (string literals left out) reads the variable ``name``."""
    code = re.sub(r'"(?:\\.|[^"\\])*"', '""', "\n".join(lines))
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", code) is not None


def _rule(head: str, lines: list[str]) -> str:
    if len(lines) == 1:
        return f"{head} {lines[0]}"
    return f"{head} {{\n" + "".join(f"\t{line}\n" for line in lines) + "}"


def parameter_rules(check: ir.Check) -> str:
    """The rules which read the parameters of a generic template; one that is absent is empty, or false."""
    rules = []
    for param in parameters(check):
        absent = literal(constant(param, {}).value)
        rules.append(f'parameter_{param.name} := object.get(input, ["parameters", "{param.name}"], {absent})')
        if param.kind in ("string", "bool"):
            field = f"input.parameters.{param.name}"
            rules.append(f"shown_{param.name} := [{param.name} | some {param.name} in [{field}]]")
    return "\n\n".join(rules)


def parameters(check: ir.Check) -> tuple[ir.Param, ...]:
    """The parameters that ``check`` reads, in the order in which they are first read."""
    found: dict[str, ir.Param] = {}

    def walk(node: object) -> None:
        if isinstance(node, ir.Param):
            found.setdefault(node.name, node)
        elif isinstance(node, tuple):
            for one in node:
                walk(one)
        elif is_dataclass(node):
            for member in fields(node):
                walk(getattr(node, member.name))

    walk(check.requirements)
    return tuple(found.values())


def check_rules(check: ir.Check, prefix: str = "", old: str = "old_pod") -> tuple[str, str, str]:
    """The rules of ``check``; the expression for the list of its findings; the one for "an update leaves it as it was".

    The code reads the rules ``pod`` and ``old_pod``, and ``parameter_NAME`` for each parameter that is left in the check.
    """
    printer = _Printer(prefix, old)
    rules: list[str] = []
    names: list[str] = []
    for number, requirement in enumerate(check.requirements, 1):
        name = f"{prefix}findings" + (f"_{number}" if len(check.requirements) > 1 else "")
        names.append(name)
        own = printer.findings(requirement, name)
        rules += [own, *reversed(printer.helpers)]
        printer.helpers.clear()
    whole = names[0] if names else "[]"
    for name in names[1:]:
        whole = f"array.concat({whole}, {name})"
    reads = looked_at(check)
    walks = literal(bool(reads.containers or reads.container or reads.annotations))
    arguments = f"{literal(reads.pod)}, {literal(reads.container)}, {literal(reads.annotations)}, {walks}"
    same = f"lib.seen(pod, {arguments}) == lib.seen({old}, {arguments})"
    return "\n\n".join(rules), whole, same
