"""The policy language, written from the values that a peer's parameters have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from peers.case import Json, NotExpressible

_BARE = re.compile(r"[A-Za-z0-9_./:-]+")
_KEYWORDS = {
    "deny", "allow", "require", "default", "enforce", "warn", "audit", "all", "add", "on", "in", "except", "everyone",
    "users", "groups", "serviceaccounts", "exempt", "containers", "images", "from", "until", "without", "unless", "because",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and the control that it is about."""

    control: str
    text: str


def deny(control: str, values: Iterable[str] = (), place: str = "") -> Statement:
    """``deny CONTROL VALUES``, with what stands behind it."""
    return _statement("deny", control, values, place)


def allow(control: str, values: Iterable[str], place: str = "") -> Statement:
    """``allow CONTROL VALUES``; ``deny CONTROL`` where there are none."""
    listed = tuple(values)
    return _statement("allow", control, listed, place) if listed else deny(control, (), place)


def require(control: str, values: Iterable[str] = (), place: str = "") -> Statement:
    """``require CONTROL VALUES``."""
    return _statement("require", control, values, place)


def default(control: str, *words: str) -> Statement:
    """``default CONTROL WORDS``. It fills a place of its own beside the statement that checks the control."""
    return Statement(f"default {control}", " ".join(("default", control, *words)))


def _statement(verb: str, control: str, values: Iterable[str], place: str) -> Statement:
    parts = [f"{verb} {control}", ", ".join(values), place]
    return Statement(control, " ".join(part for part in parts if part))


def literal(text: str) -> str:
    """``text`` as a value that stands for itself. Raises `NotExpressible` where it is empty."""
    if not text:
        raise NotExpressible("an empty value is none")
    return text if _BARE.fullmatch(text) and text not in _KEYWORDS else json.dumps(text, ensure_ascii=False)


def pattern(text: str) -> str:
    """``text`` as a value in which a ``*`` at the end stands for anything.

    Raises `NotExpressible` where there is a ``*`` elsewhere, or a prefix that cannot be written without quotes.
    """
    if not text.endswith("*"):
        return literal(text)
    if len(text) > 1 and not _BARE.fullmatch(text[:-1]):
        raise NotExpressible(f"{text!r} is not a prefix that can be written")
    return text


def ranges(parameters: Json) -> list[str]:
    """The ``ranges`` of a rule. Raises `NotExpressible` where no number is in them."""
    found = parameters.get("ranges") or []
    if not found or any(not {"min", "max"} <= one.keys() or one["min"] > one["max"] for one in found):
        raise NotExpressible("no number is in the ranges")
    return [f"{one['min']}-{one['max']}" for one in found]


def source(name: str, statements: Sequence[Statement], lines: Sequence[str] = (), extends: str = "") -> str:
    """The text of a policy with these statements; ``lines`` are what it says besides them.

    A second statement on a control goes into a policy of its own, with the same ``lines``: both have to admit a pod.
    """
    parts: list[dict[str, Statement]] = [{}]
    for statement in statements:
        part = next((one for one in parts if statement.control not in one), None)
        if part is None:
            part = {}
            parts.append(part)
        part[statement.control] = statement
    texts = []
    for number, part in enumerate(parts):
        own = name if number == 0 else f"{name}-{number + 1}"
        head = f"policy {own} extends {extends} {{" if extends and number == 0 else f"policy {own} {{"
        inside = [*lines, *(statement.text for statement in part.values())]
        texts.append("\n".join((head, *(f"    {line}" for line in inside), "}\n")))
    return "\n".join(texts)
