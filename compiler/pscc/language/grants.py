"""Syntax errors of a choice's lines: who may use a policy, and where.

Each function is a situation of `pscc.language.mistakes`.
"""

from __future__ import annotations

import re

from pscc.diagnostics import Diagnostic
from pscc.language import elsewhere
from pscc.language.stop import VERBS, Stop

_FOR = ("to", "->", "=>", ":", "if", "when", "by", "from", "applies", "are", "is")
"""Words that other languages have for `for`."""


def other_head(stop: Stop) -> Diagnostic | None:
    """``use a for groups ops``, ``policy a for groups ops``, ``a: groups ops``."""
    match = re.match(r"(?:use|policy|grant|let|allow)\s+(?P<name>[^\s:]+)\s+(?P<rest>for\b.*)", _line(stop))
    if stop.rule == "grant" and match:
        word = _line(stop).split()[0]
        help = f"write `{match['name']} {match['rest'].strip()}`"
        at = (stop.start, stop.start + len(word))
        return stop.diagnostic("LNG081", "a line of a `choose` begins with the policy", help, at=at)
    match = re.match(r"(?P<name>[^\s:]+)\s*:\s*(?:for\b)?\s*(?P<rest>.*)", _line(stop))
    if stop.rule != "grant" or not match or "FOR" not in stop.expected or match["name"] in elsewhere.SUBJECTS:
        return None
    help = f"write `{match['name']} for {match['rest'].strip() or 'everyone'}`"
    sign = stop.start + _line(stop).index(":")
    return stop.diagnostic("LNG080", "`:` is not a word here", help, at=(sign, sign + 1))


def everyone_missing(stop: Stop) -> Diagnostic | None:
    """``a for namespaces prod``, ``a for everyone except groups ops``."""
    match = re.match(r"(?P<name>\S+)\s+for\s+(?:namespaces?|ns)\s+(?P<rest>.*)", _line(stop))
    if stop.rule != "grant" or not match:
        return None
    help = f"write `{match['name']} for everyone in namespaces {match['rest'].strip()}`"
    return stop.diagnostic("LNG058", "it is not said who may use this policy", help)


def two_grants(stop: Stop) -> Diagnostic | None:
    """``a for groups b, c for everyone``: two lines in one."""
    if stop.rule != "grant" or stop.word != "for" or not re.search(r"\sfor\s", stop.before):
        return None
    help = f"write `{stop.last[0]} {stop.rest.strip()}` on a line of its own, without the `,` before it"
    return stop.diagnostic("LNG055", "a second line of the `choose` begins here", help, at=(stop.last[1], stop.end))


def _line(stop: Stop) -> str:
    return stop.places.source.text[stop.start : stop.end]


def grant_without_subjects(stop: Stop) -> Diagnostic | None:
    """A line of a choice that does not say who."""
    if stop.rule != "grant":
        return None
    first = stop.places.source.text[stop.start : stop.end].split(maxsplit=1)[0]
    if first in VERBS:
        help = "put it into a policy, and name the policy here: `POLICY for SUBJECTS`"
        return stop.diagnostic(
            "LNG058", "a statement has no place in a choice", help, at=(stop.start, stop.start + len(first))
        )
    if "FOR" in stop.expected and stop.word.lower().rstrip(":") in _FOR:
        rest = stop.rest[len(stop.word) :].strip()
        help = f"write `{stop.last[0]} for {rest or 'everyone'}`"
        return stop.diagnostic("LNG080", f"`{stop.word}` is not a word here", help, fix="for", safe=False)
    if "FOR" in stop.expected and stop.last[0].rstrip(":") in elsewhere.SUBJECTS:
        help = "begin with the policy, as in `POLICY for groups …` or `POLICY for everyone`"
        return stop.diagnostic("LNG081", "the policy stands first", help, at=stop.last[1:])
    if "FOR" in stop.expected:
        last, start, end = stop.last
        last = last.rstrip(":")
        help = f"write `{last} for everyone`, or `for groups …`, `for users …`, `for serviceaccounts NAMESPACE/NAME`"
        return stop.diagnostic("LNG058", "it is not said who may use this policy", help, at=(start, end))
    if re.search(r"\bfor\s*$", stop.before) or not stop.word:
        help = "add `everyone`, `groups …`, `users …` or `serviceaccounts NAMESPACE/NAME`"
        return stop.diagnostic("LNG058", "it is not said who may use this policy", help)
    return None
