"""How CEL holds a value against the constants of a policy: lists, ranges, patterns, host paths, SELinux levels."""

from __future__ import annotations

import re
from typing import assert_never

from pscc import ir
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, among, any_of, equal
from pscc.printers.cel.reads import Known, access, parameter, read
from pscc.printers.cel.tree import FALSE, TRUE, Call, Expression, Infix, Number, Text

_FEW = 3
"""As many alternatives are written out; more are a list that is walked."""


def title(name: str) -> str:
    """``name``, of the IR or of a parameter, as the end of a variable's name."""
    return "".join(word[:1].upper() + word[1:] for word in re.split("[^A-Za-z0-9]+", name))


def prefixes_of(name: str) -> str:
    """The name of the variable that has the patterns of the parameter ``name`` without the ``*`` behind."""
    return f"prefixesOf{title(name)}"


def halves_of(name: str) -> tuple[str, str]:
    """The names of the variables that have the halves of the level ``name``: the first with its colon, a list of the second."""
    return f"sensitivityOf{title(name)}", f"categoriesOf{title(name)}"


def elements(items: ir.Const) -> tuple[object, ...]:
    """The elements of the constant list ``items``. Raises `TypeError` on a scalar."""
    if not isinstance(items.value, tuple):
        raise TypeError(f"{items.value!r} is no list")
    return items.value


def equals(left: Expression, right: Expression) -> Expression:
    """Whether both are the same; of two strings that is known."""
    if isinstance(left, Text) and isinstance(right, Text):
        return TRUE if left == right else FALSE
    return equal(left, right)


def is_among(value: Expression, options: ir.Path | ir.Param | ir.Const, known: Known) -> Expression:
    """Whether ``value`` is one of ``options``."""
    match options:
        case ir.Path():
            return read(options, known, lambda listed, _: among(value, listed))
        case ir.Param(name=name):
            return among(value, parameter(name))
        case ir.Const():
            words = elements(options)
            return equal(value, literal(words[0])) if len(words) == 1 else among(value, literal(words))
        case _:
            assert_never(options)


# --- ranges -------------------------------------------------------------------


def in_ranges(value: Expression, ranges: ir.Param | ir.Const) -> Expression:
    """Whether the number ``value`` is inside one of ``ranges``."""
    if isinstance(ranges, ir.Param):
        inside = "$ranges.exists(range, $value >= range.min && $value <= range.max)"
        return cel(inside, ranges=parameter(ranges.name), value=value)
    bounds = _bounds(ranges)
    if len(bounds) > _FEW:
        inside = "$ranges.exists(range, $value >= range[0] && $value <= range[1])"
        return cel(inside, ranges=literal(bounds), value=value)
    return any_of(*(_within(value, span) for span in bounds))


def are_single(ranges: ir.Param | ir.Const) -> bool:
    """Whether ``ranges`` are known, and each of them is a number: a value is held equal to it."""
    if isinstance(ranges, ir.Param):
        return False
    bounds = _bounds(ranges)
    return len(bounds) <= _FEW and all(span.min == span.max for span in bounds)


def _bounds(ranges: ir.Const) -> tuple[ir.Range, ...]:
    return tuple(span for span in elements(ranges) if isinstance(span, ir.Range))


def _within(value: Expression, bounds: ir.Range) -> Expression:
    if bounds.min == bounds.max:
        return equal(value, Number(bounds.min))
    return all_of(Infix(">=", (value, Number(bounds.min))), Infix("<=", (value, Number(bounds.max))))


# --- beginnings ---------------------------------------------------------------


def starts_with(value: Expression, start: Expression) -> Expression:
    """Whether the string ``value`` starts with ``start``."""
    return Call("startsWith", (start,), value)


def starts_with_any(value: Expression, patterns: ir.Param | ir.Const) -> Expression:
    """Whether the string ``value`` starts with one of ``patterns``, their ``*`` aside."""
    starts_with_one = "$prefixes.exists(prefix, $value.startsWith(prefix))"
    if isinstance(patterns, ir.Param):
        return cel(starts_with_one, prefixes=parameter(prefixes_of(patterns.name)), value=value)
    starts = tuple(str(pattern).removesuffix("*") for pattern in elements(patterns))
    if len(starts) > _FEW:
        return cel(starts_with_one, prefixes=literal(starts), value=value)
    return any_of(*(starts_with(value, literal(start)) for start in starts))


# --- host paths ---------------------------------------------------------------


def below(path: Expression, prefix: ir.Value) -> Expression:
    """Whether ``path`` is ``prefix`` or below it. Raises `TypeError` where the policy does not have the prefix."""
    match prefix:
        case ir.Const(value=str() as top):
            top = top.removesuffix("/")
            under = starts_with(path, literal(top + "/"))
            return under if top.endswith("/") else any_of(equal(path, literal(top)), under)
        case ir.Path():
            slashed, top_slashed = (
                cel('($path.endsWith("/") ? $path : $path + "/")', path=unslashed)
                for unslashed in (path, access(prefix))
            )
            return starts_with(slashed, top_slashed)
        case _:
            raise TypeError("a path is held against one that the policy has")


def below_any(path: Expression, prefixes: tuple[str, ...]) -> Expression:
    """Whether ``path`` is one of ``prefixes`` or below it."""
    # behind a path that already ends in a slash another one would be below a prefix that ends in two
    if len(prefixes) <= _FEW or any(top.endswith("//") for top in prefixes):
        return any_of(*(below(path, ir.Const(top)) for top in prefixes))
    slashed = literal(tuple(top.removesuffix("/") + "/" for top in prefixes))
    return cel('$slashed.exists(prefix, ($path + "/").startsWith(prefix))', slashed=slashed, path=path)


# --- SELinux levels -----------------------------------------------------------


def same_level_as(value: Expression, wanted: str) -> Expression:
    """Equal to the level of the parameter ``wanted``, or of the same sensitivity and categories, in any order."""
    sensitivity, categories = map(parameter, halves_of(wanted))
    return cel(
        "$value == $wanted || $value.startsWith($sensitivity) && "
        '[$value.substring($sensitivity.size()).split(",")].exists(own, own.size() == $categories.size() && '
        "own.all(category, own.filter(other, other == category).size() == "
        "$categories.filter(other, other == category).size()))",
        value=value,
        wanted=parameter(wanted),
        sensitivity=sensitivity,
        categories=categories,
    )


def same_level(value: Expression, level: str) -> Expression:
    """Equal to ``level``, or of the same sensitivity and categories, in any order."""
    low, _, rest = level.partition(":")
    wanted = rest.split(",")
    if is_one_string(level):
        return equal(value, literal(level))
    start = f"{low}:"
    categories = cel('$value.substring($length).split(",")', value=value, length=Number(len(start)))
    wanted_once = cel("category in $categories", categories=categories)
    if len(set(wanted)) < len(wanted):
        wanted_once = cel(
            "$categories.filter(other, other == category).size() == $wanted.filter(other, other == category).size()",
            categories=categories,
            wanted=literal(tuple(wanted)),
        )
    return cel(
        "$value.startsWith($start) && $categories.size() == $count && $wanted.all(category, $wanted_once)",
        value=value,
        start=literal(start),
        categories=categories,
        count=Number(len(wanted)),
        wanted=literal(tuple(dict.fromkeys(wanted))),
        wanted_once=wanted_once,
    )


def is_one_string(level: str) -> bool:
    """Whether no other string than ``level`` is the same level."""
    _, colon, rest = level.partition(":")
    return not colon or "," not in rest
