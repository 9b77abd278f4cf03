"""Volumes and mounts for each case that the constants of two programs distinguish.

A volume has one type, and a source of a projected volume, too. Each list within them has one element, or is unset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy

from pscc.pod.fields import element, example
from pscc.pod.kinds import Field, Kind, Object, Text
from pscc.pod.schema import MOUNT, SOURCE, VOLUME
from pscc.reasoning.difference.domains import MOUNTS, SOURCES, VOLUMES, Json, field_at, lists, of_kind, put, texts
from pscc.reasoning.difference.fields import Constants, Place

Read = Mapping[Place, Constants]
_PLAIN_SOURCES = ("secret", "serviceAccountToken")
"""The sources of a projected volume where no check names one: a plain one, and the one that controls know."""


def volumes(reads: Read) -> Iterator[Json]:
    """A volume of each type that a check names, and of one that none names, with each distinguished case of its fields."""
    types = _types(VOLUMES, reads)
    unnamed = [field.name for field in VOLUME.fields if field.name != "name" and field.name not in types]
    for name in (*types, *unnamed[:1]):
        for body in _of_type(VOLUMES, name, VOLUME, reads):
            yield {"name": "data", name: body}


def mounts(reads: Read) -> Iterator[Json]:
    """The mount of that volume: plain, read-only, and with each distinguished case of its other fields."""
    read_only = Place(MOUNTS, ("readOnly",))
    yield from _bodies(MOUNTS, (), MOUNT, {**reads, read_only: reads.get(read_only, Constants())})


def _types(site: str, reads: Read) -> tuple[str, ...]:
    """The types of volumes, or of sources, that a check names."""
    named = reads.get(Place(site, ("?",)), Constants()).words
    fields = {place.fields[0]: None for place in sorted(reads) if place.site == site and place.fields}
    below = {
        place.site.removeprefix(f"{site}/").split(".")[0]: None
        for place in sorted(reads)
        if place.site.startswith(f"{site}/")
    }
    return tuple(name for name in {**named, **fields, **below} if name not in ("?", "*", "name"))


def _of_type(site: str, name: str, kind: Object, reads: Read) -> Iterator[Json]:
    field = kind.field(name)
    yield from _bodies(site, (name,), field.kind if field else Object(()), reads)


def _bodies(site: str, above: tuple[str, ...], kind: Kind, reads: Read) -> list[Json]:
    """The objects of ``kind``, which stand at ``above`` in an element of ``site``."""
    plain = example(kind)
    bodies: list[Json] = [plain if isinstance(plain, dict) else {}]
    for place, constants in sorted(reads.items()):
        inside = place.site == site and place.fields[: len(above)] == above and len(place.fields) > len(above)
        if inside and place.fields[-1] != "?" and place.fields != ("name",):
            values = tuple(_values(field_at(place), constants))
            bodies = [_with(body, place.fields[len(above) :], value) for value in values for body in bodies]
    for path in _lists_within(site, above, reads):
        inner = f"{site}/{'.'.join(path)}"
        listed = [[body] for body in _elements(inner, reads)]
        unset = () if inner == SOURCES else (None,)
        bodies = [_with(body, path[len(above) :], value) for value in (*unset, *listed) for body in bodies]
    return bodies


def _lists_within(site: str, above: tuple[str, ...], reads: Read) -> tuple[tuple[str, ...], ...]:
    """The paths of the lists below ``above`` in an element of ``site`` of whose elements something is read."""
    prefix = f"{site}/"
    paths = {
        tuple(place.site.removeprefix(prefix).split("/")[0].split(".")): None
        for place in sorted(reads)
        if place.site.startswith(prefix)
    }
    if (site, above) == (VOLUMES, ("projected",)):
        paths[("projected", "sources")] = None
    return tuple(path for path in paths if path[: len(above)] == above)


def _elements(site: str, reads: Read) -> Iterator[object]:
    """The elements of a list."""
    if site == SOURCES:
        for name in dict.fromkeys((*_PLAIN_SOURCES, *_types(site, reads))):
            yield from ({name: body} for body in _of_type(site, name, SOURCE, reads))
        return
    scalars = Place(site, ("*",))
    if scalars in reads:
        yield from (value for listed in lists(scalars, reads[scalars]) if isinstance(listed, list) for value in listed)
        return
    yield from _bodies(site, (), element(field_at(Place(site, ())).kind), reads)


def _values(field: Field, constants: Constants) -> Iterator[object]:
    """The values of a field; None, for unset, where the API server does not insist on it."""
    if field.needs is None:
        yield None
    if isinstance(field.kind, Text) and str(field.needs).startswith("/"):
        yield from dict.fromkeys((*_paths(constants), *texts(constants, "/data-other")))
    else:
        yield from of_kind(field.kind, constants)


def _paths(constants: Constants) -> Iterator[str]:
    """Each prefix, something below it, and a sibling whose name begins alike: beside the root, a path that is relative.

    The API server takes such a path: ``validateHostPathVolumeSource`` in Kubernetes' ``pkg/apis/core/validation``.
    """
    yield "/data-other"
    for prefix in constants.paths:
        stem = prefix.removesuffix("/")
        yield from (stem or "/", f"{stem}/x", f"{stem}x")


def _with(body: Json, fields: tuple[str, ...], value: object) -> Json:
    """``body`` with ``value`` at ``fields``; as it is where the value is None, unless the field has to be there."""
    if value is None:
        return body
    changed = deepcopy(body)
    put(changed, fields, value)
    return changed
