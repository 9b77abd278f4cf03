"""Pods with several containers, and several elements in lists: copies of the fields of a pod with one container.

A pod with one container shows every difference between policies that all have to accept a pod. A choice refuses a pod only if
all of its policies do, and each may need a container, or a volume, of its own for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from pscc.reasoning.difference.domains import Assignment, Json, pod_of
from pscc.reasoning.difference.fields import Place
from pscc.reasoning.difference.search import Constraint

_MARK = "#"


def number_of(place: Place) -> int:
    """The number of the copy with ``place``: 0 for the pod's own fields, the first container and first elements of lists."""
    _, _, number = place.site.partition(_MARK)
    return int(number or 0)


def copy_of(place: Place, number: int) -> Place:
    """``place`` in copy ``number``. Fields of the pod that are in no list have no copies."""
    return place if place.site == "pod" else place._replace(site=f"{place.site}{_MARK}{number}")


def is_copied(constraint: Constraint) -> bool:
    """Whether ``constraint`` reads a field of a container or of an element of a list, which have copies."""
    return any(place.site != "pod" for place in constraint.places)


def copied(constraint: Constraint, number: int) -> Constraint:
    """``constraint`` about copy ``number``."""
    cached = constraint.copies.get(number)
    if cached is None:
        places = tuple(copy_of(place, number) for place in constraint.places)
        back = dict(zip(places, constraint.places, strict=True))
        cached = Constraint(
            places, lambda a: constraint.holds({back[place]: a[place] for place in back}), None, constraint.known
        )
        constraint.copies[number] = cached
    return cached


def pod_with_copies(assignment: Assignment) -> Json:
    """The pod of ``assignment``: the elements of each copy's lists stand behind those of the first."""
    numbers = sorted({number_of(place) for place in assignment})
    pod = pod_of(_part(assignment, 0))
    for number in numbers:
        if number:
            _merge(pod, pod_of(_part(assignment, number)), number)
    return pod


def _part(assignment: Assignment, number: int) -> Mapping[Place, object]:
    return {
        place._replace(site=place.site.partition(_MARK)[0]): value
        for place, value in assignment.items()
        if place.site == "pod" or number_of(place) == number
    }


def _merge(pod: Json, other: Json, number: int) -> None:
    """Append the elements of the lists of ``other`` to those of ``pod``, under names of their own."""
    spec, added = _object(pod["spec"]), deepcopy(_object(other["spec"]))
    (container,) = _list(added.pop("containers"))
    name = str(container["name"])
    if name in {present["name"] for present in _list(spec["containers"])}:
        container["name"] = f"{name}-{number}"
    for volume in (*_list(added.get("volumes")), *_list(container.get("volumeMounts"))):
        volume["name"] = f"{volume['name']}-{number}"
    for mount in _list(container.get("volumeMounts")):
        mount["mountPath"] = f"{mount['mountPath']}-{number}"
    _list(spec["containers"]).append(container)
    metadata, annotations = _object(pod["metadata"]), _object(_object(other["metadata"]).get("annotations") or {})
    for key, value in annotations.items():
        renamed = f"{key.removesuffix(name)}{container['name']}" if key.endswith(name) else key
        _object(metadata.setdefault("annotations", {})).setdefault(renamed, value)
    _append_lists(spec, added)


def _append_lists(target: Json, added: Json) -> None:
    """Append the lists of ``added`` to those of ``target``. Other fields are the same in both."""
    for key, value in added.items():
        present = target.get(key)
        if isinstance(value, dict) and isinstance(present, dict):
            _append_lists(present, value)
        elif isinstance(value, list) and isinstance(present, list):
            present += [element for element in value if element not in present]
        elif present is None:
            target[key] = value


def _object(value: object) -> Json:
    assert isinstance(value, dict)
    return value


def _list(value: object) -> list[Json]:
    return value if isinstance(value, list) else []
