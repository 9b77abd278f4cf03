"""Prints conditions of the IR as CEL, in the core subset that every CEL engine of Kubernetes runs.

Every read is guarded by ``has``, so nothing fails on a field that is missing; a fact that an earlier operand of the same
conjunction established is not asked again. An object comes from the API server, which has dropped nulls; where a null
could let a pod in, it counts as unset. A variable with a dot in its name (``container.profile``, ``variables.profile``)
holds a value or null. What a specialised check has as a constant is, in one that is not, the policy's variable of the
parameter's name. Must not import a control.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import assert_never

from pscc import ir
from pscc.passes import conjunction, disjunction, negation
from pscc.substitution import bound
from pscc.targets.cel_layout import split

Known = frozenset[str]
NOTHING: Known = frozenset()
CONTAINERS = "variables.allContainers"
_ALWAYS_SET = (("spec",), ("metadata",), ("name",))
_REWRITTEN = ("object.spec", "object.metadata", "oldObject.spec", "oldObject.metadata")
"""What Kyverno replaces in the text of a rule when it makes one for workloads."""
_FEW = 3
"""As many alternatives are written out; more are a list that is walked."""


def literal(value: object) -> str:
    """A constant as CEL source: the only way by which text of a source gets into CEL.

    Neither Kyverno's variables (``{{``, ``$(``) nor its rewriting for workloads can find anything in it.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            quoted = json.dumps(value, ensure_ascii=False)
            quoted = "".join(c if c.isprintable() else _escaped(c) for c in quoted)
            for found in _REWRITTEN:
                quoted = quoted.replace(found, found.replace(".", "\\u002e"))
            return quoted.replace("{{", "{\\u007b").replace("$(", "\\u0024(")
        case tuple():
            return f"[{', '.join(literal(one) for one in value)}]"
        case ir.Range(min=low, max=high):
            return f"[{low}, {high}]"
        case _:
            raise TypeError(f"CEL has no literal for {value!r}")


def json_text(value: object) -> str:
    """A JSON value as CEL source."""
    match value:
        case dict():
            return f"{{{', '.join(f'{literal(key)}: {json_text(one)}' for key, one in value.items())}}}"
        case list():
            return f"[{', '.join(json_text(one) for one in value)}]"
        case _:
            return literal(value)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def at_template(text: str, template: str) -> str:
    """``text`` about the pod template of an object. No literal holds these words: `literal` breaks them up."""
    return re.sub(r"\b(object|oldObject)\.(spec|metadata)\b", rf"\1.{template}.\2", text)


_BINARY = (" && ", " || ", " ? ", " == ", " != ", " >= ", " <= ", " > ", " in ", " + ")


# --- text ---------------------------------------------------------------------


def group(text: str, *operators: str) -> str:
    """``text`` in brackets if one of ``operators`` stands bare in it."""
    return f"({text})" if len(split(text, operators)) > 1 else text


def all_of(*texts: str) -> str:
    """The conjunction of ``texts``; empty ones are left out, and ``true`` where nothing is left."""
    kept = [t for t in texts if t not in ("", "true")]
    if "false" in kept:
        return "false"
    return " && ".join(group(t, " || ", " ? ") for t in kept) if len(kept) > 1 else "".join(kept) or "true"


def any_of(*texts: str) -> str:
    """The disjunction of ``texts``; ``false`` where nothing is left."""
    kept = [t for t in texts if t != "false"]
    if "true" in kept:
        return "true"
    return " || ".join(group(t, " ? ") for t in kept) if len(kept) > 1 else "".join(kept) or "false"


def negated(text: str) -> str:
    """The negation of ``text``."""
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    if text.startswith("!") and group(text, *_BINARY) == text:
        return text[1:]
    for operator, opposite in ((" == ", " != "), (" != ", " == ")):
        sides = split(text, (operator,))
        if len(sides) == 2 and len(split(text, _BINARY)) == 2:
            return opposite.join(side for side, _ in sides)
    return f"!{group(text, *_BINARY)}"


# --- reads --------------------------------------------------------------------


def access(path: ir.Path, root: str = "object") -> str:
    """``path`` as a field selection; ``root`` is what holds the pod."""
    return ".".join((root if path.var == ir.POD else path.var, *path.fields))


def guards(path: ir.Path, known: Known = NOTHING, root: str = "object") -> str:
    """What has to hold for ``path`` to be readable: empty where nothing has to."""
    asked = [f"{path.var} != null"] if "." in path.var and path.var not in known else []
    for length in range(1, len(path.fields) + 1):
        fields = path.fields[:length]
        read = access(ir.Path(path.var, fields), root)
        if fields not in _ALWAYS_SET and read not in known:
            asked.append(f"has({read})")
    return " && ".join(asked)


def _steps(path: ir.Path) -> Known:
    """The reads that are safe where ``path`` is set."""
    return frozenset(access(ir.Path(path.var, path.fields[:n])) for n in range(len(path.fields) + 1))


def parameter(name: str) -> str:
    """The policy's variable that holds the parameter ``name``."""
    return f"variables.{name}"


def title(name: str) -> str:
    """``name``, of the IR or of a parameter, as the end of a variable's name."""
    return "".join(word[:1].upper() + word[1:] for word in re.split("[^A-Za-z0-9]+", name))


def prefixes_of(name: str) -> str:
    """The name of the variable that has the patterns of the parameter ``name`` without the ``*`` behind."""
    return f"prefixesOf{title(name)}"


def halves_of(name: str) -> tuple[str, str]:
    """The names of the variables that have the halves of the level ``name``: the first with its colon, a list of the second."""
    return f"sensitivityOf{title(name)}", f"categoriesOf{title(name)}"


def _key(key: ir.Concat) -> str:
    match key.value:
        case ir.Path():
            return " + ".join(filter(None, (key.prefix and literal(key.prefix), access(key.value))))
        case ir.Const(value=word):
            return literal(f"{key.prefix}{word}")
        case _:
            raise TypeError("a key is completed by one field")


Reader = Callable[[str, Known], str]


def read(value: ir.Value, known: Known, then: Reader, otherwise: str = "false") -> str:
    """``then`` of the text that reads ``value``, or ``otherwise`` where it is unset; both are conditions."""
    match value:
        case ir.Path():
            return _guarded(guards(value, known), then(access(value), known | _steps(value)), otherwise)
        case ir.Const(value=constant):
            return then(literal(constant), known)
        case ir.Concat(prefix=prefix, value=inner):
            return read(inner, known, lambda text, k: then(f"({literal(prefix)} + {text})", k), otherwise)
        case ir.Entry(map=of, key=key):
            text = access(of)
            inside = f"{_key(key)} in {text}"
            present = " && ".join(filter(None, (guards(of, known), inside if inside not in known else "")))
            return _guarded(present, then(f"{text}[{_key(key)}]", known | _steps(of) | {inside}), otherwise)
        case ir.Coalesce(options=options, field=field):
            result = otherwise
            for option in reversed(options):
                if isinstance(option, ir.Const):
                    result = then(literal(option.value), known)
                    continue
                whole = ir.Path(option.var, option.fields + field)
                within = known | _steps(option)
                own = _guarded(guards(whole, within), then(access(whole), within | _steps(whole)), otherwise)
                result = _chosen(guards(option, known), own, result)
            return result
        case ir.Param(name=name):
            return then(parameter(name), known)
        case _:
            assert_never(value)


def _guarded(guard: str, text: str, otherwise: str) -> str:
    if not guard:
        return text
    if otherwise == "false":
        return all_of(guard, text)
    if otherwise == "true":
        return any_of(negated(guard), text)
    return f"{guard} ? {group(text, ' ? ')} : {group(otherwise, ' ? ')}"


def _chosen(guard: str, text: str, otherwise: str) -> str:
    """``text`` where ``guard`` holds, else ``otherwise``."""
    if not guard or text == otherwise:
        return text
    if text == "true":
        return any_of(guard, otherwise)
    if otherwise == "false":
        return all_of(guard, text)
    return f"{guard} ? {group(text, ' ? ')} : {group(otherwise, ' ? ')}"


# --- conditions ---------------------------------------------------------------


def condition(node: ir.Condition, known: Known = NOTHING, admits: bool = True) -> str:
    """``node`` as a CEL condition. ``admits`` says whether its being true speaks for the pod."""
    match node:
        case ir.Has(value=value):
            return _has(value, known, admits)
        case ir.Equals(left=ir.Path(var=var, fields=()), right=ir.Const(value=True)) if var in known:
            return var
        case ir.Equals(left=left, right=right):
            if isinstance(left, ir.Const):
                left, right = right, left
            second = right
            return read(left, known, lambda a, k: read(second, k, lambda b, _: _equal(a, b)))
        case ir.In(value=value, options=options):
            return read(value, known, lambda text, k: _among(text, options, k))
        case ir.InRanges(value=value, ranges=ranges):
            return read(value, known, lambda text, _: _in_ranges(text, ranges))
        case ir.StartsWithAny(value=value, patterns=patterns):
            return read(value, known, lambda text, _: _starts(text, patterns))
        case ir.Under(value=value, prefix=prefix):
            return read(value, known, lambda text, _: _below(text, prefix))
        case ir.SameLevel(left=left, right=ir.Param(name=name)):
            wanted = name
            return read(left, known, lambda text, _: _same_level_as(text, wanted), f'{parameter(wanted)} == ""')
        case ir.SameLevel(left=left, right=ir.Const(value=str() as level)):
            return read(left, known, lambda text, _: _same_level(text, level), "false" if level else "true")
        case ir.SameLevel():
            raise TypeError("a level is held against one that the policy has")
        case ir.Any(var=var, items=items, where=where):
            return _quantified(var, items, where, known, admits, every=False)
        case ir.All(var=var, items=items, where=where):
            return _quantified(var, items, where, known, admits, every=True)
        case ir.And(conditions=conditions):
            texts = []
            for one in conditions:
                texts.append(condition(one, known, admits))
                known |= facts(one)
            return all_of(*texts)
        case ir.Or(conditions=conditions):
            texts = []
            for one in conditions:
                texts.append(condition(one, known, admits))
                known |= facts(negation(one))
            return any_of(*texts)
        case ir.Not(condition=inner):
            return negated(condition(inner, known, not admits))
        case _:
            assert_never(node)


def facts(node: ir.Condition) -> Known:
    """The reads that are safe wherever ``node`` holds."""
    match node:
        case ir.Has(value=ir.Path() as path) | ir.InRanges(value=ir.Path() as path):
            return _steps(path)
        case ir.In(value=ir.Path() as path) | ir.StartsWithAny(value=ir.Path() as path):
            return _steps(path)
        case ir.Under(value=ir.Path() as path):
            return _steps(path)
        case ir.Equals(left=left, right=right):
            return NOTHING.union(*(_steps(v) for v in (left, right) if isinstance(v, ir.Path)))
        case ir.And(conditions=conditions):
            return NOTHING.union(*(facts(one) for one in conditions))
        case ir.Not(condition=ir.Not(condition=inner)):
            return facts(inner)
        case _:
            return NOTHING


def _has(value: ir.Value, known: Known, admits: bool) -> str:
    match value:
        case ir.Path(fields=()):
            return guards(value, known) or "true"
        case ir.Const() | ir.Param():
            return "true"
        case ir.Path():
            guard = guards(value, known)
            return all_of(guard, f"dyn({access(value)}) != null") if admits else guard or "true"
        case ir.Concat(value=inner):
            return _has(inner, known, admits)
        case ir.Coalesce(options=options, field=()):
            return any_of(*(_has(option, known, admits) for option in options))
        case ir.Coalesce() | ir.Entry():
            return read(value, known, lambda text, _: f"dyn({text}) != null" if admits else "true")
        case _:
            assert_never(value)


def _constants(items: ir.Const) -> tuple[object, ...]:
    if not isinstance(items.value, tuple):
        raise TypeError(f"{items.value!r} is no list")
    return items.value


def _equal(left: str, right: str) -> str:
    if left.startswith('"') and right.startswith('"'):
        return "true" if left == right else "false"
    return f"{left} == {right}"


def _among(text: str, options: ir.Path | ir.Param | ir.Const, known: Known) -> str:
    match options:
        case ir.Path():
            return read(options, known, lambda listed, _: f"{text} in {listed}")
        case ir.Param(name=name):
            return f"{text} in {parameter(name)}"
        case ir.Const():
            words = _constants(options)
            return f"{text} == {literal(words[0])}" if len(words) == 1 else f"{text} in {literal(words)}"
        case _:
            assert_never(options)


def _in_ranges(text: str, ranges: ir.Param | ir.Const) -> str:
    if isinstance(ranges, ir.Param):
        return f"{parameter(ranges.name)}.exists(range, {text} >= range.min && {text} <= range.max)"
    bounds = [one for one in _constants(ranges) if isinstance(one, ir.Range)]
    if len(bounds) > _FEW:
        return f"{literal(tuple(bounds))}.exists(range, {text} >= range[0] && {text} <= range[1])"
    return any_of(*(_within(text, one) for one in bounds))


def _within(text: str, bounds: ir.Range) -> str:
    if bounds.min == bounds.max:
        return f"{text} == {bounds.min}"
    return f"{text} >= {bounds.min} && {text} <= {bounds.max}"


def _starts(text: str, patterns: ir.Param | ir.Const) -> str:
    if isinstance(patterns, ir.Param):
        return f"{parameter(prefixes_of(patterns.name))}.exists(prefix, {text}.startsWith(prefix))"
    starts = tuple(str(one).removesuffix("*") for one in _constants(patterns))
    if len(starts) > _FEW:
        return f"{literal(starts)}.exists(prefix, {text}.startsWith(prefix))"
    return any_of(*(f"{text}.startsWith({literal(one)})" for one in starts))


def _below(text: str, prefix: ir.Value) -> str:
    match prefix:
        case ir.Const(value=str() as top):
            top = top.removesuffix("/")
            below = f"{text}.startsWith({literal(top + '/')})"
            return below if top.endswith("/") else f"{text} == {literal(top)} || {below}"
        case ir.Path():
            own, top = (f'({one}.endsWith("/") ? {one} : {one} + "/")' for one in (text, access(prefix)))
            return f"{own}.startsWith({top})"
        case _:
            raise TypeError("a path is held against one that the policy has")


def _same_level_as(text: str, wanted: str) -> str:
    """Equal to the level of the parameter ``wanted``, or of the same sensitivity and categories, in any order."""
    sensitivity, categories = map(parameter, halves_of(wanted))
    count = "filter(other, other == one).size()"
    alike = f"own.{count} == {categories}.{count}"
    own = f"own.size() == {categories}.size() && own.all(one, {alike})"
    split = f'[{text}.substring({sensitivity}.size()).split(",")].exists(own, {own})'
    return f"{text} == {parameter(wanted)} || {text}.startsWith({sensitivity}) && {split}"


def _same_level(text: str, level: str) -> str:
    low, colon, rest = level.partition(":")
    wanted = rest.split(",")
    if not colon or len(wanted) == 1:
        return f"{text} == {literal(level)}"
    start = low + colon
    split = f'{text}.substring({len(start)}).split(",")'
    each = "category in " + split
    if len(set(wanted)) < len(wanted):
        once = literal(tuple(wanted))
        each = f"{split}.filter(other, other == category).size() == {once}.filter(other, other == category).size()"
    every = f"{literal(tuple(dict.fromkeys(wanted)))}.all(category, {each})"
    return f"{text}.startsWith({literal(start)}) && {split}.size() == {len(wanted)} && {every}"


def _quantified(var: str, items: ir.Items, where: ir.Condition, known: Known, admits: bool, every: bool) -> str:
    if isinstance(items, ir.Const):
        unrolled = tuple(bound(where, var, element) for element in _constants(items))
        if not every and (found := _under_one(unrolled)) is not None:
            of, tops = found
            return read(of, known, lambda text, _: _under_any(text, tops))
        return condition(conjunction(unrolled) if every else disjunction(unrolled), known, admits)
    listed, inside, guard = walked(ir.Each(var, items), known)
    if not every and where == ir.TRUE:
        text = f"{group(listed, ' ? ', ' + ')}.size() > 0"
    else:
        text = f"{listed}.{'all' if every else 'exists'}({var}, {condition(where, inside, admits)})"
    return _guarded(guard, text, "true" if every else "false")


def _under_one(conditions: tuple[ir.Condition, ...]) -> tuple[ir.Value, tuple[str, ...]] | None:
    """The value that is to be below one of several prefixes, and these."""
    under = [one for one in conditions if one != ir.FALSE]
    tops = tuple(
        str(one.prefix.value) for one in under if isinstance(one, ir.Under) and isinstance(one.prefix, ir.Const)
    )
    values = {one.value for one in under if isinstance(one, ir.Under)}
    return (values.pop(), tops) if len(tops) == len(under) and len(values) == 1 else None


def _under_any(text: str, tops: tuple[str, ...]) -> str:
    # behind a path that already ends in a slash another one would be below a prefix that ends in two
    if len(tops) <= _FEW or any(top.endswith("//") for top in tops):
        return any_of(*(_below(text, ir.Const(top)) for top in tops))
    slashed = literal(tuple(top.removesuffix("/") + "/" for top in tops))
    return f'{slashed}.exists(prefix, ({text} + "/").startsWith(prefix))'


def walked(each: ir.Each, known: Known) -> tuple[str, Known, str]:
    """The text of a list, what is known while it is walked, and the guard without which it cannot be read."""
    items = each.items
    match items:
        case ir.Containers():
            return CONTAINERS, known, ""
        case ir.Keys(path=path, without=without):
            text, guard = f"dyn({access(path)})", guards(path, known)
            rest = f"key != {literal(without[0])}" if len(without) == 1 else f"!(key in {literal(without)})"
            known |= _steps(path) | {f"{each.var} in {access(path)}"}
            return (f"{text}.filter(key, {rest})" if without else text), known, guard
        case ir.Path():
            return access(items), known | _steps(items), guards(items, known)
        case ir.Const():
            return literal(items.value), known, ""
        case ir.Param(name=name):
            return parameter(name), known, ""
        case _:
            assert_never(items)
