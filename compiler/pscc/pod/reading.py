"""Manifests of plain values: the pods of a source read part by part, so that a cluster's pods need not be held in memory.

`manifests` defines what is read. What it warns of, and what it refuses, is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.ir.access import NAMESPACE_NAME
from pscc.pod.fields import element
from pscc.pod.kinds import Kind, Object
from pscc.pod.manifests import Contents, Labels, Manifest, NoPod, contents_in, owner_in, pod_of
from pscc.pod.normalising import Json
from pscc.pod.schema import SPEC
from pscc.pod.templates import NOT_LOOKED_AT, TEMPLATES
from pscc.psp.documents import objects_in
from pscc.psp.parts import Part, parts_of
from pscc.psp.plain_values import Place, UnusualError, Values, documents, place_of
from pscc.psp.yaml_tree import load_documents


@frozen
class Piece:
    """What one part of a source has: its contents, and the warnings and notes about them."""

    contents: Contents
    diagnostics: tuple[Diagnostic, ...] = ()


Each = Callable[[Callable[[Part], Piece], Iterable[Part]], Iterable[Piece]]
"""What `map` is, or what does the same on several processors."""


def pieces_of(name: str, blocks: Iterable[str], each: Each = map) -> Iterator[Piece]:
    """The contents of the source ``name``, part by part, in order. Its text comes in ``blocks``.

    Raises `UnusualError` where the source as a whole has to be read by `pscc.pod.manifests.read_contents`, which says what is
    wrong with it; what came before then does not count.
    """
    yield from each(partial(piece_of, name), parts_of(iter(blocks)))


def piece_of(name: str, part: Part) -> Piece:
    """The contents of ``part`` of the source ``name``. Raises `UnusualError` as `pieces_of` does."""
    if part.kind == "rest":
        _require_list(part, _values())
        return Piece(Contents())
    try:
        return Piece(_contents(name, part, _values()))
    except UnusualError:
        return _slowly(name, part)


@cache
def _values() -> Values:
    return Values()


def _contents(name: str, part: Part, values: Values) -> Contents:
    manifests: list[Manifest] = []
    namespaces: list[tuple[str, Labels]] = []
    others: list[NoPod] = []
    for value, place in _objects(part, values):
        if value is None:
            continue
        if not isinstance(value, dict):
            raise UnusualError
        span = Span(name, place.line + 1, place.column + 1, place.end_line + 1, place.end_column + 1)
        kind, (namespace, called) = _text(value, "kind"), _named(value)
        if kind in TEMPLATES:
            pod, owner = _pod(value, kind, namespace, called), owner_in(value.get("metadata"))
            manifests.append(Manifest(kind, namespace, called, pod, span, owner=owner))
            continue
        if _has_pod(value):
            raise UnusualError
        if kind == "Namespace" and called:
            namespaces.append((called, _labels(value, called)))
        else:
            others.append(NoPod(kind, namespace, called, span))
    return Contents(tuple(manifests), tuple(namespaces), tuple(others))


def _objects(part: Part, values: Values) -> Iterator[tuple[object, Place]]:
    """The objects of ``part``, each with its place. Lists in it are left to `pscc.pod.manifests`."""
    read = ((json.value, json.place) for json in part.values) if part.values is not None else _of_yaml(part, values)
    for value, place in read:
        if isinstance(value, dict):
            if "items" in value and _text(value, "kind").endswith("List"):
                raise UnusualError
            if part.kind == "items" and value.get("kind") is None:
                if not part.item_kind:
                    raise UnusualError
                value = {**value, "kind": part.item_kind}
        yield value, place


def _of_yaml(part: Part, values: Values) -> Iterator[tuple[object, Place]]:
    for root, place in documents(part.text):
        if part.kind == "documents":
            yield values.of(root), place.below(part.line)
            continue
        if root.tag is not None or type(root.value) is not list:
            raise UnusualError
        for item in root.value[:-1] if part.cut else root.value:
            yield values.of(item, 2), place_of(item).below(part.line)


def _require_list(part: Part, values: Values) -> None:
    """Raises `UnusualError` where what is around the items of a list is no list, or has other items."""
    read = [json.value for json in part.values or ()] or [values.of(root) for root, _ in documents(part.text)]
    if len(read) != 1 or not isinstance(read[0], dict) or read[0].get("items", ()) not in (None, []):
        raise UnusualError
    kind = _text(read[0], "kind")
    if kind != f"{part.item_kind}List" if part.item_kind else not kind.endswith("List"):
        raise UnusualError


def _slowly(name: str, part: Part) -> Piece:
    """The contents of ``part`` by `pscc.pod.manifests`, with its warnings. Raises `UnusualError` where it has an error."""
    report = Report()
    try:
        roots = [root for text, first in _texts(part) for root in load_documents(SourceFile(name, text), first)]
        objects = [item for root in roots for item in root.items] if part.kind == "items" and not part.values else roots
        objects = objects[:-1] if part.cut else objects
        # what an item without a kind is, the list says
        if part.kind == "items" and not all(item.kind == "map" and item.get("kind") for item in objects):
            raise UnusualError
        contents = contents_in((node for item in objects for node in objects_in(item, report)), report)
    except SourceError:
        raise UnusualError from None
    return Piece(contents, tuple(report.diagnostics))


def _texts(part: Part) -> Iterator[tuple[str, tuple[int, int]]]:
    """The text of ``part``, in pieces for JSON, each with the line and the column where it begins, 1-based."""
    if part.values is None:
        yield part.text, (part.line + 1, 1)
    for json in part.values or ():
        yield part.text[json.start : json.end], (json.place.line + 1, json.place.column + 1)


# --- the parts of an object, as `pscc.pod.manifests` takes them ---------------------


def _pod(value: Json, kind: str, namespace: str, name: str) -> Json:
    template: object = value
    for field in TEMPLATES[kind]:
        template = template.get(field) if isinstance(template, dict) else None
    spec = template.get("spec") if isinstance(template, dict) else None
    if not isinstance(template, dict) or not isinstance(spec, dict) or _has_unknown(spec, _fields_of_spec()):
        raise UnusualError
    return pod_of(template, kind == "Pod", namespace, name)


def _has_pod(value: object, top: bool = True) -> bool:
    """Whether something in ``value`` looks like a pod template."""
    if isinstance(value, list):
        return any(_has_pod(item, False) for item in value)
    if not isinstance(value, dict):
        return False
    spec = value.get("spec")
    if isinstance(spec, dict) and isinstance(spec.get("containers"), list):
        return True
    return any(_has_pod(inside, False) for key, inside in value.items() if not top or key not in NOT_LOOKED_AT)


def _labels(value: Json, name: str) -> Labels:
    metadata = value.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    written = {key: _as_text(inside) for key, inside in labels.items()} if isinstance(labels, dict) else {}
    return tuple((written | {NAMESPACE_NAME: name}).items())


def _as_text(value: object) -> str:
    return "None" if isinstance(value, (dict, list)) else str(value)


def _named(value: Json) -> tuple[str, str]:
    metadata = value.get("metadata")
    return (_text(metadata, "namespace"), _text(metadata, "name")) if isinstance(metadata, dict) else ("", "")


def _text(value: Json, field: str) -> str:
    inside = value.get(field)
    return "" if inside is None or isinstance(inside, (dict, list)) else str(inside)


_Fields = Mapping[str, "_Fields | None"]
"""The fields of an object, each with those of the objects in it."""


@cache
def _fields_of_spec() -> _Fields:
    return _fields(SPEC) or {}


def _fields(kind: Kind) -> _Fields | None:
    inside = element(kind)
    return {field.name: _fields(field.kind) for field in inside.fields} if isinstance(inside, Object) else None


def _has_unknown(value: object, fields: _Fields) -> bool:
    if isinstance(value, list):
        return any(_has_unknown(item, fields) for item in value)
    if not isinstance(value, dict):
        return False
    for name, inside in value.items():
        if name not in fields:
            return True
        below = fields[name]
        if below is not None and isinstance(inside, (dict, list)) and _has_unknown(inside, below):
            return True
    return False
