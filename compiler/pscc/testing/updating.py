"""``--update``: rewrites the expectations that do not hold to the actual values. All other text of the file stays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pscc.base.source import SourceFile
from pscc.diagnostics import Replacement
from pscc.diagnostics.fixes import apply_fixes
from pscc.testing.running import Mismatch, Result


def updated(source: SourceFile, results: Iterable[Result]) -> str:
    """The text of ``source`` in which each of ``results`` expects what the policies say of its pods.

    A case keeps its expectation if the policies say different things of its pods: no single expectation would be right.
    """
    edits = [edit for result in results if len(set(map(repr, result.actual))) == 1 for edit in _edits(source, result)]
    return apply_fixes(source.text, edits)


def _edits(source: SourceFile, result: Result) -> Iterator[Replacement]:
    for mismatch in result.mismatches:
        yield Replacement(mismatch.span, _written(mismatch) + _tail(source, mismatch))


def _written(mismatch: Mismatch) -> str:
    match mismatch.key, mismatch.actual:
        case "outcome", word:
            return str(word)
        case "policy", (first, *_):
            return f"policy: {json.dumps(first)}"
        case "policy", _:
            return "policy: null"
        case key, actual:
            return f"{key}: {json.dumps(actual, ensure_ascii=False)}"


def _tail(source: SourceFile, mismatch: Mismatch) -> str:
    """The text that the span of a YAML block has after its last line: line breaks, blanks and comments."""
    span = mismatch.span
    lines = source.text.split("\n")[span.line - 1 : span.end_line]
    if len(lines) < 2:
        return ""
    lines[-1] = lines[-1][: span.end_column - 1]
    last = max(number for number, line in enumerate(lines) if number == 0 or line.partition("#")[0].strip())
    return "".join(f"\n{line}" for line in lines[last + 1 :])
