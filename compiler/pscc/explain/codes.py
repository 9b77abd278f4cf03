"""Explains a code, a control or a word at length: ``pscc explain SUBJECT``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pscc.diagnostics.catalogue import codes
from pscc.explain.words import WORDS

if TYPE_CHECKING:
    from pscc.controls._base import Control

WIDTH = 100


def explain(subject: str) -> str | None:
    """The text of ``pscc explain`` for ``subject``; None if it is none of these.

    It is a code, the id of a control, a word of the language, or a field or an annotation of a PodSecurityPolicy.
    """
    entry = codes().get(subject.upper())
    if entry is not None:
        return _code(subject.upper(), *entry)
    from pscc.controls import CONTROLS

    texts = [_control(control) for control in CONTROLS if control.id == subject]
    if subject in WORDS:
        texts.insert(0, _word(subject, *WORDS[subject]))
    return "\n".join(texts or _of_psp(subject)) or None


def subjects() -> list[str]:
    """Everything that `explain` knows, but for codes in small letters."""
    from pscc.controls import CONTROLS

    fields = (field for control in CONTROLS for field in control.psp_fields)
    return list(dict.fromkeys((*codes(), *(control.id for control in CONTROLS), *WORDS, *fields)))


def _word(word: str, text: str, example: str) -> str:
    lines = [f"{word}: a word of the language", "", textwrap.fill(text, WIDTH), "", "Example:"]
    return "\n".join([*lines, textwrap.indent(example, "    "), ""])


def _of_psp(field: str) -> list[str]:
    """What the language has for ``field`` of a PodSecurityPolicy, and each such control; nothing where PSP has no such field."""
    from pscc.controls import CONTROLS

    controls = [control for control in CONTROLS if field in control.psp_fields]
    if not controls:
        return []
    named = " and ".join(control.id for control in controls)
    return [f"{field} of a PodSecurityPolicy is {named} in the language.\n", *map(_control, controls)]


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
    yield "Words of the language:"
    yield from textwrap.wrap(", ".join(WORDS), WIDTH, initial_indent="    ", subsequent_indent="    ")
    yield ""
    yield "`pscc explain` with one of these says more, and with a field of a PodSecurityPolicy what it is called here."
