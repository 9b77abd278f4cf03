"""A pod and a request whose fields are unknown. The schema decides what each field can be.

The API server treats three kinds of fields in its own way. It drops an empty ``plain`` field. It refuses an object without a
field that the object ``needs``. It sets a ``filled`` field. So a field is always there, or whether it is there is a condition.
"""

from __future__ import annotations

from dataclasses import replace

from pscc.ir.passes import SERVICE_ACCOUNT
from pscc.pod.fields import NOT_EPHEMERAL
from pscc.pod.kinds import Boolean, Enumeration, Field, Integer, Kind, ListOf, Object, Opaque
from pscc.pod.kinds import Text as TextKind
from pscc.pod.schema import POD, TEXT, TEXTS
from pscc.pod.schema import SET_TEXT as ANY_TEXT
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import (
    FALSE,
    TRUE,
    Place,
    Term,
    fresh,
    integer_at,
    joined,
    nonempty,
    present,
    string_at,
    text,
    truth_at,
)
from pscc.proving.values import Annotations, Listed, Plain, Structure, Text, Truth, Unknown, Value, Walk, Whole, always

SEEN = Object(tuple(replace(field, needs={}) for field in POD.fields))
"""A pod as a policy sees it: it has ``metadata`` and a ``spec``."""
REQUEST = Object((
    Field("namespace", TEXT, needs="default"),
    Field("userInfo", Object((Field("username", TEXT), Field("groups", TEXTS))), needs={}),
))  # fmt: skip
"""Of an admission request, who asks and where. Source: ``UserInfo`` in ``k8s.io/api/authentication/v1``."""
NAMESPACE = Object((Field("metadata", Object((Field("labels", Opaque()),)), needs={}),))
"""Of the Namespace object, its labels."""
NAMESPACE_ASKED, NAMESPACE_OF_POD = Place("request", ("namespace",)), Place("pod", ("metadata", "namespace"))
USER = Place("request", ("userInfo", "username"))
ACCOUNT = Place("pod", SERVICE_ACCOUNT)
ROOTS = {"pod": SEEN, "old": SEEN, "request": REQUEST, "namespace": NAMESPACE}
ANNOTATION = "@annotation"
"""The field of a container that stands for the pod's annotation whose key ends in the container's name."""


ENTRIES = "@entries"
"""The field of a map that stands for the list of its entries."""


def entry_kind(place: Place) -> Object:
    """The kind of an entry of the map at ``place``: its key and its value, which say whose they are."""
    return Object(
        (Field(_of_entry("key", place), TEXT, needs=""), Field(_of_entry("value", place), ANY_TEXT, needs=""))
    )


def _of_entry(part: str, place: Place) -> str:
    return f"@{part} of {'.'.join((place.base, *place.fields))}"


def keys(place: Place) -> Listed:
    """The keys of the map of strings at ``place``."""
    element = fresh()
    key = string_at(Place(element, (_of_entry("key", place),)))
    return Listed((Walk(element, place.at(ENTRIES), TRUE, always(Text(Plain(key)))),))


OLD_ANNOTATION = f"{ANNOTATION} of old"
"""The same of the pod before an update."""


def root(name: str) -> Structure:
    """The pod, the request or the namespace."""
    return Structure(Place(name), ROOTS[name])


def field_of(of: Structure, name: str) -> Field:
    """The field ``name`` of ``of``. Raises `NotUnderstoodError` where the schema has none."""
    field = of.kind.field(name)
    if field is None:
        raise NotUnderstoodError(f"the field `{'.'.join((*of.place.fields, name))}`")
    return field


def presence(of: Structure, field: Field) -> Term:
    """Whether ``of``, which is there, has ``field``: always where the API server requires the field, or fills it in."""
    if field.needs is not None or field.filled is not None:
        return TRUE
    if of.ephemeral and of.items is not None and field.name in NOT_EPHEMERAL:
        return FALSE
    if isinstance(field.kind, ListOf):
        return nonempty(of.place.at(field.name))
    return present(of.place.at(field.name))


def value_of(of: Structure, field: Field) -> Value:
    """The value of ``field`` of ``of``, where it is there."""
    place = of.place.at(field.name)
    match field.kind:
        case Boolean(plain=plain):
            return Truth(TRUE if plain else truth_at(place))
        case Integer():
            return Whole(integer_at(place))
        case TextKind() | Enumeration():
            return Text(Plain(string_at(place)))
        case Object() as kind:
            return Structure(place, kind, ephemeral=of.ephemeral)
        case ListOf(of=inside):
            element = fresh()
            ephemeral = of.ephemeral or field.name == "ephemeralContainers"
            return Listed((Walk(element, place, TRUE, always(_element(inside, element, place, ephemeral))),))
        case Opaque():
            return Annotations(place) if field.name in ("annotations", "labels") else Unknown(place)


def _element(kind: Kind, element: str, items: Place, ephemeral: bool) -> Value:
    match kind:
        case Object():
            return Structure(Place(element), kind, items, ephemeral)
        case Integer():
            return Whole(integer_at(Place(element)))
        case TextKind() | Enumeration():
            return Text(Plain(string_at(Place(element))))
        case _:
            return Unknown(Place(element))


def label_place(key: str) -> Place:
    """The place of the namespace's label ``key``, for all readers: a place is the name of a field, and says nothing of it."""
    return Place("namespace", ("metadata", "labels", key))


def entry_place(place: Place, key: Term) -> Place:
    """The place that stands for the entry under ``key`` of the map at ``place``.

    Containers of a pod have different names, so an entry with a container's name in its key is as a field of that container.
    """
    if key.op == "text":
        return place.at(str(key.args[0]))
    if key.op == "concat" and len(key.args) == 2:
        prefix, name = key.args
        if isinstance(prefix, Term) and isinstance(name, Term) and prefix.op == "text" and name.op == "string":
            named = name.args[0]
            if isinstance(named, Place) and named.fields == ("name",):
                return Place(named.base, (OLD_ANNOTATION if place.base == "old" else ANNOTATION, str(prefix.args[0])))
    raise NotUnderstoodError("a key of annotations that is neither a constant nor ends in a container's name")


def container_entry(prefix: str, name: Place) -> tuple[Term, Value]:
    """Whether the pod has an annotation whose key is ``prefix`` and the container's ``name``, and its value."""
    return entry(Place("pod", ("metadata", "annotations")), joined((text(prefix), string_at(name))))


def entry(place: Place, key: Term) -> tuple[Term, Value]:
    """Whether the map at ``place`` has an entry under ``key``, and its value."""
    named = key.args[0]
    if key.op == "string" and isinstance(named, Place) and named.fields == (_of_entry("key", place),):
        return TRUE, Text(Plain(string_at(Place(named.base, (_of_entry("value", place),)))))
    where = entry_place(place, key)
    return present(where), Text(Plain(string_at(where)))
