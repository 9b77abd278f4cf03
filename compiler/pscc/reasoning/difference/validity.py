"""Rules of the API server's own validation: a pod that it refuses must not be a witness.

Source: Kubernetes ``pkg/apis/core/validation/validation.go``: ``ValidateSecurityContext``, ``validateSeccompProfileField``,
``ValidateAppArmorProfileField``, ``validateHostUsers``, ``validateWindows``, ``validateLinux``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pscc.pod.validity import NOT_WITH_OWN_USERS
from pscc.reasoning.difference.domains import MOUNTS, VOLUMES, Assignment, systems
from pscc.reasoning.difference.fields import Place

Rule = tuple[tuple[Place, ...], Callable[[Assignment], bool]]
OS = Place("pod", ("spec", "os", "name"))
"""The operating system that the pod is for."""


def rules(places: frozenset[Place]) -> Iterator[Rule]:
    """The rules over ``places``. Each holds of every pod that the API server accepts."""
    for place in places:
        if place.fields[-2:] in (("seccompProfile", "type"), ("appArmorProfile", "type")):
            local = Place(place.site, (*place.fields[:-1], "localhostProfile"))
            yield _profile(place, local if local in places else None)
        if OS in places and place != OS:
            for system in systems(place):
                yield (OS, place), lambda a, p=place, s=system: a[OS] in (None, s) or a[p] is None  # type: ignore[misc]
    escalation = Place("container", ("securityContext", "allowPrivilegeEscalation"))
    privileged = Place("container", ("securityContext", "privileged"))
    added = Place("container/securityContext.capabilities.add", ("*",))
    if escalation in places and privileged in places:
        yield (escalation, privileged), lambda a: not (a[privileged] is True and a[escalation] is False)
    if escalation in places and added in places:
        yield (escalation, added), lambda a: not (_has_admin(a[added]) and a[escalation] is False)
    users = Place("pod", ("spec", "hostUsers"))
    for place in (Place("pod", ("spec", name)) for name in NOT_WITH_OWN_USERS):
        if users in places and place in places:
            yield (users, place), lambda a, p=place: not (a[users] is False and a[p] is True)  # type: ignore[misc]
    if Place(MOUNTS, ()) in places:
        volume, mount = Place(VOLUMES, ()), Place(MOUNTS, ())
        yield (volume, mount), lambda a: a[mount] is None or a[volume] is not None


def _profile(kind: Place, local: Place | None) -> Rule:
    if local is None:
        return (kind,), lambda a: a[kind] != "Localhost"
    return (kind, local), lambda a: (a[kind] == "Localhost") == (a[local] is not None)


def _has_admin(added: object) -> bool:
    return isinstance(added, list) and any(word in ("SYS_ADMIN", "CAP_SYS_ADMIN") for word in added)
