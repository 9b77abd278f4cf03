"""Comparisons, and labels as YAML and other languages write them: ``> 1000``, ``!= 0``, ``team: a``, ``team==a``."""

from __future__ import annotations

import re

from pscc.diagnostics import Diagnostic
from pscc.language.ast import Value
from pscc.language.stop import Stop

_KEYS = ("!", "<", ">", "~")


def compared(stop: Stop) -> Diagnostic | None:
    """``require runAsUser > 1000``. A situation of `pscc.language.mistakes`."""
    match = re.match(r"(?:deny|allow|require|default)\s+\S+\s+(?P<sign>[<>])\s*(?P<value>\d+)", _line(stop))
    if stop.rule != "item" or not match:
        return None
    at = (stop.start + match.start("sign"), stop.start + match.end())
    message, help = _instead(match["sign"], match["value"])
    return stop.diagnostic("LNG080", message, help, at=at)


def comparison(values: tuple[Value, ...]) -> Diagnostic | None:
    """The error for ``require runAsUser >= 1000`` and ``!= 0``, which read as a key with a value."""
    value = next((value for value in values if value.key in _KEYS), None)
    if value is None:
        return None
    message, help = _instead(f"{value.key}=", value.text)
    return Diagnostic("LNG080", message, value.span, help=help)


def label(stop: Stop) -> Diagnostic | None:
    """``in namespaces team: a``, ``in namespaces team==a``. A situation of `pscc.language.mistakes`."""
    match = re.match(
        r"(?:in|except)\s+namespaces\s.*?(?P<key>[^\s,:=]+)(?P<sign>\s*(?::\s*|==\s*|=\s+|\s=\s*))(?P<value>[^\s,:=]+)",
        _line(stop),
    )
    if stop.rule not in ("item", "grant") or not match or not match.start() <= stop.at - stop.start <= match.end():
        return None
    at = (stop.start + match.start("key"), stop.start + match.end())
    right = f"{match['key']}={match['value']}"
    sign = match["sign"].strip()
    return stop.diagnostic(
        "LNG052",
        f"a label has no `{sign}`" if sign != "=" else "a label is one word",
        f"write `{right}`",
        at=at,
        fix=right,
    )


def _instead(sign: str, value: str) -> tuple[str, str]:
    """The message and the help for a comparison by ``sign`` with ``value``."""
    message = f"nothing is compared by `{sign}`: a range is one word"
    if not value.isdigit():
        return message, f"`allow C {value}` admits this value, `deny C {value}` all but this"
    number = int(value)
    match sign:
        case ">" | ">=":
            first = number + (sign == ">")
            return message, f"write a range, as in `{first}-65535`"
        case "<" | "<=":
            return message, f"write a range, as in `0-{max(0, number - (sign == '<'))}`"
        case _:
            return f"nothing is compared by `{sign}`", f"`deny C {value}` refuses this value"


def _line(stop: Stop) -> str:
    return stop.places.source.text[stop.start : stop.end]
