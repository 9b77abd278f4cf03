"""The reference interpreter: judges a pod by a policy, straight from the definitions of the IR.

Every target is compared with this file, so it is plain rather than fast. It never raises on a malformed pod: a value of the
wrong type counts as unset.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple, assert_never

from pscc import ir
from pscc.base.capitals import in_capitals
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir.passes import CONTAINER, Reads, constant, display, rechecked_on
from pscc.ir.plain import plain
from pscc.ir.refusals import BETWEEN
from pscc.pod.fields import CONTAINER_LISTS

Json = dict[str, object]


@frozen
class Reason:
    """One finding of one check: its place in the pod (``spec.containers[0].name``) and its message.

    ``value`` is the pod's value there, None where it is unset. ``container`` and ``volume`` are the names of the
    container and the volume that it is about, if any. ``because`` is the author's reason, empty where none is given.
    """

    control: str
    shape: str
    path: str
    value: object
    message: str
    span: Span
    container: str = ""
    volume: str = ""
    because: str = ""

    @property
    def full_message(self) -> str:
        """The message with the author's reason, as the engines show it."""
        return f"{self.message} ({_line(self.because)})" if self.because else self.message


@frozen
class Verdict:
    """A policy's verdict on ``pod``. ``reasons`` are its findings, and ``messages`` has one line for each failing check."""

    allowed: bool
    reasons: tuple[Reason, ...]
    messages: tuple[str, ...]
    pod: Json


_Step = int | tuple[str, ...]
_Place = tuple[object, _Step] | tuple[()]
"""An index or fields below another place; ``()`` is the pod. Text is made of it for findings only."""


class _Located(NamedTuple):
    """A value (None if unset) and its place in the pod."""

    value: object
    place: _Place = ()


_UNSET = _Located(None)
_Env = dict[str, _Located]
_Params = Mapping[str, ir.ParamValue]


def judge(policy: ir.Policy, pod: Json, old_pod: Json | None = None) -> Verdict:
    """The verdict of ``policy`` on ``pod``, defaults first. With ``old_pod`` it is an update, which sets no defaults."""
    return check(policy, with_defaults(policy, pod) if old_pod is None else pod, old_pod)


def check(policy: ir.Policy, pod: Json, old_pod: Json | None = None) -> Verdict:
    """The verdict of the checks of ``policy`` on ``pod``, without defaults. An update runs those whose fields have changed."""
    reasons: list[Reason] = []
    messages: list[str] = []
    for policy_check in policy.checks:
        if old_pod is not None and unchanged(rechecked_on(policy_check, bool(policy.exemptions)), pod, old_pod):
            continue
        findings = tuple(_findings(policy_check, pod))
        if findings:
            reasons += findings
            messages.append(BETWEEN.join((*(reason.message for reason in findings[:-1]), findings[-1].full_message)))
    return Verdict(not reasons, tuple(reasons), tuple(messages), pod)


def holds(condition: ir.Condition, pod: Json) -> bool:
    """Whether ``condition``, which has no parameters, is true of ``pod``."""
    return _holds(condition, {ir.POD: _Located(pod)}, {})


def unchanged(reads: Reads, pod: Json, old_pod: Json) -> bool:
    """Whether everything in ``reads`` is the same in both pods; missing and null are the same."""
    return _seen(reads, pod) == _seen(reads, old_pod)


def _seen(reads: Reads, pod: Json) -> str:
    whole = [_below(_Located(pod), path).value for path in reads.pod]
    containers = list(_containers(_Located(pod))) if reads.containers else []
    annotations = _below(_Located(pod), ("metadata", "annotations"))
    rows = []
    for container in containers:
        name = _below(container, ("name",)).value
        keyed = [_below(annotations, (f"{prefix}{name}",)).value for prefix in reads.annotations]
        rows.append([name, [_below(container, path).value for path in reads.container], keyed])
    return json.dumps([_without_nulls(whole), _without_nulls(rows)], sort_keys=True, default=str)


def _without_nulls(value: object) -> object:
    match value:
        case dict():
            return {k: _without_nulls(v) for k, v in value.items() if v is not None}
        case list():
            return [_without_nulls(v) for v in value]
        case _:
            return value


# --- defaults -----------------------------------------------------------------


def with_defaults(policy: ir.Policy, pod: Json) -> Json:
    """``pod`` with the defaults of ``policy``. Whether each is set depends on the pod as it came. Unchanged parts are shared."""
    changed = pod
    for default in policy.defaults:
        if default.site == "pod":
            if not _holds(default.unless, {ir.POD: _Located(pod)}, {}):
                changed = _defaulted(default, _Located(pod), changed)
            continue
        spec = _object(changed.get("spec"))
        original = _object(pod.get("spec"))
        for kind in CONTAINER_LISTS:
            before, after = original.get(kind), spec.get(kind)
            if isinstance(before, list) and isinstance(after, list):
                spec = {**spec, kind: [_in_container(default, pod, b, a) for b, a in zip(before, after, strict=True)]}
        if spec:
            changed = {**changed, "spec": spec}
    return changed


def _in_container(default: ir.Default, pod: Json, before: object, after: object) -> object:
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    if default.inherits and _below(_Located(pod), default.inherits).value is not None:
        return after
    if _holds(default.unless, {ir.POD: _Located(pod), CONTAINER: _Located(before)}, {}):
        return after
    return _defaulted(default, _Located(before), after)


def _defaulted(default: ir.Default, before: _Located, after: Json) -> Json:
    present = _below(before, default.path).value
    if default.value is not None:
        return after if present is not None else put(after, default.path, _json(default.value))
    listed = present if isinstance(present, list) else []
    spared = _below(before, default.unless_in).value if default.unless_in else None
    lacking = [a for a in default.add if a not in listed and not (isinstance(spared, list) and a in spared)]
    return put(after, default.path, [*listed, *lacking]) if lacking else after


def put(target: object, path: tuple[str, ...], value: object) -> Json:
    """``target`` with ``value`` in the field at ``path``; nothing of the argument is changed."""
    first, *rest = path
    fields = _object(target)
    return {**fields, first: put(fields.get(first), tuple(rest), value) if rest else value}


def _object(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}


def _json(value: ir.DefaultValue) -> object:
    if not isinstance(value, tuple):
        return value
    pairs = {item[0]: item[1] for item in value if isinstance(item, tuple)}
    return pairs or list(value)


# --- findings -----------------------------------------------------------------


def _findings(check: ir.Check, pod: Json) -> Iterator[Reason]:
    params = dict(check.params)
    for requirement in check.requirements:
        for env, container, volume in _sites(requirement.each, {ir.POD: _Located(pod)}, params):
            if _holds(requirement.when, env, params) and not _holds(requirement.must, env, params):
                about = _value(requirement.about, env, params)
                text = "".join(_text(part, env, params) for part in requirement.message)
                path = _path(about.place)
                yield Reason(
                    check.control, check.shape, path, about.value, text, check.span, container, volume, check.because
                )


def _sites(each: tuple[ir.Each, ...], env: _Env, params: _Params) -> Iterator[tuple[_Env, str, str]]:
    if not each:
        yield env, "", ""
        return
    step, rest = each[0], each[1:]
    for item in _items(step.items, env, params):
        name = str(_below(item, ("name",)).value or "")
        for inner, container, volume in _sites(rest, {**env, step.var: item}, params):
            if isinstance(step.items, ir.Containers):
                yield inner, container or name, volume
            elif isinstance(step.items, ir.Path) and step.items.fields[-1:] in (("volumes",), ("volumeMounts",)):
                yield inner, container, volume or name
            else:
                yield inner, container, volume


def _text(part: ir.Part, env: _Env, params: _Params) -> str:
    match part:
        case str():
            return part
        case ir.Show(value=value):
            return show(_value(value, env, params).value)
        case ir.ShowParams(params=named):
            return display(tuple(params[p.name] for p in named if p.name in params))
        case _:
            assert_never(part)


def show(value: object) -> str:
    """``value`` as messages print it, on one line."""
    match value:
        case None:
            return "not set"
        case bool():
            return "true" if value else "false"
        case str():
            return _line(value)
        case int():
            return str(value)
        case _:
            return _line(json.dumps(value, default=str))


def _line(text: str) -> str:
    return text.replace("\n", "\\n").replace("\r", "\\r")


# --- values and lists ---------------------------------------------------------


def _containers(pod: _Located) -> Iterator[_Located]:
    for kind in CONTAINER_LISTS:
        yield from _elements(_below(pod, ("spec", kind)))


def _elements(located: _Located) -> Iterator[_Located]:
    if isinstance(located.value, list):
        for index, item in enumerate(located.value):
            yield _Located(_plain(item), (located.place, index))


def _below(located: _Located, fields: tuple[str, ...]) -> _Located:
    value, place = located
    for name in fields:
        value = value.get(name) if isinstance(value, dict) else None
    return _Located(_plain(value), (place, fields))


def _path(place: object) -> str:
    """A place as people write it: ``spec.containers[0].name``."""
    steps: list[str | int] = []
    while isinstance(place, tuple) and place:
        place, step = place
        steps += reversed(step) if isinstance(step, tuple) else [step]
    text = ""
    for step in reversed(steps):
        keyed = isinstance(step, int) or text.endswith(".annotations")
        text += f"[{step}]" if keyed else f".{step}"
    return text.removeprefix(".")


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _value(value: ir.Value, env: _Env, params: _Params) -> _Located:
    match value:
        case ir.Path(var=var, fields=fields):
            return _below(env.get(var, _UNSET), fields)
        case ir.Const(value=constant_value):
            return _Located(plain(constant_value))
        case ir.Param():
            return _Located(plain(constant(value, dict(params)).value))
        case ir.Coalesce(options=options, field=field):
            candidates = [(option, _value(option, env, params)) for option in options]
            option, chosen = next((pair for pair in candidates if pair[1].value is not None), candidates[0])
            return chosen if isinstance(option, ir.Const) else _below(chosen, field)
        case ir.Concat(prefix=prefix, value=inner):
            tail = _value(inner, env, params)
            return _Located(prefix + tail.value if isinstance(tail.value, str) else None, tail.place)
        case ir.Entry(map=of, key=key):
            name = _value(key, env, params).value
            return _below(_value(of, env, params), (name,)) if isinstance(name, str) else _UNSET
        case ir.Upper(value=inner):
            small = _value(inner, env, params)
            return _Located(in_capitals(small.value) if isinstance(small.value, str) else None, small.place)
        case _:
            assert_never(value)


def _items(items: ir.Items, env: _Env, params: _Params) -> Iterator[_Located]:
    match items:
        case ir.Containers():
            yield from _containers(env[ir.POD])
        case ir.Keys(path=path, without=without):
            mapping = _value(path, env, params)
            for key, value in sorted(_object(mapping.value).items()):
                if value is not None and key not in without:
                    yield _Located(key, (mapping.place, (key,)))
        case ir.Path() | ir.Param() | ir.Const():
            yield from _elements(_value(items, env, params))
        case _:
            assert_never(items)


# --- conditions ---------------------------------------------------------------


def _holds(condition: ir.Condition, env: _Env, params: _Params) -> bool:
    def read(value: ir.Value) -> object:
        return _value(value, env, params).value

    match condition:
        case ir.Has(value=value):
            return read(value) is not None
        case ir.Equals(left=left, right=right):
            return same(read(left), read(right))
        case ir.In(value=value, options=options):
            return any(same(read(value), option.value) for option in _items(options, env, params))
        case ir.InRanges(value=value, ranges=ranges):
            number = read(value)
            if not isinstance(number, int) or isinstance(number, bool):
                return False
            return any(_within(number, r.value) for r in _items(ranges, env, params))
        case ir.StartsWithAny(value=value, patterns=patterns):
            text = read(value)
            prefixes = [str(p.value).removesuffix("*") for p in _items(patterns, env, params)]
            return isinstance(text, str) and any(text.startswith(start) for start in prefixes)
        case ir.Under(value=value, prefix=prefix):
            return under(read(value), read(prefix))
        case ir.SameLevel(left=left, right=right):
            return same_level(read(left), read(right))
        case ir.Any(var=var, items=items, where=where):
            return any(_holds(where, {**env, var: item}, params) for item in _items(items, env, params))
        case ir.All(var=var, items=items, where=where):
            return all(_holds(where, {**env, var: item}, params) for item in _items(items, env, params))
        case ir.And(conditions=conditions):
            return all(_holds(part, env, params) for part in conditions)
        case ir.Or(conditions=conditions):
            return any(_holds(part, env, params) for part in conditions)
        case ir.Not(condition=inner):
            return not _holds(inner, env, params)
        case _:
            assert_never(condition)


def same(left: object, right: object) -> bool:
    if left is None or right is None or isinstance(left, bool) is not isinstance(right, bool):
        return False
    return left == right


def _within(number: int, bounds: object) -> bool:
    return isinstance(bounds, dict) and bounds["min"] <= number <= bounds["max"]


def under(path: object, prefix: object) -> bool:
    if not isinstance(path, str) or not isinstance(prefix, str):
        return False
    path, prefix = path.removesuffix("/"), prefix.removesuffix("/")
    return path == prefix or path.startswith(prefix + "/")


def same_level(left: object, right: object) -> bool:
    first, second = (value if isinstance(value, str) else "" for value in (left, right))
    if first == second:
        return True
    (low, colon, some), (high, other_colon, others) = first.partition(":"), second.partition(":")
    return bool(colon and other_colon) and low == high and sorted(some.split(",")) == sorted(others.split(","))
