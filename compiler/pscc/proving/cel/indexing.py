"""CEL's indexes into lists, and into the parts of a string."""

from __future__ import annotations

from pscc.proving.cel.result import FAILS, Result
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.rewriting import nodes
from pscc.proving.logic.terms import TRUE, Place, Term, and_, contains, not_, present, text
from pscc.proving.values import Item, Part, SplitText, Text, Walk, with_element

_MOST = 8
"""An element that is further behind would need as many before it: more than is worth a solver's time."""


def element_at(pieces: tuple[Item | Walk, ...], index: Term) -> Result:
    """The element at ``index`` of the list that ``pieces`` are: it fails where there are not that many."""
    place = index.args[0] if index.op == "number" else None
    if not isinstance(place, int) or place > _MOST:
        raise NotUnderstoodError("an index into a list that depends on the pod, or is large")
    if place < 0:
        return FAILS
    if all(isinstance(piece, Item) and piece.there is TRUE for piece in pieces):
        return Result(pieces[place].value) if place < len(pieces) else FAILS
    only = pieces[0] if len(pieces) == 1 else None
    if not isinstance(only, Walk) or any(_is_about(only.element, term) for term in nodes([only.there])):
        raise NotUnderstoodError("an index into a list that is made of others")
    element = only.items.element(place)
    there = and_(only.there, present(element))
    value = with_element(only.value, only.element, element)
    return Result(tuple((and_(there, guard), each) for guard, each in value), not_(there))


def _is_about(element: str, term: Term) -> bool:
    return any(isinstance(arg, Place) and arg.base == element for arg in term.args)


def part_at(parts: SplitText, index: Term) -> Result:
    """``parts[index]``: it fails where there are not that many."""
    number_at = index.args[0] if index.op == "number" else None
    if number_at not in (0, 1):
        raise NotUnderstoodError("an index into the parts of a string other than 0 and 1")
    there = TRUE if number_at == 0 else contains(parts.of, text(parts.separator))
    return Result(((there, Text(Part(parts.of, parts.separator, int(number_at)))),), not_(there))
