"""Strings that do not end, or stand in other quotes.

Each function is a situation of `pscc.language.mistakes`.
"""

from __future__ import annotations

import re

from pscc.diagnostics import Diagnostic
from pscc.language.quoting import QUOTES, quoted
from pscc.language.stop import Stop


def unclosed_string(stop: Stop) -> Diagnostic | None:
    """A string that does not end on its line."""
    if stop.rest.startswith('"') and not re.match(r'"(?:[^"\\\n]|\\.)*"', stop.rest):
        line = stop.rest.split("\n")[0].split("#")[0].rstrip()
        at = (stop.at, stop.at + len(line))
        return stop.diagnostic("LNG002", "this string does not end", 'close it with `"` on the same line', at=at)
    return None


def unknown_escape(stop: Stop) -> Diagnostic | None:
    """A string with a backslash that the language does not know."""
    string = re.match(r'"(?:[^"\\\n]|\\.)*"', stop.rest)
    wrong = re.search(r'\\(?!["\\nrt]|u[0-9a-fA-F]{4})', string[0].replace("\\\\", "  ")) if string else None
    if not wrong:
        return None
    start = stop.at + wrong.start()
    written = stop.places.source.text[start : start + 2]
    help = 'known: `\\"`, `\\\\`, `\\n`, `\\r`, `\\t`, `\\u00e9`; write `\\\\` for a backslash'
    return stop.diagnostic("LNG001", f"`{written}` is no escape", help, at=(start, start + 2))


def wrong_quotes(stop: Stop) -> Diagnostic | None:
    """Single or typographic quotes."""
    if not stop.rest or stop.rest[0] not in QUOTES:
        return None
    line = stop.rest.split("\n")[0].rstrip()
    closing = max((line.rfind(quote, 1) for quote in QUOTES), default=-1)
    written = line[: closing + 1] if closing > 0 else stop.word
    fix, safe = quoted(written) if closing > 0 else (None, False)
    message = f'`{written[0]}` does not quote: strings stand in `"`'
    at = (stop.at, stop.at + len(written))
    return stop.diagnostic("LNG053", message, f"write `{fix}`" if fix else 'use `"`', at=at, fix=fix, safe=safe)


def quotes_around_words(stop: Stop) -> Diagnostic | None:
    """``users 'Ann Lee'``: the parser stops at the second word."""
    last, start, _ = stop.last
    if not stop.word or not last or last[0] not in QUOTES or (last[-1] in QUOTES[1:] and len(last) > 1):
        return None
    line = stop.places.source.text[start : stop.end].split("\n")[0]
    closing = min((at for at in (line.find(quote, 1) for quote in QUOTES) if at > 0), default=-1)
    if closing < 0:
        return None
    fix, safe = quoted(line[: closing + 1])
    message = f'`{line[0]}` does not quote: strings stand in `"`'
    at = (start, start + closing + 1)
    return stop.diagnostic("LNG053", message, f"write `{fix}`" if fix else 'use `"`', at=at, fix=fix, safe=safe)
