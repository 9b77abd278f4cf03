"""What a drawn program and its options make use of, as words: read off the syntax tree, the registry and the options.

A field of the tree that is set, and each of its few values, is a feature by itself, so that a new one is counted at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from conformance.space import grammar
from conformance.space.options import Chosen
from conformance.space.sources import Source
from pscc.controls import CONTROLS
from pscc.ir.access import ALL
from pscc.language import ast
from pscc.meaning.narrowing import FIELDS

_FREE = frozenset(("because", "comment", "beside"))
"""Fields of the tree that hold text of the author's: that they are set is the feature, not what they say."""


def features(source: Source, chosen: Chosen) -> frozenset[str]:
    """Words such as ``deny hostPID``, ``exempt images prefix``, ``choose audit``, ``target vap``, ``workloads off``."""
    document = source.document
    words = {f"policies {min(len(document.policies), 4)}"}
    for policy in document.policies:
        words |= set(_of_policy(policy))
    words |= {"two choices"} if len(document.choices) > 1 else set()
    for choice in document.choices:
        words.add(f"choose {choice.mode or ''}".strip())
        words |= {"choose by name"} if choice.name else set()
        for grant in choice.grants:
            words |= {f"grant {s.kind}{_form(s.values)}" for s in grant.subjects}
            words |= {f"grant in namespaces{_form((value,))}" for value in grant.namespaces}
    words |= {"use"} if document.uses else set()
    return frozenset((*words, *_of_options(chosen)))


def _of_policy(policy: ast.Policy) -> Iterator[str]:
    if policy.abstract:
        yield "abstract policy"
    for statement in policy.statements:
        for name in statement.controls:
            yield f"{statement.verb} {name.text}"
        yield from (f"statement {key} {value}" for key, value in _settings(statement) if key not in ("verb",))
        yield from (f"value{_form((value,))}" for value in statement.values)
        if statement.unless is not None:
            yield from (f"unless {one.field.text} {one.value.text}" for one in statement.unless.conditions)
            yield from ("unless not" for one in statement.unless.conditions if one.negated)
            yield f"unless {statement.unless.joined}".strip()
    for scope in policy.scopes:
        word = "except" if scope.inverse else "in"
        yield from (f"{word} namespaces{_form((value,))}" for value in scope.values)
    for exemption in policy.exemptions:
        for exempted in exemption.exempted:
            yield from (f"exempt {exempted.kind}{_form((value,))}" for value in exempted.values)
        yield from (f"exempt {key}" for key, _ in _settings(exemption) if key in ("controls", "until"))
    if policy.mode:
        yield f"mode {policy.mode}"
    if policy.title:
        yield "title"
    if policy.without:
        yield "without"
    if policy.extends:
        name = policy.extends.text
        yield f"extends {name.partition('@')[0]}" if name.startswith("pss/") else "extends a policy"
        if "@" in name:
            yield f"release {name.partition('@')[2]}"


def _settings(node: object) -> Iterator[tuple[str, str]]:
    """The fields of a node of the tree that are set, with their values where these are one of a few words."""
    assert is_dataclass(node)
    for field in fields(node):
        value = getattr(node, field.name)
        if field.name != "span" and value not in ("", (), None, False):
            yield field.name, value if isinstance(value, str) and field.name not in _FREE else ""


def _form(values: tuple[ast.Value, ...]) -> str:
    for value in values:
        if value.key and not value.quoted:
            return " by label" if "/" in value.key or value.key == "tier" else " by key"
        if value.qualifier:
            return " with qualifier"
        if value.quoted:
            return " quoted"
        if value.text.endswith("*"):
            return " by prefix"
    return " by name" if values else ""


def _of_options(chosen: Chosen) -> Iterator[str]:
    for field in fields(chosen.options):
        value = getattr(chosen.options, field.name)
        if value == ():
            continue
        text = ".".join(map(str, value)) if isinstance(value, tuple) else str(value)
        yield f"--{field.name} {text}"
    yield f"target {chosen.target}"
    yield f"--mode {chosen.rollout.mode}" if chosen.rollout.mode else "no --mode"
    for name in ("excluded", "ignored_groups", "live", "name_prefix"):
        yield f"{name} {bool(getattr(chosen.rollout, name))}"
    yield f"only {chosen.rollout.only != ALL}"


def possible() -> frozenset[str]:
    """The features of programs that the registry and the grammar let expect, whatever else is drawn."""
    words = {
        "use",
        "title",
        "without",
        "choose",
        "extends a policy",
        "exempt controls",
        "exempt until",
        "choose by name",
        "two choices",
        "abstract policy",
    }
    for control in CONTROLS:
        words |= {f"{shape.verb} {control.id}" for shape in control.shapes}
        words |= {f"default {control.id}"} if control.default else set()
        for shape in control.shapes:
            words |= {f"statement on {shape.on}"} if shape.on else set()
    words |= {"unless and", "unless or", "unless not"}
    words |= {f"unless {name} {value}" for name, kind in FIELDS.items() for value in kind.values}
    for word in grammar.words("MODE"):
        words |= {f"mode {word}", f"statement mode {word}", f"choose {word}"}
    words |= {f"statement manner {word}" for word in grammar.words("MANNER")}
    for word in grammar.words("EXEMPTED"):
        words |= {f"exempt {word} by name", f"exempt {word} by prefix"}
    for word in grammar.words("SUBJECT"):
        words |= {f"grant {word} by name"}
    words |= {f"grant {word}" for word in grammar.words("EVERYONE")}
    for word in grammar.words("SCOPE"):
        words |= {f"{word} by name", f"{word} by prefix", f"{word} by label"}
    return frozenset(words)


_ONE_OF = ("policies ", "target ", "--", "no --mode", "excluded ", "ignored_groups ", "live ", "name_prefix ", "only ")
"""How features begin of which a program has one: the number of its policies, and each option."""


def excludes(feature: str, other: str) -> bool:
    """Whether no program can have both: two values of one option, or an option of one target with another target."""
    return _option(feature) == _option(other) != "" or _of_another(feature, other) or _of_another(other, feature)


def _option(feature: str) -> str:
    """Which choice ``feature`` is one value of, empty where it is of none."""
    if feature in ("no --mode",):
        return "--mode"
    return feature.split(" ")[0] if feature.startswith(_ONE_OF) else ""


def _of_another(option: str, target: str) -> bool:
    if not target.startswith("target "):
        return False
    name = target.removeprefix("target ")
    if option == "--engine cel" or option.startswith("--enforcement_points"):
        return name != "gatekeeper"
    return (option == "live True" and name != "vap") or (option.startswith("--layout per-") and name == "opa")
