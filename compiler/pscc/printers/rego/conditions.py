"""Prints conditions of the IR as the lines of Rego rule bodies, where undefined is false.

What a body cannot say in place (an alternative, a negated conjunction) becomes a helper rule, which takes the variables
that it reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from pscc import ir
from pscc.printers.rego.fragments import Fragment, listed, read_by, read_of, rego, rules_of, within
from pscc.printers.rego.joins import Join, join_of
from pscc.printers.rego.layout import broken
from pscc.printers.rego.naming import identifier, subject_of
from pscc.printers.rego.text import snake
from pscc.printers.rego.values import GIVEN, NOTHING, Known, Values

PrintValue = Callable[[ir.Value], Fragment]
_TRUE = Fragment("true")


@dataclass(slots=True)
class Conditions:
    """Prints the conditions of one check; ``prefix`` keeps its names apart from other checks' in the package."""

    prefix: str
    values: Values
    helpers: list[Fragment] = field(default_factory=list)
    """The helper rules that were printed so far, each before those that it calls."""
    verdict: ir.Condition = ir.TRUE
    """The condition that decides whether a requirement is met; its helper rule has the name of the requirement alone."""
    ending: str = "ok"
    """The last word of that rule's name: ``ok``, or ``denied`` where the requirement is broken if it holds."""
    _times_named: dict[str, int] = field(default_factory=dict)
    _calls: dict[tuple[object, ...], Fragment] = field(default_factory=dict)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of every rule: `GIVEN` where the rules are functions of the parameters."""
        return (GIVEN,) if self.values.as_functions else ()

    def head(self, name: str, body: list[Fragment]) -> str:
        """The head of the rule ``name`` with this body: a function's argument that the body does not read is ``_``."""
        if not self.values.as_functions:
            return name
        return f"{name}({GIVEN if GIVEN in read_by(body) else '_'})"

    def reading(self, name: str) -> Fragment:
        """An expression that reads the rule ``name``, which has `arguments`."""
        return read_of(GIVEN, f"{name}({GIVEN})") if self.values.as_functions else Fragment(name)

    def body(
        self, condition: ir.Condition, scope: tuple[str, ...], hint: str, known: Known = NOTHING
    ) -> list[Fragment]:
        """The lines of a body that holds where ``condition`` does, within a rule that has the variables in ``scope``.

        The names of helper rules begin with ``hint``. The values in ``known`` are set.
        """
        match condition:
            case ir.Any():
                return [self._some(condition, scope, hint, known)]
            case ir.All(var=var, items=items, where=where):
                inner = self.body(where, (*scope, var), hint, known) or [_TRUE]
                head = rego("every $var in $items {", var=var, items=self.values.items(items))
                return [head, *(within(line, var) for line in inner), Fragment("}")]
            case ir.And(conditions=conditions):
                lines: list[Fragment] = []
                for part in conditions:
                    lines += self.body(part, scope, hint, known)
                    known |= set_where(part)
                return lines
            case ir.Or(conditions=()):
                return [Fragment("false")]
            case ir.Or():
                return [self._call(condition, scope, hint, known)]
            case ir.Not(condition=inner_condition):
                return [self._negated(inner_condition, scope, hint, known)]
            case _:
                return [self._fact(condition, self.values.partial)]

    def _fact(self, condition: ir.Condition, value: PrintValue) -> Fragment:
        """A ``condition`` about one value, printed by ``value``. Raises `TypeError` where it is made of others."""
        items, total = self.values.items, self.values.total
        match condition:
            case ir.Has(value=of):
                return rego("$value != null", value=value(of))
            case ir.Equals(left=left, right=right):
                if isinstance(left, (ir.Const, ir.Param)) or isinstance(right, (ir.Const, ir.Param)):
                    return rego("$left == $right", left=value(left), right=value(right))
                return rego("lib.same($left, $right)", left=total(left), right=total(right))
            case ir.In(value=of, options=options):
                return rego("$value in $options", value=value(of), options=items(options))
            case ir.InRanges(value=of, ranges=ranges):
                return rego("lib.in_ranges($value, $ranges)", value=value(of), ranges=items(ranges))
            case ir.StartsWithAny(value=of, patterns=patterns):
                return rego("lib.starts_with_any($value, $patterns)", value=value(of), patterns=items(patterns))
            case ir.Under(value=of, prefix=prefix):
                return rego("lib.under($value, $prefix)", value=value(of), prefix=value(prefix))
            case ir.SameLevel(left=left, right=right):
                return rego("lib.same_level($left, $right)", left=total(left), right=total(right))
            case _:
                raise TypeError(f"{type(condition).__name__} is more than one fact")

    def _negated(self, condition: ir.Condition, scope: tuple[str, ...], hint: str, known: Known) -> Fragment:
        total = self.values.total
        match condition:
            case ir.Any() if join := join_of(condition, scope):
                keys = self._keys(join, condition.name or hint)
                return rego("not $value in $keys", value=total(join.value), keys=keys)
            case ir.And() | ir.Or() | ir.Any() | ir.All() | ir.Not():
                return rego("not $call", call=self._call(condition, scope, hint, known))
            case ir.Has(value=of):
                return rego("$value == null", value=total(of, known))
            case ir.Equals(left=ir.Path(fields=(_, *_)) as left, right=ir.Const() | ir.Param() as right):
                may_be_undefined = left not in known and left not in self.values.bound
                source = "not $left == $right" if may_be_undefined else "$left != $right"
                return rego(source, left=self.values.partial(left), right=total(right))
            case ir.Equals(left=left, right=ir.Const() | ir.Param() as right):
                return rego("$left != $right", left=total(left), right=total(right))
            case _:
                return rego("not $fact", fact=self._fact(condition, lambda value: total(value, known)))

    def _some(self, condition: ir.Any, scope: tuple[str, ...], hint: str, known: Known) -> Fragment:
        join = join_of(condition, scope)
        if join is None:
            return self._call(condition, scope, hint, known)
        keys = self._keys(join, condition.name or hint)
        return rego("$value in $keys", value=self.values.partial(join.value), keys=keys)

    def _keys(self, join: Join, hint: str) -> Fragment:
        """Adds a helper rule, the set of the keys of ``join``; an expression that reads it."""
        key, rule, place = snake(join.key.fields[-1]), self._new_name(hint), self._place()
        lines = [
            rego("some $var in $items", var=join.var, items=self.values.iterated(join.items)),
            *self.body(join.where, (*self.arguments, join.var), hint),
            rego("$name := $key", name=key, key=self.values.partial(join.key)),
            read_of(key, f"{key} != null"),
        ]
        self.helpers[place] = rules_of(f"{self.head(rule, lines)} := {{{key} |\n{indented(lines)}}}", lines)
        return self.reading(rule)

    def _call(self, condition: ir.Condition, scope: tuple[str, ...], hint: str, known: Known) -> Fragment:
        """The call of a helper rule for ``condition`` over the variables in ``scope`` that it reads.

        The rule is added where the check has none yet for the same condition.
        """
        ending = self.ending if condition is self.verdict else "ok"
        key = (condition, ending, known, frozenset(self.values.bound.items()))
        if key not in self._calls:
            self._calls[key] = self._called(condition, scope, hint, known, ending)
        return self._calls[key]

    def _called(
        self, condition: ir.Condition, scope: tuple[str, ...], hint: str, known: Known, ending: str
    ) -> Fragment:
        subject = subject_of(condition)
        if condition is not self.verdict and subject and not hint.endswith(subject):
            hint = f"{hint}_{subject}"
        name, place = self._new_name(f"{hint}_{ending}"), self._place()
        bodies: list[list[Fragment]]
        match condition:
            case ir.Or(conditions=conditions):
                bodies = [self.body(alternative, scope, hint, known) or [_TRUE] for alternative in conditions]
            case ir.Any(var=var, items=items, where=where):
                inner = self.body(where, (*scope, var), hint, known)
                if var in read_by(inner):
                    walk = rego("some $var in $items", var=var, items=self.values.iterated(items))
                else:
                    walk = rego("count($items) > 0", items=self.values.items(items))
                bodies = [[walk, *inner]]
            case _:
                bodies = [self.body(condition, scope, hint, known) or [_TRUE]]
        read = [read_by(body) for body in bodies]
        arguments = [variable for variable in scope if any(variable in variables for variables in read)]
        heads = [", ".join(v if v in variables else "_" for v in arguments) for variables in read]
        rules = [
            _rule(f"{name}({head}) if" if arguments else f"{name} if", body)
            for head, body in zip(heads, bodies, strict=True)
        ]
        self.helpers[place] = rules_of("\n\n".join(rules), chain.from_iterable(bodies))
        return (
            rego("$name($arguments)", name=name, arguments=listed(map(read_of, arguments)))
            if arguments
            else Fragment(name)
        )

    def _place(self) -> int:
        """The place of a new helper rule, in front of those that it will call."""
        self.helpers.append(Fragment(""))
        return len(self.helpers) - 1

    def _new_name(self, hint: str) -> str:
        base = f"{self.prefix}{identifier(hint) or 'holds'}"
        self._times_named[base] = self._times_named.get(base, 0) + 1
        return base if self._times_named[base] == 1 else f"{base}_{self._times_named[base]}"


def indented(lines: list[Fragment]) -> str:
    """``lines`` as the lines of a block."""
    return "".join(f"{broken(line.text, 1)}\n" for line in lines)


def set_where(condition: ir.Condition) -> Known:
    """The values that are set wherever ``condition`` holds."""
    match condition:
        case ir.Has(value=value) | ir.In(value=value) | ir.InRanges(value=value) | ir.StartsWithAny(value=value):
            return frozenset([value])
        case ir.Under(value=value) | ir.Equals(left=value, right=ir.Const()):
            return frozenset([value])
        case ir.And(conditions=conditions):
            return NOTHING.union(*map(set_where, conditions))
        case _:
            return NOTHING


def _rule(head: str, body: list[Fragment]) -> str:
    if len(body) == 1 and "\n" not in (line := broken(f"{head} {body[0].text}", 0)):
        return line
    return f"{head} {{\n{indented(body)}}}"
