"""The control ``os.name``: the operating system that the pod says it is for.

Source: KEP-2802. The kubelet refuses a pod whose ``os.name`` is not the node's. The scheduler does not look at it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe, Unset
from pscc.controls._shapes import no_psp_statements, word_shapes
from pscc.controls._values import Words
from pscc.ir import Path

FIELD = "os.name"
PATH = ("spec", "os", "name")
VALUE = Path(ir.POD, PATH)


def probes(check: ir.Check) -> Iterator[Probe]:
    """Each system, and a pod that names none: the API server takes no ``os`` without a name."""
    for name in ("linux", "windows"):
        yield Probe(f"os-name-{name}", pod={"spec": {"os": {"name": name}}})
    yield Probe("os-name-unset", pod={"spec": {"os": None}})


CONTROL = Control(
    id=FIELD,
    title="Operating system",
    intent=(
        "The API server and the kubelet hold a pod to the operating system that it names, so Linux fields protect a pod that "
        "says linux. A pod that names none runs on nodes of either."
    ),
    values=Words("`linux` or `windows`", known=("linux", "windows")),
    shapes=word_shapes(FIELD, VALUE),
    psp_fields=(),
    psp=no_psp_statements,
    probes=probes,
    example="require os.name linux",
    unset=Unset("it may run on a Windows node", PATH, "windows", ir.Has(VALUE), "pod"),
)
