"""The API server's rules, for the places of a pod that a formula is about: what is in no valid pod is no witness.

Sources: `pscc.pod.schema` (what each field may be, which ones an object needs), and ``pkg/apis/core/validation/validation.go``
of Kubernetes: ``ValidateSecurityContext``, ``validateSeccompProfileField``, ``ValidateAppArmorProfileField``,
``validateHostUsers``, ``validateLinux``, ``validateWindows``, ``validateContainers``, ``ValidateVolumes``,
``validateVolumeSource``, ``ValidateServiceAccountName`` (a DNS subdomain). Of requests: whoever asks has a name
(``k8s.io/apiserver/pkg/authentication/request/anonymous``), and ``EnsureObjectNamespaceMatchesRequestNamespace`` in
``k8s.io/apiserver/pkg/registry/rest/meta.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise

from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.kinds import Boolean, Enumeration, Field, Integer, Kind, ListOf, Object, Text
from pscc.pod.schema import VOLUME
from pscc.pod.validity import NOT_WITH_OWN_USERS
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.rewriting import nodes
from pscc.proving.logic.slots import THERE, Slot, Slots
from pscc.proving.logic.terms import (
    TRUE,
    Place,
    Term,
    and_,
    at_most,
    contains,
    equal,
    integer_at,
    joined,
    not_,
    number,
    or_,
    present,
    string_at,
    text,
    truth_at,
)
from pscc.proving.pod import ACCOUNT, ANNOTATION, ENTRIES, NAMESPACE_ASKED, NAMESPACE_OF_POD, ROOTS, USER, entry_kind

AT_LEAST = {"pod.spec.containers": 1, "old.spec.containers": 1}
"""The lists that are never empty."""
_LAST_PORT = 65535
_SOURCES = tuple(field.name for field in VOLUME.fields if field.name != "name")


def rules(formula: Iterable[Term], slots: Slots) -> Iterator[Term]:
    """The rules of the API server about the fields in ``formula`` and the fields around them. Every pod that it takes obeys them.

    A pod still obeys them without some elements of its lists, except for the rule that there is a container.
    """
    places = dict.fromkeys(_leaves(formula))
    for place in list(places):
        places |= dict.fromkeys(_around(place, slots))
    for slot in list(slots.by_base.values()):
        places |= dict.fromkeys(_around(Place(slot.base, (THERE,)), slots))
    for base in ("pod", "old"):
        if any(place.base.startswith(base) for place in places):
            containers = slots.of(Place(base, ("spec", "containers")))
            yield or_(*(slot.there for slot in containers))
    places = {place: None for place in places if place.fields[:1] != (THERE,)}
    for place in places:
        yield from _of_place(place, slots)
    yield from _of_lists(places, slots)
    yield from _systems(list(places), slots)
    yield from _host_ports(places, slots)
    yield from _of_request(places)


def _of_request(places: Iterable[Place]) -> Iterator[Term]:
    """Who asks has a name, and a pod is in the namespace of the request, as its metadata say."""
    namespace, named = string_at(NAMESPACE_ASKED), set(places)
    if named & {NAMESPACE_ASKED, NAMESPACE_OF_POD}:
        yield not_(equal(namespace, text("")))
    if NAMESPACE_OF_POD in named:
        yield and_(present(NAMESPACE_OF_POD), equal(string_at(NAMESPACE_OF_POD), namespace))
    if ACCOUNT in named:
        name = string_at(ACCOUNT)
        yield or_(not_(present(ACCOUNT)), not_(or_(contains(name, text(":")), contains(name, text("/")))))
    if USER in named:
        yield and_(present(USER), not_(equal(string_at(USER), text(""))))


def _leaves(terms: Iterable[Term]) -> Iterator[Place]:
    for term in nodes(terms):
        yield from (arg for arg in term.args if isinstance(arg, Place))


def _around(place: Place, slots: Slots) -> Iterator[Place]:
    """The objects that ``place`` is inside of, up to the pod, and ``place`` itself."""
    fields = place.fields
    if fields[:1] in ((ANNOTATION,), (THERE,)):
        fields = ()
    for length in range(1, len(fields) + 1):
        yield Place(place.base, fields[:length])
    slot = slots.by_base.get(place.base)
    if slot:
        yield from _around(slot.items, slots)


def kind_of(base: str, slots: Slots) -> Kind:
    """The kind of what is at ``base``: the pod, or a place in a list."""
    if base in ROOTS:
        return ROOTS[base]
    slot = slots.by_base[base]
    if slot.items.fields[-1:] == (ENTRIES,):
        return entry_kind(Place(slot.items.base, slot.items.fields[:-1]))
    field = field_at(slot.items, slots)
    if field is None or not isinstance(field.kind, ListOf):
        raise NotUnderstoodError(f"the list {slot.of}")
    return field.kind.of


def field_at(place: Place, slots: Slots) -> Field | None:
    """The schema's field at ``place``; None for an entry of annotations or labels."""
    kind, field = kind_of(place.base, slots), None
    for name in place.fields:
        if not isinstance(kind, Object):
            return None
        field = kind.field(name)
        if field is None:
            raise NotUnderstoodError(f"the field {'.'.join(place.fields)}")
        kind = field.kind
    return field


def is_there(place: Place, slots: Slots) -> Term:
    """The field at ``place`` is there, and all that it is inside of."""
    slot = slots.by_base.get(place.base)
    if not place.fields:
        return slot.there if slot else TRUE
    if place.fields[0] in (ANNOTATION, THERE):
        return present(place)
    above = Place(place.base, place.fields[:-1])
    if place.fields[-1] == ENTRIES:
        return or_(*(element.there for element in slots.of(place)))
    field = field_at(place, slots)
    if field is not None and (field.needs is not None or field.filled is not None):
        return is_there(above, slots)
    if field is not None and isinstance(field.kind, ListOf):
        return or_(*(element.there for element in slots.of(place)))
    return present(place)


def _of_place(place: Place, slots: Slots) -> Iterator[Term]:
    if place.fields == ("image",) and place.base in slots.by_base:
        yield not_(equal(string_at(place), text("")))
    there = is_there(place, slots)
    if place.fields[:1] == (ANNOTATION,):
        yield _implies(
            there, and_(is_there(Place(place.base), slots), present(Place("pod", ("metadata", "annotations"))))
        )
        return
    if len(place.fields) > 1:
        yield _implies(there, is_there(Place(place.base, place.fields[:-1]), slots))
    elif place.base in slots.by_base:
        yield _implies(there, slots.by_base[place.base].there)
    field = field_at(place, slots) if place.fields else None
    kind = field.kind if field is not None else kind_of(place.base, slots) if not place.fields else None
    if kind is not None:
        yield from _of_value(place, kind, field is not None and field.needs is None)
    if (
        field is not None
        and field.name == "type"
        and place.fields[-2:-1] in (("seccompProfile",), ("appArmorProfile",))
    ):
        local = is_there(Place(place.base, (*place.fields[:-1], "localhostProfile")), slots)
        is_local = equal(string_at(place), text("Localhost"))
        yield _implies(there, or_(and_(is_local, local), and_(not_(is_local), not_(local))))
    if field is not None and field.name == "allowPrivilegeEscalation":
        yield from _escalation(place, slots)
    if place.fields == ("spec", "hostUsers"):
        own = and_(is_there(place, slots), not_(truth_at(place)))
        for host in (Place(place.base, ("spec", name)) for name in NOT_WITH_OWN_USERS):
            yield not_(and_(own, is_there(host, slots), truth_at(host)))


def _of_value(place: Place, kind: Kind, optional: bool) -> Iterator[Term]:
    """What the value at ``place`` may be. It says nothing where no value is there: such a value is not read.

    A field that is ``optional`` is left out where it is empty. An element of a list may be empty, and a field that an
    object needs.
    """
    match kind:
        case Integer(low=low, high=high, plain=plain):
            value = integer_at(place)
            yield and_(at_most(number(low), value), at_most(value, number(high)))
            if plain and optional:
                yield not_(equal(value, number(0)))
        case Enumeration(values=values):
            yield or_(*(equal(string_at(place), text(value)) for value in values))
        case Text(plain=True) if optional:
            yield not_(equal(string_at(place), text("")))
        case Boolean(plain=True) if optional:
            yield truth_at(place)
        case _:
            return


def _escalation(place: Place, slots: Slots) -> Iterator[Term]:
    """``allowPrivilegeEscalation`` is not false beside ``privileged``, or beside an added ``CAP_SYS_ADMIN``."""
    is_false = and_(is_there(place, slots), not_(truth_at(place)))
    context = Place(place.base, place.fields[:-1])
    privileged = context.at("privileged")
    yield not_(and_(is_false, is_there(privileged, slots), truth_at(privileged)))
    for slot in slots.of(context.at("capabilities", "add")):
        admin = equal(string_at(Place(slot.base)), text("CAP_SYS_ADMIN"))
        yield not_(and_(is_false, slot.there, admin))


def _of_lists(places: Iterable[Place], slots: Slots) -> Iterator[Term]:
    by_list: dict[Place, list[Slot]] = {}
    for slot in list(slots.by_base.values()):
        by_list.setdefault(slot.items, []).append(slot)
    for items, listed in by_list.items():
        for before, after in pairwise(listed):
            yield _implies(after.there, before.there)
        if items.base in slots.by_base:
            yield _implies(listed[0].there, slots.by_base[items.base].there)
        if items.fields[-1:] == (ENTRIES,):
            yield from _of_entries(listed, list(places))
        if items.fields == ("spec", "volumes"):
            yield from _different(listed)
            for slot in listed:
                yield from _one_source(slot)
    for base in ("pod", "old"):
        containers = [
            container for kind in CONTAINER_LISTS for container in by_list.get(Place(base, ("spec", kind)), ())
        ]
        yield from _different(containers)


def _of_entries(listed: list[Slot], places: list[Place]) -> Iterator[Term]:
    """The entries of a map have different keys, and one with a key that is looked up has the value that is found."""
    items = listed[0].items
    of = Place(items.base, items.fields[:-1])
    key, value = (field.name for field in entry_kind(of).fields)
    for entry, later in combinations(listed, 2):
        same = equal(string_at(Place(entry.base, (key,))), string_at(Place(later.base, (key,))))
        yield not_(and_(entry.there, later.there, same))
    for slot in listed:
        named, held = string_at(Place(slot.base, (key,))), string_at(Place(slot.base, (value,)))
        for place in places:
            wanted = _key(of, place)
            if wanted is not None:
                is_the_same = and_(present(place), equal(string_at(place), held))
                yield _implies(and_(slot.there, equal(named, wanted)), is_the_same)


def _key(of: Place, place: Place) -> Term | None:
    """The key under which ``place`` stands for an entry of the map at ``of``; None where it stands for none."""
    if place.base == of.base and len(place.fields) == len(of.fields) + 1 and place.fields[:-1] == of.fields:
        return text(place.fields[-1]) if place.fields[-1] != ENTRIES else None
    if place.fields[:1] == (ANNOTATION,) and of == Place("pod", ("metadata", "annotations")):
        return joined((text(place.fields[1]), string_at(Place(place.base, ("name",)))))
    return None


def _different(slots: list[Slot]) -> Iterator[Term]:
    """They have different names."""
    for slot, later in combinations(slots, 2):
        names = (string_at(Place(each.base, ("name",))) for each in (slot, later))
        yield not_(and_(slot.there, later.there, equal(*names)))


def _one_source(slot: Slot) -> Iterator[Term]:
    """A volume has one type: where the author names none, the API server fills in ``emptyDir``."""
    sources = [present(Place(slot.base, (name,))) for name in _SOURCES]
    yield _implies(slot.there, or_(*sources))
    for source, later in combinations(sources, 2):
        yield not_(and_(source, later))


def _host_ports(places: Iterable[Place], slots: Slots) -> Iterator[Term]:
    """The API server fills in the ports of a pod on the host's network, and refuses others: ``hostPort`` is ``containerPort``.

    Sources: ``defaultHostNetworkPorts`` in ``pkg/apis/core/v1/defaults.go``, ``validateHostNetwork`` of Kubernetes.
    """
    known = set(places)
    for base in ("pod", "old"):
        on_host = Place(base, ("spec", "hostNetwork"))
        if on_host not in known:
            continue
        for slot in list(slots.by_base.values()):
            if slot.base.startswith(f"{base}.") and slot.items.fields == ("ports",):
                port, own = Place(slot.base, ("hostPort",)), integer_at(Place(slot.base, ("containerPort",)))
                filled = and_(present(port), equal(integer_at(port), own))
                yield _implies(and_(slot.there, present(on_host)), filled)
                yield and_(at_most(number(1), own), at_most(own, number(_LAST_PORT)))


def _systems(places: list[Place], slots: Slots) -> Iterator[Term]:
    """A pod for an operating system has no field that is of another."""
    for base in ("pod", "old"):
        system = Place(base, ("spec", "os", "name"))
        if system not in places:
            continue
        for place in places:
            field = field_at(place, slots) if place.fields and place.fields[0] not in (ANNOTATION, THERE) else None
            if field is not None and field.system and place.base.startswith(base):
                right = equal(string_at(system), text(field.system))
                named = is_there(system, slots)
                yield not_(and_(named, not_(right), is_there(place, slots)))


def _implies(condition: Term, then: Term) -> Term:
    return or_(not_(condition), then)
