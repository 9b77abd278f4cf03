"""The control ``flexVolume``."""

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
    """``spec.allowedFlexVolumes``: every driver unless some are listed."""
    drivers = [node.get("driver") for node in psp.strings("allowedFlexVolumes")]
    values = [literal(str(driver.value), driver.span) for driver in drivers if driver]
    if values:
        yield psp.say("allow", "flexVolume", "allowedFlexVolumes", *values)


def probes(check: ir.Check) -> Iterator[Probe]:
    """A volume of each listed driver, and of another."""
    for driver in word_probes(check, ("other.example/driver",)):
        volume = {"name": "data", "flexVolume": {"driver": driver}}
        yield Probe(f"flexvolume-{label_of(driver)}", pod={"spec": {"volumes": [volume]}})
    yield Probe("flexvolume-none", pod={"spec": {"volumes": None}})


CONTROL = Control(
    id="flexVolume",
    title="FlexVolume drivers",
    intent="A FlexVolume driver is a program that runs on the node.",
    values=Words("the name of a driver"),
    shapes=value_shapes(
        "flexVolume driver", "words", Path("volume", ("flexVolume", "driver")), VOLUMES, VOLUME, ("deny", "allow")
    ),
    psp_fields=("allowedFlexVolumes",),
    psp=from_psp,
    probes=probes,
    example="allow flexVolume example/lvm",
)
