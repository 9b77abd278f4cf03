"""The control ``csi``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe
from pscc.controls._shapes import VOLUME, VOLUMES, label_of, value_shapes, word_probes
from pscc.controls._values import Words
from pscc.ir import Path
from pscc.language.ast import Statement
from pscc.psp.reading import Psp, literal


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``spec.allowedCSIDrivers``: every driver unless some are listed."""
    drivers = [node.get("name") for node in psp.strings("allowedCSIDrivers")]
    values = [literal(str(driver.value), driver.span) for driver in drivers if driver]
    if values:
        yield psp.say("allow", "csi", "allowedCSIDrivers", *values)


def probes(check: ir.Check) -> Iterator[Probe]:
    """A volume of each listed driver, and of another."""
    for driver in word_probes(check, ("other.csi.example",)):
        volume = {"name": "data", "csi": {"driver": driver}}
        yield Probe(f"csi-{label_of(driver)}", pod={"spec": {"volumes": [volume]}})
    yield Probe("csi-none", pod={"spec": {"volumes": None}})


CONTROL = Control(
    id="csi",
    title="Inline CSI drivers",
    intent="An inline CSI volume lets the author of the pod parametrise the driver.",
    values=Words("the name of a driver"),
    shapes=value_shapes("csi driver", "words", Path("volume", ("csi", "driver")), VOLUMES, VOLUME, ("deny", "allow")),
    psp_fields=("allowedCSIDrivers",),
    psp=from_psp,
    probes=probes,
    example="allow csi inline.csi.example",
)
