"""Derives from the schema of a pod: the field at a path, and the lists of fields that the compiler uses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy

from pscc.pod.kinds import ALWAYS, Boolean, Enumeration, Field, Integer, Kind, ListOf, Object, Release, Text
from pscc.pod.schema import CONTAINER, CONTEXT, POD, POD_CONTEXT

ROOTS: Mapping[str, Object] = {"pod": POD, "container": CONTAINER}
"""The objects in which paths begin."""


class UnknownFieldError(LookupError):
    """A control reads a field that the schema does not have."""

    def __init__(self, root: str, names: tuple[str, ...], missing: str) -> None:
        """``missing`` of ``names`` is not described; they are the path from a ``root``."""
        path = ".".join(names)
        super().__init__(
            f"`{path}` of a {root}: `{missing}` is not in the schema, add it to compiler/pscc/pod/schema.py"
        )


def described(root: str, names: tuple[str, ...]) -> tuple[Field, ...]:
    """The fields on the path ``names`` from a ``pod`` or a ``container``; lists are seen through.

    Raises `UnknownFieldError` where the schema does not have one of them.
    """
    inside: Kind = ROOTS[root]
    fields: list[Field] = []
    for name in names:
        field = inside.field(name) if isinstance(inside, Object) else None
        if field is None:
            raise UnknownFieldError(root, names, name)
        fields.append(field)
        inside = element(field.kind)
    return tuple(fields)


def element(kind: Kind) -> Kind:
    """The kind of a list's elements; ``kind`` itself if it is no list."""
    return kind.of if isinstance(kind, ListOf) else kind


def since(root: str, names: tuple[str, ...]) -> tuple[Release, str]:
    """The first release of Kubernetes that has every field on this path, and the name of the field that came last."""
    youngest = max(described(root, names), key=lambda field: field.since)
    return youngest.since, youngest.name if youngest.since > ALWAYS else names[-1]


def example(kind: Kind) -> object:
    """A small value of ``kind``, as the API server takes it."""
    match kind:
        case Integer():
            return within(kind, 1000)
        case Enumeration(values=values):
            return values[0]
        case Text():
            return "other"
        case Boolean():
            return True
        case ListOf(of=of):
            return [example(of)]
        case Object(fields=fields):
            return {field.name: deepcopy(field.needs) for field in fields if field.needs is not None}
        case _:
            return {}


def within(kind: Integer, number: int) -> int:
    """``number``, or the number of ``kind`` that is nearest to it."""
    return min(max(number, kind.low), kind.high)


def complete(value: object, kind: Kind, but: Collection[tuple[str, ...]] = (), path: tuple[str, ...] = ()) -> None:
    """Add the fields that the API server requires to ``value``, in place and at every depth, except at the paths ``but``."""
    if isinstance(kind, ListOf) and isinstance(value, list):
        for item in value:
            complete(item, kind.of, but, path)
    if not isinstance(kind, Object) or not isinstance(value, dict):
        return
    for field in kind.fields:
        here = (*path, field.name)
        if field.name in value:
            complete(value[field.name], field.kind, but, here)
        elif field.needs is not None and here not in but:
            value[field.name] = deepcopy(field.needs)


def _all(kind: Kind) -> Iterator[Field]:
    """Every field in an object of ``kind``."""
    inside = element(kind)
    for field in inside.fields if isinstance(inside, Object) else ():
        yield field
        yield from _all(field.kind)


def _names(kind: Object) -> tuple[str, ...]:
    return tuple(field.name for field in kind.fields)


CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
"""The lists of containers of a pod's spec, in the order in which the kubelet starts them."""
INHERITED = tuple(
    field.name for field in CONTEXT.fields if field.name in _names(POD_CONTEXT) and field.system != "windows"
)
"""The fields of the pod's security context that a container inherits as a whole, if it has none.

Options for Windows are inherited one by one. Source: ``DetermineEffectiveSecurityContext`` in Kubernetes 1.37
``pkg/securitycontext/util.go``.
"""
NOT_EPHEMERAL = frozenset(field.name for field in CONTAINER.fields if not field.ephemeral)
"""The fields that an ephemeral container cannot have."""
WHOLE_ELEMENTS = frozenset(
    field.name
    for field in _all(POD)
    if isinstance(field.kind, ListOf) and isinstance(field.kind.of, Object) and field.kind.of is not CONTAINER
)
"""Lists of objects other than containers: the API server refuses an element that lacks a part."""
