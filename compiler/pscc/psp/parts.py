"""Large sources in parts of some thousand lines, so that nobody has to hold a cluster's pods in memory.

A part is whole documents, or whole items of one list as kubectl prints it. Where a part can be read by itself, it means what
it means in the source: `---` at the beginning of a line always begins a document, and an item cannot end inside of quotes,
brackets or a block of text, for then the part could not be read. A JSON source is a list's items, or values in a row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from pscc.psp.plain_values import Place, UnusualError, json_value, refuse_odd_json

_SIZE = 1 << 16
_LONGEST = 1 << 26
_DOCUMENT = re.compile(r"^---(?=\s)", re.MULTILINE)
_FIELD = r"(?:#[^\n]*+|(?:apiVersion|kind):[^\n]*+|metadata:[^\n]*+(?:\n [^\n]*+)*+)\n"
_LIST = re.compile(rf"\s*+(?:---[ ]*+\n)?(?:{_FIELD})*+items:[ ]*\n(?=( *)- )")
_HEAD = 1 << 14
"""A list says so in this many characters, or it is read as one document."""
_JSON_FIELD = r'"(?:apiVersion|kind)"\s*:\s*"[^"\\]*"|"metadata"\s*:\s*\{[^{}"]*(?:"[^"\\]*"[^{}"]*)*\}'
_JSON_LIST = re.compile(rf'\s*\{{(?:\s*(?:{_JSON_FIELD})\s*,)*\s*"items"\s*:\s*\[')
_ITEM_KIND = re.compile(r'^kind: (\w+)List$|"kind"\s*:\s*"(\w+)List"', re.MULTILINE)
_SPACE = re.compile(r"[ \t\n]*")


class JsonValue(NamedTuple):
    """A JSON value, its place in the source, and where it begins and ends in the text of its part."""

    value: object
    place: Place
    start: int
    end: int


class Part(NamedTuple):
    """A piece of a source.

    ``text`` is YAML documents, the items of a ``list``, or the ``rest`` of a list without them. Its first line is ``line``,
    0-based. Of JSON, ``values`` are read already; None for YAML. ``item_kind`` is what the list calls items that name no kind:
    empty where it does not say so before them. With ``cut``, the text ends with the sign of an item that is not in it.
    """

    kind: Literal["documents", "items", "rest"]
    text: str
    line: int
    values: tuple[JsonValue, ...] | None = None
    item_kind: str = ""
    cut: bool = False


class _Buffer:
    """Text that is read as far as somebody needs it. ``line`` is that of its beginning."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self.text = ""
        self.line = 0
        self.ended = False

    def more(self) -> bool:
        """Read more; false at the end of the source. Raises `UnusualError` where no part ends for long."""
        if len(self.text) > _LONGEST:
            raise UnusualError
        pieces, size = [self.text], 0
        while size < max(_SIZE, len(self.text)) and not self.ended:
            block = next(self._blocks, None)
            if block is None:
                self.ended = True
            else:
                pieces.append(block)
                size += len(block)
        self.text = "".join(pieces)
        return size > 0

    def take(self, end: int) -> str:
        """The text up to ``end``, which is no longer in the buffer."""
        taken, self.text = self.text[:end], self.text[end:]
        self.line += taken.count("\n")
        return taken


def blocks_of(text: str) -> Iterator[str]:
    """``text`` in pieces, for `parts_of`."""
    return (text[start : start + _SIZE] for start in range(0, len(text), _SIZE))


def parts_of(blocks: Iterator[str]) -> Iterator[Part]:
    """The parts of a source, whose text comes in ``blocks``. Raises `UnusualError` where it cannot be parted."""
    buffer = _Buffer(blocks)
    while len(buffer.text) < _HEAD and buffer.more():
        pass
    if buffer.text.lstrip(" \n").startswith("{"):
        yield from _of_json(buffer)
        return
    while buffer.text:
        while len(buffer.text) < _HEAD and buffer.more():
            pass
        listed = _LIST.match(buffer.text)
        yield from _items(buffer, listed.end(), len(listed[1])) if listed else _documents(buffer)


def _documents(buffer: _Buffer) -> Iterator[Part]:
    """One part of whole documents. The text behind it begins with a document."""
    while True:
        starts = [match.start() for match in _DOCUMENT.finditer(buffer.text, 1)]
        end = next((start for start in starts if _LIST.match(buffer.text, start)), None)
        if end is None and buffer.ended:
            end = len(buffer.text)
        if end is None and starts and len(buffer.text) >= _SIZE:
            end = starts[-1]
        if end is not None:
            break
        buffer.more()
    line = buffer.line
    yield Part("documents", buffer.take(end), line)


def _items(buffer: _Buffer, start: int, indent: int) -> Iterator[Part]:
    """The items of a list, whose first item begins at ``start``, in parts, and then the rest of the list."""
    first = buffer.line
    head = buffer.take(start)
    item = re.compile(rf"^ {{{indent}}}- ", re.MULTILINE)
    outside = re.compile(rf"^(?: {{0,{indent}}}(?![ \n#]|-\s)|---(?=\s))", re.MULTILINE)
    while True:
        after = outside.search(buffer.text)
        starts = [match.start() for match in item.finditer(buffer.text, 1)]
        if after is not None and (buffer.ended or "\n" in buffer.text[after.start() :]):  # not a half line
            end = after.start()
        elif buffer.ended:
            end = len(buffer.text)
        elif starts and len(buffer.text) >= _SIZE:
            end, after = starts[-1], None
        else:
            buffer.more()
            continue
        line, cut = buffer.line, after is None and bool(buffer.text[end:])
        # a node goes up to what comes behind it
        text = buffer.take(end) + (f"{' ' * indent}-" if cut else "")
        yield Part("items", text, line, item_kind=_item_kind(head), cut=cut)
        if after is not None or not buffer.text:
            break
    while not (following := _DOCUMENT.search(buffer.text)) and buffer.more():
        pass
    rest = buffer.take(following.start() if following else len(buffer.text))
    yield Part("rest", head + rest, first, item_kind=_item_kind(head))


def _item_kind(head: str) -> str:
    match = _ITEM_KIND.search(head)
    return match[1] or match[2] if match else ""


def _of_json(buffer: _Buffer) -> Iterator[Part]:
    listed = _JSON_LIST.match(buffer.text)
    head = buffer.take(listed.end()) if listed else ""
    column = len(head) - (head.rfind("\n") + 1)
    kind: Literal["items", "documents"] = "items" if listed else "documents"
    separated = True
    while True:
        values: list[JsonValue] = []
        position, here = 0, buffer.line
        line = here
        while position < _SIZE:
            start = _space(buffer, position)
            begins = buffer.text[start : start + 1]
            if listed and begins == "," and not separated:
                separated = True
                start = _space(buffer, start + 1)
                begins = buffer.text[start : start + 1]
            if begins != "{" or (listed and not separated):
                break
            value, end = _value(buffer, start)
            here, column = _moved(buffer.text, position, start, here, column)
            ends = _moved(buffer.text, start, end, here, column)
            values.append(JsonValue(value, Place(here, column, *ends), start, end))
            (here, column), position, separated = ends, end, False
        done = position < _SIZE
        if done and not listed and _space(buffer, position) < len(buffer.text):
            raise UnusualError
        refuse_odd_json(taken := buffer.take(position))
        yield Part(kind, taken, line, tuple(values), _item_kind(head))
        if done:
            break
    if listed:
        while buffer.more():
            pass
        refuse_odd_json(rest := head + buffer.text)
        container, end = _whole(rest)
        if rest[end:].strip(" \t\n"):
            raise UnusualError
        yield Part("rest", rest, 0, (JsonValue(container, Place(0, 0, 0, 0), 0, end),), _item_kind(head))


def _space(buffer: _Buffer, position: int) -> int:
    """Where the text goes on after the space at ``position``."""
    while True:
        match = _SPACE.match(buffer.text, position)
        end = match.end() if match else position
        if end < len(buffer.text) or not buffer.more():
            return end


def _value(buffer: _Buffer, start: int) -> tuple[object, int]:
    while True:
        try:
            return json_value(buffer.text, start)
        except json.JSONDecodeError:
            if not buffer.more():
                raise UnusualError from None


def _whole(text: str) -> tuple[object, int]:
    try:
        return json_value(text, len(text) - len(text.lstrip(" \n")))
    except json.JSONDecodeError:
        raise UnusualError from None


def _moved(text: str, start: int, end: int, line: int, column: int) -> tuple[int, int]:
    """Line and column of ``end`` where those of ``start`` are known."""
    lines = text.count("\n", start, end)
    return (line + lines, end - (text.rfind("\n", start, end) + 1)) if lines else (line, column + end - start)
