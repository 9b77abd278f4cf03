"""The rules of emitted Rego, and what they read: by OPA's own parser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from support.engines import run

Json = Any


@dataclass(frozen=True, slots=True)
class Module:
    """A module: its package, as ``a.b``; the names of its rules in order; what it reads.

    ``reads`` are pairs: the name of the rule that reads, and the reference, as ``data.a.b.c`` where it is a rule of this
    package or of an imported one, else as it stands. ``parameters`` are the fields of ``input.parameters`` that it reads.
    """

    package: str
    rules: tuple[str, ...]
    reads: tuple[tuple[str, str], ...]
    parameters: frozenset[str]
    words: frozenset[str]
    """Every name of a field in a reference."""


@lru_cache(maxsize=4096)
def tree(text: str) -> Json:
    """The syntax tree of ``text``, each node with its place. Raises `ValueError` with OPA's words where it has none."""
    done = run("opa", "parse", "--format", "json", "--json-include", "locations", "/dev/stdin", stdin=text)
    if done.returncode != 0:
        raise ValueError(done.stdout + done.stderr)
    return json.loads(done.stdout)


@lru_cache(maxsize=4096)
def module(text: str) -> Module:
    """What ``text`` declares and reads."""
    parsed = tree(text)
    package = ".".join(str(step["value"]) for step in parsed["package"]["path"][1:])
    imports = {_alias(imported): _dotted(imported["path"]["value"]) for imported in parsed.get("imports", [])}
    rules = [(_name(rule["head"]), rule) for rule in parsed.get("rules", [])]
    own = {name for name, _ in rules}
    reads: list[tuple[str, str]] = []
    words: set[str] = set()
    parameters: set[str] = set()
    for name, rule in rules:
        for reference in _references(rule):
            steps = _dotted(reference["value"]).split(".")
            words |= {str(step["value"]) for step in reference["value"][1:] if step["type"] == "string"}
            if steps[:2] == ["input", "parameters"] and len(steps) > 2:
                parameters.add(steps[2])
            if steps[0] in own:
                reads.append((name, f"data.{package}.{steps[0]}"))
            elif steps[0] in imports:
                reads.append((name, ".".join((imports[steps[0]], *steps[1:2]))))
            else:
                reads.append((name, ".".join(steps)))
        reads += [(name, f"data.{package}.{var}") for var in _variables(rule) if var in own]
        parameters |= set(_taken_parameters(rule))
    return Module(package, tuple(name for name, _ in rules), tuple(reads), frozenset(parameters), frozenset(words))


def _alias(imported: Json) -> str:
    return str(imported.get("alias") or imported["path"]["value"][-1]["value"])


def _name(head: Json) -> str:
    return str(head.get("name") or head["ref"][0]["value"])


def _dotted(steps: list[Json]) -> str:
    """``a.b`` of the steps that are known: up to the first that is a variable or a call."""
    names = [str(steps[0]["value"])]
    for step in steps[1:]:
        if step["type"] != "string":
            break
        names.append(str(step["value"]))
    return ".".join(names)


def nodes(value: Json) -> Iterator[Json]:
    """Every object of the tree ``value``, outer ones first."""
    if isinstance(value, dict):
        yield value
        for below in value.values():
            yield from nodes(below)
    elif isinstance(value, list):
        for below in value:
            yield from nodes(below)


def _references(rule: Json) -> Iterator[Json]:
    """Every reference in a rule but those of its head, which name the rule."""
    for part in (*(rule["head"].get(key) for key in ("key", "value", "args")), rule["body"], rule.get("else")):
        for node in nodes(part):
            if node.get("type") == "ref" and node["value"][0]["type"] == "var":
                yield node


def _variables(rule: Json) -> Iterator[str]:
    """Every variable outside of references: a rule that is read as a whole."""
    for part in (*(rule["head"].get(key) for key in ("key", "value")), rule["body"], rule.get("else")):
        for node in nodes(part):
            if node.get("type") == "var":
                yield str(node["value"])


def _taken_parameters(rule: Json) -> Iterator[str]:
    """``NAME`` of each ``object.get(input, ["parameters", "NAME"], …)``."""
    for node in nodes(rule):
        if node.get("type") == "array" and isinstance(node["value"], list):
            steps = [step["value"] for step in node["value"] if step["type"] == "string"]
            if len(steps) == 2 and steps[0] == "parameters":
                yield str(steps[1])
