"""Variables in CEL as the fields of an object, each once and with the statement that it belongs to above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pscc import ir
from pscc.output.contents import origin
from pscc.output.templating import Code, comment, yaml_block
from pscc.printers.cel.checks import Validation, name_of
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.text import Quote, quoted
from pscc.printers.cel.variables import Variable, once

Fields = dict[str, object]
"""What a template prints."""


def fields_of(
    variables: Iterable[Variable], notes: Mapping[str, str], indent: int = 8, quote: Quote = quoted
) -> list[Fields]:
    """``variables`` for a template, each once, with its note above it and its text indented by ``indent``."""
    return [
        {
            "name": Code(name),
            "note": Code(comment(notes[name])) if name in notes else Code(""),
            "expression": yaml_block(laid_out(value, quote), indent),
        }
        for name, value in once(variables).items()
    ]


def notes_of(printed: Iterable[tuple[ir.Check, Validation]]) -> dict[str, str]:
    """The statement of each check, for the first variable that is the check's own."""
    notes = {}
    for check, validation in printed:
        own = next(name for name, _ in validation.variables if name.startswith(name_of(check)))
        notes[own] = origin(check.statement, check.span)
    return notes
