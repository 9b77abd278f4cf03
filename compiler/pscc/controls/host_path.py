"""The control ``hostPath``: which paths of the node a pod may mount."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pscc import ir
from pscc.controls._base import Control, Probe, Shape
from pscc.controls._shapes import CONTAINER, CONTAINERS, VOLUME, VOLUMES
from pscc.controls._values import HostPaths
from pscc.ir import Const, Each, Param, Path, Requirement, Show, ShowParams
from pscc.language.ast import Statement
from pscc.psp.reading import Psp, literal

PATHS = Param("paths", "hostPaths")
HOST_PATH = Path("volume", ("hostPath", "path"))
MOUNT = Path("mount", ("readOnly",))
MOUNTS = (*CONTAINERS, Each("mount", Path("container", ("volumeMounts",))))
UNDER = ir.Under(HOST_PATH, Path("allowed", ("pathPrefix",)))
COVERED = ir.Any("allowed", PATHS, UNDER)
WRITABLE = ir.Any("allowed", PATHS, ir.And((UNDER, ir.Not(ir.Equals(Path("allowed", ("readOnly",)), Const(True))))))
OF_READ_ONLY_PATH = ir.Any(
    "volume",
    Path(ir.POD, ("spec", "volumes")),
    ir.And((
        ir.Equals(Path("volume", ("name",)), Path("mount", ("name",))),
        ir.Has(Path("volume", ("hostPath",))),
        COVERED,
        ir.Not(WRITABLE),
    )),
    "read_only_volumes",
)  # fmt: skip
HAS_HOST_PATH = ir.Has(Path("volume", ("hostPath",)))

SHAPES = (
    Shape(
        "deny",
        "nothing",
        (
            Requirement(
                VOLUMES, ir.FALSE, (*VOLUME, "hostPath is ", Show(HOST_PATH), ", must not be set"), HOST_PATH, HAS_HOST_PATH,
                "host_path",
            ),
        ),
        "No volume is a path of the node.",
    ),
    Shape(
        "allow",
        "values",
        (
            Requirement(
                VOLUMES,
                COVERED,
                (*VOLUME, "hostPath is ", Show(HOST_PATH), ", allowed: ", ShowParams((PATHS,))),
                HOST_PATH,
                HAS_HOST_PATH,
                "host_path",
            ),
            Requirement(
                MOUNTS,
                ir.Equals(MOUNT, Const(True)),
                (
                    *CONTAINER, "the mount of volume ", Show(Path("mount", ("name",))),
                    " must be readOnly, allowed: ", ShowParams((PATHS,)),
                ),
                MOUNT,
                OF_READ_ONLY_PATH,
                "read_only_mount",
            ),
        ),
        "hostPath volumes are at or below one of the listed paths; where only read-only ones cover it, every mount is readOnly.",
    ),
)  # fmt: skip


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``spec.allowedHostPaths``: every path unless some are listed."""
    field = "allowedHostPaths"
    if psp.strings(field):
        values = []
        for node in psp.strings(field):
            prefix, read_only = node.get("pathPrefix"), node.get("readOnly")
            qualifier = "read-only" if read_only and read_only.value else ""
            path = str(prefix.value) if prefix else ""
            value = literal(path, node.span, qualifier=qualifier)
            values.append(value if path.startswith("/") else replace(value, quoted=True))
        yield psp.say("allow", "hostPath", field, *values)


def probes(check: ir.Check) -> Iterator[Probe]:
    """At, below and beside each prefix, with a writable, a read-only and no mount."""
    prefixes = [p for name, value in check.params if name == "paths" and isinstance(value, tuple) for p in value]
    paths: dict[str, None] = {}
    for prefix in prefixes:
        assert isinstance(prefix, ir.HostPathPrefix)
        stem = prefix.path.removesuffix("/")
        paths.update(dict.fromkeys((stem or "/", f"{stem}/", f"{stem}/below", f"{stem}ish")))
    paths["/elsewhere"] = None
    for number, path in enumerate(paths):
        if not path.startswith("/"):
            continue
        volumes: dict[str, object] = {"spec": {"volumes": [{"name": "host", "hostPath": {"path": path}}]}}
        yield Probe(f"hostpath-{number}-unmounted", pod=volumes)
        for read_only in (True, False):
            mount = {"name": "host", "mountPath": "/host", "readOnly": read_only}
            label = f"hostpath-{number}-{'readonly' if read_only else 'writable'}"
            yield Probe(label, pod=volumes, container={"volumeMounts": [mount]})


CONTROL = Control(
    id="hostPath",
    title="Host paths",
    intent="A hostPath volume is a piece of the node's own file system.",
    values=HostPaths(),
    shapes=SHAPES,
    psp_fields=("allowedHostPaths",),
    psp=from_psp,
    probes=probes,
    example="allow hostPath /var/log (read-only), /tmp",
)
