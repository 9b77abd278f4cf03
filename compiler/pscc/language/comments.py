"""The comments and empty lines of a ``.psp`` text: the grammar skips them, the tree keeps them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from itertools import pairwise

from pscc.base.frozen import frozen

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|"[^\n]*|#(?P<comment>[^\n]*)|(?P<empty>^[^\S\n]*\n)', re.M)
GAP = "\x1f"
"""Stands for empty lines among the comments of a node: no comment ends in it, since white space at its end is cut."""
Place = tuple[int, int]
"""Line and column, 1-based."""


@frozen
class Comment:
    """A comment at ``place``: its ``text`` without ``#``. ``alone``: nothing else is on its line."""

    place: Place
    text: str
    alone: bool


class Comments:
    """The comments of one text in order, handed out to the nodes that they stand above or beside."""

    def __init__(self, text: str) -> None:
        self._waiting = deque(_scan(text))

    def above(self, place: Place) -> str:
        """The comments before ``place`` that belong to no earlier node, one a line, without ``#``. `GAP` stands for empty lines."""
        texts = []
        while self._waiting and self._waiting[0].place < place:
            texts.append(self._waiting.popleft().text)
        return "\n".join(texts)

    def beside(self, line: int) -> str:
        """The comment after something on ``line``, if no node has had it; else empty."""
        if self._waiting and self._waiting[0].place[0] == line and not self._waiting[0].alone:
            return self._waiting.popleft().text
        return ""

    def heading(self, place: Place) -> str:
        """The comments at the head of a file: those before ``place``, down to the last empty line."""
        lines = [*(c.place[0] for c in self._waiting if c.place < place and c.text != GAP), place[0]]
        gaps = [line for line, following in pairwise(lines) if following > line + 1]
        return self.above((gaps[-1] + 1, 0)) if gaps else ""

    def rest(self) -> str:
        """All that are left."""
        return self.above((2**62, 0))


def comments_of(text: str) -> Iterator[Comment]:
    """The comments of ``text``, in order."""
    return (comment for comment in _scan(text) if comment.text != GAP)


def _scan(text: str) -> list[Comment]:
    comments = []
    line, counted, start = 1, 0, 0
    for match in _STRING_OR_COMMENT.finditer(text):
        if match["comment"] is None and match["empty"] is None:
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        start = text.rfind("\n", 0, counted) + 1
        alone = not text[start:counted].strip()
        words = GAP if match["comment"] is None else match["comment"].rstrip().removeprefix(" ")
        comments.append(Comment((line, counted - start + 1), words, alone))
    return comments
