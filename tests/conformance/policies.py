"""Draws PodSecurityPolicies over all fields and their combinations, invalid ones among them, and policies of the language.

Every field of ``PodSecurityPolicySpec`` and every annotation is in `FIELDS`: a test holds that list against the reader's.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import cache

from conformance.jsonl import Json, Process
from pscc.base.source import SourceFile
from pscc.controls import CONTROLS
from pscc.controls._base import Control, Shape
from pscc.controls._values import Boolean, HostPaths, Profiles, Ranges, SeLinux, Words
from pscc.diagnostics import Report
from pscc.driver import analyse
from pscc.ir import Policy
from pscc.meaning.psp_policy import to_document
from pscc.meaning.resolve import resolve
from pscc.psp.yaml import read_psp

SECCOMP = "seccomp.security.alpha.kubernetes.io/"
APPARMOR = "apparmor.security.beta.kubernetes.io/"
PROFILES = ("runtime/default", "unconfined", "localhost/a.json", "localhost/b")
CAPABILITIES = ("CHOWN", "KILL", "SYS_ADMIN", "ALL", "NET_BIND_SERVICE", "chown")
SYSCTLS = (
    "kernel.msg*", "net.core.somaxconn", "kernel.shm_rmid_forced", "net.*", "kernel.sem", "net.ipv4.*",
    "net.ipv4.tcp_syncookies",
)  # fmt: skip
VOLUMES = (
    "configMap", "emptyDir", "projected", "secret", "downwardAPI", "persistentVolumeClaim", "hostPath", "csi",
    "flexVolume", "nfs", "cephFS", "ephemeral",
)  # fmt: skip
Draw = Callable[[random.Random], object]


def _some(choices: tuple[str, ...], most: int = 3) -> Draw:
    return lambda rng: rng.sample(choices, rng.randint(0, min(most, len(choices))))


def _one_of(*choices: object) -> Draw:
    return lambda rng: rng.choice(choices)


def _flag(rng: random.Random) -> object:
    return rng.random() < 0.5


def _ids(rng: random.Random) -> list[Json]:
    first = rng.choice(((0, 0), (1, 1), (1, 65535), (10, 20), (1000, 1000), (1000660000, 1000669999), (0, 2**31 - 1)))
    more = rng.choice(
        ((30000, 30010), (5, 9), (20, 20), (2, 1)) if rng.random() < 0.1 else ((30000, 30010), (5, 9), (20, 20))
    )
    pairs = [first] if rng.random() < 0.6 else [first, more]
    return [{"min": low, "max": high} for low, high in pairs]


def _ports(rng: random.Random) -> list[Json]:
    choices = ((80, 80), (443, 443), (8000, 8080), (1, 1023), (0, 65535), (30000, 32767), (0, 0))
    odd = ((9, 3), (65530, 70000), (-5, 10), (70000, 70001))
    pairs = rng.sample(choices, rng.randint(0, 3)) + ([rng.choice(odd)] if rng.random() < 0.1 else [])
    return [{"min": low, "max": high} for low, high in pairs]


def _strategy(*rules: str) -> Draw:
    def draw(rng: random.Random) -> object:
        rule = rng.choice(rules)
        if rule in ("MustRunAs", "MayRunAs"):
            ranges = _ids(rng)
            return {"rule": rule, **({"ranges": ranges} if rng.random() < 0.96 else {})}
        return {"rule": rule, **({"ranges": []} if rng.random() < 0.1 else {})}

    return draw


def _selinux(rng: random.Random) -> object:
    if rng.random() < 0.55:
        return {"rule": "RunAsAny"}
    values = {
        "user": "u",
        "role": "r",
        "type": "t",
        "level": rng.choice(("s0", "s0:c1,c2", "s0:c1,c2,c3", "s0-s1:c4,c5")),
    }
    options = {k: v for k, v in values.items() if rng.random() < 0.6}
    return {"rule": "MustRunAs", **({"seLinuxOptions": options} if rng.random() < 0.95 else {})}


def _host_paths(rng: random.Random) -> object:
    prefixes = ("/", "/var/log", "/tmp/", "/var/log/app", "/var", "/etc//x", "relative")
    chosen = rng.sample(prefixes, rng.randint(0, 3))
    return [{"pathPrefix": p, **({"readOnly": rng.random() < 0.6} if rng.random() < 0.8 else {})} for p in chosen]


def _drivers(key: str, names: tuple[str, ...]) -> Draw:
    return lambda rng: [{key: name} for name in rng.sample(names, rng.randint(0, 2))]


def _runtime_class(rng: random.Random) -> object:
    allowed = rng.choice(([], ["kata"], ["kata", "gvisor"], ["*"]))
    default = rng.choice((None, None, "kata", "gvisor"))
    return {"allowedRuntimeClassNames": allowed, **({"defaultRuntimeClassName": default} if default else {})}


def _volumes(rng: random.Random) -> object:
    return ["*"] if rng.random() < 0.3 else rng.sample(VOLUMES, rng.randint(0, 5))


def _profiles(rng: random.Random) -> object:
    names = rng.sample((*PROFILES, "docker/default"), rng.randint(1, 3))
    return rng.choice(("*", ",".join(names), ",".join(names), ",".join(names), rng.choice(("", "runtime/default,*"))))


def _app_armor_profiles(rng: random.Random) -> object:
    names = rng.sample(PROFILES, rng.randint(1, 3))
    return rng.choice((",".join(names), ",".join(names), f"{names[0]},", ""))


FIELDS: dict[str, Draw] = {
    "privileged": _flag,
    "defaultAddCapabilities": _some(CAPABILITIES, 2),
    "requiredDropCapabilities": _some(CAPABILITIES, 2),
    "allowedCapabilities": lambda rng: ["*"] if rng.random() < 0.3 else _some(CAPABILITIES)(rng),
    "volumes": _volumes,
    "hostNetwork": _flag,
    "hostPorts": _ports,
    "hostPID": _flag,
    "hostIPC": _flag,
    "seLinux": _selinux,
    "runAsUser": _strategy("RunAsAny", "MustRunAs", "MustRunAsNonRoot"),
    "runAsGroup": _strategy("RunAsAny", "MustRunAs", "MayRunAs"),
    "supplementalGroups": _strategy("RunAsAny", "MustRunAs", "MayRunAs"),
    "fsGroup": _strategy("RunAsAny", "MustRunAs", "MayRunAs"),
    "readOnlyRootFilesystem": _flag,
    "defaultAllowPrivilegeEscalation": _flag,
    "allowPrivilegeEscalation": _flag,
    "allowedHostPaths": _host_paths,
    "allowedFlexVolumes": _drivers("driver", ("example/lvm", "example/other", "a/b")),
    "allowedCSIDrivers": _drivers("name", ("inline.csi.example", "a.csi.example")),
    "allowedUnsafeSysctls": lambda rng: ["*"] if rng.random() < 0.2 else _some(SYSCTLS, 2)(rng),
    "forbiddenSysctls": lambda rng: ["*"] if rng.random() < 0.1 else _some(SYSCTLS, 2)(rng),
    "allowedProcMountTypes": _some(("Default", "Unmasked"), 2),
    "runtimeClass": _runtime_class,
}
"""How each field of the spec is drawn."""

ANNOTATIONS: dict[str, Draw] = {
    SECCOMP + "allowedProfileNames": _profiles,
    SECCOMP + "defaultProfileName": _one_of(*PROFILES, "docker/default"),
    APPARMOR + "allowedProfileNames": _app_armor_profiles,
    APPARMOR + "defaultProfileName": _one_of(*PROFILES),
}
"""How each annotation that PSP reads is drawn."""

REQUIRED = ("seLinux", "runAsUser", "supplementalGroups", "fsGroup")
OPEN: Json = {
    "privileged": True, "hostNetwork": True, "hostPID": True, "hostIPC": True, "volumes": ["*"],
    "hostPorts": [{"min": 0, "max": 65535}], "allowedCapabilities": ["*"],
    "allowedProcMountTypes": ["Default", "Unmasked"], "allowedUnsafeSysctls": ["*"],
}  # fmt: skip
"""What allows everything: without these, few pods get past a drawn policy's other fields."""


def draw_psp(rng: random.Random, name: str) -> Json:
    """A PSP over all fields: most accepted by the API server, some not. Fields may be absent, null or empty."""
    density = rng.choice((0.1, 0.25, 0.4, 0.7))
    spec: Json = {field: {"rule": "RunAsAny"} for field in REQUIRED}
    if rng.random() < 0.6:
        spec.update(OPEN)
    annotations: Json = {SECCOMP + "allowedProfileNames": "*"} if rng.random() < 0.7 else {}
    for field, draw in FIELDS.items():
        if rng.random() < density:
            spec[field] = None if rng.random() < 0.03 else draw(rng)
        elif rng.random() < 0.05:
            spec.pop(field, None)
    for key, draw in ANNOTATIONS.items():
        if rng.random() < density:
            annotations[key] = draw(rng)
    _settle(rng, spec)
    metadata: Json = {"name": name, **({"annotations": annotations} if annotations else {})}
    return {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": metadata, "spec": spec}


def _settle(rng: random.Random, spec: Json) -> None:
    """Mostly mends what the API server would refuse, so that enough policies are left."""
    if rng.random() < 0.1:
        return
    dropped = spec.get("requiredDropCapabilities") or []
    if dropped and "*" in (spec.get("allowedCapabilities") or []):
        spec["allowedCapabilities"] = ["NET_ADMIN", "CHOWN"]
    for field in ("defaultAddCapabilities", "allowedCapabilities"):
        if spec.get(field):
            spec[field] = [name for name in spec[field] if name not in dropped]
    if spec.get("allowPrivilegeEscalation") is False:
        spec.pop("defaultAllowPrivilegeEscalation", None)
    if spec.get("forbiddenSysctls") and spec.get("allowedUnsafeSysctls"):
        spec.pop(rng.choice(("forbiddenSysctls", "allowedUnsafeSysctls")))
    runtime = spec.get("runtimeClass")
    if runtime and runtime.get("defaultRuntimeClassName") not in (*runtime["allowedRuntimeClassNames"], None):
        del runtime["defaultRuntimeClassName"]


def meaning(psp: Json) -> Policy | None:
    """The policy that the PSP is; None where the reader refuses it."""
    report = Report()
    read = read_psp(SourceFile("psp.json", json.dumps(psp)), report)
    return None if read is None else resolve(to_document(read), report).policies[0]


def accepted_by_kubernetes(process: Process, psps: list[Json]) -> list[bool]:
    """Whether the API server of 1.24 stores each PSP."""
    return [bool(r["accepted"]) for r in process.results({"op": "validatePolicy", "policies": psps})]


# --- policies of the language --------------------------------------------------


_WORDS: dict[str, tuple[str, ...]] = {
    "volumes": ("configMap", "secret", "emptyDir", "projected", "hostPath", "csi", "*"),
    "flexVolume": ("example/lvm", "example/*"),
    "csi": ("inline.csi.example", "inline.*"),
    "capabilities.add": ("CHOWN", "NET_BIND_SERVICE", "SYS_*", "KILL"),
    "capabilities.drop": ("ALL", "KILL", "CHOWN"),
    "hostProbes": ("127.0.0.1", "metadata.internal", "10.*"), "procMount": ("Default", "Unmasked"),
    "sysctls": ("net.core.*", "kernel.shm_rmid_forced", "kernel.msgmax"),
    "runtimeClassName": ("kata", "gvisor", "kata-*", '"it\'s {{ odd }}"'),
    "seLinuxOptions.user": ("u", "system_*"), "seLinuxOptions.role": ("r", "object_*"),
    "seLinuxOptions.type": ("t", "container_*"), "seLinuxOptions.level": ("s0", "s0*"),
}  # fmt: skip


def _words(control: Control) -> tuple[str, ...]:
    """Words that ``control`` takes: those that are written down here, else those that it knows, else that of its example."""
    known = control.values.known if isinstance(control.values, Words) else ()
    return _WORDS.get(control.id) or known or (control.example.split()[-1],)


def _values(control: Control, rng: random.Random, single: bool) -> str:
    kind = control.values
    most = 1 if single else rng.randint(1, 3)
    match kind:
        case Boolean():
            return rng.choice(("true", "false"))
        case Ranges() if control.id == "hostPorts":
            chosen = rng.sample(("80", "443", "8000-8080", "1-1023", "30000-32767"), most)
        case Ranges():
            pool = ("1", "1000", "0") if single else ("1-65535", "1000", "10-20", "0")
            pool = tuple(word for word in pool if all(kind.low <= int(end) <= kind.high for end in word.split("-")))
            chosen = rng.sample(pool, min(most, len(pool)))
        case HostPaths():
            chosen = rng.sample(("/var/log (read-only)", "/tmp", "/", "/var/log/app", '"/data,x" (read-only)'), most)
        case Profiles():
            words = ("runtime/default", "unconfined", "localhost/a.json", "localhost/*")
            chosen = rng.sample(words[:3] if single else words, most)
        case SeLinux():
            chosen = [o for o in ("user=u", "role=r", "type=t", 'level="s0:c1,c2"') if rng.random() < 0.5] or ["user=u"]
        case Words():
            words = _words(control)
            literal = tuple(w for w in words if not w.endswith("*"))
            chosen = rng.sample(literal if single else words, min(most, len(literal if single else words)))
        case _:
            chosen = []
    return ", ".join(chosen)


def says_check(shape: Shape, control: Control, rng: random.Random) -> str:
    tail = ""
    if shape.takes == "values":
        tail = f" {_values(control, rng, single=False)}"
    elif shape.takes == "all of":
        words = [w for w in _words(control) if not w.endswith("*")]
        tail = f" all of {', '.join(rng.sample(words, rng.randint(1, len(words))))}"
    on = f" on {shape.on}" if shape.on else ""
    because = ' because "it isn\'t \\"safe\\": ask {{ us }}"' if rng.random() < 0.1 else ""
    return f"{shape.verb} {control.id}{tail}{on}{because}"


def says_default(control: Control, rng: random.Random) -> str:
    assert control.default is not None
    match control.default.takes:
        case "nothing":
            return f"default {control.id}"
        case "value":
            return f"default {control.id} {_values(control, rng, single=True)}"
        case "add":
            words = [w for w in _words(control) if not w.endswith("*")]
            return f"default {control.id} add {', '.join(rng.sample(words, rng.randint(1, len(words))))}"


def draw_statements(rng: random.Random, name: str) -> str:
    """A policy of the language over all controls, their shapes and defaults, PSP's and others."""
    density = rng.choice((0.1, 0.2, 0.4))
    lines = []
    for control in CONTROLS:
        if control.id == "pods":
            continue
        if control.shapes and rng.random() < density:
            lines.append(says_check(rng.choice(control.shapes), control, rng))
        # nonRoot's default sets the same field: both in one policy are refused
        if control.default and control.id != "runAsNonRoot" and rng.random() < density:
            lines.append(says_default(control, rng))
    if not any(line.startswith("default nonRoot") for line in lines) and rng.random() < density:
        lines.append(f"default runAsNonRoot {rng.choice(('true', 'false'))}")
    body = "".join(f"    {line}\n" for line in lines) or "    deny privileged\n"
    return f"policy {name} {{\n{body}}}\n"


def statements_meaning(text: str) -> Policy:
    """The policy of a source in the language."""
    _, program, _ = analyse(SourceFile("drawn.psp", text))
    (policy,) = program.policies
    return policy


@cache
def shapes_of_the_language() -> tuple[tuple[str, str], ...]:
    """(control, shape) of every form of statement that `draw_statements` draws."""
    from pscc.controls._base import shape_name

    return tuple((c.id, shape_name(c, s)) for c in CONTROLS if c.id != "pods" for s in c.shapes)


def draw_psps(seed: int, count: int) -> Iterator[tuple[Json, Policy | None]]:
    """``count`` drawn PSPs and what each means, None where the reader refuses it."""
    rng = random.Random(seed)
    for number in range(count):
        psp = draw_psp(rng, f"p{number}")
        yield psp, meaning(psp)
