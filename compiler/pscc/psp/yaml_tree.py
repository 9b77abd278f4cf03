"""YAML and JSON text as a tree that knows where each node stands. The only module that touches PyYAML's parser.

Scalars are read as kubectl reads them (YAML 1.1), and so are several JSON values one after the other. Anchors are followed
within a bound. What readers take in different ways is a `Flaw` of its map, which is an error where the map decides anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from pscc.base.frozen import frozen
from pscc.base.garbage import uncollected
from pscc.base.source import SourceFile, Span
from pscc.base.yaml_classes import safe_loader
from pscc.diagnostics import Diagnostic, SourceError
from pscc.psp.yaml_errors import Places, syntax_error, template

Kind = Literal["map", "list", "string", "int", "float", "bool", "null"]
FEWEST_NODES = 10_000
"""The number of nodes that is always read. A text with more nodes than characters can only repeat them by aliases."""
DEEPEST = 100


@frozen
class Entry:
    """One field of a map."""

    key: str
    key_span: Span
    node: Node


@frozen
class Flaw:
    """The ``error`` that YAML readers take a field in different ways. ``key`` is the field, where it is given twice."""

    error: Diagnostic
    key: str = ""


@frozen
class Node:
    """A value of a document: ``value`` for scalars, ``entries`` for maps, ``items`` for lists.

    ``spelled`` is how a boolean or a number stands in the source. ``flaws`` are those of this node, not of the nodes in it.
    ``inferred`` nodes are not in the source: the list that the object is in implies them.
    """

    kind: Kind
    span: Span
    value: str | int | float | bool | None = None
    entries: tuple[Entry, ...] = ()
    items: tuple[Node, ...] = ()
    spelled: str = ""
    flaws: tuple[Flaw, ...] = ()
    inferred: bool = False

    @property
    def parts(self) -> Iterator[Node]:
        """The nodes that this one consists of."""
        yield from self.items
        yield from (entry.node for entry in self.entries)

    def all_flaws(self) -> Iterator[Flaw]:
        """The flaws of this node and of all nodes in it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield from node.flaws
            if node.entries or node.items:
                waiting.extend(reversed(tuple(node.parts)))

    def get(self, key: str) -> Node | None:
        """The field ``key``; None where it is missing or null."""
        for entry in self.entries:
            if entry.key == key:
                return None if entry.node.kind == "null" else entry.node
        return None

    def integer(self, key: str) -> int:
        """The integer ``key``; 0 where it is missing or no integer."""
        node = self.get(key)
        return int(node.value) if node is not None and isinstance(node.value, int | float) else 0

    def to_json(self) -> object:
        """The plain Python value: dict, list, str, int, float, bool, None."""
        match self.kind:
            case "map":
                return {entry.key: entry.node.to_json() for entry in self.entries}
            case "list":
                return [item.to_json() for item in self.items]
            case _:
                return self.value


_INT = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_OCTAL = re.compile(r"([-+]?)0[oO]?([0-7_]+)")
_HEX = re.compile(r"([-+]?)0[xX]([0-9a-fA-F_]+)")
_BINARY = re.compile(r"([-+]?)0[bB]([01_]+)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BEGINS_NUMBER = "+-.0123456789"
_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_WRITE_OUT = "no policy or pod looks like this: write it out in a plain way"
_QUOTED = ('"', "'", "|", ">")
_STRING_TAGS = ("!", "tag:yaml.org,2002:str")
_PLAIN = ("bool", "int", "float")
_SPACE = re.compile(r"[\ufeff\s]*")


def load_documents(source: SourceFile, first: tuple[int, int] = (1, 1)) -> tuple[Node, ...]:
    """The documents of ``source``, empty ones left out. Raises `SourceError` (``YML0xx``) with line and column.

    ``first`` is the line and the column where the text begins, if it is a part of the source.
    """
    with uncollected():
        texts = _values(source) if first == (1, 1) else (Places(source.name, source.text, first),)
        return tuple(document for places in texts for document in _documents(places))


def _values(source: SourceFile) -> tuple[Places, ...]:
    """The texts of the source that are read one after the other: one for each value of a stream of JSON, else the whole text.

    kubectl takes such a stream. Source: ``YAMLOrJSONDecoder`` in ``k8s.io/apimachinery/pkg/util/yaml``.
    """
    whole = (Places(source.name, source.text),)
    if not source.text.lstrip("\ufeff \t\n").startswith("{"):
        return whole
    decoder, values = json.JSONDecoder(), []
    line, position = 1, 0
    while space := _SPACE.match(source.text, position):
        start = space.end()
        if start == len(source.text):
            break
        try:
            _, end = decoder.raw_decode(source.text, start)
        except (ValueError, RecursionError):
            return whole
        line += source.text.count("\n", position, start)
        column = start - source.text.rfind("\n", 0, start)
        values.append(Places(source.name, source.text[start:end], (line, column)))
        line, position = line + source.text.count("\n", start, end), end
    return tuple(values) if len(values) > 1 else whole


def _documents(places: Places) -> tuple[Node, ...]:
    import yaml

    try:
        return tuple(node for node in _Reader(places).documents() if node.kind != "null")
    except yaml.YAMLError as error:
        raise SourceError((syntax_error(places, error),)) from None
    except (RecursionError, ValueError, OverflowError):
        raise SourceError(
            (Diagnostic("YML002", "this document cannot be read", places.start, help=_WRITE_OUT),)
        ) from None


class _Anchored(NamedTuple):
    """What an alias stands for: ``text`` is that of a scalar, ``nodes`` their number, and ``height`` how deep they are nested."""

    node: Node
    nodes: int
    height: int
    event: Any


class _Reader:
    """Makes nodes of the parser's events as they come. An alias shares the node that it stands for, which counts each time."""

    def __init__(self, places: Places) -> None:
        import yaml

        self._yaml: Any = yaml
        self._loader: Any = safe_loader()(places.text)
        self._next = self._loader.get_event
        self._places = places
        self._most = max(FEWEST_NODES, len(places.text))
        self._count = self._deepest = 0
        self._anchors: dict[str, _Anchored | None] = {}
        """None stands for a node that is not complete yet."""

    def documents(self) -> Iterator[Node]:
        """The root of each document, empty ones included."""
        try:
            self._next()
            while type(self._next()) is not self._yaml.StreamEndEvent:
                self._anchors = {}
                self._count = self._deepest = 0
                yield self._node(self._next(), 0)
                self._next()
        finally:
            self._loader.dispose()

    def _node(self, event: Any, depth: int) -> Node:
        """The node that begins with ``event``."""
        if type(event) is self._yaml.AliasEvent:
            return self._alias(event, depth).node
        if event.anchor is None:
            return self._written(event, depth)
        if event.anchor in self._anchors:
            raise self._yaml.composer.ComposerError(None, None, "found duplicate anchor", event.start_mark)
        self._anchors[event.anchor] = None
        count, deepest = self._count, self._deepest
        self._deepest = depth
        node = self._written(event, depth)
        self._anchors[event.anchor] = _Anchored(node, self._count - count, self._deepest - depth, event)
        self._deepest = max(deepest, self._deepest)
        return node

    def _alias(self, event: Any, depth: int) -> _Anchored:
        if event.anchor not in self._anchors:
            raise self._yaml.composer.ComposerError(None, None, "found undefined alias", event.start_mark)
        anchored = self._anchors[event.anchor]
        if anchored is None or depth + anchored.height > DEEPEST or self._count + anchored.nodes > self._most:
            raise self._too_many(event)
        self._count += anchored.nodes
        self._deepest = max(self._deepest, depth + anchored.height)
        return anchored

    def _written(self, event: Any, depth: int) -> Node:
        self._count += 1
        if self._count > self._most:
            raise self._too_many(event)
        if depth > self._deepest:
            self._deepest = depth
        kind = type(event)
        if kind is self._yaml.ScalarEvent:
            quoted = event.style in _QUOTED or event.tag in _STRING_TAGS
            of, value = scalar(event.value, quoted)
            span = self._places.span(event.start_mark, event.end_mark)
            return Node(of, span, value, spelled=event.value if of in _PLAIN else "", flaws=_tagged(event, span))
        if depth >= DEEPEST:
            span = self._places.span(event.start_mark, event.end_mark)
            raise SourceError((Diagnostic("YML003", f"nested more than {DEEPEST} levels deep", span, help=_WRITE_OUT),))
        if kind is self._yaml.MappingStartEvent:
            entries, flaws, end = self._entries(event, depth)
            span = self._places.span(event.start_mark, end)
            return Node("map", span, entries=entries, flaws=_tagged(event, span) + flaws)
        items: list[Node] = []
        while type(inner := self._next()) is not self._yaml.SequenceEndEvent:
            items.append(self._node(inner, depth + 1))
        span = self._places.span(event.start_mark, inner.end_mark)
        return Node("list", span, items=tuple(items), flaws=_tagged(event, span))

    def _entries(self, start: Any, depth: int) -> tuple[tuple[Entry, ...], tuple[Flaw, ...], Any]:
        """The fields of a map, its flaws, and the mark where it ends. Of a field that is given twice, the first is taken."""
        seen: dict[str, Span] = {}
        entries: list[Entry] = []
        flaws: list[Flaw] = []
        while type(event := self._next()) is not self._yaml.MappingEndEvent:
            (key, span), count = self._key(event, start, depth), self._count
            value = self._node(self._next(), depth + 1)
            flaws += _tagged(key, span)
            if type(key) is not self._yaml.ScalarEvent:
                flaws.append(_flaw("YML005", "a key has to be a plain word", span, "write `field: value`"))
            elif key.value == "<<" and key.style not in ('"', "'"):
                flaws.append(_flaw("YML006", "merge keys are not read here", span, "write the fields out"))
            elif key.value in seen:
                notes: tuple[tuple[Span | None, str], ...] = ((seen[key.value], "it is first given here"),)
                help = "keep one: Kubernetes takes the last, silently"
                message = f"the field `{key.value}` is given twice"
                flaws.append(Flaw(Diagnostic("YML004", message, span, notes=notes, help=help), key.value))
            else:
                seen[key.value] = span
                entries.append(Entry(key.value, span, value))
                continue
            self._count = count  # the value is left out
        return tuple(entries), tuple(flaws), event.end_mark

    def _key(self, event: Any, start: Any, depth: int) -> tuple[Any, Span]:
        """The event of a key, which an alias may stand for, and its place. Refuses what is a template's ``{{``."""
        if type(event) is self._yaml.ScalarEvent and event.anchor is None:
            return event, self._places.span(event.start_mark, event.end_mark)
        count = self._count
        if type(event) is self._yaml.AliasEvent:
            anchored = self._alias(event, depth + 1)
            event, node = anchored.event, anchored.node
        else:
            node = self._node(event, depth + 1)
        self._count = count
        flow = type(event) is not self._yaml.ScalarEvent and event.flow_style
        if flow and event.start_mark.index == start.start_mark.index + 1:
            span = self._places.span(start.start_mark, start.end_mark).to(node.span)
            raise SourceError((template(span, "{{"),))
        return event, node.span

    def _too_many(self, event: Any) -> SourceError:
        span = self._places.span(event.start_mark, event.end_mark)
        return SourceError((Diagnostic("YML003", "too many nested or repeated nodes", span, help=_WRITE_OUT),))


def _tagged(event: Any, span: Span) -> tuple[Flaw, ...]:
    """The flaw of a node whose tag is not read: none but that of a string is, and only before a scalar."""
    if event.tag is None or (event.tag in _STRING_TAGS and hasattr(event, "value")):
        return ()
    return (_flaw("YML002", f"the tag `{event.tag}` is not read", span, "leave it out"),)


def _flaw(code: str, message: str, span: Span, help: str) -> Flaw:
    return Flaw(Diagnostic(code, message, span, help=help))


def scalar(text: str, quoted: bool) -> tuple[Kind, str | int | float | bool | None]:
    """Kind and value of a scalar, by YAML 1.1 as Kubernetes' own reader (``sigs.k8s.io/yaml``) takes it."""
    if quoted:
        return "string", text
    if text in _NULL:
        return "null", None
    if text in _TRUE:
        return "bool", True
    if text in _FALSE:
        return "bool", False
    if text[0] not in _BEGINS_NUMBER:
        return "string", text
    if _INT.fullmatch(text):
        return "int", int(text.replace("_", ""))
    for pattern, base in ((_OCTAL, 8), (_HEX, 16), (_BINARY, 2)):
        match = pattern.fullmatch(text)
        if match:
            return "int", int(match[1] + match[2].replace("_", ""), base)
    if _FLOAT.fullmatch(text) and any(c.isdigit() for c in text):
        number = float(text)
        return ("int", int(number)) if number.is_integer() and abs(number) < 2**63 else ("float", number)
    return "string", text
