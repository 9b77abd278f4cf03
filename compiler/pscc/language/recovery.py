"""Parses the readable parts of a source with syntax errors, so that all of its errors are reported at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

from pscc.base.source import SourceFile
from pscc.diagnostics import Report
from pscc.language.grammar import lark_parser
from pscc.language.misplaced import head_meant, is_yaml, misplaced
from pscc.language.mistakes import explain_stop
from pscc.language.outline import Block, Outline, Piece, outline
from pscc.language.stop import Places, Stop

if TYPE_CHECKING:
    from lark import Token, Tree, UnexpectedInput

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
MOST_ERRORS = 100
"""Errors to report for one file; there may be more."""


def _moved(tree: Tree[Token], line: int, column: int) -> Tree[Token]:
    """``tree``, parsed from a part of the source that begins at ``line`` and ``column``, with its positions in the whole."""
    places: list[Any] = [node.meta for node in tree.iter_subtrees() if not node.meta.empty]
    for at in [*places, *tree.scan_values(lambda _: True)]:
        at.column += column - 1 if at.line == 1 else 0
        at.end_column += column - 1 if at.end_line == 1 else 0
        at.line += line - 1
        at.end_line += line - 1
    return tree


class Recovery:
    """Reads a text that does not parse block by block and line by line; each that does not parse is an error."""

    def __init__(self, source: SourceFile, report: Report) -> None:
        self.source = source
        self.report = report
        self.places = Places(source)
        self.parts = Outline()

    def trees(self) -> list[Tree[Token]]:
        """A tree for each `use` and each block, with the lines of the block that can be parsed."""
        parts = self.parts = outline(self.source.text)
        for diagnostic in islice(misplaced(self.places, parts), MOST_ERRORS):
            self.report.add(diagnostic)
        uses = [self.piece(piece, "use") for piece in parts.stray if piece.uses(self.source.text)]
        blocks = (self.block(block) for block in takewhile(lambda _: not self.full, parts.blocks))
        return [*filter(None, uses), *blocks]

    def readable(self, pieces: list[Piece]) -> Iterator[Piece]:
        """``pieces`` without those that have an error already: a comment inside, or YAML that goes on."""
        before: Piece | None = None
        for piece in pieces:
            goes_on = before is not None and is_yaml(self.source.text, before) and is_yaml(self.source.text, piece)
            before = piece
            if not goes_on and not self.parts.interrupted(piece):
                yield piece

    @property
    def full(self) -> bool:
        return len(self.report.diagnostics) >= MOST_ERRORS

    def block(self, block: Block) -> Tree[Token]:
        """The block. Where its head cannot be read, its name is the second word, or ``policy``."""
        from lark import Token, Tree

        text = self.source.text
        choice = head_meant((block.words(text) or [""])[0]) == "choose"
        head = self.piece(block.head, "_choice_head" if choice else "_policy_head") if block.named(text) else None
        words = block.words(text)
        name = words[1] if len(words) > 1 and _NAME.fullmatch(words[1]) else "policy"
        items = [self.piece(piece, "grant" if choice else "item") for piece in self.readable(block.pieces)]
        nameless: list[Any] = [] if choice else [self.spread(Tree("name", [Token("WORD", name)]), block)]
        # what a policy without its parent is without is not known
        kept = [item for item in items if item is not None and (head or item.data != "without")]
        children = [*(head.children if head else nameless), *kept]
        return self.spread(Tree("choice" if choice else "policy", children), block)

    def spread(self, tree: Tree[Token], block: Block) -> Tree[Token]:
        """``tree``, standing where the head of ``block`` does."""
        start, end = (self.places.place(offset) for offset in (block.head.start, block.brace))
        tree.meta.empty = False
        tree.meta.line, tree.meta.column = start
        tree.meta.end_line, tree.meta.end_column = end
        return tree

    def piece(self, piece: Piece, rule: str) -> Tree[Token] | None:
        from lark import UnexpectedInput

        if self.full:
            return None
        text = self.source.text[piece.start : piece.end]
        try:
            return _moved(lark_parser().parse(text, start=rule), *self.places.place(piece.start))
        except UnexpectedInput as error:
            self.report.add(explain_stop(self.stop(error, piece, rule)))
        return None

    def stop(self, error: UnexpectedInput, piece: Piece, rule: str) -> Stop:
        token = getattr(error, "token", None)
        ended = token is not None and token.type == "$END"
        at = piece.end if ended else piece.start + (error.pos_in_stream or 0)
        # `because` and `until` begin with the white space before them
        at += len(spaces[0]) if (spaces := re.compile(r"[ \t\r\n]*").match(self.source.text, at, piece.end)) else 0
        expected = getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", ())
        return Stop(self.places, rule, piece.start, piece.end, at, frozenset(expected or ()))
