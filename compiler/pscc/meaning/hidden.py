"""Comments that hide a warning: ``# pscc: ignore LNG061 - the reason``, beside what it is about or on the line above."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic
from pscc.language.comments import comments_of

_HIDING = re.compile(r"pscc:\s*ignore\b\s*(?P<codes>[A-Z0-9]+(?:\s*,\s*[A-Z0-9]+)*)?(?:\s*[-–—:]\s*(?P<reason>.*))?")


@frozen
class _Hiding:
    """A comment at ``span`` that hides the warnings with ``codes`` on ``line`` of its file."""

    span: Span
    line: int
    codes: tuple[str, ...]


class Hidden:
    """What the comments of ``sources``, which are in the language, hide."""

    def __init__(self, sources: Iterable[SourceFile]) -> None:
        comments = [either for source in sources for either in _read(source)]
        self._hiding = [comment for comment in comments if isinstance(comment, _Hiding)]
        self._faulty = [comment for comment in comments if isinstance(comment, Diagnostic)]

    def shown(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """``diagnostics`` without the warnings and notes that a comment hides. No error is hidden."""
        return tuple(
            diagnostic for diagnostic in diagnostics if not any(_hides(hiding, diagnostic) for hiding in self._hiding)
        )

    def idle(self, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """A warning for each comment that hides none of ``diagnostics``, or names no code or no reason."""
        yield from self._faulty
        used = {
            (hiding, diagnostic.code)
            for diagnostic in diagnostics
            for hiding in self._hiding
            if _hides(hiding, diagnostic)
        }
        for hiding in self._hiding:
            for code in hiding.codes:
                if (hiding, code) not in used:
                    message = f"this hides no {code}: there is none here"
                    yield Diagnostic("LNG088", message, hiding.span, "warning", help="take it out")


def _hides(hiding: _Hiding, diagnostic: Diagnostic) -> bool:
    return (
        diagnostic.severity != "error"
        and diagnostic.code in hiding.codes
        and diagnostic.span is not None
        and (diagnostic.span.file, diagnostic.span.line) == (hiding.span.file, hiding.line)
    )


def _read(source: SourceFile) -> Iterator[_Hiding | Diagnostic]:
    if "pscc:" not in source.text:
        return
    comments = list(comments_of(source.text))
    lines = {comment.place[0] for comment in comments if comment.alone}
    for comment in comments:
        match = _HIDING.match(comment.text)
        if match is None:
            continue
        line, column = comment.place
        span = Span(source.name, line, column, line, column + 1 + len(comment.text))
        if match["codes"] is None or not match["reason"]:
            message = (
                "this hides nothing: it names no reason" if match["codes"] else "this hides nothing: it names no code"
            )
            help = "write `# pscc: ignore LNG061 - the reason`, beside the statement or on the line above"
            yield Diagnostic("LNG088", message, span, "warning", help=help)
            continue
        about = line
        while comment.alone and about in lines:
            about += 1
        yield _Hiding(span, about, tuple(code.strip() for code in match["codes"].split(",")))
