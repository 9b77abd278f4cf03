"""The fields of a pod with one container that checks read, and the constants that they compare each with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, assert_never

from pscc import ir

ANNOTATIONS = ("metadata", "annotations")
ANNOTATION_KEYS = "annotation keys"


class Place(NamedTuple):
    """The place of a field: below ``pod``, ``container`` or an element of a list (``container/ports``), at ``fields``.

    ``fields`` is ``("*",)`` for an element that is a scalar itself, ``("?",)`` for the keys of an object. An annotation
    is at ``annotation`` with its prefix as the field, empty where it is read by whole keys.
    """

    site: str
    fields: tuple[str, ...]


@dataclass(slots=True)
class Constants:
    """The constants that a field is compared with."""

    words: dict[str, None] = field(default_factory=dict)
    prefixes: dict[str, None] = field(default_factory=dict)
    paths: dict[str, None] = field(default_factory=dict)
    numbers: dict[int, None] = field(default_factory=dict)
    flags: bool = False

    @property
    def some(self) -> bool:
        """Whether there is any; a field that is only looked at for being set has none."""
        return bool(self.words or self.prefixes or self.paths or self.numbers or self.flags)

    def add(self, values: Iterable[object]) -> None:
        """Add constants that the field is compared with, alone or as a list."""
        for value in values:
            match value:
                case bool():
                    self.flags = True
                case int():
                    self.numbers.update(dict.fromkeys((value - 1, value, value + 1)))
                case ir.Range(min=low, max=high):
                    self.numbers.update(dict.fromkeys((low - 1, low, high, high + 1)))
                case str():
                    self.words[value] = None
                case _:
                    raise TypeError(f"{value!r} is compared with nothing in a pod")


Env = dict[str, str | tuple[object, ...]]
"""A variable's site, or the constants that it runs over."""


@dataclass(slots=True)
class Reads:
    """The fields that some requirements and defaults read, each with its ``constants``; filled by `add` and `default`."""

    constants: dict[Place, Constants] = field(default_factory=dict)

    def add(self, requirement: ir.Requirement) -> None:
        """Add the fields that a specialised ``requirement`` reads."""
        env: Env = {ir.POD: "pod"}
        for step in requirement.each:
            env = {**env, step.var: self._items(step.items, env)}
        self._condition(requirement.when, env)
        self._condition(requirement.must, env)

    def default(self, default: ir.Default) -> None:
        """Add the fields that decide whether ``default`` is set, and those that it sets."""
        env: Env = {ir.POD: "pod", "container": "container"}
        site = "pod" if default.site == "pod" else "container"
        if default.add:
            lists = [self._at(f"{site}/{'.'.join(path)}", ("*",)) for path in (default.path, default.unless_in) if path]
            for elements in lists:
                elements.add(default.add)
        else:
            constants = self._at(site, default.path)
            if not isinstance(default.value, tuple) and default.value is not None:
                constants.add((default.value,))
            for key, value in _pairs(default.value):
                self._at(site, (*default.path, key)).add((value,))
        if default.inherits:
            self._at("pod", default.inherits)
        self._condition(default.unless, env)

    def _at(self, site: str, fields: tuple[str, ...]) -> Constants:
        return self.constants.setdefault(Place(site, fields), Constants())

    def _items(self, items: ir.Items, env: Env) -> str | tuple[object, ...]:
        match items:
            case ir.Containers():
                return "container"
            case ir.Path(var=var, fields=fields):
                site = env[var]
                assert isinstance(site, str)
                inner = f"{site}/{'.'.join(fields)}"
                self._at(inner, ())
                return inner
            case ir.Keys(path=path):
                site = env[path.var]
                assert isinstance(site, str)
                if path.fields == ANNOTATIONS:
                    return ANNOTATION_KEYS
                self._at(site, ("?",))
                return f"{site}?"
            case ir.Const(value=tuple() as values):
                return values
            case ir.Const() | ir.Param():
                return ()
            case _:
                assert_never(items)

    def _compared(self, value: ir.Value, env: Env) -> Iterator[tuple[Constants, str]]:
        """The constants of each field that ``value`` reads, with the prefix that ``value`` puts before the field."""
        match value:
            case ir.Path(var=var, fields=fields):
                site = env.get(var)
                if isinstance(site, str) and site == ANNOTATION_KEYS:
                    return
                if isinstance(site, str) and site.endswith("?"):
                    yield self._at(site[:-1], ("?",)), ""
                elif isinstance(site, str):
                    yield self._at(site, fields or ("*",)), ""
            case ir.Coalesce(options=options, field=below):
                for option in options:
                    if isinstance(option, ir.Path):
                        if below:
                            self._at(str(env[option.var]), option.fields)
                        yield from self._compared(ir.Path(option.var, option.fields + below), env)
            case ir.Concat(prefix=prefix, value=inner):
                for constants, before in self._compared(inner, env):
                    yield constants, before + prefix
            case ir.Entry(key=key):
                yield self._at("annotation", (key.prefix,)), ""
            case ir.Upper(value=inner):
                yield from self._compared(inner, env)
            case ir.Const() | ir.Param():
                return
            case _:
                assert_never(value)

    def _constants(self, value: ir.Value, env: Env) -> tuple[object, ...]:
        """The constants that ``value`` can be; none where it is a field of the pod."""
        match value:
            case ir.Const(value=tuple() as values):
                return values
            case ir.Const(value=constant):
                return (constant,)
            case ir.Path(var=var, fields=fields) if isinstance(env.get(var), tuple):
                return tuple(_field(element, fields) for element in env[var])
            case _:
                return ()

    def _compare(self, value: ir.Value, values: tuple[object, ...], env: Env) -> None:
        """Add ``values`` to the constants of the fields that ``value`` reads."""
        for constants, before in self._compared(value, env):
            cut = (v.removeprefix(before) if isinstance(v, str) and v.startswith(before) else v for v in values)
            constants.add(v for v in cut if not (isinstance(v, str) and before and v in values))

    def _condition(self, node: ir.Condition, env: Env) -> None:
        match node:
            case ir.Has(value=value):
                self._compare(value, (), env)
            case ir.Equals(left=left, right=right) | ir.SameLevel(left=left, right=right):
                self._compare(left, self._constants(right, env), env)
                self._compare(right, self._constants(left, env), env)
            case ir.In(value=value, options=ir.Path(var=var, fields=fields)):
                listed = self._at(f"{env[var]}/{'.'.join(fields)}", ("*",))
                listed.add(self._constants(value, env))
                self._compare(value, (), env)
            case ir.In(value=value, options=options):
                self._compare(value, self._constants(options, env), env)
            case ir.InRanges(value=value, ranges=ranges):
                self._compare(value, self._constants(ranges, env), env)
            case ir.StartsWithAny(value=value, patterns=patterns):
                starts = [str(p).removesuffix("*") for p in self._constants(patterns, env)]
                if isinstance(value, ir.Path) and env.get(value.var) == ANNOTATION_KEYS:
                    for start in starts:
                        self._at("annotation", (start,))
                for constants, before in self._compared(value, env):
                    cut = [s.removeprefix(before) for s in starts if s.startswith(before)]
                    constants.prefixes.update(dict.fromkeys(cut or [s for s in starts if not before]))
            case ir.Under(value=value, prefix=prefix):
                for constants, _ in self._compared(value, env):
                    constants.paths.update(dict.fromkeys(map(str, self._constants(prefix, env))))
            case ir.Any(var=var, items=items, where=where) | ir.All(var=var, items=items, where=where):
                self._condition(where, {**env, var: self._items(items, env)})
            case ir.And(conditions=conditions) | ir.Or(conditions=conditions):
                for part in conditions:
                    self._condition(part, env)
            case ir.Not(condition=inner):
                self._condition(inner, env)
            case _:
                assert_never(node)


def _pairs(value: ir.DefaultValue | None) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for pair in value:
            if isinstance(pair, tuple):
                yield pair


def _field(element: object, fields: tuple[str, ...]) -> object:
    match element, fields:
        case ir.HostPathPrefix(path=path), ("pathPrefix",):
            return path
        case ir.HostPathPrefix(read_only=read_only), ("readOnly",):
            return read_only
        case _:
            return element
