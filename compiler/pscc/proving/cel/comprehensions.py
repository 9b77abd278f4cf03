"""The macros of CEL that walk a list, or the keys of a map. Source: "Macros" in ``doc/langdef.md`` of the CEL specification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pscc.proving.cel.result import FAILS, Result, boolean
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import FALSE, TRUE, Term, and_, not_, or_, text
from pscc.proving.pod import keys, presence
from pscc.proving.values import (
    Annotations,
    Item,
    Listed,
    MapValue,
    Plain,
    SplitText,
    Structure,
    Text,
    Unknown,
    Value,
    Walk,
    always,
    at_least,
    renewed,
    some,
)

MACROS = ("all", "exists", "exists_one", "filter", "map")
Evaluate = Callable[[Result, Term], Result]
"""The body of a macro for the element that is a value, where a condition holds."""


def walked(macro: str, value: Value, body: Evaluate) -> Result:
    """The ``macro`` over ``value``, with ``body`` for each element."""
    listed = _elements(value)
    if listed is None:
        return FAILS
    pieces = [renewed(piece) if isinstance(piece, Walk) else piece for piece in listed.pieces]
    pieces = [piece for piece in pieces if piece.there is not FALSE]
    results = [(piece, body(Result(piece.value), piece.there)) for piece in pieces]
    match macro:
        case "all":
            decides = or_(*(some(piece, each.truth[1]) for piece, each in results))
            fails = or_(*(some(piece, each.fails) for piece, each in results))
            error = and_(fails, not_(decides))
            return boolean(and_(not_(decides), not_(fails)), error)
        case "exists":
            decides = or_(*(some(piece, each.truth[0]) for piece, each in results))
            fails = or_(*(some(piece, each.fails) for piece, each in results))
            return boolean(decides, and_(fails, not_(decides)))
        case "exists_one":
            error = or_(*(some(piece, each.fails) for piece, each in results))
            kept = Listed(_kept(results))
            return boolean(and_(at_least(kept, 1), not_(at_least(kept, 2)), not_(error)), error)
        case "filter":
            return _list(_kept(results), or_(*(some(piece, each.fails) for piece, each in results)))
        case _:
            error = or_(*(some(piece, each.error) for piece, each in results))
            return _list(tuple(replace(piece, value=each.value) for piece, each in results), error)


def _kept(results: list[tuple[Item | Walk, Result]]) -> tuple[Item | Walk, ...]:
    """The elements for which the body is true."""
    kept = (replace(piece, there=and_(piece.there, each.truth[0])) for piece, each in results)
    return tuple(piece for piece in kept if piece.there is not FALSE)


def _list(pieces: tuple[Item | Walk, ...], error: Term) -> Result:
    return Result(((not_(error), Listed(pieces)),), error) if error is not TRUE else FAILS


def _elements(value: Value) -> Listed | None:
    """What a macro walks: the elements of a list, the keys of a map; None where ``value`` cannot be walked."""
    match value:
        case Listed():
            return value
        case Annotations(place=place):
            return keys(place)
        case Structure(kind=kind):
            named = ((presence(value, field), field.name) for field in kind.fields)
        case MapValue(entries=entries):
            named = ((TRUE, key) for key, _ in entries)
        case _:
            if isinstance(value, SplitText | Unknown):
                raise NotUnderstoodError("a macro over the parts of a string, or a field that is not described")
            return None
    return Listed(tuple(Item(there, always(Text(Plain(text(name))))) for there, name in named))
