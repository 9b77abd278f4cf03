"""One value for each case that the constants of two programs tell apart, and pods made of such values.

A `Variable` is a field of a pod with one container. Its first value is always "unset", so that what is found first is
small. Values that the API server refuses, or replaces, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pscc.base.frozen import frozen
from pscc.pod.fields import POD_SPEC
from pscc.reasoning.difference.fields import Constants, Place

Json = dict[str, object]
NAME, IMAGE = "main", "app:1"
_NUMBERS = {
    "hostPort": (1, 65535), "containerPort": (1, 65535), "runAsUser": (0, 2**31 - 1), "runAsGroup": (0, 2**31 - 1),
    "fsGroup": (0, 2**31 - 1), "supplementalGroups": (0, 2**31 - 1),
}  # fmt: skip
"""Source: ``IsValidUserID``, ``IsValidGroupID`` and ``IsValidPortNum`` in ``k8s.io/apimachinery``'s validation."""
_SWITCHES = frozenset((
    "privileged", "hostNetwork", "hostPID", "hostIPC", "hostProcess", "allowPrivilegeEscalation", "runAsNonRoot",
    "readOnlyRootFilesystem", "hostUsers", "readOnly",
))  # fmt: skip
_CLOSED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("seccompProfile", "type"): ("RuntimeDefault", "Localhost", "Unconfined"),
    ("appArmorProfile", "type"): ("RuntimeDefault", "Localhost", "Unconfined"),
    ("securityContext", "procMount"): ("Default", "Unmasked"),
    ("os", "name"): ("linux", "windows"),
}
_SOURCES: Mapping[str, Json] = {
    "configMap": {"name": "data"}, "secret": {"secretName": "data"}, "persistentVolumeClaim": {"claimName": "data"},
    "image": {"reference": "data:1"}, "nfs": {"server": "files", "path": "/"}, "hostPath": {"path": "/data"},
    "csi": {"driver": "other"}, "flexVolume": {"driver": "other"},
    "projected": {"sources": [{"secret": {"name": "data"}}]},
}  # fmt: skip
_ELEMENTS: Mapping[str, str] = {"ports": "hostPort", "sysctls": "name"}
"""Lists of objects: the field by which there is an element, where nothing in one is asked."""
_TOKEN: Json = {"sources": [{"serviceAccountToken": {"path": "token"}}]}
VOLUMES, MOUNTS = "pod/spec.volumes", "container/volumeMounts"


@frozen
class Variable:
    """A field of a pod, and the values that it may have; the first is None, for unset."""

    place: Place
    values: tuple[object, ...]


def variables(found: Mapping[Place, Constants]) -> dict[Place, Variable]:
    """The variables for everything that was read."""
    made: dict[Place, Variable] = {}
    for place, constants in sorted(found.items()):
        for variable in _variables(place, constants, found):
            made[variable.place] = variable
    return made


def _variables(place: Place, constants: Constants, found: Mapping[Place, Constants]) -> Iterator[Variable]:
    if place.site.startswith(VOLUMES):
        if place == Place(VOLUMES, ()):
            yield Variable(place, (None, *_volumes(found)))
    elif place.site.startswith(MOUNTS):
        if place == Place(MOUNTS, ()):
            mount: Json = {"name": "data", "mountPath": "/data"}
            yield Variable(place, (None, mount, {**mount, "readOnly": True}))
    elif place.site == "annotation":
        if place.fields != ("",):
            constants = _together(constants, found.get(Place("annotation", ("",))))
            values = (None, *texts(constants, "other"), *([""] if "" in constants.words else []))
            yield Variable(place, values)
            yield Variable(Place("stray annotation", place.fields), values)
    elif not place.fields:
        if not any(p.site == place.site and p.fields for p in found):
            field = _ELEMENTS.get(place.site.rpartition(".")[2].rpartition("/")[2], "*")
            yield from _variables(Place(place.site, (field,)), constants, found)
    elif place.fields == ("*",):
        yield Variable(place, (None, *_lists(place, constants)))
    else:
        below = any(p.site == place.site and _within(p.fields, place.fields) for p in found)
        if not below:
            yield Variable(place, _scalars(place, constants))
        elif place.fields[-1] not in ("seccompProfile", "appArmorProfile"):
            yield Variable(place, (None, {}))


def _within(fields: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return len(fields) > len(outer) and fields[: len(outer)] == outer


def _together(constants: Constants, more: Constants | None) -> Constants:
    if more is None:
        return constants
    return Constants({**constants.words, **more.words}, {**constants.prefixes, **more.prefixes})


def _scalars(place: Place, constants: Constants) -> tuple[object, ...]:
    last = place.fields[-1]
    if last in _NUMBERS:
        return (None, *_numbers(constants, last))
    if last in _SWITCHES:
        return (None, False, True)
    closed = _CLOSED.get((place.fields[-2], last)) if len(place.fields) > 1 else None
    if closed is not None:
        return (None, *closed)
    if place == Place("container", ("name",)):
        return texts(constants, NAME)
    if place == Place("container", ("image",)):
        return texts(constants, IMAGE)
    return (None, *texts(constants, "other"))


def _numbers(constants: Constants, field: str) -> tuple[int, ...]:
    low, high = _NUMBERS[field]
    return tuple(n for n in sorted(constants.numbers) if low <= n <= high) or (1000,)


def texts(constants: Constants, other: str) -> tuple[str, ...]:
    """Each word, one text for each set of prefixes that a text can have, and one that is nothing of all that."""
    words, starts = constants.words, constants.prefixes

    def longest(text: str) -> str | None:
        return max((start for start in starts if text.startswith(start)), key=len, default=None)

    found = {word: None for word in words if word}
    for start in starts:
        for tail in ("x", "y1", "z22", "w333"):
            if start + tail not in words and longest(start + tail) == start:
                found[start + tail] = None
                break
    for text in (other, f"an{other}", f"yet-an{other}", f"q9-{other}"):
        if text not in words and longest(text) is None:
            return (text, *found)
    return tuple(found)


def _lists(place: Place, constants: Constants) -> Iterator[object]:
    last = place.site.rpartition(".")[2]
    singles: tuple[object, ...] = _numbers(constants, last) if last in _NUMBERS else texts(constants, "OTHER")
    yield from ([one] for one in singles)
    words = [word for word in constants.words if word]
    if len(words) > 1:
        yield words
        if len(words) > 2:
            yield from ([word for word in words if word != left] for left in words)


def _volumes(found: Mapping[Place, Constants]) -> Iterator[Json]:
    """A volume of each type that is named, of one that is not, and each of the cases that are told apart in it."""
    types = dict(found[Place(VOLUMES, ("?",))].words) if Place(VOLUMES, ("?",)) in found else {}
    types |= {p.fields[0]: None for p in found if p.site == VOLUMES and p.fields and p.fields[0] not in ("?", "name")}
    known = [name for name in POD_SPEC.below["volumes"].names if name != "name"]
    types |= dict.fromkeys([name for name in known if name not in types][:1])
    types.pop("*", None)
    for name in types:
        body = _SOURCES.get(name, {})
        bodies = [body]
        for field in ("path", "driver"):
            constants = found.get(Place(VOLUMES, (name, field)))
            if constants is not None and field == "path":
                bodies = [{**body, field: path} for path in _paths(constants)]
            elif constants is not None:
                bodies = [{**body, field: driver} for driver in texts(constants, "other")]
        if name == "projected":
            bodies.append(_TOKEN)
        for one in bodies:
            yield {"name": "data", name: one}


def _paths(constants: Constants) -> Iterator[str]:
    """Each prefix, something below it, and a sibling whose name begins alike."""
    found: dict[str, None] = {"/data-other": None}
    for prefix in constants.paths:
        stem = prefix.removesuffix("/")
        found.update(dict.fromkeys((stem or "/", f"{stem}/x", f"{stem}x")))
    yield from (path for path in found if path.startswith("/"))


# --- pods ---------------------------------------------------------------------

Assignment = Mapping[Place, object]


def pod_of(assignment: Assignment) -> Json:
    """The pod whose fields are as assigned; what is None or missing is unset."""
    container: Json = {"name": NAME, "image": IMAGE}
    pod: Json = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "witness"},
        "spec": {"containers": [container]},
    }
    elements: dict[str, Json] = {}
    for place in sorted(assignment, key=lambda p: (len(p.fields), p)):
        value = assignment[place]
        if value is None:
            continue
        target = container if place.site.startswith("container") else pod
        inner = tuple(place.site.partition("/")[2].split(".")) if "/" in place.site else ()
        if place.site == VOLUMES or place.site == MOUNTS:
            _put(target, inner, [value])
        elif place.site in ("annotation", "stray annotation"):
            whose = str(assignment.get(Place("container", ("name",))) or NAME)
            key = place.fields[0] + (whose if place.site == "annotation" else "nobody")
            _put(pod, ("metadata", "annotations", key), value)
        elif place.fields == ("*",):
            _put(target, inner, value)
        elif inner:
            element = elements.setdefault(place.site, {})
            _put(element, place.fields, value)
            _put(target, inner, [element])
        else:
            _put(target, place.fields, value)
    _complete(pod)
    return pod


def _complete(node: object) -> None:
    """What the API server insists on beside the fields that were chosen."""
    if isinstance(node, list):
        for one in node:
            _complete(one)
    if not isinstance(node, dict):
        return
    for name, inner in node.items():
        if name in ("httpGet", "tcpSocket") and isinstance(inner, dict):
            inner.setdefault("port", 80)
        for one in inner if name in ("ports", "sysctls") and isinstance(inner, list) else ():
            if name == "ports":
                one.setdefault("containerPort", one.get("hostPort", 8080))
            else:
                one.setdefault("value", "1")
        _complete(inner)


def _put(target: Json, fields: tuple[str, ...], value: object) -> None:
    for field in fields[:-1]:
        inner = target.get(field)
        if not isinstance(inner, dict):
            inner = target[field] = {}
        target = inner
    target[fields[-1]] = dict(value) if isinstance(value, dict) else value
