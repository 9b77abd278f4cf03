"""Prints IR checks as CEL, in the core subset that every CEL engine of Kubernetes runs. Must not import a control.

The check has to be specialised: what is left of its parameters is a bug. Every read is guarded by ``has``, so nothing
fails on a field that is missing; a fact that an earlier operand of the same conjunction established is not asked again.
An object comes from the API server, which has dropped nulls; where a null could let a pod in, it counts as unset.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from pscc import ir
from pscc.passes import Reads, conjunction, disjunction, negation
from pscc.targets.cel_layout import split
from pscc.tidy import failing, message

Known = frozenset[str]
NOTHING: Known = frozenset()
CONTAINERS = "variables.allContainers"
_ALWAYS_SET = (("spec",), ("metadata",), ("name",))
_REWRITTEN = ("object.spec", "object.metadata", "oldObject.spec", "oldObject.metadata")
"""What Kyverno replaces in the text of a rule when it makes one for workloads."""


BETWEEN = "; "
"""What stands between the findings of a message."""


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
        case _:
            raise TypeError(f"CEL has no literal for {value!r}")


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def at_template(text: str, template: str) -> str:
    """``text`` about the pod template of an object. No literal holds these words: `literal` breaks them up."""
    for root in ("object", "oldObject"):
        for field in ("spec", "metadata"):
            text = text.replace(f"{root}.{field}", f"{root}.{template}.{field}")
    return text


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


def _any_of(*texts: str) -> str:
    kept = [t for t in texts if t != "false"]
    if "true" in kept:
        return "true"
    return " || ".join(group(t, " ? ") for t in kept) if len(kept) > 1 else "".join(kept) or "false"


def negated(text: str) -> str:
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    if text.startswith("!") and group(text, *_BINARY) == text:
        return text[1:]
    sides = split(text, (" == ",))
    if len(sides) == 2 and len(split(text, _BINARY)) == 2:
        return " != ".join(side for side, _ in sides)
    return f"!{group(text, *_BINARY)}"


# --- reads --------------------------------------------------------------------


def access(path: ir.Path, root: str = "object") -> str:
    """``path`` as a field selection; ``root`` is what holds the pod."""
    return ".".join((root if path.var == ir.POD else path.var, *path.fields))


def guards(path: ir.Path, known: Known = NOTHING, root: str = "object") -> str:
    """What has to hold for ``path`` to be readable: empty where nothing has to."""
    asked = []
    for length in range(1, len(path.fields) + 1):
        fields = path.fields[:length]
        read = access(ir.Path(path.var, fields), root)
        if fields not in _ALWAYS_SET and read not in known:
            asked.append(f"has({read})")
    return " && ".join(asked)


def _steps(path: ir.Path) -> Known:
    return frozenset(access(ir.Path(path.var, path.fields[:n])) for n in range(1, len(path.fields) + 1))


def _key(key: ir.Concat) -> str:
    if not isinstance(key.value, ir.Path):
        raise TypeError("a key is completed by one field")
    return " + ".join(filter(None, (key.prefix and literal(key.prefix), access(key.value))))


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
            present = " && ".join(filter(None, (guards(of, known), f"{_key(key)} in {text}")))
            return _guarded(present, then(f"{text}[{_key(key)}]", known), otherwise)
        case ir.Coalesce(options=options, field=field):
            result = otherwise
            for option in reversed(options):
                if isinstance(option, ir.Const):
                    result = then(literal(option.value), known)
                    continue
                whole = ir.Path(option.var, option.fields + field)
                inside = known | _steps(option)
                own = _guarded(guards(whole, inside), then(access(whole), inside | _steps(whole)), otherwise)
                result = _chosen(guards(option, known), own, result)
            return result
        case ir.Param():
            raise TypeError("a check has to be specialised to be printed as CEL")
        case _:
            assert_never(value)


def _guarded(guard: str, text: str, otherwise: str) -> str:
    if not guard:
        return text
    if otherwise == "false":
        return all_of(guard, text)
    if otherwise == "true":
        return _any_of(negated(guard), text)
    return f"{guard} ? {group(text, ' ? ')} : {group(otherwise, ' ? ')}"


def _chosen(guard: str, text: str, otherwise: str) -> str:
    """``text`` where ``guard`` holds, else ``otherwise``."""
    if not guard or text == otherwise:
        return text
    if text == "true":
        return _any_of(guard, otherwise)
    if otherwise == "false":
        return all_of(guard, text)
    return f"{guard} ? {group(text, ' ? ')} : {group(otherwise, ' ? ')}"


# --- conditions ---------------------------------------------------------------


def condition(node: ir.Condition, known: Known = NOTHING, admits: bool = True) -> str:
    """``node`` as a CEL condition. ``admits`` says whether its being true speaks for the pod."""
    match node:
        case ir.Has(value=value):
            return _has(value, known, admits)
        case ir.Equals(left=left, right=right):
            if isinstance(left, ir.Const):
                left, right = right, left
            second = right
            return read(left, known, lambda a, k: read(second, k, lambda b, _: _equal(a, b)))
        case ir.In(value=value, options=options):
            return read(value, known, lambda text, k: _among(text, options, k))
        case ir.InRanges(value=value, ranges=ranges):
            bounds = [r for r in _constants(ranges) if isinstance(r, ir.Range)]
            return read(value, known, lambda text, _: _any_of(*(_within(text, r) for r in bounds)))
        case ir.StartsWithAny(value=value, patterns=patterns):
            starts = [str(p).removesuffix("*") for p in _constants(patterns)]
            return read(value, known, lambda t, _: _any_of(*(f"{t}.startsWith({literal(s)})" for s in starts)))
        case ir.Under(value=value, prefix=prefix):
            if not isinstance(prefix, ir.Const):
                raise TypeError("CEL is printed for constant path prefixes")
            top = str(prefix.value)
            return read(value, known, lambda text, _: _under(text, top))
        case ir.SameLevel(left=left, right=right):
            if not isinstance(right, ir.Const):
                raise TypeError("CEL is printed for constant levels")
            level = str(right.value)
            return read(left, known, lambda text, _: _same_level(text, level), "false" if level else "true")
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
            return _any_of(*(condition(one, known, admits) for one in conditions))
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
        case ir.Path(fields=()) | ir.Const():
            return "true"
        case ir.Path():
            guard = guards(value, known)
            return all_of(guard, f"dyn({access(value)}) != null") if admits else guard or "true"
        case ir.Concat(value=inner):
            return _has(inner, known, admits)
        case ir.Coalesce(options=options, field=()):
            return _any_of(*(_has(option, known, admits) for option in options))
        case ir.Coalesce() | ir.Entry() | ir.Param():
            return read(value, known, lambda text, _: f"dyn({text}) != null" if admits else "true")
        case _:
            assert_never(value)


def _constants(items: ir.Path | ir.Param | ir.Const) -> tuple[object, ...]:
    if not isinstance(items, ir.Const) or not isinstance(items.value, tuple):
        raise TypeError("a check has to be specialised to be printed as CEL")
    return items.value


def _equal(left: str, right: str) -> str:
    if left.startswith('"') and right.startswith('"'):
        return "true" if left == right else "false"
    return f"{left} == {right}"


def _among(text: str, options: ir.Path | ir.Param | ir.Const, known: Known) -> str:
    if isinstance(options, ir.Path):
        return read(options, known, lambda listed, _: f"{text} in {listed}")
    words = _constants(options)
    return f"{text} == {literal(words[0])}" if len(words) == 1 else f"{text} in {literal(words)}"


def _within(text: str, bounds: ir.Range) -> str:
    if bounds.min == bounds.max:
        return f"{text} == {bounds.min}"
    return f"{text} >= {bounds.min} && {text} <= {bounds.max}"


def _under(text: str, top: str) -> str:
    top = top.removesuffix("/")
    below = f"{text}.startsWith({literal(top + '/')})"
    return below if top.endswith("/") else f"{text} == {literal(top)} || {below}"


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
        unrolled = tuple(_bound(where, var, element) for element in _constants(items))
        return condition(conjunction(unrolled) if every else disjunction(unrolled), known, admits)
    listed, inside, guard = _list(items, known)
    if not every and where == ir.TRUE:
        text = f"{group(listed, ' ? ', ' + ')}.size() > 0"
    else:
        text = f"{listed}.{'all' if every else 'exists'}({var}, {condition(where, inside, admits)})"
    return _guarded(guard, text, "true" if every else "false")


def _list(items: ir.Items, known: Known) -> tuple[str, Known, str]:
    """The text of a list, what is known while it is walked, and the guard without which it cannot be read."""
    match items:
        case ir.Containers():
            return CONTAINERS, known, ""
        case ir.Keys(path=path, without=without):
            text, guard = f"dyn({access(path)})", guards(path, known)
            rest = f"key != {literal(without[0])}" if len(without) == 1 else f"!(key in {literal(without)})"
            return (f"{text}.filter(key, {rest})" if without else text), known | _steps(path), guard
        case ir.Path():
            return access(items), known | _steps(items), guards(items, known)
        case ir.Const():
            return literal(items.value), known, ""
        case ir.Param():
            raise TypeError("a check has to be specialised to be printed as CEL")
        case _:
            assert_never(items)


def _bound(node: ir.Condition, var: str, element: object) -> ir.Condition:
    """``node`` with the constant ``element`` put for ``var``, and what that decides folded away."""

    def put(value: ir.Value) -> ir.Value:
        if not isinstance(value, ir.Path) or value.var != var:
            return value
        match element, value.fields:
            case ir.HostPathPrefix(path=path), ("pathPrefix",):
                return ir.Const(path)
            case ir.HostPathPrefix(read_only=read_only), ("readOnly",):
                return ir.Const(read_only)
            case str(), ():
                return ir.Const(element)
            case _:
                raise TypeError(f"no field {value.fields} in {element!r}")

    match node:
        case ir.And(conditions=conditions):
            return conjunction(tuple(_bound(one, var, element) for one in conditions))
        case ir.Or(conditions=conditions):
            return disjunction(tuple(_bound(one, var, element) for one in conditions))
        case ir.Not(condition=inner):
            return negation(_bound(inner, var, element))
        case ir.Equals(left=left, right=right):
            first, second = put(left), put(right)
            if isinstance(first, ir.Const) and isinstance(second, ir.Const):
                same = type(first.value) is type(second.value) and first.value == second.value
                return ir.TRUE if same else ir.FALSE
            return ir.Equals(first, second)
        case ir.Under(value=value, prefix=prefix):
            return ir.Under(put(value), put(prefix))
        case ir.In(value=value, options=options):
            return ir.In(put(value), options)
        case _:
            raise TypeError(f"{type(node).__name__} over constants cannot be printed as CEL")


# --- findings -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Printed:
    """A check as CEL: ``variables`` in order (the last is what the message is made of), and when an update matters."""

    variables: tuple[tuple[str, str], ...]
    holds: str
    message: str
    concerned: str


def check_of(check: ir.Check, reads: Reads, between: str = BETWEEN) -> Printed:
    """The CEL of a specialised ``check``. ``concerned`` is true unless an update leaves all of ``reads`` as it was.

    The message has ``between`` its findings.
    """
    variables: list[tuple[str, str]] = []
    if walks_containers(check.requirements):
        variables.append((CONTAINERS.removeprefix("variables."), containers_of("object")))
    names: list[str] = []
    for number, requirement in enumerate(check.requirements, 1):
        name = camel(requirement.name) or f"requirement{number}"
        names.append(name if name not in names else f"{name}{number}")
        variables.append((names[-1], findings_of(requirement, between)))
    holds = all_of(*(f'variables.{name} == ""' for name in names))
    text = f"variables.{names[0]}" if names else '""'
    if len(names) > 1:
        listed = ", ".join(f"variables.{name}" for name in names)
        text = f'[{listed}].filter(finding, finding != "").join({literal(between)})'
    if check.because:
        because = check.because.replace("\n", "\\n").replace("\r", "\\r")
        text += f" + {literal(f' ({because})')}"
    return Printed(tuple(variables), holds, text, concerned(reads))


def camel(name: str) -> str:
    """A name of a requirement as that of a variable; empty where there is none."""
    words = re.split("[^A-Za-z0-9]+", name)
    return f"failing{''.join(word[:1].upper() + word[1:] for word in words)}" if name else ""


def walks_containers(node: object) -> bool:
    from dataclasses import fields, is_dataclass

    if isinstance(node, ir.Containers):
        return True
    if isinstance(node, tuple):
        return any(walks_containers(one) for one in node)
    return is_dataclass(node) and any(walks_containers(getattr(node, f.name)) for f in fields(node))


def containers_of(root: str) -> str:
    def listed(kind: str) -> str:
        return f"(has({root}.spec.{kind}) ? dyn({root}.spec.{kind}) : [])"

    return f"{listed('initContainers')} + {root}.spec.containers + {listed('ephemeralContainers')}"


def findings_of(requirement: ir.Requirement, between: str = BETWEEN) -> str:
    fails, parts = failing(requirement), message(requirement)
    if not requirement.each:
        text = _message(parts, facts(fails))
        return f'{condition(fails, NOTHING, False)} ? {group(text, " ? ")} : ""'
    return _walk(requirement.each, fails, parts, NOTHING, literal(between))


def _walk(
    steps: tuple[ir.Each, ...], failing: ir.Condition, message: tuple[ir.Part, ...], known: Known, between: str
) -> str:
    step, rest = steps[0], steps[1:]
    listed, inside, guard = _list(step.items, known)
    if guard:
        listed = f"({guard} ? {listed} : [])"
    if rest:
        inner = _walk(rest, failing, message, inside, between)
        return f'{listed}.map({step.var}, {inner}).filter(finding, finding != "").join({between})'
    where = condition(failing, inside, False)
    chosen = listed if where == "true" else f"{listed}.filter({step.var}, {where})"
    text = _message(message, inside | facts(failing))
    return f"{chosen}.map({step.var}, {text}).join({between})"


def _message(parts: tuple[ir.Part, ...], known: Known) -> str:
    texts: list[str] = []
    pending = ""
    for part in parts:
        match part:
            case str():
                pending += part
            case ir.Show(value=value, number=number):
                if pending:
                    texts.append(literal(pending))
                pending = ""
                texts.append(group(_shown(value, known, number), " ? "))
            case ir.ShowParams():
                raise TypeError("a check has to be specialised to be printed as CEL")
            case _:
                assert_never(part)
    return " + ".join([*texts, *([literal(pending)] if pending else [])])


def _shown(value: ir.Value, known: Known, number: bool = False) -> str:
    if isinstance(value, ir.Path) and value.fields == ("name",):
        return access(value)
    if number:
        # Kyverno's command line reads whole numbers as doubles, which would show as 1e+06
        return read(value, known, lambda text, _: f"string(int({text}))", '"not set"')
    return read(value, known, lambda text, _: line(text), '"not set"')


def line(text: str) -> str:
    """CEL for the value ``text`` as messages print it, on one line."""
    return f'string({text}).replace("\\n", "\\\\n").replace("\\r", "\\\\r")'


# --- updates ------------------------------------------------------------------


def concerned(reads: Reads) -> str:
    """True unless an update leaves all of ``reads`` as it was."""

    def rows(root: str) -> str:
        row = ["container.name"]
        row += [_or_null(ir.Path("container", fields), root) for fields in reads.container]
        for prefix in reads.annotations:
            of, key = f"{root}.metadata.annotations", f"{literal(prefix)} + container.name"
            row.append(f"has({of}) && {key} in {of} ? {of}[{key}] : null")
        return f"({containers_of(root)}).map(container, [{', '.join(row)}])"

    pairs = [(_or_null(ir.Path(ir.POD, f), "object"), _or_null(ir.Path(ir.POD, f), "oldObject")) for f in reads.pod]
    if reads.containers or reads.container or reads.annotations:
        pairs.append((rows("object"), rows("oldObject")))
    return _any_of("oldObject == null", *(f"{group(a, ' ? ')} != {group(b, ' ? ')}" for a, b in pairs))


def _or_null(path: ir.Path, root: str) -> str:
    guard = guards(path, NOTHING, root)
    return f"{guard} ? {access(path, root)} : null" if guard else access(path, root)
