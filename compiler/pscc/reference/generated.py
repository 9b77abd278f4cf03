"""Python functions for checks and defaults of the IR. They say fast what `interpreter` says, and nothing more than yes or no.

`interpreter` defines the meaning; `tests/unit/test_compiled.py` holds these functions to it over drawn programs and pods.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import assert_never

from pscc import ir
from pscc.base.capitals import in_capitals
from pscc.base.remembering import remembered
from pscc.ir.passes import CONTAINER, constant
from pscc.ir.plain import plain
from pscc.reference import interpreter

Json = dict[str, object]
Containers = list[object]
"""The containers of a pod, of all its lists."""
Question = Callable[[Json, Containers], bool]
_Params = Mapping[str, ir.ParamValue]
_Names = dict[str, str]
"""The variables of the IR, each with the Python variable that holds its value."""


@remembered
def objects(check: ir.Check) -> Question | None:
    """A function that says whether ``check`` has a finding on a pod; None where Python cannot take its conditions."""
    try:
        code = _Code(dict(check.params))
        lines = [line for requirement in check.requirements for line in _requirement(code, requirement)]
        return code.function([*lines, "return False"])
    except (RecursionError, MemoryError, SyntaxError):  # nested deeper than Python's compiler goes
        return None


@remembered
def changes(default: ir.Default) -> Question | None:
    """A function that says whether ``default`` changes a pod; None where Python cannot take its condition."""
    try:
        code = _Code({})
        if default.site == "pod":
            question = f"{_lacks(code, default, 'pod')} and not {_condition(code, default.unless, {ir.POD: 'pod'})}"
        else:
            item, names = code.variable(), {ir.POD: "pod"}
            unless = _condition(code, default.unless, {**names, CONTAINER: item})
            lacks = f"isinstance({item}, dict) and {_lacks(code, default, item)} and not {unless}"
            question = f"any(map(lambda {item}: {lacks}, containers))"
            if default.inherits:
                question = f"{_below(code, 'pod', default.inherits)} is None and {question}"
        return code.function([f"return {question}"])
    except (RecursionError, MemoryError, SyntaxError):
        return None


class _Code:
    """The source of one function as it grows: the constants of the policy, by name, and fresh variables."""

    def __init__(self, params: _Params) -> None:
        self.params = params
        self.scope: dict[str, object] = {
            "in_capitals": in_capitals,
            "same": interpreter.same,
            "same_level": interpreter.same_level,
            "under": interpreter.under,
            "within": _within,
            "among": _among,
            "names": _names,
            "lacking": _lacking,
        }
        self._count = 0

    def variable(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def constant(self, value: object) -> str:
        """The name of ``value`` in the function: nothing of a source is written into code."""
        name = f"k{len(self.scope)}"
        self.scope[name] = value
        return name

    def function(self, lines: list[str]) -> Question:
        body = "\n".join(f"    {line}" for line in lines)
        scope = dict(self.scope)
        exec(compile(f"def question(pod, containers):\n{body}\n", "<policy>", "exec"), scope)
        question: Question = scope["question"]  # type: ignore[assignment]
        return question


def _requirement(code: _Code, requirement: ir.Requirement) -> list[str]:
    names, lines, indent = {ir.POD: "pod"}, [], ""
    for step in requirement.each:
        items = _items(code, step.items, names)
        item = code.variable()
        lines.append(f"{indent}for {item} in {items}:")
        names, indent = {**names, step.var: item}, f"{indent}    "
    when, must = (_condition(code, part, names) for part in (requirement.when, requirement.must))
    return [*lines, f"{indent}if {when} and not {must}:", f"{indent}    return True"]


# --- values and lists: each expression is unset where it is None ------------------


def _below(code: _Code, of: str, fields: tuple[str, ...]) -> str:
    expression = of
    for name in fields:
        holder = code.variable()
        expression = f"({holder}.get({name!r}) if isinstance({holder} := {expression}, dict) else None)"
    return expression


def _value(code: _Code, value: ir.Value, names: _Names) -> str:
    match value:
        case ir.Path(var=var, fields=fields):
            return _below(code, names.get(var, "None"), fields)
        case ir.Const() | ir.Param():
            return code.constant(_constant(code, value))
        case ir.Coalesce(options=options, field=field):
            expression = "None"
            for option in reversed(options):
                chosen = code.variable()
                inside = chosen if isinstance(option, ir.Const) else _below(code, chosen, field)
                read = _value(code, option, names)
                expression = f"({inside} if ({chosen} := {read}) is not None else {expression})"
            return expression
        case ir.Concat(prefix=prefix, value=inner):
            tail = code.variable()
            read = _value(code, inner, names)
            return f"({code.constant(prefix)} + {tail} if isinstance({tail} := {read}, str) else None)"
        case ir.Entry(map=of, key=key):
            name, holder = code.variable(), code.variable()
            held = f"isinstance({holder} := {_value(code, of, names)}, dict)"
            named = f"isinstance({name} := {_value(code, key, names)}, str)"
            return f"({holder}.get({name}) if {named} and {held} else None)"
        case ir.Upper(value=inner):
            small = code.variable()
            return f"(in_capitals({small}) if isinstance({small} := {_value(code, inner, names)}, str) else None)"
        case _:
            assert_never(value)


def _constant(code: _Code, value: ir.Const | ir.Param) -> object:
    return plain(value.value if isinstance(value, ir.Const) else constant(value, dict(code.params)).value)


def _items(code: _Code, items: ir.Items, names: _Names) -> str:
    match items:
        case ir.Containers():
            return "containers"
        case ir.Keys(path=path, without=without):
            return f"names({_value(code, path, names)}, {code.constant(without)})"
        case ir.Path() | ir.Param() | ir.Const():
            listed = code.variable()
            return f"({listed} if isinstance({listed} := {_value(code, items, names)}, list) else ())"
        case _:
            assert_never(items)


def _listed(code: _Code, items: ir.Param | ir.Const) -> list[object]:
    value = _constant(code, items)
    return value if isinstance(value, list) else []


# --- conditions -----------------------------------------------------------------


def _condition(code: _Code, condition: ir.Condition, names: _Names) -> str:
    match condition:
        case ir.Has(value=value):
            return f"({_value(code, value, names)} is not None)"
        case ir.Equals(left=left, right=right):
            return f"same({_value(code, left, names)}, {_value(code, right, names)})"
        case ir.In(value=value, options=options):
            read = _value(code, value, names)
            if isinstance(options, ir.Path):
                return f"among({read}, {_items(code, options, names)})"
            listed = _listed(code, options)
            if not all(isinstance(option, str) for option in listed):
                return f"among({read}, {code.constant(tuple(listed))})"
            text = code.variable()
            return f"(isinstance({text} := {read}, str) and {text} in {code.constant(frozenset(listed))})"
        case ir.InRanges(value=value, ranges=ranges):
            return f"within({_value(code, value, names)}, *{code.constant(_table(_listed(code, ranges)))})"
        case ir.StartsWithAny(value=value, patterns=patterns):
            text, prefixes = code.variable(), tuple(str(p).removesuffix("*") for p in _listed(code, patterns))
            read = _value(code, value, names)
            return f"(isinstance({text} := {read}, str) and {text}.startswith({code.constant(prefixes)}))"
        case ir.Under(value=value, prefix=prefix):
            return f"under({_value(code, value, names)}, {_value(code, prefix, names)})"
        case ir.SameLevel(left=left, right=right):
            return f"same_level({_value(code, left, names)}, {_value(code, right, names)})"
        case ir.Any(var=var, items=items, where=where) | ir.All(var=var, items=items, where=where):
            item, over = code.variable(), _items(code, items, names)
            word = "any" if isinstance(condition, ir.Any) else "all"
            return f"{word}(map(lambda {item}: {_condition(code, where, {**names, var: item})}, {over}))"
        case ir.And(conditions=conditions):
            return f"({' and '.join(_condition(code, part, names) for part in conditions) or 'True'})"
        case ir.Or(conditions=conditions):
            return f"({' or '.join(_condition(code, part, names) for part in conditions) or 'False'})"
        case ir.Not(condition=inner):
            return f"(not {_condition(code, inner, names)})"
        case _:
            assert_never(condition)


def _lacks(code: _Code, default: ir.Default, holder: str) -> str:
    """Whether ``holder``, a pod or a container, lacks what ``default`` sets or adds."""
    present = _below(code, holder, default.path)
    if default.value is not None:
        return f"{present} is None"
    spared = _below(code, holder, default.unless_in) if default.unless_in else "None"
    return f"lacking({code.constant(default.add)}, {present}, {spared})"


# --- what the functions call ------------------------------------------------------


def _table(ranges: list[object]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The union of ``ranges`` as first and last numbers, in order, none of which overlap."""
    first: list[int] = []
    last: list[int] = []
    for low, high in sorted((r["min"], r["max"]) for r in ranges if isinstance(r, dict)):
        if low > high:
            continue
        if last and low <= last[-1] + 1:
            last[-1] = max(last[-1], high)
        else:
            first.append(low)
            last.append(high)
    return tuple(first), tuple(last)


def _within(value: object, first: tuple[int, ...], last: tuple[int, ...]) -> bool:
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if not isinstance(number, int) or isinstance(number, bool):
        return False
    at = bisect_right(first, number) - 1
    return at >= 0 and number <= last[at]


def _among(value: object, options: list[object] | tuple[object, ...]) -> bool:
    return any(interpreter.same(value, option) for option in options)


def _names(value: object, without: tuple[str, ...]) -> list[object]:
    if not isinstance(value, dict):
        return []
    return [key for key, inside in value.items() if inside is not None and key not in without]


def _lacking(add: tuple[str, ...], present: object, spared: object) -> bool:
    listed = present if isinstance(present, list) else ()
    kept = spared if isinstance(spared, list) else ()
    return any(element not in listed and element not in kept for element in add)
