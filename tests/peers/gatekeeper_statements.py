"""What each of gatekeeper-library's pod security constraints says with its parameters, in the policy language.

Source: ``src/pod-security-policy/*/src.rego`` of gatekeeper-library, which decides what a parameter means that its
description leaves open (an empty list, one that is not there).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from peers.case import CheckoutError, Json, NotExpressible
from peers.writing import Statement, allow, deny, literal, pattern, ranges, require, source

BECAUSE = 'because "the constraint exempts it"'


def policy_of(kind: str, parameters: Json, match: Json) -> str:
    """The source of a constraint.

    Raises `NotExpressible` where the language cannot say it, `CheckoutError` where this table does not know the kind.
    """
    if kind not in KINDS:
        raise CheckoutError(f"tests/peers/gatekeeper_statements.py does not know the kind {kind}")
    statements = list(KINDS[kind](parameters))
    return source("constraint", statements, [*_scope(match), *_exempt(kind, parameters, statements)])


def _exempt(kind: str, parameters: Json, statements: list[Statement]) -> Iterator[str]:
    images = [f"images {pattern(image.strip())}" for image in parameters.get("exemptImages") or []]
    of_containers = [s.control for s in statements if kind != _PORTS or s.control == "hostPorts"]
    if images and of_containers:
        begin = f"exempt {', '.join(images)}"
        yield f"{begin} {BECAUSE}" if kind != _PORTS else f"{begin} from {', '.join(of_containers)} {BECAUSE}"


def _scope(match: Json) -> Iterator[str]:
    """Source: the ``match`` of ``constraints.gatekeeper.sh``, Gatekeeper's ``pkg/mutation/match/match.go``."""
    unknown = match.keys() - {"kinds", "namespaces", "excludedNamespaces"}
    if unknown:
        raise NotExpressible(f"the constraint goes by {', '.join(sorted(unknown))}")
    if any(one.get("kinds") != ["Pod"] for one in match.get("kinds") or []):
        raise NotExpressible("the constraint is about other kinds than pods")
    for line, field in (("in namespaces", "namespaces"), ("except namespaces", "excludedNamespaces")):
        if match.get(field):
            yield f"{line} {', '.join(pattern(name) for name in match[field])}"


# --- kinds without parameters ---------------------------------------------------


def _escalation(parameters: Json) -> Iterator[Statement]:
    yield require("allowPrivilegeEscalation", ["false"])


def _namespaces(parameters: Json) -> Iterator[Statement]:
    yield deny("hostPID")
    yield deny("hostIPC")


def _probes(parameters: Json) -> Iterator[Statement]:
    yield deny("hostProbes")


def _process(parameters: Json) -> Iterator[Statement]:
    yield deny("hostProcess")


def _privileged(parameters: Json) -> Iterator[Statement]:
    yield deny("privileged")


def _read_only(parameters: Json) -> Iterator[Statement]:
    yield require("readOnlyRootFilesystem", ["true"])


# --- lists ----------------------------------------------------------------------


def _capabilities(parameters: Json) -> Iterator[Statement]:
    added = parameters.get("allowedCapabilities") or []
    if "*" not in added:
        yield allow("capabilities.add", map(literal, added))
    dropped = parameters.get("requiredDropCapabilities") or []
    if dropped:
        yield require("capabilities.drop", [f"all of {', '.join(map(literal, dropped))}"])


def _drivers(parameters: Json) -> Iterator[Statement]:
    drivers = [volume["driver"] for volume in parameters.get("allowedFlexVolumes") or []]
    yield allow("flexVolume", map(literal, drivers))


def _volumes(parameters: Json) -> Iterator[Statement]:
    types = parameters.get("volumes") or []
    if "*" not in types:
        yield allow("volumes", map(literal, types))


def _sysctls(parameters: Json) -> Iterator[Statement]:
    forbidden, allowed = parameters.get("forbiddenSysctls") or [], parameters.get("allowedSysctls")
    if forbidden:
        yield deny("sysctls", [] if "*" in forbidden else map(pattern, forbidden))
    if allowed is not None and "*" not in allowed:
        yield allow("sysctls", map(pattern, allowed))


def _host_paths(parameters: Json) -> Iterator[Statement]:
    paths = parameters.get("allowedHostPaths") or []
    values = [literal(p["pathPrefix"]) + (" (read-only)" if p.get("readOnly") else "") for p in paths]
    yield allow("hostPath", values)


_PORTS = "K8sPSPHostNetworkingPorts"


def _network(parameters: Json) -> Iterator[Statement]:
    if not parameters.get("hostNetwork"):
        yield deny("hostNetwork")
    if "min" in parameters or "max" in parameters:
        low, high = parameters.get("min", 1), parameters.get("max", 65535)
        yield allow("hostPorts", [f"{low}-{high}"] if low <= high else [])


def _proc_mount(parameters: Json) -> Iterator[Statement]:
    if str(parameters.get("procMount")).lower() != "unmasked":
        yield allow("procMount", ["Default"])


# --- profiles -------------------------------------------------------------------


def _app_armor(parameters: Json) -> Iterator[Statement]:
    """A container without a profile has the runtime's. Names are compared as they are: the template knows no wildcard."""
    profiles = parameters.get("allowedProfiles") or []
    if not profiles:
        yield _no_container_passes(parameters)
    else:
        yield (allow if "runtime/default" in profiles else require)("appArmorProfile", map(literal, profiles))


def _no_container_passes(parameters: Json) -> Statement:
    """What no value satisfies, not even leaving the field out."""
    if parameters.get("exemptImages"):
        raise NotExpressible("no container passes but the exempt ones")
    return deny("pods")


_SECCOMP = {
    "RuntimeDefault": "runtime/default",
    "docker/default": "runtime/default",
    "Unconfined": "unconfined",
}


def _seccomp(parameters: Json) -> Iterator[Statement]:
    profiles = parameters.get("allowedProfiles") or []
    if "*" in profiles:
        return
    files = parameters.get("allowedLocalhostFiles") or []
    named = [f"localhost/{file}" for file in files] if "Localhost" in profiles else []
    named += [_SECCOMP.get(one, one) for one in profiles if one not in ("Localhost", "not configured")]
    values = [pattern(one) for one in dict.fromkeys(named)]
    if "not configured" in profiles:
        yield allow("seccompProfile", values)
    elif values:
        yield require("seccompProfile", values)
    else:
        yield _no_container_passes(parameters)


_OPTIONS = ("user", "role", "type", "level")


def _selinux(parameters: Json) -> Iterator[Statement]:
    """Each context has to agree with one of the allowed ones in the fields that it sets.

    Statements are about one field each, which says the same where the allowed contexts are every combination of their
    fields' values.
    """
    allowed = {tuple(one.get(field) for field in _OPTIONS) for one in parameters.get("allowedSELinuxOptions") or []}
    values = [sorted({one[number] for one in allowed}, key=str) for number in range(len(_OPTIONS))]
    if allowed and allowed != set(product(*values)):
        raise NotExpressible("the allowed SELinux contexts are not every combination of their fields' values")
    for field, found in zip(_OPTIONS, values, strict=True):
        yield allow(f"seLinuxOptions.{field}", [literal(one) for one in found if one is not None])


# --- ids ------------------------------------------------------------------------


def _ids(control: str, parameters: Json) -> Iterator[Statement]:
    match parameters.get("rule"):
        case "MustRunAs":
            yield require(control, ranges(parameters))
        case "MayRunAs":
            yield allow(control, ranges(parameters))
        case "MustRunAsNonRoot":
            yield require("nonRoot")
        case None | "RunAsAny":
            pass
        case rule:
            raise NotExpressible(f"the template knows no rule {rule}")


def _fs_group(parameters: Json) -> Iterator[Statement]:
    if parameters.get("rule") == "MustRunAs" and not parameters.get("ranges"):
        yield deny("pods")
    else:
        yield from _ids("fsGroup", parameters)


def _users(parameters: Json) -> Iterator[Statement]:
    for control in ("runAsUser", "runAsGroup", "supplementalGroups", "fsGroup"):
        yield from _ids(control, parameters.get(control) or {})


KINDS: dict[str, Callable[[Json], Iterator[Statement]]] = {
    "K8sPSPAllowPrivilegeEscalationContainer": _escalation,
    "K8sPSPAppArmor": _app_armor,
    "K8sPSPCapabilities": _capabilities,
    "K8sPSPFlexVolumes": _drivers,
    "K8sPSPForbiddenSysctls": _sysctls,
    "K8sPSPFSGroup": _fs_group,
    "K8sPSPHostFilesystem": _host_paths,
    "K8sPSPHostNamespace": _namespaces,
    _PORTS: _network,
    "K8sPSPHostProbesLifecycle": _probes,
    "K8sPSPHostProcess": _process,
    "K8sPSPPrivilegedContainer": _privileged,
    "K8sPSPProcMount": _proc_mount,
    "K8sPSPReadOnlyRootFilesystem": _read_only,
    "K8sPSPSeccomp": _seccomp,
    "K8sPSPSeccompV2": _seccomp,
    "K8sPSPSELinuxV2": _selinux,
    "K8sPSPAllowedUsers": _users,
    "K8sPSPVolumeTypes": _volumes,
}
