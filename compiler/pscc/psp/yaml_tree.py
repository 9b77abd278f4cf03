"""YAML and JSON text as a tree that knows where each node stands. The only module that touches PyYAML's parser.

Scalars are read as kubectl reads them (YAML 1.1). Anchors are followed within a bound; a key given twice is an error.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, Literal, cast

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, SourceError

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
class Node:
    """A value of a document: ``value`` for scalars, ``entries`` for maps, ``items`` for lists.

    ``spelled`` is how a boolean or a number stands in the source.
    """

    kind: Kind
    span: Span
    value: str | int | float | bool | None = None
    entries: tuple[Entry, ...] = ()
    items: tuple[Node, ...] = ()
    spelled: str = ""

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
_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_WRITE_OUT = "no policy or pod looks like this: write it out in a plain way"
_STRING_TAG = "tag:yaml.org,2002:str"


def load_documents(source: SourceFile) -> tuple[Node, ...]:
    """The documents of ``source``, empty ones left out. Raises `SourceError` (``YML0xx``) with line and column."""
    import yaml

    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        tagged = _tagged_strings(source, loader_class)
        loader = loader_class(source.text)
    except yaml.YAMLError as error:
        raise SourceError((_syntax_error(source, error),)) from None
    builder = _Builder(source, tagged)
    documents = []
    try:
        while loader.check_node():
            composed = loader.get_node()
            node = builder.build(composed, 0)
            if node.kind != "null":
                documents.append(node)
    except yaml.YAMLError as error:
        raise SourceError((_syntax_error(source, error),)) from None
    except (RecursionError, ValueError, OverflowError):
        raise SourceError(
            (Diagnostic("YML002", "this document cannot be read", _start(source), help=_WRITE_OUT),)
        ) from None
    finally:
        loader.dispose()
    if builder.errors:
        raise SourceError(builder.errors)
    return tuple(documents)


class _Places:
    """Marks of the YAML parser as spans. It ends lines at more characters than sources do, so it may count too many."""

    def __init__(self, source: SourceFile) -> None:
        self.name = source.name
        other = any(end in source.text for end in "\r\x85\u2028\u2029")
        self.starts = [0, *(match.end() for match in re.finditer("\n", source.text))] if other else []

    def at(self, mark: Any) -> tuple[int, int]:
        """Line and column, 1-based."""
        if not self.starts:
            return mark.line + 1, mark.column + 1
        line = bisect_right(self.starts, mark.index)
        return line, mark.index - self.starts[line - 1] + 1

    def span(self, start: Any, end: Any) -> Span:
        """From one mark to another."""
        return Span(self.name, *self.at(start), *self.at(end))


def _tagged_strings(source: SourceFile, loader_class: Any) -> frozenset[tuple[int, int]]:
    """The places of scalars with the tag ``!!str``. Refuses other tags, and nesting that would exhaust the parser's C stack."""
    import yaml

    tagged, depth = [], 0
    places = _Places(source)
    for event in yaml.parse(source.text, Loader=loader_class):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            continue
        start, end = cast("Any", event.start_mark), cast("Any", event.end_mark)
        span = places.span(start, end)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise SourceError(
                    (Diagnostic("YML003", f"nested more than {DEEPEST} levels deep", span, help=_WRITE_OUT),)
                )
        elif event.tag in ("!", _STRING_TAG):
            tagged.append((start.line, start.column))
            continue
        if event.tag is not None:
            raise SourceError((Diagnostic("YML002", f"the tag `{event.tag}` is not read", span, help="leave it out"),))
    return frozenset(tagged)


def _start(source: SourceFile) -> Span:
    return Span(source.name, 1, 1, 1, 1)


_HELP = {
    "',' or ']'": "is a `]` missing?",
    "',' or '}'": "is a `}` missing?",
    "expected key": "is it indented as the fields around it are?",
    "expected '-' indicator": "is it indented as the elements around it are?",
    "mapping values are not allowed": "is it indented rightly? A value with `: ` in it has to be quoted",
    "expected ':'": "a field is followed by `: ` and its value",
    "cannot start any token": "quote a value that begins so",
    "unknown escape": "in double quotes `\\` begins an escape; use single quotes",
    "end of stream": "is a quote missing?",
    "undefined alias": "no `&` of that name comes before it",
    "control characters": "take the character out",
    "document start": "separate documents with `---`",
}


def _syntax_error(source: SourceFile, error: Exception) -> Diagnostic:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML")
    lines = source.text.split("\n")
    places = _Places(source)
    line, column = places.at(mark) if mark else (1, 1)
    if mark is None and isinstance(getattr(error, "position", None), int):
        before = source.text[: error.position]  # type: ignore[attr-defined]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    if line > len(lines):  # the end of a file without a last line end
        line, column = len(lines), len(lines[-1]) + 1
    text = lines[line - 1]
    help = next((help for part, help in _HELP.items() if part in problem), "the mistake may be on the line above")
    if "\t" in text[: column + 1]:
        problem, help = "a tab is used for indentation", "indent with spaces: YAML takes no tabs there"
    notes: tuple[tuple[Span | None, str], ...] = ()
    begun = getattr(error, "context_mark", None)
    if mark and begun and begun.line != mark.line:
        first, start = places.at(begun)
        notes = (
            (
                Span(source.name, first, start, first, start + 1),
                str(getattr(error, "context", None) or "it begins here"),
            ),
        )
    message = f"not valid YAML: {' '.join(problem.split())}"
    return Diagnostic("YML001", message, Span(source.name, line, column, line, column + 1), notes=notes, help=help)


class _Builder:
    def __init__(self, source: SourceFile, tagged: frozenset[tuple[int, int]]) -> None:
        self.places = _Places(source)
        self.most = max(FEWEST_NODES, len(source.text))
        self.tagged = tagged
        self.errors: list[Diagnostic] = []
        self.count = 0

    def build(self, node: Any, depth: int) -> Node:
        import yaml

        self.count += 1
        span = self.span(node)
        if self.count > self.most or depth > DEEPEST:
            raise SourceError((Diagnostic("YML003", "too many nested or repeated nodes", span, help=_WRITE_OUT),))
        if isinstance(node, yaml.MappingNode):
            return Node("map", span, entries=self.entries(node, depth))
        if isinstance(node, yaml.SequenceNode):
            return Node("list", span, items=tuple(self.build(item, depth + 1) for item in node.value))
        mark = node.start_mark
        tagged = (mark.line, mark.column) in self.tagged
        kind, value = scalar(node.value, quoted=tagged or node.style in ('"', "'", "|", ">"))
        return Node(kind, span, value, spelled=node.value if kind in ("bool", "int", "float") else "")

    def entries(self, node: Any, depth: int) -> tuple[Entry, ...]:
        import yaml

        seen: dict[str, Span] = {}
        entries = []
        for key, value in node.value:
            span = self.span(key)
            if not isinstance(key, yaml.ScalarNode):
                self.errors.append(
                    Diagnostic("YML005", "a key has to be a plain word", span, help="write `field: value`")
                )
                continue
            if key.value == "<<" and key.style not in ('"', "'"):
                help = "write the fields out"
                self.errors.append(Diagnostic("YML006", "merge keys are not read here", span, help=help))
                continue
            if key.value in seen:
                notes: tuple[tuple[Span | None, str], ...] = ((seen[key.value], "it is first given here"),)
                message = f"the field `{key.value}` is given twice"
                self.errors.append(
                    Diagnostic(
                        "YML004", message, span, notes=notes, help="keep one: Kubernetes takes the last, silently"
                    )
                )
                continue
            seen[key.value] = span
            entries.append(Entry(key.value, span, self.build(value, depth + 1)))
        return tuple(entries)

    def span(self, node: Any) -> Span:
        return self.places.span(node.start_mark, node.end_mark)


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
