"""Prints values and lists of the IR as Rego expressions.

A field is read as a reference, ``port.hostPort``, where its being undefined makes the condition false, as it should. In
a call behind ``not`` it would make the whole body undefined (OPA moves the read before the ``not``; regopy does not): a
value is read there by ``object.get``, as null where it is unset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from pscc import ir
from pscc.printers.rego.fragments import Fragment, listed, read_of, rego
from pscc.printers.rego.text import literal

Known = frozenset[ir.Value]
NOTHING: Known = frozenset()
GIVEN = "given"
"""The argument of rules that are functions of the parameters: an object with every parameter."""
_KEYWORDS = frozenset(
    (
        *("as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "package"),
        *("some", "true", "with"),
    )
)


@dataclass(slots=True)
class Values:
    """Prints the values of one check. With ``as_functions``, parameters are fields of `GIVEN`, else each is a rule."""

    as_functions: bool
    bound: dict[ir.Value, str] = field(default_factory=dict)
    """The values that have a local variable, with its name."""

    def total(self, value: ir.Value, known: Known = NOTHING) -> Fragment:
        """``value`` as an expression that is always defined, null where the value is unset. ``known`` are set."""
        if value in self.bound:
            return read_of(self.bound[value])
        match value:
            case ir.Path(var=var, fields=()):
                return read_of(var)
            case ir.Path() if value in known:
                return _reference(value)
            case ir.Path(var=var, fields=(name,)):
                return rego("object.get($var, $name, null)", var=read_of(var), name=literal(name))
            case ir.Path(var=var, fields=names):
                return rego("object.get($var, $names, null)", var=read_of(var), names=literal(names))
            case ir.Const(value=const):
                return Fragment(literal(const))
            case ir.Param(name=name):
                return self.parameter(name)
            case ir.Coalesce(field=()):
                return self._first_set(value)
            case ir.Coalesce(options=(*_, ir.Const(value=unset)), field=below):
                whole = self.total(without_field(value))
                return rego(
                    "lib.below_or($base, $below, $unset)", base=whole, below=literal(below), unset=literal(unset)
                )
            case ir.Coalesce(field=below):
                return rego("lib.below($base, $below)", base=self.total(without_field(value)), below=literal(below))
            case ir.Concat(prefix=prefix, value=inner):
                return rego("lib.join($prefix, $tail)", prefix=literal(prefix), tail=self.total(inner, known))
            case ir.Entry(map=of, key=key):
                path = listed([*(Fragment(literal(name)) for name in of.fields), self.total(key, known)])
                return rego("object.get($var, [$path], null)", var=read_of(of.var), path=path)
            case ir.Upper(value=inner):
                return rego("lib.in_capitals($small)", small=self.total(inner, known))
            case _:
                assert_never(value)

    def partial(self, value: ir.Value) -> Fragment:
        """``value`` as an expression that may be undefined where the value is unset."""
        return _reference(value) if isinstance(value, ir.Path) and value not in self.bound else self.total(value)

    def parameter(self, name: str) -> Fragment:
        """The parameter ``name``."""
        return read_of(GIVEN, f"{GIVEN}.{name}") if self.as_functions else Fragment(f"parameter_{name}")

    def items(self, items: ir.Items) -> Fragment:
        """``items`` as a list, empty where it is unset."""
        match items:
            case ir.Containers():
                return rego("lib.containers($pod)", pod=read_of(ir.POD))
            case ir.Keys(path=path, without=without):
                return rego("lib.keys($object, $without)", object=self.total(path), without=literal(without))
            case ir.Path():
                return rego("lib.list($path)", path=self.total(items))
            case ir.Param() | ir.Const():
                return self.total(items)
            case _:
                assert_never(items)

    def iterated(self, items: ir.Items) -> Fragment:
        """``items`` for ``some … in``, which has no elements where the list is undefined."""
        return _reference(items) if isinstance(items, ir.Path) else self.items(items)

    def _first_set(self, value: ir.Coalesce) -> Fragment:
        # not a function of the pod: OPA compares a function's arguments with those of each call before
        match value.options:
            case (only,):
                return self.total(only)
        return rego("lib.first_set([$options])", options=listed(self.total(option) for option in value.options))


def without_field(value: ir.Coalesce) -> ir.Coalesce:
    """``value`` without the field below it: the first option that is set, as a whole.

    A constant stands for the field, not for the whole, so it is left out.
    """
    if not value.field:
        return value
    return ir.Coalesce(tuple(option for option in value.options if isinstance(option, ir.Path)))


def _reference(path: ir.Path) -> Fragment:
    steps = (f".{n}" if n.isidentifier() and n not in _KEYWORDS else f"[{literal(n)}]" for n in path.fields)
    return read_of(path.var, path.var + "".join(steps))
