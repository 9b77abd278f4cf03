"""The schema of a pod against Kubernetes' own types, which the build of the engines downloads."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from pscc.pod import schema
from pscc.pod.fields import described, element
from pscc.pod.kinds import Boolean, Enumeration, Field, Integer, Kind, Object, Text
from support.paths import ROOT

# --- Kubernetes' own types --------------------------------------------------------

TYPES = {
    "PodSpec": schema.SPEC, "Container": schema.CONTAINER, "SecurityContext": schema.CONTEXT,
    "PodSecurityContext": schema.POD_CONTEXT, "SeccompProfile": schema.PROFILE, "AppArmorProfile": schema.PROFILE,
    "SELinuxOptions": schema.SELINUX_OPTIONS, "WindowsSecurityContextOptions": schema.WINDOWS_OPTIONS,
    "Capabilities": schema.CAPABILITIES, "Sysctl": schema.SYSCTL, "ContainerPort": schema.CONTAINER_PORT,
    "VolumeMount": schema.MOUNT, "Probe": schema.PROBE, "LifecycleHandler": schema.HANDLER, "Lifecycle": schema.LIFECYCLE,
    "HTTPGetAction": schema.HTTP_GET, "TCPSocketAction": schema.TCP_SOCKET, "Volume": schema.VOLUME,
    "VolumeProjection": schema.SOURCE, "ServiceAccountTokenProjection": schema.TOKEN, "KeyToPath": schema.FILE,
    "DownwardAPIVolumeFile": schema.DOWNWARD_FILE, "ObjectFieldSelector": schema.FIELD_REF,
}  # fmt: skip
VOLUMES = {
    "configMap": "ConfigMapVolumeSource", "csi": "CSIVolumeSource", "downwardAPI": "DownwardAPIVolumeSource",
    "flexVolume": "FlexVolumeSource", "hostPath": "HostPathVolumeSource", "image": "ImageVolumeSource",
    "nfs": "NFSVolumeSource", "persistentVolumeClaim": "PersistentVolumeClaimVolumeSource",
    "projected": "ProjectedVolumeSource", "secret": "SecretVolumeSource",
}  # fmt: skip
_LINE = re.compile(r"^\t(?:\w+ +)?([*\[\]\w.]+) +`json:\"(\w*)(?:,(\w+))?", re.M)


@pytest.fixture(scope="module")
def types() -> str:
    """``core/v1/types.go`` of the Kubernetes that the engines are built from."""
    engines = ROOT / "tests" / "engines"
    module = next(path.parent for path in engines.glob("*/go.mod") if "k8s.io/api v0.37" in path.read_text())
    try:
        listed = subprocess.run(
            ["go", "list", "-mod=mod", "-m", "-f", "{{.Dir}}", "k8s.io/api"], cwd=module, capture_output=True, text=True,
            env={"GOFLAGS": "-mod=mod", "GOPROXY": "off", **_home()}, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("there is no Go")
    path = Path(listed.stdout.strip()) / "core" / "v1" / "types.go"
    if not listed.stdout.strip() or not path.is_file():
        pytest.skip("k8s.io/api is not downloaded: run `make engines`")
    return path.read_text(encoding="utf-8")


def _home() -> dict[str, str]:
    return {name: os.environ[name] for name in ("HOME", "PATH", "GOPATH", "GOMODCACHE") if name in os.environ}


def struct(types: str, name: str) -> dict[str, tuple[str, bool]]:
    """Go's type of each field of a struct, by its name in JSON, and whether its zero value is left out."""
    found = re.search(rf"^type {name} struct {{\n(.*?)^}}", types, re.M | re.S)
    assert found, name
    fields: dict[str, tuple[str, bool]] = {}
    for go, json_name, option in _LINE.findall(found[1]):
        if json_name:
            fields[json_name] = (go, option == "omitempty")
        else:
            fields |= struct(types, go.removeprefix("*"))
    return fields


def agrees(field: Field, go: str, omitted: bool) -> bool:
    """Whether the kind of ``field`` is that of Go's type."""
    plain = omitted and not go.startswith(("*", "["))
    numbers = {"bool": Boolean, "int32": Integer, "int64": Integer}
    wanted = numbers.get(go.removeprefix("*"))
    if wanted is not None or isinstance(field.kind, (Boolean, Integer)):
        right = wanted is not None and isinstance(field.kind, wanted)
    else:
        right = not go.startswith("[") or not isinstance(field.kind, (Text, Enumeration, Object))
    known = isinstance(field.kind, (Boolean, Integer, Text, Enumeration)) and field.needs is None
    return right and (not known or field.kind.plain is plain)  # type: ignore[union-attr]


def inside(kind: Kind) -> Object:
    """The object that ``kind`` is, or is a list of."""
    found = element(kind)
    assert isinstance(found, Object)
    return found


@pytest.mark.parametrize("name", [*TYPES, *VOLUMES])
def test_it_is_as_kubernetes_types_say(types: str, name: str) -> None:
    go = struct(types, VOLUMES.get(name, name))
    known = TYPES[name] if name in TYPES else inside(described("pod", ("spec", "volumes", name))[-1].kind)
    more = {"targetContainerName"} if name == "Container" else set()
    assert {field.name for field in known.fields} == set(go) | more
    for field in known.fields:
        assert field.name in more or agrees(field, *go[field.name]), (field, go[field.name])
