"""The objects in the files of an output, as the API server would get them. What it would refuse is not understood."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

import yaml

from pscc.base.yaml_classes import safe_loader
from pscc.proving.errors import NotUnderstoodError

Json = Mapping[str, object]
_FIELDS = {"apiVersion", "kind", "metadata", "spec", "status"}
_OF_KIND = {"ConfigMap": {"data", "binaryData", "immutable"}}
"""The fields that objects of a kind have beside these."""
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")


def documents(texts: Mapping[str, str]) -> list[Json]:
    """The objects in ``texts``, the files by their paths. Raises `NotUnderstoodError` for anything else in them.

    No two objects of a kind have one name: of these, only the one that is applied last would count.
    """
    listed = [document for path, content in texts.items() for document in _documents(path, content)]
    for (kind, name), count in Counter((str(each["kind"]), name_of(each)) for each in listed).items():
        if count > 1:
            raise NotUnderstoodError(f"{kind} {name} is in the output {count} times")
    return listed


def _documents(path: str, content: str) -> Iterator[Json]:
    try:
        read = list(yaml.load_all(content, Loader=_Loader))
    except yaml.YAMLError as error:
        raise NotUnderstoodError(f"{path} is no YAML: {error}") from None
    for document in read:
        if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
            raise NotUnderstoodError(f"{path} has something that is no object of Kubernetes")
        if not name_of(document):
            raise NotUnderstoodError(f"{path}: {document['kind']} without a name")
        unknown = document.keys() - _FIELDS - _OF_KIND.get(document["kind"], set())
        if unknown:
            raise NotUnderstoodError(f"{title(document)}: {min(map(str, unknown))}")
        yield document


class _Loader(safe_loader()):  # type: ignore[misc]
    """Reads YAML as Kubernetes does, where the two agree: a key that is there twice, or an odd number, is an error."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[object, object]:
    keys = [str(key.value) for key, _ in node.value]
    twice = next((key for key, count in Counter(keys).items() if count > 1), None)
    if twice is not None:
        raise yaml.YAMLError(f"line {node.start_mark.line + 1}: the key {twice} is there twice")
    read: dict[object, object] = loader.construct_mapping(node, deep=True)
    return read


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    if not _INTEGER.fullmatch(node.value):
        raise yaml.YAMLError(f"line {node.start_mark.line + 1}: the number {node.value}")
    return int(node.value)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:int", _integer)


# --- parts of an object -----------------------------------------------------------


def name_of(document: Json) -> str:
    """The name of the object; empty where it has none."""
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""


def namespace_of(document: Json) -> str | None:
    """The namespace that the object names; None where it names none."""
    metadata = document.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    return namespace if isinstance(namespace, str) else None


def annotation_of(document: Json, key: str) -> object:
    """The annotation ``key`` of the object; None where it has none."""
    metadata = document.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return annotations.get(key) if isinstance(annotations, dict) else None


def title(document: Json) -> str:
    """The object, for an error: its kind and name."""
    return f"{document['kind']} {name_of(document)}"


def spec_of(document: Json, known: set[str]) -> Json:
    """The ``spec`` of the object. Raises `NotUnderstoodError` where it has a field that is not ``known``."""
    return object_at(document.get("spec"), f"{title(document)}: spec", known)


def object_at(value: object, where: str, known: set[str]) -> Json:
    """``value``, which is an object whose fields are ``known``. Raises `NotUnderstoodError` with ``where`` if not."""
    if not isinstance(value, dict):
        raise NotUnderstoodError(f"{where} is no object")
    unknown = value.keys() - known
    if unknown:
        raise NotUnderstoodError(f"{where}.{min(map(str, unknown))}")
    return value


def list_at(of: Json, name: str, where: str) -> list[object]:
    """The list ``name`` of an object; empty where it is not there. Raises `NotUnderstoodError` where it is no list."""
    value = of.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise NotUnderstoodError(f"{where}.{name} is no list")
    return value


def texts_at(of: Json, name: str, where: str) -> tuple[str, ...]:
    """The list of strings ``name`` of an object; empty where it is not there."""
    return tuple(text_of(value, f"{where}.{name}") for value in list_at(of, name, where))


def text_of(value: object, where: str) -> str:
    """``value``, which is a string. Raises `NotUnderstoodError` with ``where`` if not."""
    if not isinstance(value, str):
        raise NotUnderstoodError(f"{where} has {value!r}, which is no string")
    return value
