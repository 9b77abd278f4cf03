"""The blocks and logical lines of a ``.psp`` text that does not parse, so that each can be read by itself.

Follows the grammar's own idea of a line: a comma, or a ``because`` to come, carries it on. Knows no statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\\n]|\\.)*"|"[^\n]*)|(?P<comment>#[^\n]*)|(?P<foreign>(?<!\S)(?:/\*.*?(?:\*/|\Z)|//(?=[^\S\n]|\w)[^\n]*|--(?=[^\S\n])[^\n]*|<!--.*?-->))|(?P<newline>\n)|(?P<open>\{)|(?P<close>\})|(?P<comma>,)'
    r'|(?P<word>[^\s"#{},]+)|(?P<space>[^\S\n]+)',
    re.DOTALL,
)
HEADS = ("policy", "choose")
ABSTRACT = "abstract"
"""The word that may stand before the head of a policy."""
VERBS = ("deny", "allow", "require", "default")


class Piece(NamedTuple):
    """A logical line, as offsets into the text."""

    start: int
    end: int

    def words(self, text: str) -> list[str]:
        """Its words, without `ABSTRACT` before the others."""
        words = text[self.start : self.end].split()
        return words[1:] if words[:1] == [ABSTRACT] else words

    def begins_block(self, text: str) -> bool:
        """Whether its first word is one of `HEADS`, or the one behind `ABSTRACT`."""
        return self.words(text)[:1] in ([word] for word in HEADS)

    def uses(self, text: str) -> bool:
        """Whether it is a ``use`` of another file."""
        return text[self.start : self.end].split(maxsplit=1)[:1] == ["use"]


@dataclass(slots=True)
class Block:
    """``HEAD { PIECES }``. ``brace`` is the offset of ``{``; ``closed`` whether its ``}`` is there."""

    head: Piece
    brace: int
    pieces: list[Piece] = field(default_factory=list)
    closed: bool = False

    def named(self, text: str) -> bool:
        """Whether its head is that of a policy or a choice."""
        first = self.words(text)[:1]
        return first == ["policy"] or (first == ["choose"] and not self.abstract(text))

    def words(self, text: str) -> list[str]:
        """The words of its head, without `ABSTRACT` before the others."""
        return Piece(self.head.start, self.brace).words(text)

    def abstract(self, text: str) -> bool:
        """Whether `ABSTRACT` is the first word of its head."""
        return text[self.head.start : self.brace].split(maxsplit=1)[:1] == [ABSTRACT]

    def on_one_line(self, text: str) -> bool:
        """Whether its ``{`` is on the line of its head."""
        return "\n" not in text[self.head.start : self.brace]


@dataclass(slots=True)
class Outline:
    """The parts of a text: its blocks, and the parts in wrong places.

    In a wrong place are lines and ``}`` outside of blocks, and blocks inside of blocks. ``within`` are policies and choices in
    a block, each with the offset of the ``}`` that ends the outer one. ``foreign`` are comments as other languages write
    them. They belong to no line, unless a line goes on behind them.
    """

    blocks: list[Block] = field(default_factory=list)
    stray: list[Piece] = field(default_factory=list)
    nested: list[Piece] = field(default_factory=list)
    within: list[tuple[Block, int]] = field(default_factory=list)
    unopened: list[int] = field(default_factory=list)
    foreign: list[Piece] = field(default_factory=list)

    def interrupted(self, piece: Piece) -> bool:
        """Whether a comment of another language stands in ``piece``."""
        return any(piece.start < comment.start < piece.end for comment in self.foreign)

    def close(self, end: int) -> None:
        """The ``}`` at ``end``, which no open block has: of the last that another block interrupted, if any."""
        unclosed = [number for number, block in enumerate(self.blocks[:-1]) if not block.closed]
        if not unclosed:
            self.unopened.append(end)
            return
        outer = self.blocks[unclosed[-1]]
        outer.closed = True
        self.within.append((self.blocks[unclosed[-1] + 1], end))
        outer.pieces += [piece for piece in self.stray if piece.start > outer.brace]
        self.stray = [piece for piece in self.stray if piece.start < outer.brace]


class _Token(NamedTuple):
    kind: str
    start: int
    end: int
    first: bool  # on its line


def _tokens(text: str) -> list[_Token]:
    tokens = []
    first = True
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "newline":
            first = True
        elif match.lastgroup not in ("comment", "space"):
            tokens.append(_Token(str(match.lastgroup), match.start(), match.end(), first))
            first = match.lastgroup == "foreign" and (first or "\n" in match[0])
    return tokens


def outline(text: str) -> Outline:
    """The outline of ``text``: every word of it is in one of its pieces."""
    result = Outline()
    block: Block | None = None
    inside = 0  # of blocks that have no place here
    piece: Piece | None = None
    before: _Token | None = None

    def flush() -> None:
        if piece and not inside:
            (block.pieces if block else result.stray).append(piece)

    for token in _tokens(text):
        word = text[token.start : token.end]
        if token.kind == "foreign":
            result.foreign.append(Piece(token.start, token.end))
            continue
        carried = before is not None and before.kind == "comma" and word not in VERBS
        if piece and token.first and not (carried or word in ("because", "until") or token.kind == "open"):
            flush()
            piece = None
        if token.kind == "open":
            head = piece or Piece(token.start, token.start)
            opens = head.words(text)[:1]
            if block and opens and opens[0] in HEADS:
                block, inside = None, 0
            if block:
                inside += 1
                if inside == 1:
                    result.nested.append(Piece(head.start, token.end))
            else:
                block = Block(head, token.start)
                result.blocks.append(block)
            piece = None
        elif token.kind == "close":
            flush()
            piece = None
            if inside:
                inside -= 1
            elif block:
                block.closed, block = True, None
            else:
                result.close(token.start)
        else:
            piece = Piece(piece.start if piece else token.start, token.end)
        before = token
    flush()
    return result
