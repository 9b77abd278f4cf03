"""Rules of the API server's own validation: a pod that it refuses must not be a witness.

Source: Kubernetes ``pkg/apis/core/validation/validation.go``: ``ValidateSecurityContext``, ``validateSeccompProfileField``,
``ValidateAppArmorProfileField``, ``validateHostUsers``, ``validateWindows``, ``validateLinux``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pscc.pod.validity import NOT_WITH_OWN_USERS
from pscc.reasoning.difference.domains import MOUNTS, VOLUMES, Assignment, systems
from pscc.reasoning.difference.fields import Place

Rule = tuple[tuple[Place, ...], Callable[[Assignment], bool]]
OS = Place("pod", ("spec", "os", "name"))
"""The operating system that the pod is for."""


def rules(places: frozenset[Place]) -> Iterator[Rule]:
    """The rules over ``places``. Each holds of every pod that the API server accepts."""
    for place in profiles(places):
        local = local_profile(place)
        yield (place, local), lambda a, p=place, f=local: (a[p] == "Localhost") == (a[f] is not None)  # type: ignore[misc]
    for place in places:
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


def profiles(places: Iterable[Place]) -> list[Place]:
    """Those of ``places`` that are the type of a profile. One of the type ``Localhost`` names a file, and no other does."""
    return [p for p in places if p.fields[-2:] in (("seccompProfile", "type"), ("appArmorProfile", "type"))]


def local_profile(kind: Place) -> Place:
    """The file of the profile whose type is at ``kind``."""
    return Place(kind.site, (*kind.fields[:-1], "localhostProfile"))


def _has_admin(added: object) -> bool:
    return isinstance(added, list) and any(word in ("SYS_ADMIN", "CAP_SYS_ADMIN") for word in added)
