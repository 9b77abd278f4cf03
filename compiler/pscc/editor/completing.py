"""What may stand next on the line that an editor's user writes: words, controls, values, policies, namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lsprotocol import types

from pscc.controls import CONTROLS
from pscc.language.stop import MODES, VERBS
from pscc.meaning.library import LEVELS, MINORS
from pscc.meaning.narrowing import FIELDS

_OTHERS = ("in namespaces", "except namespaces", "exempt", "without", *MODES)
_TOP = ("policy", "abstract policy", "choose", "use")
_BY_ID = {control.id: control for control in CONTROLS}
_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease", "default")
"""The namespaces that every cluster has. Source: ``pkg/controlplane/instance.go`` of Kubernetes."""
_EXEMPT = ("images", "containers", "users", "groups", "serviceaccounts")
_PLACES = ("pod", "containers", "pod and containers", "pod or containers")
_SUBJECTS = ("everyone", "users", "groups", "serviceaccounts")


def completions(above: list[str], before: str) -> Iterator[types.CompletionItem]:
    """The completions for a line that begins with ``before``, below the lines ``above``."""
    words = re.split(r"[\s,]+", before.lstrip())
    block = _block(above)
    mode = words[0] in MODES and len(words) > 1
    first, rest = (words[1], words[2:]) if mode else (words[0], words[1:])
    if "namespaces" in rest and block and "exempt" not in words:
        yield from _namespaces(above)
    elif block == "choose":
        yield from _of_a_grant(above, words)
    elif not rest:
        yield from _keywords((VERBS if mode else (*VERBS, *_OTHERS)) if block else _TOP)
    elif not block and "extends" in rest:
        yield from _policies(above)
    elif block and first == "exempt":
        yield from _of_an_exemption(rest)
    elif block and first in VERBS and (behind := _behind_values(rest)):
        yield from _keywords(behind)
    elif block and first in VERBS and len(rest) > 1 and rest[0] in _BY_ID and _BY_ID[rest[0]].values.offered:
        for value in _BY_ID[rest[0]].values.offered:
            yield types.CompletionItem(value, kind=types.CompletionItemKind.Value)
    elif block and first in (*VERBS, "without") and (len(rest) == 1 or before.rstrip(" ").endswith(",")):
        yield from _controls(first)


def _block(above: list[str]) -> str:
    """The word that begins the block in which the line stands: ``policy`` or ``choose``; empty outside of blocks."""
    heads: list[str] = []
    for line in above:
        code = line.partition("#")[0]
        for sign in re.findall(r"[{}]", code):
            if sign == "{":
                heads.append("choose" if code.split()[0] == "choose" else "policy")
            elif heads:
                heads.pop()
    return heads[-1] if heads else ""


def _keywords(words: Iterable[str]) -> Iterator[types.CompletionItem]:
    return (types.CompletionItem(word, kind=types.CompletionItemKind.Keyword) for word in words)


def _controls(verb: str) -> Iterator[types.CompletionItem]:
    for control in CONTROLS:
        verbs = {shape.verb for shape in control.shapes} | ({"default"} if control.default else set())
        if verb in verbs or verb not in VERBS:
            detail, field = control.title, types.CompletionItemKind.Field
            yield types.CompletionItem(control.id, kind=field, detail=detail, documentation=control.intent)


def _policies(above: list[str]) -> Iterator[types.CompletionItem]:
    own = re.findall(r"(?m)^\s*(?:abstract\s+)?policy\s+([^\s\"{]+)", "\n".join(above))
    pinned = [f"pss/{level}@{MINORS[-1]}" for level in LEVELS]
    for name in (*own, *(f"pss/{level}" for level in LEVELS), *pinned):
        yield types.CompletionItem(name, kind=types.CompletionItemKind.Class)


def _namespaces(above: list[str]) -> Iterator[types.CompletionItem]:
    named = re.findall(r"namespaces ([^#{}]+)", "\n".join(above))
    mentioned = (name for names in named for name in re.split(r"[\s,]+", names) if name and "=" not in name)
    for name in dict.fromkeys((*mentioned, *_NAMESPACES)):
        yield types.CompletionItem(name, kind=types.CompletionItemKind.Module)


def _of_a_grant(above: list[str], words: list[str]) -> Iterator[types.CompletionItem]:
    """``POLICY for SUBJECTS [in namespaces …]``."""
    match words:
        case [_]:
            yield from _policies(above)
        case [_, _]:
            yield from _keywords(("for",))
        case [_, "for", _]:
            yield from _keywords(_SUBJECTS)
        case _:
            yield from _keywords(("in namespaces",))


def _of_an_exemption(rest: list[str]) -> Iterator[types.CompletionItem]:
    """``exempt KIND NAME, … [from CONTROL, …] because … [until DATE]``."""
    if len(rest) == 1:
        yield from _keywords(_EXEMPT)
    elif "because" in rest:
        yield from _keywords(("until",))
    elif "from" in rest[:-1]:
        yield from _controls("exempt")
    elif len(rest) > 2:
        yield from _keywords(("from", "because", *_EXEMPT))


def _behind_values(rest: list[str]) -> tuple[str, ...]:
    """What may stand next behind ``on`` or ``unless``, of which ``rest`` has one; empty where it has none."""
    after = {word: rest[len(rest) - rest[::-1].index(word) :] for word in ("on", "unless") if word in rest[1:-1]}
    if condition := after.get("unless"):
        begun: list[str] = []
        for word in condition:
            begun = [] if word in ("and", "or") else [*begun, word]
        field = FIELDS.get(begun[0])
        if field is None or len(begun) == 1:
            return tuple(FIELDS)
        negated = "not" in begun[1:-1]
        if len(begun) == 2 or (negated and len(begun) == 3):
            return (*field.values, *(() if negated else ("not",)))
        return ("and", "or", "because")
    if place := after.get("on"):
        return _PLACES if len(place) == 1 else ("unless", "because")
    return ()
