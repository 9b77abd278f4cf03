"""Conditions behind ``unless`` as other languages write them, and those that can be read in two ways.

Each function is a situation of `pscc.language.mistakes`.
"""

from __future__ import annotations

import re

from pscc.diagnostics import Diagnostic
from pscc.language.stop import Stop

_JOINED = {"&&": "and", "&": "and", "||": "or", "|": "or", ",": "or", "unless": "or", "nor": "or"}
_VALUE = r"[^\s,{}\"#=()&|!]+"
_CONDITION = rf"({_VALUE})\s+({_VALUE})"


def _behind_unless(stop: Stop) -> str | None:
    """What stands behind the first ``unless`` of the statement, up to the stop; None where there is none."""
    if stop.rule != "item":
        return None
    match = re.search(r"(?<!\S)unless(?=\s|$)(?![^\"]*\"[^\"]*$)(?P<rest>.*)", stop.before, re.DOTALL)
    return match["rest"].strip() if match else None


def not_before_the_field(stop: Stop) -> Diagnostic | None:
    """``unless not os.name windows``: what the parser took as a field is the negation."""
    behind = _behind_unless(stop)
    match = re.search(rf"(?:^|\s)not\s+({_VALUE})$", behind or "")
    value = re.match(_VALUE, stop.rest)
    if not match or not value or value[0] in ("and", "or", "because", "on", "not"):
        return None
    start = stop.at - len(re.split(r"(?<!\S)not(?=\s)", stop.before)[-1]) - len("not")
    right = f"{match[1]} not {value[0]}"
    alone = behind == match[0] and stop.rest[value.end() :].split()[:1] not in (["and"], ["or"], ["&&"], ["||"])
    help = f"write `{right}`: it is true where a pod sets {match[1]} to another value"
    at = (start, stop.at + value.end())
    return stop.diagnostic("LNG081", "`not` stands before the value", help, at=at, fix=right, safe=alone)


def and_beside_or(stop: Stop) -> Diagnostic | None:
    """``unless A and B or C``."""
    behind = _behind_unless(stop)
    if behind is None or stop.word not in ("and", "or"):
        return None
    other = "or" if stop.word == "and" else "and"
    if not re.search(rf"(?<!\S){other}(?!\S)", behind):
        return None
    help = f"join all of them by `{other}`, or write a policy for each case"
    return stop.diagnostic("LNG081", "`and` beside `or` can be read in two ways", help)


def joined_by_a_sign(stop: Stop) -> Diagnostic | None:
    """``unless os.name windows || hostUsers false``, ``unless A, B``, ``unless A unless B``."""
    behind = _behind_unless(stop)
    word = "," if stop.rest.startswith(",") else stop.word.lower()
    if behind is None or word not in _JOINED or not re.search(rf"{_CONDITION}$", behind):
        return None
    meant = _JOINED[word]
    start = len(stop.places.source.text[: stop.at].rstrip())
    help = (
        f"write `{meant}`"
        if word not in (",", "unless")
        else "write `or` where one is enough, `and` where both have to be true"
    )
    message = f"`{word}` does not join the conditions of `unless`"
    at = (start, stop.at + len(word))
    return stop.diagnostic("LNG080", message, help, at=at, fix=f" {meant}", safe=word in ("&&", "||"))


def half_a_condition(stop: Stop) -> Diagnostic | None:
    """``unless os.name windows and linux``, ``unless os.name``, ``unless os.name not``."""
    behind = _behind_unless(stop)
    if not behind or (stop.word and stop.word not in ("because", "on", "and", "or")):
        return None
    last, start, end = stop.last
    if last in ("and", "or"):
        help = f"name a field and its value, as in `{last} hostUsers false`"
    elif last == "not":
        help = "add the value, as in `os.name not windows`"
    elif re.fullmatch(rf"(?:.*\s)?(?:and|or)\s+{_VALUE}", behind, re.DOTALL) or re.fullmatch(_VALUE, behind):
        help = (
            f"name a field and its value, as in `os.name {last}`"
            if last in ("windows", "linux")
            else f"add the value of `{last}`"
        )
    else:
        return None
    return stop.diagnostic("LNG001", f"`{last}` what?", help, at=(start, end))


def is_not(stop: Stop) -> Diagnostic | None:
    """``unless os.name is not windows``, ``unless os.name <> windows``."""
    behind = _behind_unless(stop)
    if not behind or not re.search(rf"(?:^|\s){_VALUE}(\s+is)?$", behind):
        return None
    start = stop.last[1] if stop.last[0] in ("is", "isn't") else stop.at
    match = re.match(rf"(?:!=|isn't|is\s+not|<>)\s*({_VALUE})", stop.places.source.text[start : stop.end])
    if not match:
        return None
    at = (start, start + match.end())
    help = f"write `not {match[1]}`"
    return stop.diagnostic(
        "LNG080", "a condition is a field and its value", help, at=at, fix=f"not {match[1]}", safe=True
    )
