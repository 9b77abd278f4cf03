"""Errors of a source's outline: text outside of blocks, blocks without a head or an end, and a ``}`` that closes nothing.

``golden/diagnostics`` has a sample of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pscc.diagnostics import Diagnostic, Replacement
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.language.outline import HEADS, Block, Outline, Piece
from pscc.language.stop import STARTS, Places

_YAML = ("apiVersion:", "kind:", "metadata:", "spec:", "---", "-")


def misplaced(places: Places, outline: Outline) -> Iterator[Diagnostic]:
    """An error for each fault of ``outline``. A source that begins as YAML or JSON has that error alone."""
    text = places.source.text
    first = text.split(maxsplit=1)[:1]
    if first and (first[0] in _YAML or first[0].startswith('"apiVersion"') or re.match(r'\s*\{\s*"', text)):
        yield _outside(places, "LNG059", "this is YAML or JSON, in a source that is read as the policy language",
                       Piece(text.index(first[0]), text.index(first[0]) + len(first[0])), "name the file `….yaml`")  # fmt: skip
        return
    for block in outline.blocks:
        yield from _head(places, block)
        if not block.closed:
            yield _outside(places, "LNG050", "this block is not closed", Piece(block.brace, block.brace + 1),
                           "add a `}` on a line of its own where it ends")  # fmt: skip
    for piece in outline.nested:
        yield _outside(places, "LNG050", "a block has no place in a block", piece,
                       "write one statement a line, with its values after the control")  # fmt: skip
    alone = not (outline.nested or any(not piece.uses(text) for piece in outline.stray))
    for offset in outline.unopened:
        brace = places.span(offset, offset + 1)
        needless = (Replacement(brace, "", alone and not text[offset + 1 :].strip()),)
        yield Diagnostic("LNG050", "this `}` closes nothing", brace, help="take it out", fixes=needless)
    for piece in (piece for piece in outline.stray if not piece.uses(text)):
        yield _stray(places, piece)


def _outside(places: Places, code: str, message: str, piece: Piece, help: str) -> Diagnostic:
    return Diagnostic(code, message, places.span(piece.start, piece.end), help=help)


def _unknown_head(places: Places, word: str, start: int, message: str, help: str) -> Diagnostic:
    """The error that ``word``, at offset ``start``, begins no block."""
    suggestion = did_you_mean(word, HEADS)
    span = places.span(start, start + len(word))
    help = f"did you mean `{suggestion}`?" if suggestion else help
    return Diagnostic("LNG056", message, span, help=help, fixes=respelled(span, word, suggestion, HEADS))


def _head(places: Places, block: Block) -> Iterator[Diagnostic]:
    """The errors in the head of ``block``."""
    text = places.source.text
    words = text[block.head.start : block.brace].split()
    if not words:
        brace = Piece(block.brace, block.brace + 1)
        yield _outside(places, "LNG057", "this block has no head", brace, "write `policy NAME {`")
    elif words[0] in HEADS and not block.on_one_line(text):
        message = f"`{{` has to stand on the line of `{words[0]}`"
        between = text[block.head.end : block.brace]
        joined = (
            (Replacement(places.span(block.head.end, block.brace + 1), " {", safe=True),) if between.isspace() else ()
        )
        help = "put it at the end of that line" + ("; `pscc check --fix` does so" if joined else "")
        yield Diagnostic("LNG050", message, places.span(block.brace, block.brace + 1), help=help, fixes=joined)
    elif words[0] not in HEADS:
        message, help = f"`{words[0]}` does not begin a block", "a block is `policy NAME { … }` or `choose { … }`"
        yield _unknown_head(places, words[0], block.head.start, message, help)


def _stray(places: Places, piece: Piece) -> Diagnostic:
    """The error for ``piece``, a line outside of all blocks."""
    word = places.source.text[piece.start : piece.end].split(maxsplit=1)[0]
    first = Piece(piece.start, piece.start + len(word))
    if word in STARTS:
        help = "put it between the braces of `policy NAME { … }`"
        return _outside(places, "LNG056", "this statement is outside of a policy", first, help)
    if word in HEADS:
        end = Piece(piece.end, piece.end)
        return _outside(places, "LNG050", f"this `{word}` has no block", end, "add `{` here, and a `}` where it ends")
    help = "a file is made of blocks `policy NAME { … }`"
    return _unknown_head(places, word, piece.start, f"`{word}` does not begin a policy", help)
