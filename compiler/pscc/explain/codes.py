"""Explains a code or a control at length: ``pscc explain CODE``, ``pscc explain CONTROL``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pscc.diagnostics.catalogue import codes

if TYPE_CHECKING:
    from pscc.controls._base import Control

WIDTH = 100


def explain(code_or_control: str) -> str | None:
    """The text of ``pscc explain`` for a code or the id of a control; None if it is neither."""
    entry = codes().get(code_or_control.upper())
    if entry is not None:
        return _code(code_or_control.upper(), *entry)
    from pscc.controls import CONTROLS

    return next((_control(control) for control in CONTROLS if control.id == code_or_control), None)


def _code(code: str, title: str, text: str, example: str) -> str:
    shown = ["", "Example:", textwrap.indent(example, "    ")] if example else []
    return "\n".join([f"{code}: {title}", "", textwrap.fill(text, WIDTH), *shown, ""])


def _control(control: Control) -> str:
    lines = [f"{control.id}: {control.title}", "", textwrap.fill(control.intent, WIDTH), "", "Statements:"]
    for shape in control.shapes:
        tail = {"nothing": "", "values": " VALUE, …", "all of": " all of VALUE, …"}[shape.takes]
        on = f" on {shape.on}" if shape.on else ""
        lines += [f"    {shape.verb} {control.id}{tail}{on}", *_indented(shape.description)]
    if control.default:
        tail = {"nothing": "", "value": " VALUE", "add": " add VALUE, …"}[control.default.takes]
        lines += [f"    default {control.id}{tail}", *_indented(control.default.description)]
    if any(shape.takes != "nothing" for shape in control.shapes):
        lines += ["", f"A VALUE is {control.values.noun}."]
    if control.psp_fields:
        lines += ["", "In a PodSecurityPolicy: " + ", ".join(control.psp_fields)]
    return "\n".join([*lines, "", "Example:", f"    {control.example}", ""])


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)


def overview() -> Iterator[str]:
    """The lines of ``pscc explain`` without a subject: every control and every code, with its title."""
    from pscc.controls import CONTROLS

    yield "Controls, what a statement can speak of:"
    wide = max(len(control.id) for control in CONTROLS)
    for control in CONTROLS:
        yield f"    {control.id.ljust(wide)}  {control.title}"
    yield ""
    yield "Codes of diagnostics:"
    for code, (title, _, _) in codes().items():
        yield f"    {code}  {title}"
    yield ""
    yield "`pscc explain CONTROL` and `pscc explain CODE` say more."
