"""Prints conditions of the IR as CEL, in the core subset that every CEL engine of Kubernetes runs.

Every read is guarded by ``has``, so nothing fails on a field that is missing; a fact that an earlier operand of the same
conjunction established is not asked again. The API server drops nulls, but a manifest that is judged as a file has them:
a null counts as unset, and is asked for where the answer would be another, or an error. In CEL ``has(a.b)`` is false
where ``a`` is null and true where ``b`` is, and null equals nothing else. A variable with a dot in its name
(``container.profile``, ``variables.profile``) holds a value or null. What a specialised check has as a constant is, in one
that is not, the policy's variable of the parameter's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import conjunction, disjunction, negation
from pscc.ir.substitution import bound
from pscc.printers.cel.layout import split

Known = frozenset[str]
NOTHING: Known = frozenset()
CONTAINERS = "variables.allContainers"
_ALWAYS_SET = (("spec",), ("name",))
_NEVER_NULL = re.compile(r"\.(containerPort|driver|fieldPath|localhostProfile|name|path)$|[pP]rofile\.type$")
"""Fields which the API server requires to have a value, so that it refuses a null. Where a null in one is judged all the
same, it equals nothing or is an error, which refuses the pod. Source: ``pkg/apis/core/validation/validation.go``."""
_UNTYPED = ("container.", "variables.")
"""How reads begin of which the type checker knows no type."""
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


_GUARDED = re.compile(r"(?P<has>has\((?P<path>[\w.]+)\)) && (?P<read>dyn\((?P=path)\)|(?P=path)) != null")


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
    if found := _GUARDED.fullmatch(text):
        return f"!{found['has']} || {found['read']} == null"
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
    """What has to hold for ``path`` to be readable, be it null: empty where nothing has to."""
    asked = []
    for length in range(1, len(path.fields) + 1):
        fields = path.fields[:length]
        read = access(ir.Path(path.var, fields), root)
        if fields not in _ALWAYS_SET and read not in known:
            asked.append(f"has({read})")
    # a field of what is null is not there
    if "." in path.var and path.var not in known and f"has({access(ir.Path(path.var, path.fields[:1]))})" not in asked:
        asked.insert(0, f"{path.var} != null")
    return " && ".join(asked)


def has_value(path: ir.Path, known: Known = NOTHING, root: str = "object") -> str:
    """What has to hold for ``path`` to be set: empty where nothing has to."""
    readable, set_ = guards(path, known, root), _not_null(access(path, root))
    if not path.fields or set_ in known or _NEVER_NULL.search(access(path, root)):
        return readable
    return f"{readable} && {set_}" if readable else set_


def _not_null(text: str) -> str:
    """That what ``text`` reads is not null; the API server's type checker knows no null scalar and no null list."""
    return f"{text} != null" if text.startswith(_UNTYPED) else f"dyn({text}) != null"


def _steps(path: ir.Path) -> Known:
    """The reads that are safe where ``path`` can be read."""
    return frozenset(access(ir.Path(path.var, path.fields[:n])) for n in range(len(path.fields) + 1))


def _set(path: ir.Path) -> Known:
    """What is known where ``path`` is set."""
    return _steps(path) | {_not_null(access(path))}


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


def read(value: ir.Value, known: Known, then: Reader, otherwise: str = "false", null: bool = False) -> str:
    """``then`` of the text that reads ``value``, or ``otherwise`` where it is unset; both are conditions.

    ``null`` says that ``then`` is false of a null.
    """
    null = null and otherwise == "false"
    match value:
        case ir.Path():
            guard, more = (guards(value, known), _steps(value)) if null else (has_value(value, known), _set(value))
            return _guarded(guard, then(access(value), known | more), otherwise)
        case ir.Const(value=constant):
            return then(literal(constant), known)
        case ir.Concat(prefix=prefix, value=inner):
            return read(inner, known, lambda text, k: then(f"({literal(prefix)} + {text})", k), otherwise)
        case ir.Entry(map=of, key=key):
            text = access(of)
            inside, entry = f"{_key(key)} in {text}", f"{text}[{_key(key)}]"
            asked = [inside, *([] if null else [_not_null(entry)])]
            guard = " && ".join(filter(None, (has_value(of, known), *(one for one in asked if one not in known))))
            return _guarded(guard, then(entry, known | _set(of) | {*asked}), otherwise)
        case ir.Coalesce(options=options, field=field):
            result = otherwise
            for option in reversed(options):
                if isinstance(option, ir.Const):
                    result = then(literal(option.value), known)
                    continue
                whole = ir.Path(option.var, option.fields + field)
                # a null that is the last of the options is as good as any other that is unset
                last = result == "false" and (null or bool(field))
                guard, more = (
                    (guards(option, known), _steps(option)) if last else (has_value(option, known), _set(option))
                )
                own = read(whole, known | more, then, otherwise, null)
                result = _chosen(guard, own, result)
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


def condition(node: ir.Condition, known: Known = NOTHING) -> str:
    """``node`` as a CEL condition."""
    match node:
        case ir.Has(value=value):
            return _has(value, known)
        case ir.Equals(left=ir.Path(var=var, fields=()), right=ir.Const(value=True)) if var in known:
            return var
        case ir.Equals(left=left, right=right):
            if isinstance(left, ir.Const):
                left, right = right, left
            second = right
            null = isinstance(right, (ir.Const, ir.Param))
            return read(left, known, lambda a, k: read(second, k, lambda b, _: _equal(a, b), null=True), null=null)
        case ir.In(value=value, options=options):
            return read(value, known, lambda text, k: _among(text, options, k), null=True)
        case ir.InRanges(value=value, ranges=ranges):
            only_equals = " >= " not in _in_ranges("", ranges)
            return read(value, known, lambda text, _: _in_ranges(text, ranges), null=only_equals)
        case ir.StartsWithAny(value=value, patterns=patterns):
            return read(value, known, lambda text, _: _starts(text, patterns))
        case ir.Under(value=value, prefix=prefix):
            return read(value, known, lambda text, _: _below(text, prefix))
        case ir.SameLevel(left=left, right=ir.Param(name=name)):
            wanted = name
            return read(left, known, lambda text, _: _same_level_as(text, wanted), f'{parameter(wanted)} == ""')
        case ir.SameLevel(left=left, right=ir.Const(value=str() as level)):
            only_equals = "(" not in _same_level("", level)
            unset = "false" if level else "true"
            return read(left, known, lambda text, _: _same_level(text, level), unset, only_equals)
        case ir.SameLevel():
            raise TypeError("a level is held against one that the policy has")
        case ir.Any(var=var, items=items, where=where):
            return _quantified(var, items, where, known, every=False)
        case ir.All(var=var, items=items, where=where):
            return _quantified(var, items, where, known, every=True)
        case ir.And(conditions=conditions):
            texts = []
            for one in conditions:
                texts.append(condition(one, known))
                known |= facts(one)
            return all_of(*texts)
        case ir.Or(conditions=conditions):
            texts = []
            for one in conditions:
                texts.append(condition(one, known))
                known |= facts(negation(one))
            return any_of(*texts)
        case ir.Not(condition=inner):
            return negated(condition(inner, known))
        case _:
            assert_never(node)


def facts(node: ir.Condition) -> Known:
    """The reads that are safe wherever ``node`` holds."""
    match node:
        case ir.Has(value=ir.Path() as path) | ir.InRanges(value=ir.Path() as path):
            return _set(path)
        case ir.In(value=ir.Path() as path) | ir.StartsWithAny(value=ir.Path() as path):
            return _set(path)
        case ir.Under(value=ir.Path() as path):
            return _set(path)
        case ir.Equals(left=left, right=right):
            return NOTHING.union(*(_set(v) for v in (left, right) if isinstance(v, ir.Path)))
        case ir.And(conditions=conditions):
            return NOTHING.union(*(facts(one) for one in conditions))
        case ir.Not(condition=ir.Not(condition=inner)):
            return facts(inner)
        case _:
            return NOTHING


def _has(value: ir.Value, known: Known) -> str:
    match value:
        case ir.Path():
            return has_value(value, known) or "true"
        case ir.Const() | ir.Param():
            return "true"
        case ir.Concat(value=inner):
            return _has(inner, known)
        case ir.Coalesce(options=options, field=()):
            return any_of(*(_has(option, known) for option in options))
        case ir.Coalesce():
            return read(value, known, lambda text, _: "true")
        case ir.Entry():
            # the API server keeps an entry that is null, as an empty string
            return read(value, known, lambda text, _: "true", null=True)
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


def _quantified(var: str, items: ir.Items, where: ir.Condition, known: Known, every: bool) -> str:
    if isinstance(items, ir.Const):
        unrolled = tuple(bound(where, var, element) for element in _constants(items))
        if not every and (found := _under_one(unrolled)) is not None:
            of, tops = found
            return read(of, known, lambda text, _: _under_any(text, tops))
        return condition(conjunction(unrolled) if every else disjunction(unrolled), known)
    walk = walked(ir.Each(var, items), known)
    if not every and where == ir.TRUE and walk.counts == "true":
        return all_of(walk.guard, f"{walk.text}.size() > 0")
    holds = condition(where, walk.known)
    holds = any_of(negated(walk.counts), holds) if every else all_of(walk.counts, holds)
    text = f"{walk.text}.{'all' if every else 'exists'}({var}, {holds})"
    return _guarded(walk.guard, text, "true" if every else "false")


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


@frozen
class Walk:
    """A list to be walked: its ``text``, the ``guard`` without which it cannot be read, what is ``known`` of each element.

    ``counts`` is true of the elements that count, where not all do.
    """

    text: str
    known: Known
    guard: str = ""
    counts: str = "true"

    @property
    def listed(self) -> str:
        """The list, empty where it is not set."""
        return f"({self.guard} ? {self.text} : [])" if self.guard else self.text


def walked(each: ir.Each, known: Known) -> Walk:
    """How the list of ``each`` is walked."""
    items = each.items
    match items:
        case ir.Containers():
            return Walk(CONTAINERS, known)
        case ir.Keys(path=path, without=without):
            of, key = access(path), each.var
            others = f"{key} != {literal(without[0])}" if len(without) == 1 else f"!({key} in {literal(without)})"
            inside = known | _set(path) | {f"{key} in {of}", _not_null(f"{of}[{key}]")}
            counts = all_of(others if without else "", f"dyn({of})[{key}] != null")
            return Walk(f"dyn({of})", inside, has_value(path, known), counts)
        case ir.Path():
            return Walk(access(items), known | _set(items), has_value(items, known))
        case ir.Const():
            return Walk(literal(items.value), known)
        case ir.Param(name=name):
            return Walk(parameter(name), known)
        case _:
            assert_never(items)
