"""What the API server refuses in a pod whatever the policies say, among the fields that policies set.

It validates a pod after all defaults are set, so a default can make a pod that it refuses. Source: ``ValidateSecurityContext``,
``validateHostUsers``, ``validateWindows`` and ``validateLinux`` in Kubernetes ``pkg/apis/core/validation/validation.go``, 1.24 to
1.37.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pscc.base.frozen import frozen
from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.kinds import Boolean, Integer, Kind, ListOf, Object
from pscc.pod.schema import SPEC

_CONTEXT = "ValidateSecurityContext"
NOT_WITH_OWN_USERS = ("hostNetwork", "hostPID", "hostIPC")
"""What a pod with ``hostUsers: false`` cannot have. ``UserNamespacesHostNetworkSupport``, which allows the first, is off."""
_OF_SYSTEMS = {"linux": "validateLinux", "windows": "validateWindows"}


@frozen
class Refusal:
    """A field that the API server refuses beside the others of the pod: its path, why, and Kubernetes' function for it."""

    path: str
    message: str
    rule: str


def refusals(pod: Mapping[str, object]) -> tuple[Refusal, ...]:
    """The fields of ``pod`` that the API server refuses; none where it takes the pod, as far as this looks."""
    spec = pod.get("spec")
    if not isinstance(spec, Mapping):
        return ()
    system = _at(spec, "os", "name")
    foreign = _foreign(spec, SPEC, "spec", system) if isinstance(system, str) and system in _OF_SYSTEMS else iter(())
    contexts = (r for path, context in _contexts(spec) for r in _escalation(path, context))
    return (*contexts, *_host_users(spec), *foreign)


def _contexts(spec: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for containers in CONTAINER_LISTS:
        listed = spec.get(containers)
        for index, container in enumerate(listed if isinstance(listed, list) else ()):
            context = container.get("securityContext") if isinstance(container, Mapping) else None
            if isinstance(context, Mapping):
                yield f"spec.{containers}[{index}].securityContext", context


def _escalation(path: str, context: Mapping[str, object]) -> Iterator[Refusal]:
    if context.get("allowPrivilegeEscalation") is not False:
        return
    cannot = "allowPrivilegeEscalation cannot be false"
    if context.get("privileged") is True:
        yield Refusal(f"{path}.allowPrivilegeEscalation", f"{cannot} where privileged is true", _CONTEXT)
    added = _at(context, "capabilities", "add")
    # the API server compares with this spelling alone
    if isinstance(added, list) and "CAP_SYS_ADMIN" in added:
        yield Refusal(
            f"{path}.allowPrivilegeEscalation", f"{cannot} where capabilities.add has CAP_SYS_ADMIN", _CONTEXT
        )


def _host_users(spec: Mapping[str, object]) -> Iterator[Refusal]:
    """A namespace of the node that is not for pods with users of their own. Volumes of blocks are none of a policy's fields."""
    if spec.get("hostUsers") is False:
        for name in NOT_WITH_OWN_USERS:
            if spec.get(name) is True:
                yield Refusal(f"spec.{name}", f"{name} cannot be true where hostUsers is false", "validateHostUsers")


def _unset(value: object, kind: Kind) -> bool:
    """Whether the API server takes ``value`` as if the field were unset."""
    if value in (None, "", [], {}):
        return True
    return isinstance(kind, Boolean | Integer) and kind.plain and not value


def _foreign(value: object, kind: Object, path: str, system: str) -> Iterator[Refusal]:
    """The fields in ``value`` that a pod of the operating system cannot have."""
    if not isinstance(value, Mapping):
        return
    for field in kind.fields:
        inside, here = value.get(field.name), f"{path}.{field.name}"
        if _unset(inside, field.kind):
            continue
        if field.system and field.system != system:
            yield Refusal(here, f"a {system} pod cannot have {field.name}", _OF_SYSTEMS[system])
        elif isinstance(field.kind, Object):
            yield from _foreign(inside, field.kind, here, system)
        elif isinstance(field.kind, ListOf) and isinstance(field.kind.of, Object) and isinstance(inside, list):
            for index, item in enumerate(inside):
                yield from _foreign(item, field.kind.of, f"{here}[{index}]", system)


def _at(value: object, *names: str) -> object:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
