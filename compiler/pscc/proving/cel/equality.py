"""Whether two values of CEL are equal. Values of different types are unequal; comparing them is no failure.

Source: "Equality" in ``doc/langdef.md`` of the CEL specification, and cel-go's heterogeneous equality.
"""

from __future__ import annotations

from collections.abc import Mapping

from pscc.proving import words
from pscc.proving.cel.functions import longer_than, size_is
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.rewriting import moved, nodes
from pscc.proving.logic.terms import FALSE, TRUE, Place, Term, and_, equal, not_, or_, within
from pscc.proving.updates import same_in_both
from pscc.proving.values import (
    Annotations,
    Item,
    Length,
    Listed,
    MapValue,
    Null,
    Plain,
    Size,
    Some,
    SplitText,
    Structure,
    Text,
    Truth,
    Unknown,
    Value,
    Walk,
    Whole,
    any_of,
    renewed,
    some,
)


def equals(left: Value, right: Value) -> Term:
    """The condition under which both are equal. Raises `NotUnderstoodError` where no formula says it."""
    if isinstance(left, Listed | Structure | Annotations | Unknown) and isinstance(right, type(left)):
        same = same_in_both(left, right)
        if same is not None:
            return same
    match left, right:
        case Truth(term=a), Truth(term=b):
            return or_(and_(a, b), and_(not_(a), not_(b)))
        case Whole(term=a), Whole(term=b):
            return equal(a, b)
        case Text(words=a), Text(words=b):
            return words.equals(a, b)
        case (Size() as size, Whole(term=a)) | (Whole(term=a), Size() as size) if a.op == "number":
            return size_is(size, int(str(a.args[0])))
        case (Length(of=of), Whole(term=a)) | (Whole(term=a), Length(of=of)) if a.op == "number":
            length = int(str(a.args[0]))
            return and_(longer_than(of, length - 1), not_(longer_than(of, length)))
        case ((Size() | Length()), (Whole() | Size() | Length())) | (Whole(), (Size() | Length())):
            raise NotUnderstoodError("a size, compared with something other than a number")
        case Null(), Null():
            return TRUE
        case Listed(), Listed():
            return _lists(left, right)
        case Structure(place=a), Structure(place=b) if a == b:
            return TRUE
        case (
            Structure() | Unknown() | Annotations() | MapValue(),
            Structure() | Unknown() | Annotations() | MapValue(),
        ):
            raise NotUnderstoodError("`==` of two objects")
        case (Listed(), other) | (other, Listed()) if not isinstance(other, Null):
            # a list of the request fails beside a scalar, a list that is written out is unequal
            raise NotUnderstoodError("`==` of a list and something else")
        case (Some(), _) | (_, Some()) | (SplitText(), _) | (_, SplitText()):
            raise NotUnderstoodError("`==` of optional values, or of the parts of a string")
        case _:
            return FALSE


def _lists(left: Listed, right: Listed) -> Term:
    if not left.pieces:
        return not_(any_of(right))
    if not right.pieces:
        return not_(any_of(left))
    first, second = _single(left), _single(right)
    if first is None or second is None:
        raise NotUnderstoodError("`==` of two lists")
    same = or_(
        *(
            and_(guard, other_guard, equals(element, opposite))
            for guard, element in first.value
            for other_guard, opposite in second.value
        )
    )
    return or_(and_(not_(first.there), not_(second.there)), and_(first.there, second.there, same))


def _single(listed: Listed) -> Item | None:
    """The only element that the list may have; None where it may have more."""
    return listed.pieces[0] if len(listed.pieces) == 1 and isinstance(listed.pieces[0], Item) else None


def contains(listed: Listed, value: Value, walked: Mapping[str, Place]) -> Term:
    """The condition under which the list has ``value``. ``walked`` has the lists whose elements are named, by these names."""
    place = _place(value)
    items = walked.get(place.base) if place is not None else None
    own = _kept_itself(listed, value, items) if items is not None else None
    if own is None:
        return or_(*(_has(piece, value) for piece in listed.pieces))
    # what another list keeps for the same reason, the element's own list has kept already
    others = (piece for piece in listed.pieces if not _is_implied(own, _kept_if(piece, value)))
    return or_(own, *(_has(piece, value) for piece in others))


def _kept_itself(listed: Listed, value: Value, items: Place) -> Term | None:
    """The condition under which ``listed`` keeps the element that ``value`` was read from.

    ``items`` is the list of that element. None if no part of ``listed`` walks ``items`` and decides by the value alone.
    """
    kept = (_kept_if(piece, value) for piece in listed.pieces if isinstance(piece, Walk) and piece.items == items)
    return next((within(each, items) for each in kept if each is not None), None)


def _is_implied(own: Term, other: Term | None) -> bool:
    return other is not None and _parts(own) <= _parts(other)


def _parts(term: Term) -> set[object]:
    return set(term.args) if term.op == "and" else {term}


def _kept_if(piece: Item | Walk, value: Value) -> Term | None:
    """The condition under which ``piece`` keeps an element with the value ``value``. None if it reads more than the value.

    Elements with equal values satisfy the same condition, so it makes no difference which of them it is.
    """
    place = _place(value)
    if not isinstance(piece, Walk) or place is None or len(piece.value) != 1 or piece.value[0][0] is not TRUE:
        return None
    kept = _place(piece.value[0][1])
    if kept is None or kept != Place(piece.element, place.fields):
        return None
    about = {arg for term in nodes([piece.there]) for arg in term.args if isinstance(arg, Place)}
    by_value = all(arg == kept for arg in about if arg.base == piece.element)
    return moved(piece.there, piece.element, place.base) if by_value else None


def _place(value: Value) -> Place | None:
    """Where in the pod the string is that ``value`` is; None where it is anything else."""
    term = value.words.term if isinstance(value, Text) and isinstance(value.words, Plain) else None
    place = term.args[0] if term is not None and term.op == "string" else None
    return place if isinstance(place, Place) else None


def _has(piece: Item | Walk, value: Value) -> Term:
    if isinstance(piece, Walk):
        if isinstance(value, Structure) and value.items == piece.items:
            return _is_kept(piece, value)
        piece = renewed(piece)
    return some(piece, or_(*(and_(guard, equals(element, value)) for guard, element in piece.value)))


def _is_kept(walk: Walk, value: Structure) -> Term:
    """Whether an element of a list is among those of the same list that ``walk`` keeps.

    An equal element satisfies the same conditions, so it is enough that the element itself does.
    """
    itself = any(isinstance(kept, Structure) and kept.place.base == walk.element for _, kept in walk.value)
    if len(walk.value) != 1 or not itself:
        raise NotUnderstoodError("`in` of an object and a list that was made from others")
    return moved(walk.there, walk.element, value.place.base)
