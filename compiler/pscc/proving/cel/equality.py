"""Whether two values of CEL are equal. Values of different types are unequal; comparing them is no failure.

Source: "Equality" in ``doc/langdef.md`` of the CEL specification, and cel-go's heterogeneous equality.
"""

from __future__ import annotations

from pscc.proving import words
from pscc.proving.cel.functions import size_is
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.rewriting import moved
from pscc.proving.logic.terms import FALSE, TRUE, Term, and_, equal, not_, or_
from pscc.proving.updates import same_in_both
from pscc.proving.values import (
    Annotations,
    Item,
    Listed,
    MapValue,
    Null,
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
        case (Size(), Whole() | Size()) | (Whole(), Size()):
            raise NotUnderstoodError("the size of a list, compared with something other than a number")
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


def contains(listed: Listed, value: Value) -> Term:
    """The condition under which the list has ``value``."""
    return or_(*(_has(piece, value) for piece in listed.pieces))


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
