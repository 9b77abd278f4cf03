"""The schema of a pod: every control reads what is in it, as the API server has it, and what Kubernetes' types say."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.policies import says_default, statements_meaning
from conftest import ROOT
from pscc import ir
from pscc.base.source import SourceFile
from pscc.controls import CONTROLS, control_of
from pscc.controls._base import Control
from pscc.driver import analyse
from pscc.ir.walking import nodes
from pscc.meaning.narrowing import FIELDS
from pscc.pod import schema
from pscc.pod.fields import CONTAINER_LISTS, UnknownFieldError, described, element, since
from pscc.pod.kinds import Boolean, Enumeration, Field, Integer, Kind, Object, Text
from pscc.printers.cel.reads import never_null
from pscc.reasoning.difference.compare import compare
from pscc.reasoning.difference.domains import field_at, variables
from pscc.reasoning.difference.fields import Place, Reads


def reads_of(control: Control) -> Reads:
    """What the control reads."""
    reads = Reads()
    for shape in control.shapes:
        for requirement in shape.requirements:
            reads.add(requirement)
    return reads


def read_by(control: Control) -> Iterator[Place]:
    """Where in a pod the control looks: annotations, and the keys of objects, aside."""
    yield from (p for p in reads_of(control).found if p.site != "annotation" and p.fields != ("?",))


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.id)
def test_every_field_that_a_control_reads_is_in_it(control: Control) -> None:
    for place in read_by(control):
        field_at(place)
    assert variables(reads_of(control).found) or control.id == "pods"


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.id)
def test_a_field_that_the_api_server_fills_in_is_never_read_as_unset(control: Control) -> None:
    """Policies see the pod after that, so that a manifest without the field has to mean the same."""
    filled = {place for place in read_by(control) if field_at(place).filled is not None}
    for value in nodes([shape.requirements for shape in control.shapes], ir.Coalesce):
        *options, last = value.options
        for option in options:
            if isinstance(option, ir.Path) and isinstance(last, ir.Const):
                filled = {
                    place
                    for place in filled
                    if place.fields != option.fields + value.field or field_at(place).filled != last.value
                }
    assert not filled, "read it as `Coalesce((Path(…), Const(…)))`, with what the schema says is filled in"


@pytest.mark.parametrize("control", [one for one in CONTROLS if one.default], ids=lambda control: control.id)
def test_what_the_api_server_fills_in_has_no_default(control: Control) -> None:
    policy = statements_meaning(f"policy p {{ {says_default(control, random.Random(1))} }}")
    for default in policy.defaults:
        field = described("pod" if default.site == "pod" else "container", default.path)[-1]
        assert field.filled is None, "it is never unset when a mutation sees the pod"


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.id)
def test_where_no_null_is_looked_for_the_api_server_takes_none(control: Control) -> None:
    for place in read_by(control):
        path = tuple(name for name in (*place.site.replace("/", ".").split("."), *place.fields) if name != "*")
        field = field_at(place)
        if never_null(*path):
            assert field.needs is not None or field.name == "localhostProfile", place


def with_path(control: Control, path: ir.Path) -> Control:
    """``control`` about another field: what somebody may write who has not added the field yet."""
    (shape,) = control.shapes
    must = ir.Not(ir.Equals(path, ir.Const(True)))
    requirements = tuple(replace(one, must=must, about=path) for one in shape.requirements)
    return replace(control, shapes=(replace(shape, requirements=requirements),))


@pytest.mark.parametrize(
    ("path", "missing"),
    [(("spec", "shareProcessNamespaces"), "shareProcessNamespaces"), (("spec", "affinity", "a"), "a")],
)
def test_a_field_that_it_does_not_have_is_an_error_that_says_so(path: tuple[str, ...], missing: str) -> None:
    control = with_path(control_of("hostPID"), ir.Path(ir.POD, path))
    message = f"`{'.'.join(path)}` of a pod: `{missing}` is not in the schema, add it to compiler/pscc/pod/schema.py"
    with pytest.raises(UnknownFieldError) as raised:
        list(map(field_at, read_by(control)))
    assert str(raised.value) == message
    before, after = (
        analyse(SourceFile("p.psp", f"policy p {{ {one} }}"))[1] for one in ("deny hostIPC", "deny hostPID")
    )
    (policy,) = after.policies
    checks = tuple(replace(one, requirements=control.shapes[0].requirements) for one in policy.checks)
    with pytest.raises(UnknownFieldError, match=re.escape(message)):
        compare(before, replace(after, policies=(replace(policy, checks=checks),)))


def test_unless_knows_values_of_its_fields() -> None:
    for field in FIELDS.values():
        kind = described("pod", field.path)[-1].kind
        values = {value for value, _ in field.values.values()}
        assert values == ({True, False} if isinstance(kind, Boolean) else set(kind.values))  # type: ignore[union-attr]


def test_the_lists_of_containers_are_all() -> None:
    containers = [field.name for field in schema.SPEC.fields if element(field.kind) is schema.CONTAINER]
    assert sorted(containers) == sorted(CONTAINER_LISTS)


def test_a_field_is_as_old_as_what_it_is_in() -> None:
    assert since("container", ("securityContext", "appArmorProfile")) == ((1, 30), "appArmorProfile")
    assert since("pod", ("spec", "securityContext", "appArmorProfile", "type")) == ((1, 30), "appArmorProfile")
    assert since("pod", ("spec", "hostPID"))[1] == "hostPID"


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
