"""YAML and JSON text as a tree that knows where each node stands. The only module that touches PyYAML's parser.

Scalars are read as kubectl reads them (YAML 1.1), and so are several JSON values one after the other. Anchors are followed
within a bound. What readers take in different ways is a `Flaw` of its map, which is an error where the map decides anything.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
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
_STRING_TAGS = ("!", "tag:yaml.org,2002:str")
_PLAIN = ("bool", "int", "float")
_SPACE = re.compile(r"[\ufeff\s]*")


def load_documents(source: SourceFile) -> tuple[Node, ...]:
    """The documents of ``source``, empty ones left out. Raises `SourceError` (``YML0xx``) with line and column."""
    with _without_collecting():
        return tuple(document for places in _values(source) for document in _documents(places))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Holds the garbage collector back: a tree has no cycles, and looking through a large one again and again takes longer
    than reading it."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _values(source: SourceFile) -> tuple[Places, ...]:
    """The texts that are read one after the other: each value where the source is several JSON values, else all of it.

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

    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        tags = _tags(places, loader_class)
        loader = loader_class(places.text)
    except yaml.YAMLError as error:
        raise SourceError((syntax_error(places, error),)) from None
    builder = _Builder(places, tags)
    documents = []
    try:
        while loader.check_node():
            node = builder.build(loader.get_node(), 0)
            if node.kind != "null":
                documents.append(node)
    except yaml.YAMLError as error:
        raise SourceError((syntax_error(places, error),)) from None
    except (RecursionError, ValueError, OverflowError):
        raise SourceError(
            (Diagnostic("YML002", "this document cannot be read", places.start, help=_WRITE_OUT),)
        ) from None
    finally:
        loader.dispose()
    return tuple(documents)


Tags = dict[tuple[int, int, bool], str]
"""The tag of each node that has one, by line, column, and whether it is a scalar: a map begins where its first key does."""


def _tags(places: Places, loader_class: Any) -> Tags:
    """The tags of the source. Refuses nesting that would exhaust the parser's C stack."""
    import yaml

    tags: Tags = {}
    depth = 0
    for event in yaml.parse(places.text, Loader=loader_class):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            continue
        start, end = cast("Any", event.start_mark), cast("Any", event.end_mark)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                span = places.span(start, end)
                raise SourceError(
                    (Diagnostic("YML003", f"nested more than {DEEPEST} levels deep", span, help=_WRITE_OUT),)
                )
        if event.tag is not None:
            tags[start.line, start.column, isinstance(event, yaml.ScalarEvent)] = event.tag
    return tags


class _Builder:
    def __init__(self, places: Places, tags: Tags) -> None:
        import yaml

        self.map, self.list, self.scalar = yaml.MappingNode, yaml.SequenceNode, yaml.ScalarNode
        self.places = places
        self.most = max(FEWEST_NODES, len(places.text))
        self.tags = tags
        self.count = 0

    def build(self, node: Any, depth: int) -> Node:
        self.count += 1
        span = self.span(node)
        if self.count > self.most or depth > DEEPEST:
            raise SourceError((Diagnostic("YML003", "too many nested or repeated nodes", span, help=_WRITE_OUT),))
        flaws = self.tagged(node) if self.tags else ()
        if isinstance(node, self.map):
            entries, more = self.entries(node, depth)
            return Node("map", span, entries=entries, flaws=flaws + more)
        if isinstance(node, self.list):
            items = tuple(self.build(item, depth + 1) for item in node.value)
            return Node("list", span, items=items, flaws=flaws)
        quoted = (self.tags and self.tag(node) in _STRING_TAGS) or node.style in ('"', "'", "|", ">")
        kind, value = scalar(node.value, quoted)
        return Node(kind, span, value, spelled=node.value if kind in _PLAIN else "", flaws=flaws)

    def tag(self, node: Any) -> str | None:
        """The tag that stands before ``node``."""
        return self.tags.get((node.start_mark.line, node.start_mark.column, isinstance(node, self.scalar)))

    def tagged(self, node: Any) -> tuple[Flaw, ...]:
        """The flaw of a node whose tag is not read: none but that of a string is, and only before a scalar."""
        tag = self.tag(node)
        if tag is None or (tag in _STRING_TAGS and isinstance(node, self.scalar)):
            return ()
        return (_flaw("YML002", f"the tag `{tag}` is not read", self.span(node), "leave it out"),)

    def entries(self, node: Any, depth: int) -> tuple[tuple[Entry, ...], tuple[Flaw, ...]]:
        """The fields of a map, and its flaws. Of a field that is given twice, the first is taken."""
        seen: dict[str, Span] = {}
        entries: list[Entry] = []
        flaws: list[Flaw] = []
        for key, value in node.value:
            span = self.span(key)
            flaws += self.tagged(key) if self.tags else ()
            if not isinstance(key, self.scalar):
                if key.flow_style and key.start_mark.index == node.start_mark.index + 1:
                    raise SourceError((template(self.span(node), "{{"),))
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
                entries.append(Entry(key.value, span, self.build(value, depth + 1)))
        return tuple(entries), tuple(flaws)

    def span(self, node: Any) -> Span:
        return self.places.span(node.start_mark, node.end_mark)


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
