"""Prints IR checks as Rego v1.

A condition is printed as the lines of a rule body, where undefined is false. What a body cannot say in place (an
alternative, a negated conjunction) becomes a helper rule that takes its free variables. The fixed helpers are
``templates/rego/lib/pscc.rego``, package ``lib.pscc``.

A field is read as a reference, ``port.hostPort``, where its being undefined makes the condition false, as it should. In
a call behind ``not`` it would make the whole body undefined (OPA moves the read before the ``not``; regopy does not): a
value is read there by ``object.get``, as null where it is unset.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import Reads, constant, parameters, rechecked_on
from pscc.ir.tidy import failing, message
from pscc.ir.walking import nodes
from pscc.output.numbering import numbered
from pscc.printers.rego.joins import Join, join_of
from pscc.printers.rego.layout import broken
from pscc.printers.rego.text import literal, snake

Params = dict[str, ir.ParamValue]
Known = frozenset[ir.Value]
Printed = Callable[[ir.Value], str]
NOTHING: Known = frozenset()
_GIVEN = "given"
_KEYWORDS = frozenset(
    (
        *("as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "package"),
        *("some", "true", "with"),
    )
)
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_VARIABLE = re.compile(r"(?<![\w.])\w+")


def _ref(path: ir.Path) -> str:
    steps = (f".{n}" if n.isidentifier() and n not in _KEYWORDS else f"[{literal(n)}]" for n in path.fields)
    return path.var + "".join(steps)


def _base(value: ir.Coalesce) -> ir.Coalesce:
    return ir.Coalesce(value.options)


@dataclass(slots=True)
class _Printer:
    """Prints the rules of one check; ``prefix`` keeps its names apart from other checks' in the package."""

    prefix: str
    given: bool = False
    """Whether the rules are functions of the parameters, ``given``, instead of reading a rule for each."""
    helpers: list[str] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    bound: dict[ir.Value, str] = field(default_factory=dict)
    """Values that the requirement at hand has a local variable for."""

    # values

    def total(self, value: ir.Value, known: Known = NOTHING) -> str:
        """``value`` as an expression that is always defined, null where the value is unset."""
        if value in self.bound:
            return self.bound[value]
        match value:
            case ir.Path(var=var, fields=()):
                return var
            case ir.Path() if value in known:
                return _ref(value)
            case ir.Path(var=var, fields=(name,)):
                return f"object.get({var}, {literal(name)}, null)"
            case ir.Path(var=var, fields=names):
                return f"object.get({var}, {literal(names)}, null)"
            case ir.Const(value=const):
                return literal(const)
            case ir.Param(name=name):
                return self.parameter(name)
            case ir.Coalesce(field=()):
                return self.coalesced(value)
            case ir.Coalesce(field=below):
                return f"lib.below({self.total(_base(value))}, {literal(below)})"
            case ir.Concat(prefix=prefix, value=inner):
                return f"lib.join({literal(prefix)}, {self.total(inner, known)})"
            case ir.Entry(map=of, key=key):
                path = ", ".join([*(literal(name) for name in of.fields), self.total(key, known)])
                return f"object.get({of.var}, [{path}], null)"
            case _:
                assert_never(value)

    def parameter(self, name: str) -> str:
        return f"given.{name}" if self.given else f"parameter_{name}"

    def coalesced(self, value: ir.Coalesce) -> str:
        match value.options:
            case (ir.Path("container", ("securityContext", own)), ir.Path(ir.POD, ("spec", "securityContext", pods))):
                if own == pods:
                    return f"lib.effective({ir.POD}, container, {literal(own)})"
        return f"lib.first_set([{', '.join(self.total(option) for option in value.options)}])"

    def partial(self, value: ir.Value) -> str:
        """``value`` as an expression that may be undefined where the value is unset."""
        return _ref(value) if isinstance(value, ir.Path) and value not in self.bound else self.total(value)

    def walked(self, items: ir.Items) -> str:
        """``items`` behind ``some … in``, which finds nothing in what is undefined."""
        match items:
            case ir.Path():
                return _ref(items)
            case _:
                return self.items(items)

    def items(self, items: ir.Items) -> str:
        match items:
            case ir.Containers():
                return f"lib.containers({ir.POD})"
            case ir.Keys(path=path, without=without):
                return f"lib.keys({self.total(path)}, {literal(without)})"
            case ir.Path():
                return f"lib.list({self.total(items)})"
            case ir.Param() | ir.Const():
                return self.total(items)
            case _:
                assert_never(items)

    # conditions

    def body(self, condition: ir.Condition, scope: tuple[str, ...], hint: str, known: Known = NOTHING) -> list[str]:
        match condition:
            case ir.Any():
                return [self.some(condition, scope, hint, known)]
            case ir.All(var=var, items=items, where=where):
                inner = self.body(where, (*scope, var), hint, known) or ["true"]
                return [f"every {var} in {self.items(items)} {{", *(f"\t{line}" for line in inner), "}"]
            case ir.And(conditions=conditions):
                lines: list[str] = []
                for one in conditions:
                    lines += self.body(one, scope, hint, known)
                    known |= _facts(one)
                return lines
            case ir.Or(conditions=()):
                return ["false"]
            case ir.Or():
                return [self.call(condition, scope, hint, known)]
            case ir.Not(condition=inner_condition):
                return [self.negated(inner_condition, scope, hint, known)]
            case _:
                return [self.fact(condition, self.partial)]

    def fact(self, condition: ir.Condition, value: Printed) -> str:
        match condition:
            case ir.Has(value=of):
                return f"{value(of)} != null"
            case ir.Equals(left=left, right=right):
                known = isinstance(left, (ir.Const, ir.Param)) or isinstance(right, (ir.Const, ir.Param))
                if known:
                    return f"{value(left)} == {value(right)}"
                return f"lib.same({self.total(left)}, {self.total(right)})"
            case ir.In(value=of, options=options):
                return f"{value(of)} in {self.items(options)}"
            case ir.InRanges(value=of, ranges=ranges):
                return f"lib.in_ranges({value(of)}, {self.items(ranges)})"
            case ir.StartsWithAny(value=of, patterns=patterns):
                return f"lib.starts_with_any({value(of)}, {self.items(patterns)})"
            case ir.Under(value=of, prefix=prefix):
                return f"lib.under({value(of)}, {value(prefix)})"
            case ir.SameLevel(left=left, right=right):
                return f"lib.same_level({self.total(left)}, {self.total(right)})"
            case _:
                raise TypeError(f"{type(condition).__name__} is more than one fact")

    def negated(self, condition: ir.Condition, scope: tuple[str, ...], hint: str, known: Known) -> str:
        match condition:
            case ir.Any() if join := join_of(condition, scope):
                return f"not {self.total(join.value)} in {self.keys(join, condition.name or hint)}"
            case ir.And() | ir.Or() | ir.Any() | ir.All() | ir.Not():
                return f"not {self.call(condition, scope, hint, known)}"
            case ir.Has(value=of):
                return f"{self.total(of, known)} == null"
            case ir.Equals(left=ir.Path(fields=(_, *_)) as left, right=ir.Const() | ir.Param() as right):
                unsure = left not in known and left not in self.bound
                own, other = self.partial(left), self.total(right)
                return f"not {own} == {other}" if unsure else f"{own} != {other}"
            case ir.Equals(left=left, right=ir.Const() | ir.Param() as right):
                return f"{self.total(left)} != {self.total(right)}"
            case _:
                return f"not {self.fact(condition, lambda value: self.total(value, known))}"

    def some(self, condition: ir.Any, scope: tuple[str, ...], hint: str, known: Known) -> str:
        join = join_of(condition, scope)
        if join is None:
            return self.call(condition, scope, hint, known)
        return f"{self.partial(join.value)} in {self.keys(join, condition.name or hint)}"

    def keys(self, join: Join, name: str) -> str:
        """A helper rule, the set of the keys of ``join``; the reading of it."""
        key = snake(join.key.fields[-1])
        lines = [
            f"some {join.var} in {self.walked(join.items)}",
            *self.body(join.where, (*self.arguments, join.var), name),
            f"{key} := {self.partial(join.key)}",
            f"{key} != null",
        ]
        rule = self.fresh(name, "")
        head = self.head(rule, lines)
        self.helpers.append(f"{head} := {{{key} |\n" + "".join(f"{broken(line, 1)}\n" for line in lines) + "}")
        return f"{rule}({_GIVEN})" if self.given else rule

    def call(self, condition: ir.Condition, scope: tuple[str, ...], hint: str, known: Known) -> str:
        """A helper rule for ``condition`` over the variables in ``scope`` that it reads; the call of it."""
        name = self.fresh(hint)
        clauses: list[list[str]]
        match condition:
            case ir.Or(conditions=conditions):
                clauses = [self.body(one, scope, hint, known) or ["true"] for one in conditions]
            case ir.Any(var=var, items=items, where=where):
                some = f"some {var} in {self.walked(items)}"
                clauses = [[some, *self.body(where, (*scope, var), hint, known)]]
                if not _reads(var, clauses[0][1:]):
                    clauses[0][0] = f"count({self.items(items)}) > 0"
            case _:
                clauses = [self.body(condition, scope, hint, known) or ["true"]]
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

    def fresh(self, hint: str, suffix: str = "_ok") -> str:
        base = f"{self.prefix}{_identifier(hint) or 'holds'}{suffix}"
        self.names[base] = self.names.get(base, 0) + 1
        return base if self.names[base] == 1 else f"{base}_{self.names[base]}"

    # requirements

    def part(self, part: ir.Show | ir.ShowParams, known: Known) -> str:
        match part:
            case ir.Show(value=ir.Path(var=var, fields=("name",))):
                return f"lib.name({var})"
            case ir.Show(value=value):
                return f"lib.show({self.total(value, known)})"
            case ir.ShowParams(params=(ir.Param(name=name, kind="bool"),)):
                return f"lib.show({self.parameter(name)})"
            case ir.ShowParams(params=params):
                given = [self.parameter(p.name) for p in params]
                if all(p.kind in ("string", "bool") for p in params):
                    return f"lib.show_all(lib.given([{', '.join(given)}]))"
                whole = given[0]
                for one in given[1:]:
                    whole = f"array.concat({whole}, {one})"
                return f"lib.show_all({whole})"
            case _:
                assert_never(part)

    def text(self, parts: tuple[ir.Part, ...], known: Known) -> str:
        if all(isinstance(part, str) for part in parts):
            return literal("".join(part for part in parts if isinstance(part, str)))
        # no sprintf: regopy's leaves the quotes around strings
        texts = (literal(part) if isinstance(part, str) else self.part(part, known) for part in parts)
        return f'concat("", [{", ".join(texts)}])'

    def findings(self, requirement: ir.Requirement, name: str) -> str:
        """The rule ``name``: the messages of the findings of ``requirement``, in order."""
        condition, parts = failing(requirement), message(requirement)
        lines = [f"some {step.var} in {self.walked(step.items)}" for step in requirement.each]
        self.bound = {}
        for value in _repeated((condition, parts)):
            local = numbered(snake(_last(value)), self.bound.values(), "_")
            lines.append(f"{local} := {self.total(value)}")
            self.bound[value] = local
        scope = (*self.arguments, *(step.var for step in requirement.each), *self.bound.values())
        lines += self.body(condition, scope, requirement.name or "requirement")
        lines.append(f"finding := {self.text(parts, _facts(condition))}")
        for at, step in enumerate(requirement.each):
            if not _reads(step.var, lines[at + 1 :]):
                lines[at] = f"some _ in {self.walked(step.items)}"
        return f"{self.head(name, lines)} := [finding |\n" + "".join(f"{broken(line, 1)}\n" for line in lines) + "]"

    @property
    def arguments(self) -> tuple[str, ...]:
        return (_GIVEN,) if self.given else ()

    def head(self, name: str, lines: list[str]) -> str:
        """The head of the rule ``name`` with this body: a function's argument that the body does not read is ``_``."""
        if not self.given:
            return name
        return f"{name}({_GIVEN if _reads(_GIVEN, lines) else '_'})"


def _identifier(name: str) -> str:
    return re.sub("[^a-z0-9]+", "_", snake(name))


def _facts(condition: ir.Condition) -> Known:
    """What is defined wherever ``condition`` holds."""
    match condition:
        case ir.Has(value=value) | ir.In(value=value) | ir.InRanges(value=value) | ir.StartsWithAny(value=value):
            return frozenset([value])
        case ir.Under(value=value) | ir.Equals(left=value, right=ir.Const()):
            return frozenset([value])
        case ir.And(conditions=conditions):
            return NOTHING.union(*(_facts(one) for one in conditions))
        case _:
            return NOTHING


def _repeated(node: object) -> list[ir.Coalesce]:
    """The values made of several that ``node`` reads more than once, and outside of walks of its own."""
    values = [value for value in nodes(node, ir.Coalesce, ir.Any, ir.All) if isinstance(value, ir.Coalesce)]
    return [value for value, count in Counter(map(_base, values)).items() if count > 1]


def _last(value: ir.Coalesce) -> str:
    first = value.options[0]
    return first.fields[-1] if isinstance(first, ir.Path) and first.fields else "value"


def _reads(name: str, lines: list[str]) -> bool:
    """Whether the code (string literals left out) reads the variable ``name``."""
    return name in _VARIABLE.findall(_STRING.sub('""', "\n".join(lines)))


def _rule(head: str, lines: list[str]) -> str:
    if len(lines) == 1 and "\n" not in (line := broken(f"{head} {lines[0]}", 0)):
        return line
    return f"{head} {{\n" + "".join(f"{broken(line, 1)}\n" for line in lines) + "}"


def parameter_rules(check: ir.Check) -> str:
    """The rules which read the parameters of a generic template; one that is absent is empty, or false."""
    return "\n\n".join(
        f'parameter_{p.name} := object.get(input, ["parameters", "{p.name}"], {literal(constant(p, {}).value)})'
        for p in parameters(check)
    )


@frozen
class CheckRules:
    """The rules of a check: ``findings`` names the one that holds the list of all its messages.

    ``unchanged`` has the lines of a body that holds when an update leaves everything that the check looks at as it was.
    """

    rules: str
    findings: str
    unchanged: tuple[str, ...]


def check_rules(
    check: ir.Check, prefix: str = "", old: str = "old_pod", given: bool = False, reads: Reads | None = None
) -> CheckRules:
    """The rules of ``check``. They read the rules ``pod`` and ``old``, and ``parameter_NAME`` of each parameter left.

    With ``given`` they are functions of an object that has every parameter instead. ``reads`` is what decides whether an
    update is judged; what ``check`` itself looks at unless said.
    """
    printer = _Printer(prefix, given)
    whole = f"{prefix}findings"
    call = f"({_GIVEN})" if given else ""
    rules: list[str] = []
    names: list[str] = []
    for number, requirement in enumerate(check.requirements, 1):
        own = _identifier(requirement.name) or f"requirement_{number}"
        name = f"{prefix}{own}_findings" if len(check.requirements) > 1 else whole
        names.append(name if name not in names else f"{name}_{number}")
        rules += [printer.findings(requirement, names[-1]), *reversed(printer.helpers)]
        printer.helpers.clear()
    if not names:
        rules.append(f"{printer.head(whole, [])} := []")
    elif len(names) > 1:
        lists = broken(f"some found in [{', '.join(f'{name}{call}' for name in names)}]", 1)
        rules.insert(0, f"{printer.head(whole, [lists])} := [finding |\n{lists}\n\tsome finding in found\n]")
    return CheckRules("\n\n".join(rules), f"{whole}{call}", unchanged(reads or rechecked_on(check), old))


def unchanged(reads: Reads, old: str = "old_pod") -> tuple[str, ...]:
    """The lines of a body that holds when everything in ``reads`` is the same in the rules ``pod`` and ``old``."""
    lines = []
    if reads.pod:
        lines.append(f"lib.same_fields({ir.POD}, {old}, {literal(reads.pod)})")
    if reads.containers:
        lines.append(f"lib.same_in_containers({ir.POD}, {old}, {literal(reads.container)})")
    if reads.annotations:
        lines.append(f"lib.same_annotations({ir.POD}, {old}, {literal(reads.annotations)})")
    return tuple(broken(line, 1) for line in lines)
