"""What a source means, as a formula: the conditions of the IR, read from their definitions in `pscc.ir.conditions`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import assert_never

from pscc import ir
from pscc.ir.passes import constant, specialise
from pscc.ir.plain import plain
from pscc.pod.fields import CONTAINER_LISTS
from pscc.proving import words
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import (
    FALSE,
    TRUE,
    Term,
    and_,
    at_most,
    equal,
    not_,
    number,
    or_,
    starts_with,
    text,
)
from pscc.proving.pod import entry, keys, presence, value_of
from pscc.proving.values import (
    Annotations,
    Capitals,
    Chain,
    Guarded,
    Item,
    Listed,
    MapValue,
    Plain,
    Structure,
    Text,
    Truth,
    Value,
    Walk,
    Whole,
    always,
    some,
)

Env = Mapping[str, Guarded]
_MOST_CATEGORIES = 6
"""A level with more categories has too many spellings to name each."""


def passes(check: ir.Check, pod: Structure) -> Term:
    """The pod has no finding of ``check``."""
    return not_(or_(*(_breaks(requirement, pod) for requirement in specialise(check).requirements)))


def _breaks(requirement: ir.Requirement, pod: Structure) -> Term:
    return _somewhere(requirement.each, requirement, {ir.POD: always(pod)})


def _somewhere(each: tuple[ir.Each, ...], requirement: ir.Requirement, env: Env) -> Term:
    if not each:
        return and_(holds(requirement.when, env), not_(holds(requirement.must, env)))
    step, rest = each[0], each[1:]
    return _any(step.items, env, lambda element: _somewhere(rest, requirement, {**env, step.var: element}))


# --- conditions ---------------------------------------------------------------


def holds(condition: ir.Condition, env: Env) -> Term:
    """``condition`` is true with the variables of ``env``. It has no parameters."""
    match condition:
        case ir.Has(value=value):
            return or_(*(guard for guard, _ in _value(value, env)))
        case ir.Equals(left=left, right=right):
            return _of_both(left, right, env, _same)
        case ir.In(value=value, options=options):
            read = _value(value, env)
            return _any(options, env, lambda option: _pairwise(read, option, _same))
        case ir.InRanges(value=value, ranges=ranges):
            bounds = [bound for bound in _constants(ranges) if isinstance(bound, ir.Range)]
            return _of_value(value, env, lambda read: or_(*(_within(read, bound) for bound in bounds)))
        case ir.StartsWithAny(value=value, patterns=patterns):
            starts = [str(pattern).removesuffix("*") for pattern in _constants(patterns)]
            return _of_value(value, env, lambda read: or_(*(_begins(read, start) for start in starts)))
        case ir.Under(value=value, prefix=prefix):
            return _of_both(value, prefix, env, _under)
        case ir.SameLevel(left=left, right=right):
            return _same_level(left, right, env)
        case ir.Any(var=var, items=items, where=where):
            return _any(items, env, lambda element: holds(where, {**env, var: element}))
        case ir.All(var=var, items=items, where=where):
            return not_(_any(items, env, lambda element: not_(holds(where, {**env, var: element}))))
        case ir.And(conditions=conditions):
            return and_(*(holds(part, env) for part in conditions))
        case ir.Or(conditions=conditions):
            return or_(*(holds(part, env) for part in conditions))
        case ir.Not(condition=inner):
            return not_(holds(inner, env))
        case _:
            assert_never(condition)


def _of_value(value: ir.Value, env: Env, ask: Callable[[Value], Term]) -> Term:
    return or_(*(and_(guard, ask(read)) for guard, read in _value(value, env)))


def _of_both(left: ir.Value, right: ir.Value, env: Env, ask: Callable[[Value, Value], Term]) -> Term:
    return _pairwise(_value(left, env), _value(right, env), ask)


def _pairwise(left: Guarded, right: Guarded, ask: Callable[[Value, Value], Term]) -> Term:
    return or_(*(and_(guard, other, ask(a, b)) for guard, a in left for other, b in right))


def _same(left: Value, right: Value) -> Term:
    """Both are equal as the IR defines it, which is not CEL's `==` (`pscc.proving.cel.equality`): the two stay apart.

    A proof compares what each says. If both asked one function, a mistake in that would be on both sides, and hide.
    """
    match left, right:
        case Truth(term=a), Truth(term=b):
            return or_(and_(a, b), and_(not_(a), not_(b)))
        case Whole(term=a), Whole(term=b):
            return equal(a, b)
        case Text(words=a), Text(words=b):
            return words.equals(a, b)
        case ((Truth() | Whole() | Text()), (Truth() | Whole() | Text())):
            return FALSE
        case _:
            raise NotUnderstoodError("a policy that compares objects or lists as a whole")


def _within(value: Value, bounds: ir.Range) -> Term:
    if not isinstance(value, Whole):
        return FALSE
    return and_(at_most(number(bounds.min), value.term), at_most(value.term, number(bounds.max)))


def _begins(value: Value, start: str) -> Term:
    return words.begins(value.words, Plain(text(start))) if isinstance(value, Text) else FALSE


def _under(value: Value, prefix: Value) -> Term:
    if not isinstance(value, Text) or not isinstance(prefix, Text):
        return FALSE
    top = words.constant(prefix.words)
    if top is None:
        raise NotUnderstoodError("a policy that holds a path against another path of the pod")
    top = top.removesuffix("/")

    def below(path: Term) -> Term:
        # one trailing slash of the path is dropped: `top` and `top/` are the same, and `top//` is below
        return or_(equal(path, text(top)), starts_with(path, text(top + "/")))

    return words.asked(value.words, below)


def _same_level(left: ir.Value, right: ir.Value, env: Env) -> Term:
    for side, opposite in ((left, right), (right, left)):
        if isinstance(opposite, ir.Const):
            spellings = [Plain(text(level)) for level in _spellings(str(opposite.value))]
            read = _value(side, env)
            unset = not_(or_(*(guard for guard, _ in read)))
            named = or_(
                *(
                    and_(guard, words.equals(value.words, level))
                    for guard, value in read
                    if isinstance(value, Text)
                    for level in spellings
                )
            )
            return or_(named, and_(unset, TRUE if opposite.value == "" else FALSE))
    raise NotUnderstoodError("a policy that compares two SELinux levels of the pod")


def _spellings(level: str) -> Iterator[str]:
    """All ways to write ``level``: its categories in any order."""
    low, colon, rest = level.partition(":")
    categories = rest.split(",")
    if not colon or len(categories) == 1:
        yield level
        return
    if len(categories) > _MOST_CATEGORIES:
        raise NotUnderstoodError(f"an SELinux level with {len(categories)} categories")
    yield from dict.fromkeys(f"{low}:{','.join(order)}" for order in permutations(categories))


# --- values -------------------------------------------------------------------


def _value(value: ir.Value, env: Env) -> Guarded:
    match value:
        case ir.Path(var=var, fields=fields):
            return _below(env[var], fields)
        case ir.Const(value=scalar):
            return always(_scalar(plain(scalar)))
        case ir.Param():
            raise TypeError(f"the parameter {value.name} is still in the check")
        case ir.Coalesce(options=options, field=field):
            return _first_of(options, field, env)
        case ir.Concat(prefix=prefix, value=inner):
            return tuple(
                (guard, Text(Chain((Plain(text(prefix)), text_value.words))))
                for guard, text_value in _value(inner, env)
                if isinstance(text_value, Text)
            )
        case ir.Entry(map=of, key=key):
            return _entry(of, key, env)
        case ir.Upper(value=inner):
            return tuple(
                (guard, Text(Capitals(text_value.words)))
                for guard, text_value in _value(inner, env)
                if isinstance(text_value, Text)
            )
        case _:
            assert_never(value)


def _scalar(value: object) -> Value:
    match value:
        case bool():
            return Truth(TRUE if value else FALSE)
        case int():
            return Whole(number(value))
        case str():
            return Text(Plain(text(value)))
        case list():
            return Listed(tuple(Item(TRUE, always(_scalar(element))) for element in value))
        case dict():
            return MapValue(tuple((str(name), always(_scalar(element))) for name, element in value.items()))
        case _:
            raise NotUnderstoodError(f"the constant {value!r} in a policy")


def _below(value: Guarded, fields: tuple[str, ...]) -> Guarded:
    for name in fields:
        value = tuple(
            (and_(guard, there), inside)
            for guard, outer in value
            for there, inside in _field(outer, name)
            if there is not FALSE
        )
    return value


def _field(outer: Value, name: str) -> Guarded:
    match outer:
        case Structure(kind=kind):
            field = kind.field(name)
            if field is None:
                raise NotUnderstoodError(f"the field `{'.'.join((*outer.place.fields, name))}` in a policy")
            return ((presence(outer, field), value_of(outer, field)),)
        case Annotations(place=place):
            return (entry(place, text(name)),)
        case MapValue(entries=entries):
            return next((held for key, held in entries if key == name), ())
        case _:
            raise NotUnderstoodError(f"the field `{name}` in a policy, inside of something that is no object")


def _first_of(options: tuple[ir.Path | ir.Const, ...], field: tuple[str, ...], env: Env) -> Guarded:
    chosen: list[tuple[Term, Value]] = []
    unset = TRUE
    for option in options:
        read = _value(option, env)
        inside = read if isinstance(option, ir.Const) else _below(read, field)
        chosen += [(and_(unset, guard), read_value) for guard, read_value in inside]
        unset = and_(unset, *(not_(guard) for guard, _ in read))
    return tuple(chosen)


def _entry(of: ir.Path, key: ir.Concat, env: Env) -> Guarded:
    entries: list[tuple[Term, Value]] = []
    for guard, named in _value(of, env):
        for other, name in _value(key, env):
            if isinstance(named, Annotations) and isinstance(name, Text):
                for inner, term in words.options(name.words):
                    there, held = entry(named.place, term)
                    entries.append((and_(guard, other, inner, there), held))
    return tuple(entries)


# --- lists --------------------------------------------------------------------


def _any(items: ir.Items, env: Env, ask: Callable[[Guarded], Term]) -> Term:
    """Some element of ``items`` is one of which ``ask`` holds."""
    match items:
        case ir.Containers():
            pod = env[ir.POD]
            lists = [_below(pod, ("spec", kind)) for kind in CONTAINER_LISTS]
        case ir.Keys(path=path, without=without):
            return or_(*(and_(guard, _any_key(map_value, without, ask)) for guard, map_value in _value(path, env)))
        case ir.Param():
            lists = [_value(constant(items, {}), env)]
        case ir.Path() | ir.Const():
            lists = [_value(items, env)]
        case _:
            assert_never(items)
    return or_(
        *(
            and_(guard, or_(*(_of_piece(piece, ask) for piece in listing.pieces)))
            for listed in lists
            for guard, listing in listed
            if isinstance(listing, Listed)
        )
    )


def _of_piece(piece: Item | Walk, ask: Callable[[Guarded], Term]) -> Term:
    return some(piece, ask(piece.value))


def _any_key(value: Value, without: tuple[str, ...], ask: Callable[[Guarded], Term]) -> Term:
    if isinstance(value, Annotations) and not without:
        return or_(*(_of_piece(piece, ask) for piece in keys(value.place).pieces))
    if not isinstance(value, Structure):
        raise NotUnderstoodError("a policy that walks the keys of something that is no object")
    fields = (field for field in value.kind.fields if field.name not in without)
    return or_(*(and_(presence(value, field), ask(always(Text(Plain(text(field.name)))))) for field in fields))


def _constants(items: ir.Param | ir.Const) -> tuple[object, ...]:
    return items.value if isinstance(items, ir.Const) and isinstance(items.value, tuple) else ()
