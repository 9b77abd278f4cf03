"""The control ``hostPorts``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe, Shape
from pscc.controls._shapes import CONTAINER, CONTAINERS, RANGES, in_ranges, number_probes
from pscc.controls._values import Ranges
from pscc.ir import Const, Each, Part, Path, Requirement, Show, ShowParams
from pscc.language.ast import Statement
from pscc.psp.reading import Psp, number_range

PORTS = (*CONTAINERS, Each("port", Path("container", ("ports",))))
HOST_PORT = Path("port", ("hostPort",))
CONTAINER_PORT = Path("port", ("containerPort",))
NO_HOST_PORT = ir.Or((ir.Not(ir.Has(HOST_PORT)), ir.Equals(HOST_PORT, Const(0))))
IN_HOST_NETWORK = ir.Equals(Path(ir.POD, ("spec", "hostNetwork")), Const(True))


def requirements(
    description: tuple[Part, ...], explicit: ir.Condition, implied: ir.Condition
) -> tuple[Requirement, ...]:
    """Requirements on host ports: on those in the manifest, and on those that the API server sets to the container port.

    0 counts as unset. Source: ``defaultHostNetworkPorts`` in Kubernetes ``pkg/apis/core/v1/defaults.go``.
    """
    explicit_message = (*CONTAINER, "hostPort is ", Show(HOST_PORT, number=True), *description)
    implied_message = (*CONTAINER, "hostPort is ", Show(CONTAINER_PORT, number=True), " by hostNetwork", *description)
    return (
        Requirement(PORTS, explicit, explicit_message, HOST_PORT, ir.Not(NO_HOST_PORT), "host_port"),
        Requirement(
            PORTS,
            implied,
            implied_message,
            CONTAINER_PORT,
            ir.And((NO_HOST_PORT, IN_HOST_NETWORK)),
            "implied_host_port",
        ),
    )


def in_or_not(negated: bool) -> tuple[ir.Condition, ir.Condition]:
    """Both ports inside the ranges, or both outside."""
    inside = (in_ranges(HOST_PORT), in_ranges(CONTAINER_PORT))
    return (ir.Not(inside[0]), ir.Not(inside[1])) if negated else inside


SHAPES = (
    Shape(
        "deny", "nothing", requirements((", must not be set",), ir.FALSE, ir.FALSE), "No container uses a host port."
    ),
    Shape(
        "deny",
        "values",
        requirements((", denied: ", ShowParams((RANGES,))), *in_or_not(True)),
        "No container uses a host port in the listed ranges.",
        suffix="Values",
    ),
    Shape(
        "allow",
        "values",
        requirements((", allowed: ", ShowParams((RANGES,))), *in_or_not(False)),
        "Containers use host ports in the listed ranges only.",
    ),
)


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``spec.hostPorts``: none unless listed; a range that no port is in says nothing."""
    live = [(max(low, 0), min(high, 65535), span) for low, high, span in psp.ranges("hostPorts")]
    values = [number_range(low, high, span) for low, high, span in live if low <= high and high > 0]
    if values:
        yield psp.say("allow", "hostPorts", "hostPorts", *values)
    else:
        yield psp.say("deny", "hostPorts", "hostPorts", implied="no host port")


def probes(check: ir.Check) -> Iterator[Probe]:
    """Host ports around the boundaries, 0, a container port without host port, no ports at all."""
    numbers = [n for n in number_probes(check) if 0 < n <= 65535]
    for number in numbers:
        port = {"containerPort": 8080, "hostPort": number, "protocol": "TCP"}
        yield Probe(f"hostport-{number}", container={"ports": [port]})
    plain = {"containerPort": 8080, "protocol": "TCP"}
    yield Probe("hostport-none", container={"ports": [plain]})
    outside = {"containerPort": 9999, "hostPort": 22, "protocol": "TCP"}
    yield Probe("hostport-beside-another", container={"ports": [plain, outside]})
    yield Probe("hostport-no-ports", container={"ports": None})


CONTROL = Control(
    id="hostPorts",
    title="Host ports",
    intent="A host port opens a port of the node itself.",
    values=Ranges("a port or a range of ports", 0, 65535),
    shapes=SHAPES,
    psp_fields=("hostPorts",),
    psp=from_psp,
    probes=probes,
    example="allow hostPorts 10000-11000, 13000-14000",
)
