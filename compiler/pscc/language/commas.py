"""Lists with a comma too many or too few, and values on another line than their statement.

Each function is a situation of `pscc.language.mistakes`.
"""

from __future__ import annotations

import re

from pscc.diagnostics import Diagnostic, Replacement
from pscc.diagnostics.spelling import did_you_mean
from pscc.language.stop import STARTS, Stop

_NEXT_VALUE = re.compile(r'"[^"\n]*"|[^\s,{}"#=()]+')
_ENDS = ("until", "unless", "from", "because", "on", "for", "all", "add", "and", "or")
"""Words behind a list that are no values of it."""


def comma_too_many(stop: Stop) -> Diagnostic | None:
    """A comma before, after or between nothing."""
    if stop.rest.startswith(","):
        at = (stop.at, stop.at + 1)
        return stop.diagnostic("LNG051", "this `,` separates nothing", "take it out", at=at, fix="")
    comma = re.search(r",(\s|#[^\n]*)*$", stop.before)
    if not stop.word and comma:
        at = (stop.start + comma.start(), stop.start + comma.start() + 1)
        return stop.diagnostic(
            "LNG051", "nothing follows this `,`", "take it out, or add what is missing", at=at, fix=""
        )
    return None


def other_word(stop: Stop) -> Diagnostic | None:
    """``exempt … till 2027-01-31``, ``exempt images a/* for privileged``, ``until next year``, ``use "a.psp" as b``."""
    if stop.rule == "use" and "STRING" not in stop.expected and stop.rest.strip():
        at = (stop.at, stop.at + len(stop.rest.rstrip()))
        return stop.diagnostic("LNG081", "`use` takes a path alone", "take this out: policies keep their names", at=at)
    if stop.rule != "item" or not stop.before.startswith("exempt"):
        return None
    last, start, end = stop.last
    if re.search(r"\buntil\s+\S+\s*$", stop.before):
        at = (start, stop.end)
        return stop.diagnostic(
            "LNG040", "`until` takes a date alone", "write the last day, as in `until 2027-12-31`", at=at
        )
    word, at = (stop.word, (stop.at, stop.at + len(stop.word)))
    if word.lower() not in (*_UNTIL, *_FROM):
        word, at = last, (start, end)
    for words, meant in ((_UNTIL, "until"), (_FROM, "from")):
        if word.lower() in words:
            rest = stop.places.source.text[at[1] : stop.end].strip()
            help = f"write `{meant} {rest}`" if rest else f"did you mean `{meant}`?"
            return stop.diagnostic("LNG080", f"`{word}` is not a word here", help, at=at, fix=meant)
    return None


_UNTIL = ("till", "til", "expires", "expiring", "ends", "through", "before")
_FROM = ("for", "of", "regarding")


def missing_comma(stop: Stop) -> Diagnostic | None:
    """Two values beside each other."""
    last, _, end = stop.last
    separate = "_COMMA" in stop.expected and "LBRACE" not in stop.expected
    if not separate or not stop.word or stop.word[0] in "=()" or "\n" in stop.places.source.text[end : stop.at]:
        return None
    if last == "because" or stop.word in STARTS or stop.word in ("all", "add", "on"):
        return None
    if re.match(r"exempt\b.*\sfrom\s", stop.before):
        help = "it lets off a control as a whole; a second policy can say what is left, as in `allow CONTROL VALUE, …`"
        return stop.diagnostic("LNG081", "behind `from` stand controls, and no values", help)
    if re.match(r"\w+\s+hostPath\s", stop.before) and stop.word.lower().replace("-", "") in ("readonly", "ro"):
        return stop.diagnostic("LNG080", "read-only stands in parentheses", "write `(read-only)`", fix="(read-only)")
    message = f"a `,` is missing before `{stop.word}`"
    listed = _list_from(stop)
    gaps = [end, *(match.end() for match in listed[:-1])]
    mended = tuple(Replacement(stop.places.span(gap, gap), ",") for gap in gaps)
    span = stop.places.span(stop.at, stop.at + len(stop.word))
    help = f"write `{', '.join((last, *(match[0] for match in listed)))}`"
    return Diagnostic("LNG051", message, span, help=help, fixes=mended)


def _list_from(stop: Stop) -> list[re.Match[str]]:
    """The word at which the parser stopped, and the words behind it that seem to be further values without a comma."""
    words: list[re.Match[str]] = []
    at = stop.at
    while match := _NEXT_VALUE.match(stop.places.source.text, at, stop.end):
        if words and match[0] in (*_ENDS, *STARTS):
            break
        words.append(match)
        at = match.end()
        if stop.places.source.text[at : stop.end].lstrip(" \t").startswith((",", "(", "=")):
            break
        at += len(stop.places.source.text[at : stop.end]) - len(stop.places.source.text[at : stop.end].lstrip(" \t"))
    return words


def values_on_the_next_line(stop: Stop) -> Diagnostic | None:
    """``allow volumes``, and below it ``configMap, secret``."""
    text = stop.places.source.text
    above = text[: stop.start].rstrip()
    line = above[above.rfind("\n") + 1 :]
    if stop.rule != "item" or stop.at != stop.start or not stop.word or stop.word in STARTS:
        return None
    statement = re.fullmatch(r"\s*((?:(?:enforce|warn|audit)\s+)?allow\s+[\w.]+)", line)
    if not statement or did_you_mean(stop.word, STARTS):
        return None
    start = len(above) - len(line) + statement.start(1)
    gap = stop.places.span(len(above), stop.start)
    help = f"write `{statement[1]} {' '.join(stop.rest.split())}`"
    message = f"the values of `{statement[1]}` stand on its line"
    return Diagnostic("LNG001", message, stop.places.span(start, stop.end), help=help, fixes=(Replacement(gap, " "),))
