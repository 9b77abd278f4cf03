"""The variables of a search: a field of a pod each, with a value for each case that its constants distinguish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pscc.pod.fields import element, example
from pscc.pod.kinds import ListOf, Object, Opaque
from pscc.reasoning.difference.bodies import mounts, volumes
from pscc.reasoning.difference.domains import MOUNTS, SOURCES, VOLUMES, Variable, field_at, lists, of_kind, texts
from pscc.reasoning.difference.fields import Constants, Place
from pscc.reasoning.difference.validity import local_profile, profiles


def variables(reads: Mapping[Place, Constants]) -> dict[Place, Variable]:
    """The variables for the fields in ``reads``, each with the constants that it is compared with.

    There is none for a place that is `unvaried`.
    """
    left_out = unvaried(reads)
    reads = {place: constants for place, constants in reads.items() if place not in left_out}
    for place in profiles(reads):
        reads.setdefault(local_profile(place), Constants())
    if any(place.site.startswith(MOUNTS) for place in reads):
        reads.setdefault(Place(VOLUMES, ()), Constants())
    whole = {Place(VOLUMES, ()): volumes, Place(MOUNTS, ()): mounts}
    return {
        variable.place: variable
        for place, constants in sorted(reads.items())
        for variable in (
            (Variable(place, (None, *whole[place](reads))),) if place in whole else _variables(place, constants, reads)
        )
    }


def unvaried(reads: Mapping[Place, Constants]) -> frozenset[Place]:
    """The places in ``reads`` for which the search does not try every value that their constants tell apart.

    A comparison must not say that two programs agree in checks of such a place.
    """
    return frozenset(place for place, constants in reads.items() if constants.some and not _varies(place))


def _varies(place: Place) -> bool:
    if place in (Place(VOLUMES, ("name",)), Place(MOUNTS, ("name",))):
        return False  # a mount finds its volume by it
    if place.site == "annotation" or place.fields == ("?",):
        return place.site in ("annotation", VOLUMES, SOURCES)
    return not isinstance(element(field_at(place).kind), Opaque)


def _variables(place: Place, constants: Constants, reads: Mapping[Place, Constants]) -> Iterator[Variable]:
    if place.site.startswith((VOLUMES, MOUNTS)):
        return
    if place.site == "annotation":
        if place.fields != ("",):
            constants = _together(constants, reads.get(Place("annotation", ("",))))
            values = (None, *texts(constants, "other"), *([""] if "" in constants.words else []))
            yield Variable(place, values)
            yield Variable(Place("stray annotation", place.fields), values)
    elif not place.fields:
        if not any(p.site == place.site and p.fields for p in reads):
            yield from _walked(place, constants)
    elif place.fields == ("*",):
        yield Variable(place, (None, *lists(place, constants)))
    else:
        below = any(p.site == place.site and _within(p.fields, place.fields) for p in reads)
        listed = any(p.site == f"{place.site}/{'.'.join(place.fields)}" for p in reads)
        if not below and not listed:
            yield Variable(place, _values(place, constants))
        elif below and example(field_at(place).kind) == {}:
            yield Variable(place, (None, {}))


def _walked(place: Place, constants: Constants) -> Iterator[Variable]:
    """The variable of a list, if no field of its elements is read."""
    kind = field_at(place).kind
    if isinstance(kind, ListOf) and isinstance(kind.of, Object):
        needed = [member.name for member in kind.of.fields if member.needs is not None]
        inner = Place(place.site, (needed[0] if needed else kind.of.fields[0].name,))
        yield Variable(inner, _values(inner, constants))
    else:
        listed = Place(place.site, ("*",))
        yield Variable(listed, (None, *lists(listed, constants)))


def _within(fields: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return len(fields) > len(outer) and fields[: len(outer)] == outer


def _together(constants: Constants, others: Constants | None) -> Constants:
    if others is None:
        return constants
    return Constants({**constants.words, **others.words}, {**constants.prefixes, **others.prefixes})


def _values(place: Place, constants: Constants) -> tuple[object, ...]:
    """The values of a field inside which nothing is read. A field that every container has is never unset."""
    field = field_at(place)
    if place.site == "container" and len(place.fields) == 1 and field.needs is not None:
        return texts(constants, str(field.needs))
    return (None, *of_kind(field.kind, constants))
