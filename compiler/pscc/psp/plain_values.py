"""YAML and JSON text as plain Python values, fast, for the thousands of pods of a cluster.

`yaml_tree` defines how a text is read. What is here reads the plain part of YAML and JSON in the same way, and raises
`UnusualError` for everything else: tags, anchors, fields given twice, deep nesting, errors. `yaml_tree` is asked then.
`tests/unit/test_plain_values.py` holds both to each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from pscc.psp.yaml_tree import DEEPEST, scalar

_DEEPEST = DEEPEST - 10
"""A list of objects and the fields in which they stand are nested around what is read here."""
_ANCHOR = re.compile(r"(?:^|[\s,\[{:])&[\w-]")
_OTHER_LINES = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What YAML does not read, or takes for the end of a line."""
_KEY_ABOVE = re.compile(r"\n[ \t\n]*:")
"""A key of JSON whose value begins on another line: YAML takes none."""
_QUOTED = ('"', "'", "|", ">")
_MOST_REMEMBERED = 50_000


class UnusualError(Exception):
    """The text has something that `yaml_tree` alone reads."""


class Place(NamedTuple):
    """From one line and column up to and excluding another, 0-based."""

    line: int
    column: int
    end_line: int
    end_column: int

    def below(self, line: int) -> Place:
        """This place where the text begins at ``line``."""
        return Place(self.line + line, self.column, self.end_line + line, self.end_column)


def documents(text: str) -> Iterator[tuple[Any, Place]]:
    """The root of each document of ``text``, which is YAML, as PyYAML's composer makes it, and its place."""
    import yaml

    _refuse_other_lines(text)
    if "&" in text and _ANCHOR.search(text):
        raise UnusualError
    loader = _loader()(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            yield node, place_of(node)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        raise UnusualError from None
    finally:
        loader.dispose()


def place_of(node: Any) -> Place:
    """Where ``node`` stands."""
    start, end = node.start_mark, node.end_mark
    return Place(start.line, start.column, end.line, end.column)


class Values:
    """Makes plain values of nodes. It remembers what plain scalars are, of which a cluster repeats a few."""

    def __init__(self) -> None:
        import yaml

        self._map = yaml.MappingNode
        self._known: dict[str, object] = {}

    def of(self, node: Any, depth: int = 0) -> object:
        """The value of ``node``."""
        inside = node.value
        if node.tag is not None or depth > _DEEPEST:
            raise UnusualError
        if type(inside) is str:
            return inside if node.style in _QUOTED else self._scalar(inside)
        if type(node) is not self._map:
            return [self.of(item, depth + 1) for item in inside]
        result: dict[str, object] = {}
        known, below = self._known, depth + 1
        for key, item in inside:
            name, value = key.value, item.value
            if type(name) is not str or key.tag is not None:
                raise UnusualError
            if type(value) is not str or item.tag is not None:
                result[name] = self.of(item, below)
            elif item.style in _QUOTED:
                result[name] = value
            elif value in known:
                result[name] = known[value]
            else:
                result[name] = self._scalar(value)
        if len(result) != len(inside) or "<<" in result:
            raise UnusualError
        return result

    def _scalar(self, text: str) -> object:
        if text in self._known:
            return self._known[text]
        try:
            value = scalar(text, False)[1]
        except (ValueError, OverflowError):
            raise UnusualError from None
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[text] = value
        return value


@cache
def _loader() -> Any:
    import yaml

    if not yaml.__with_libyaml__:
        raise UnusualError
    base: Any = getattr(yaml.cyaml, "CParser")  # noqa: B009

    class Composer(base):  # type: ignore[misc]
        """PyYAML's composer in C, which asks nobody for the tag of a node: a node that names none has none."""

        def resolve(self, _kind: object, _value: object, _implicit: object) -> None:
            return None

        def descend_resolver(self, _node: object, _index: object) -> None:
            return None

        def ascend_resolver(self) -> None:
            return None

    return Composer


def _refuse_other_lines(text: str) -> None:
    """Raises `UnusualError` where YAML ends lines elsewhere than sources do, or reads a character in a way of its own."""
    if "\r" in text or "\x7f" in text or (not text.isascii() and _OTHER_LINES.search(text)):
        raise UnusualError


# --- JSON -----------------------------------------------------------------------


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise UnusualError
    return result


def _number(text: str) -> object:
    return scalar(text, False)[1]


def _no_constant(_text: str) -> object:
    raise UnusualError


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=_number, parse_int=_number, parse_constant=_no_constant
)


def json_value(text: str, position: int) -> tuple[object, int]:
    """The JSON value that begins at ``position``, and where it ends. Raises `json.JSONDecodeError` where there is none.

    Valid JSON is read as JSON. As YAML it would be read alike, but for keys of more than 1,024 characters, which YAML refuses.
    """
    try:
        value, end = _DECODER.raw_decode(text, position)
    except RecursionError:
        raise UnusualError from None
    if text.count("{", position, end) + text.count("[", position, end) > _DEEPEST and _height(value) > _DEEPEST:
        raise UnusualError
    return value, end


def refuse_odd_json(text: str) -> None:
    """Raises `UnusualError` where ``text``, JSON or a part of it, has characters or escapes that YAML reads in another way."""
    _refuse_other_lines(text)
    if "\\ud" in text or "\\uD" in text or _KEY_ABOVE.search(text):
        raise UnusualError


def _height(value: object) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_height, inside), default=0)
