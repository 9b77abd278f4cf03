"""Breaks of an emitted document's structure: what it matches, whom it leaves out, its parameters, what it does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

from conformance.breaks.edits import DROPPED, Edit, Path, general, in_short, leaves, replaced, spelled
from support.emitted.documents import Json

_CODE = frozenset(("expression", "messageExpression", "rego", "libs", "variables"))
"""Fields whose content is code, which has breaks of its own."""
_WORDS = frozenset(
    ("description", "title", "message", "metadata", "apiVersion", "kind", "x-kubernetes-preserve-unknown-fields")
)
"""Fields that name the document, or that people read."""
_ENGINES_OWN = ("spec.crd.spec.names", "spec.targets[].target", "spec.targets[].code[].engine", "spec.rules[].name")
"""What the engine needs to take the document for one at all, and the names of its parts."""
_OTHER: dict[str, tuple[str, ...]] = {
    "deny": ("warn", "dryrun"), "warn": ("deny", "dryrun"), "dryrun": ("deny",),
    "Deny": ("Warn", "Audit"), "Warn": ("Deny", "Audit"), "Audit": ("Deny", "Warn", "Enforce"),
    "Enforce": ("Audit",), "Fail": ("Ignore",), "In": ("NotIn",), "NotIn": ("In",),
    "MustNotExist": ("MustExist",), "CREATE": ("UPDATE",), "UPDATE": ("CREATE",), "IfNeeded": ("Never",),
    "Generated": ("Original",), "Namespaced": ("Cluster",), "merge": ("prune",), "Equals": ("NotEquals",),
}  # fmt: skip
"""What else a word of the engine could be."""
_WIDER: dict[str, Any] = {
    "resources": ["*"], "operations": ["*"], "apiGroups": ["*"], "namespaces": ["*"], "groups": ["*"],
}  # fmt: skip
"""What a list matches that leaves nothing out."""


def edits(document: Json) -> Iterator[Edit]:
    """Each break of ``document``, one that drops it as a whole first."""
    kind = str(document["kind"])
    yield Edit("a document is dropped", kind, f"{_general_kind(document)} is dropped", lambda _: None)
    for path, value in leaves(document):
        if any(step in _WORDS for step in path[:-1]) or any(general(path).startswith(own) for own in _ENGINES_OWN):
            continue
        if any(step in _CODE for step in path) or path[-1] in _WORDS:
            continue
        yield from _of_node(document, path, value)
    yield from _swaps(document)


def _of_node(document: Json, path: Path, value: Any) -> Iterator[Edit]:
    what = "an element is dropped" if isinstance(path[-1], int) else "a field is dropped"
    if len(path) > 1:
        yield _edit(document, path, what, DROPPED)
    if isinstance(value, list) and path[-1] in _WIDER and value != _WIDER[str(path[-1])]:
        yield _edit(document, path, "everything is matched", _WIDER[str(path[-1])])
    match value:
        case bool():
            yield _edit(document, path, "a switch is turned", not value)
        case int():
            yield _edit(document, path, "a number is one more", value + 1)
            yield _edit(document, path, "a number is one less", value - 1)
        case str() if value in _OTHER:
            for other in _OTHER[value]:
                yield _edit(document, path, f"it says {other}", other)
        case str() if _is_given(path):
            yield _edit(document, path, "a word is another", f"{value.rstrip('*')}q{'*' * value.endswith('*')}")
            if value.endswith("*"):
                yield _edit(document, path, "a prefix is a whole word", value.rstrip("*"))
            elif _is_name(path):
                yield _edit(document, path, "a whole word is a prefix", f"{value}*")


def _is_given(path: Path) -> bool:
    """Whether the policy's author has chosen the word at ``path``, or the word says where something is set."""
    inside = ("parameters", "match", "exclude", "matchResources", "namespaceSelector", "location", "subPath", "value")
    return any(step in path for step in (*inside, "patchStrategicMerge", "key", "policyName"))


def _is_name(path: Path) -> bool:
    return any(step in path for step in ("namespaces", "excludedNamespaces"))


def _edit(document: Json, path: Path, kind: str, new: Any) -> Edit:
    return Edit(
        kind, spelled(path), f"{_general_kind(document)} {general(path)} {kind}", partial(_put, path=path, new=new)
    )


def _general_kind(document: Json) -> str:
    """The kind of ``document``, one word for all Constraints."""
    return "Constraint" if document["kind"].startswith("Pscc") else str(document["kind"])


def _put(whole: Json, path: Path, new: Any) -> Json:
    changed: Json = replaced(whole, path, new)
    return changed


def _swaps(document: Json) -> Iterator[Edit]:
    """Two parameters, or two variables, with each other's values."""
    for path, value in leaves(document):
        if path[-1] == "parameters" and isinstance(value, dict) and document["kind"].startswith("Pscc"):
            names = [name for name in value if name != "exemptions"]
            for first, second in itertools.pairwise(names):
                if type(value[first]) is type(value[second]):
                    changed = {**value, first: value[second], second: value[first]}
                    about, alike = f"{first} and {second}", f"{first} and {second} are swapped"
                    yield Edit("two parameters are swapped", about, alike, partial(_put, path=path, new=changed))
        if path[-1] == "variables" and isinstance(value, list):
            for number, (first, second) in enumerate(itertools.pairwise(value)):
                changed_list = list(value)
                changed_list[number] = {**first, "expression": second["expression"]}
                changed_list[number + 1] = {**second, "expression": first["expression"]}
                about = f"{in_short(first['name'])} and {in_short(second['name'])}"
                yield Edit(
                    "two variables are swapped",
                    about,
                    f"{document['kind']}: {about}",
                    partial(_put, path=path, new=changed_list),
                )
