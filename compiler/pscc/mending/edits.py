"""Writes fields into YAML and JSON texts. Nothing else in the text changes: comments, order, quotes and line ends stay.

An edit puts a piece of text in at a place, or in the place of an empty value. The edited text is read back and compared with
what it should mean. If it means something else, as with a value that aliases share, there is an `EditError`.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Report, SourceError
from pscc.mending.records import Mending, Setting
from pscc.mending.settings import with_settings
from pscc.pod.templates import template_at
from pscc.psp.documents import objects_in
from pscc.psp.yaml_tree import Node, load_documents

Tree: TypeAlias = "Mapping[str | int, Tree] | Value | Elements"
"""The fields to write, by name or index."""
_STEP = "  "


@frozen
class Value:
    """The value that a field gets."""

    value: object


@frozen
class Elements:
    """The elements that a list gets behind those that it has."""

    values: tuple[object, ...]


@frozen
class Edit:
    """Put ``text`` in place of the characters from ``start`` up to and excluding ``end``.

    Of two at one place, the one with the larger ``indent`` comes first: it belongs to what ends there.
    """

    start: int
    end: int
    text: str
    indent: int = 0


class EditError(Exception):
    """The text cannot be edited in place. ``span`` is the object that would have been, and the message says why."""

    def __init__(self, span: Span, why: str) -> None:
        """``why`` is a clause without a full stop."""
        super().__init__(why)
        self.span = span


def edits_of(source: SourceFile, mendings: Iterable[Mending]) -> tuple[Edit, ...]:
    """The edits that write the settings of ``mendings``, which are of workloads in ``source``. Raises `EditError`."""
    of_object: dict[Span, list[Mending]] = {}
    for mending in mendings:
        of_object.setdefault(mending.span, []).append(mending)
    place, objects = _Text(source.text), objects_of(source)
    edits = _checked(source, place, objects, of_object)
    if edits is None:
        raise EditError(_culprit(source, place, objects, of_object), "an alias or an unusual spelling is in the way")
    return edits


def _checked(
    source: SourceFile, place: _Text, objects: tuple[Node, ...], of_object: Mapping[Span, list[Mending]]
) -> tuple[Edit, ...] | None:
    """The edits for ``of_object``; None where the objects would not be as they are meant. Raises `EditError`."""
    edits, meant = list[Edit](), list[object]()
    for node in objects:
        value = node.to_json()
        for mending in of_object.get(node.span, ()):
            template = template_at(node, mending.manifest.kind, mending.manifest.template)
            assert template is not None and isinstance(value, dict)
            edits += _in_object(place, template.node, mending)
            value = with_settings(value, mending.written, template.place)
        meant.append(value)
    unique = tuple(dict.fromkeys(edits))
    after = _read_back(SourceFile(source.name, applied(source.text, unique)))
    return unique if list(map(_canonical, meant)) == [_canonical(node.to_json()) for node in after] else None


def _culprit(
    source: SourceFile, place: _Text, objects: tuple[Node, ...], of_object: Mapping[Span, list[Mending]]
) -> Span:
    """The first object with whose edits, behind those before it, an object is not as it is meant."""
    spans = list(of_object)
    right, wrong = 0, len(spans)
    while wrong - right > 1:
        half = (right + wrong) // 2
        some = {span: of_object[span] for span in spans[:half]}
        if _checked(source, place, objects, some) is None:
            wrong = half
        else:
            right = half
    return spans[wrong - 1]


def tree_of(settings: Iterable[Setting]) -> Tree:
    """``settings`` as a tree, by the steps of their places."""
    root: dict[str | int, Tree] = {}
    for setting in settings:
        inside = root
        for step in setting.place[:-1]:
            below = inside.setdefault(step, {})
            assert isinstance(below, dict)
            inside = below
        last = setting.place[-1]
        before = inside.get(last)
        if setting.adds:
            elements = before.values if isinstance(before, Elements) else ()
            inside[last] = Elements((*elements, setting.value))
        else:
            inside[last] = Value(setting.value)
    return root


def plain(tree: Tree) -> object:
    """``tree`` as a value, where nothing of it is there yet."""
    match tree:
        case Value(value=value):
            return value
        case Elements(values=values):
            return list(values)
        case _:
            return {str(key): plain(below) for key, below in tree.items()}


def _in_object(place: _Text, template: Node, mending: Mending) -> Iterator[Edit]:
    try:
        yield from _edits(place, template, tree_of(mending.written))
    except _Unfit as error:
        raise EditError(mending.span, str(error)) from None


class _Unfit(Exception):
    """A value of the file is not what a pod has there, or its text cannot be told."""


# --- places in a text ------------------------------------------------------------


class _Text:
    """A text, and the offsets of the places in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        for index, character in enumerate(text):
            if character == "\n":
                self._starts.append(index + 1)

    def offset(self, line: int, column: int) -> int:
        """The offset of a place, 1-based as spans are."""
        return self._starts[line - 1] + column - 1 if line <= len(self._starts) else len(self.text)

    def start(self, span: Span) -> int:
        """The offset where ``span`` begins."""
        return self.offset(span.line, span.column)

    def end(self, span: Span) -> int:
        """The offset behind ``span``."""
        return min(self.offset(span.end_line, span.end_column), len(self.text))

    def is_flow(self, node: Node) -> bool:
        """Whether ``node``, a map or a list, stands in brackets."""
        return self.text[self.start(node.span) :][:1] in ("{", "[")

    def end_of_line(self, offset: int) -> int:
        """The offset of the line end at or after ``offset``."""
        line_end = self.text.find("\n", offset)
        return len(self.text) if line_end < 0 else line_end

    def content_end(self, node: Node, least: int) -> int:
        """The offset behind the last character of ``node``; ``least`` is what comes before a value that is empty."""
        if node.kind == "map" and node.entries and not self.is_flow(node):
            last = node.entries[-1]
            return self.content_end(last.node, self.end(last.key_span))
        if node.kind == "list" and node.items and not self.is_flow(node):
            return self.content_end(node.items[-1], self.start(node.items[-1].span))
        return max(self.end(node.span), least)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with ``edits``, whose offsets count a carriage return and a line feed as one character, as sources do."""
    ends = [match.start() for match in re.finditer("\r\n", text)]
    newline = "\r\n" if ends else "\n"
    shorter = [end - number for number, end in enumerate(ends)]
    for edit in sorted(edits, key=lambda each: (each.start, each.end, -each.indent), reverse=True):
        start, end = (offset + bisect_left(shorter, offset) for offset in (edit.start, edit.end))
        text = text[:start] + edit.text.replace("\n", newline) + text[end:]
    return text


# --- edits -------------------------------------------------------------------------


def _edits(place: _Text, node: Node, tree: Tree) -> Iterator[Edit]:
    """The edits that write ``tree`` into ``node``, which is there and not empty."""
    if isinstance(tree, Elements):
        yield _appended(place, node, tree.values)
        return
    if isinstance(tree, Value) or node.kind not in ("map", "list"):
        raise _Unfit("a value there is not what a pod has")
    if node.kind == "list":
        for step, below in tree.items():
            if not isinstance(step, int) or step >= len(node.items):
                raise _Unfit("a value there is not what a pod has")
            yield from _edits(place, node.items[step], below)
        return
    new: dict[str, object] = {}
    for step, below in tree.items():
        entry = next((each for each in node.entries if each.key == step), None)
        if entry is None:
            new[str(step)] = plain(below)
        elif entry.node.kind == "null":
            yield _filled(place, node, entry.key_span, entry.node, plain(below))
        else:
            yield from _edits(place, entry.node, below)
    if new:
        yield _inserted(place, node, new)


def _inserted(place: _Text, node: Node, new: Mapping[str, object]) -> Edit:
    """The edit that puts the fields ``new`` behind those of the map ``node``."""
    if not place.is_flow(node):
        last = node.entries[-1]
        at = _line_end(place, place.content_end(last.node, place.end(last.key_span)))
        return _as_lines(place, at, node.entries[0].key_span.column - 1, _block(new))
    start = place.start(node.span)
    if not node.entries:
        return Edit(start + 1, start + 1, _flow(new, _is_json(place))[1:-1])
    first, last = node.entries[0], node.entries[-1]
    quoted = place.text[place.start(first.key_span)] == '"'
    at = place.content_end(last.node, place.end(last.key_span))
    if first.key_span.line == node.span.line:
        return Edit(at, at, f", {_flow(new, quoted)[1:-1]}")
    indent = first.key_span.column - 1
    width = max(indent - _indent_of_line(place, node.span.line), 1)
    lines = json.dumps(new, indent=width, ensure_ascii=False).split("\n")[1:-1]
    margin = " " * (indent - width)
    return Edit(at, at, "," + "".join(f"\n{margin}{line}" for line in lines))


def _appended(place: _Text, node: Node, values: tuple[object, ...]) -> Edit:
    """The edit that puts ``values`` behind the elements of the list ``node``."""
    if node.kind != "list":
        raise _Unfit("a value there is no list")
    start = place.start(node.span)
    if not place.is_flow(node):
        at = _line_end(place, place.content_end(node.items[-1], start))
        return _as_lines(place, at, node.span.column - 1, [f"- {_scalar(value)}" for value in values])
    if not node.items:
        return Edit(start + 1, start + 1, ", ".join(_scalar(value, _is_json(place)) for value in values))
    last = node.items[-1]
    at, first = place.end(last.span), node.items[0].span
    quoted = place.text[place.start(last.span)] == '"'
    parts = [_scalar(value, quoted) for value in values]
    if first.line == node.span.line:
        return Edit(at, at, "".join(f", {part}" for part in parts))
    margin = " " * (first.column - 1)
    return Edit(at, at, "".join(f",\n{margin}{part}" for part in parts))


def _filled(place: _Text, parent: Node, key: Span, node: Node, value: object) -> Edit:
    """The edit that puts ``value`` in place of an empty ``node``, or of ``null``, under ``key`` of the map ``parent``."""
    start, end = place.start(node.span), place.end(node.span)
    written = start < end
    if not written:
        colon = place.text.find(":", place.end(key))
        if colon < 0:
            raise _Unfit("an empty value there has no place")
        start = end = colon + 1
    if place.is_flow(parent) or not isinstance(value, dict | list) or written:
        quoted = place.is_flow(parent) and place.text[place.start(key)] == '"'
        flow = _flow(value, quoted) if isinstance(value, dict | list) else _scalar(value, quoted)
        return Edit(start, end, flow if written else f" {flow}", key.column)
    return _as_lines(place, place.end_of_line(start), key.column - 1 + len(_STEP), _block(value))


def _as_lines(place: _Text, at: int, indent: int, lines: Iterable[str]) -> Edit:
    """The edit that puts ``lines`` on lines of their own, behind the line that ends at ``at``."""
    margin = " " * indent
    if at and place.text[at - 1] == "\n":  # behind a block of text, which has taken its line end
        return Edit(at, at, "".join(f"{margin}{line}\n" for line in lines), indent)
    return Edit(at, at, "".join(f"\n{margin}{line}" for line in lines), indent)


def _line_end(place: _Text, at: int) -> int:
    return at if at and place.text[at - 1] == "\n" else place.end_of_line(at)


def _indent_of_line(place: _Text, line: int) -> int:
    start = place.offset(line, 1)
    text = place.text[start : place.end_of_line(start)]
    return len(text) - len(text.lstrip(" "))


def _is_json(place: _Text) -> bool:
    return place.text.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def _block(value: object) -> list[str]:
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, default_flow_style=False, allow_unicode=True, width=2**20)
    return text.splitlines()


def _flow(value: object, quoted: bool) -> str:
    """``value``, an object or a list, in brackets; ``quoted`` as JSON."""
    if quoted:
        return json.dumps(value, ensure_ascii=False)
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, default_flow_style=True, allow_unicode=True, width=2**20)
    return text.rstrip("\n")


def _scalar(value: object, quoted: bool = False) -> str:
    return _flow([value], quoted)[1:-1]


# --- reading it back --------------------------------------------------------------


def objects_of(source: SourceFile) -> tuple[Node, ...]:
    """The objects of ``source``, those of lists one by one. Raises `SourceError` where it is no YAML."""
    return tuple(node for document in load_documents(source) for node in objects_in(document, Report()))


def _read_back(source: SourceFile) -> tuple[Node, ...]:
    """The objects of ``source``; none where it is no YAML any more, or readers take it in different ways."""
    try:
        objects = objects_of(source)
    except SourceError:
        return ()
    return () if any(True for node in objects for _ in node.all_flaws()) else objects


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)
