"""The reference of the controls, written from the registry: the second half of ``grammar/README.md``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc.controls import CONTROLS
from pscc.controls._base import Control
from pscc.meaning.narrowing import FIELDS

BEGIN = "<!-- from here on written by `make reference` -->"


def controls_reference() -> str:
    """The reference in Markdown: a section for each control with its statements and an example, and one for `unless`."""
    return "\n".join(line for control in CONTROLS for line in _section(control)) + "\n" + "\n".join(_unless()) + "\n"


def _section(control: Control) -> Iterator[str]:
    yield from (f"### {control.id}", "", f"{control.title}. {control.intent}", "")
    yield from ("| statement | means |", "|---|---|")
    for shape in control.shapes:
        tail = {"nothing": "", "values": " VALUE, …", "all of": " all of VALUE, …"}[shape.takes]
        on = f" on {shape.on}" if shape.on else ""
        yield f"| `{shape.verb} {control.id}{tail}{on}` | {shape.description} |"
    if control.default:
        tail = {"nothing": "", "value": " VALUE", "add": " add VALUE, …"}[control.default.takes]
        yield f"| `default {control.id}{tail}` | {control.default.description} |"
    yield ""
    if any(shape.takes != "nothing" for shape in control.shapes):
        yield from (f"A value is {control.values.noun}.", "")
    if control.psp_fields:
        yield from ("In a PodSecurityPolicy: " + ", ".join(f"`{field}`" for field in control.psp_fields) + ".", "")
    yield from ("```psp", f"policy example {{\n    {control.example}\n}}", "```", "")


def _unless() -> Iterator[str]:
    yield from ("### unless", "", "| condition | means | unset |", "|---|---|---|")
    for name, field in FIELDS.items():
        conditions = ", ".join(f"`unless {name} {value}`" for value in field.values)
        yield f"| {conditions} | {field.description} | {field.unset or 'neither'} |"
