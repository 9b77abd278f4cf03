"""Values that depend on the pod: what an expression may be, and under which condition.

`Guarded` values are pairs of a condition and a value. At most one of the conditions holds for a pod. Where none does, the
value is unset (in the IR), or the expression fails (in CEL).
"""

from __future__ import annotations

from collections.abc import Iterable

from pscc.base.frozen import frozen
from pscc.ir.walking import substitute
from pscc.pod.kinds import Object
from pscc.proving.logic.rewriting import moved, placed
from pscc.proving.logic.terms import FALSE, TRUE, Place, Term, and_, exists, fresh, is_before, or_

# --- strings ------------------------------------------------------------------


@frozen
class Plain:
    """The string that a term is."""

    term: Term


@frozen
class Chosen:
    """One of several strings, by conditions of which one holds."""

    options: tuple[tuple[Term, Words], ...]


@frozen
class Chain:
    """Strings, one behind the other."""

    parts: tuple[Words, ...]


@frozen
class JoinedList:
    """The elements of a list of strings, with ``separator`` between them."""

    items: Listed
    separator: str


@frozen
class Swapped:
    """``of`` with each ``old`` in it replaced by ``new``."""

    of: Words
    old: str
    new: str


@frozen
class Capitals:
    """``of`` in capital letters, as `pscc.base.capitals` has them."""

    of: Words


@frozen
class Lowered:
    """``of`` with the capital letters of ASCII as small ones."""

    of: Words


@frozen
class Written:
    """An integer or a boolean as text."""

    value: Whole | Truth


@frozen
class Part:
    """The part of ``of`` at ``index``, between occurrences of ``separator``. ``of`` has that many parts."""

    of: Term
    separator: str
    index: int


Words = Plain | Chosen | Chain | JoinedList | Swapped | Capitals | Lowered | Written | Part

# --- values -------------------------------------------------------------------


@frozen
class Truth:
    """A boolean."""

    term: Term


@frozen
class Whole:
    """An integer."""

    term: Term


@frozen
class Text:
    """A string."""

    words: Words


@frozen
class Null:
    """CEL's null."""


@frozen
class Structure:
    """The object of ``kind`` at ``place`` of a pod or a request.

    ``items`` is the list that it is an element of. ``ephemeral``: it is, or is inside of, an ephemeral container.
    """

    place: Place
    kind: Object
    items: Place | None = None
    ephemeral: bool = False


@frozen
class Unknown:
    """An object or a list whose inside the schema does not describe."""

    place: Place


@frozen
class Annotations:
    """A map from strings to strings, with any keys: annotations or labels."""

    place: Place


@frozen
class MapValue:
    """A map that an expression makes."""

    entries: tuple[tuple[str, Guarded], ...]


@frozen
class Item:
    """One element of a list, which is in it where ``there`` holds."""

    there: Term
    value: Guarded


@frozen
class Walk:
    """For each element of the list at ``items`` that satisfies ``there``: a value. ``element`` is what both call it."""

    element: str
    items: Place
    there: Term
    value: Guarded


@frozen
class Listed:
    """A list, in pieces."""

    pieces: tuple[Item | Walk, ...]


@frozen
class SplitText:
    """The parts of a string between occurrences of ``separator``."""

    of: Term
    separator: str


@frozen
class Size:
    """The number of elements of a list."""

    of: Listed | SplitText


@frozen
class Length:
    """The number of characters of a string."""

    of: Words


@frozen
class Some:
    """An optional value that is there."""

    value: Guarded


@frozen
class Nothing:
    """An optional value that is not there."""


Value = (
    Truth
    | Whole
    | Text
    | Null
    | Structure
    | Unknown
    | Annotations
    | MapValue
    | Listed
    | SplitText
    | Size
    | Length
    | Some
    | Nothing
)
Guarded = tuple[tuple[Term, Value], ...]


def always(value: Value) -> Guarded:
    """``value``, whatever the pod."""
    return ((TRUE, value),)


def some(piece: Item | Walk, holds: Term) -> Term:
    """Some element that ``piece`` stands for satisfies ``holds``."""
    if isinstance(piece, Item):
        return and_(piece.there, holds)
    return exists(piece.element, piece.items, and_(piece.there, holds))


def any_of(listed: Listed) -> Term:
    """The list has an element."""
    return or_(*(some(piece, TRUE) for piece in listed.pieces))


def at_least(listed: Listed, count: int) -> Term:
    """The list has as many elements as ``count``, or more."""
    return _in_pieces(listed.pieces, count)


def _in_pieces(pieces: tuple[Item | Walk, ...], count: int) -> Term:
    if count <= 0:
        return TRUE
    if not pieces:
        return FALSE
    most = 1 if isinstance(pieces[0], Item) else count
    shares = (and_(_in_piece(pieces[0], share), _in_pieces(pieces[1:], count - share)) for share in range(most + 1))
    return or_(*shares)


def _in_piece(piece: Item | Walk, count: int, after: str = "") -> Term:
    """``piece`` stands for as many elements, behind ``after`` where that is an element."""
    if count == 0:
        return TRUE
    if isinstance(piece, Item):
        return piece.there
    walk = renewed(piece)
    ordered = is_before(after, walk.element) if after else TRUE
    return exists(walk.element, walk.items, and_(ordered, walk.there, _in_piece(piece, count - 1, walk.element)))


def renewed(walk: Walk) -> Walk:
    """``walk`` with a new name for its element, so that it may stand inside of itself."""
    element = fresh()
    there = moved(walk.there, walk.element, element)
    return Walk(element, walk.items, there, with_element(walk.value, walk.element, element))


def with_element(value: Guarded, element: str, to: str | Place) -> Guarded:
    """``value`` with the element ``element`` called ``to``, or taken from there."""

    def put(node: object) -> object | None:
        match node:
            case Place():
                return placed(node, element, to)
            case Term():
                return moved(node, element, to)
            case Object() | str():
                return node
            case _:
                return None

    return substitute(value, put)


def merged(value: Iterable[tuple[Term, Value]]) -> Guarded:
    """``value`` with those of one kind put together."""
    done: list[tuple[Term, Value]] = []
    for guard, each in value:
        if guard is FALSE:
            continue
        for index, (other_guard, other) in enumerate(done):
            together = _together(other_guard, other, guard, each)
            if together is not None:
                done[index] = (or_(other_guard, guard), together)
                break
        else:
            done.append((guard, each))
    return tuple(done)


def _together(first: Term, left: Value, second: Term, right: Value) -> Value | None:
    if left == right:
        return left
    match left, right:
        case Truth(term=a), Truth(term=b):
            return Truth(or_(and_(first, a), and_(second, b)))
        case Text(words=a), Text(words=b):
            if _has_part(a) or _has_part(b):
                # the parts of one string belong together
                return None
            return Text(Chosen((*_options(first, a), *_options(second, b))))
        case Listed(pieces=a), Listed(pieces=b):
            return Listed((*(_where(first, piece) for piece in a), *(_where(second, piece) for piece in b)))
        case MapValue(entries=a), MapValue(entries=b) if [key for key, _ in a] == [key for key, _ in b]:
            pairs = zip(a, b, strict=True)
            return MapValue(
                tuple((key, merged((*_guarded(first, x), *_guarded(second, y)))) for (key, x), (_, y) in pairs)
            )
        case _:
            return None


def _options(guard: Term, words: Words) -> tuple[tuple[Term, Words], ...]:
    """``words`` where ``guard`` holds: the conditions of a choice inside of another count where the other does."""
    if not isinstance(words, Chosen):
        return ((guard, words),)
    return tuple((and_(guard, inner), each) for inner, each in words.options)


def _has_part(words: Words) -> bool:
    return isinstance(words, Part) or (isinstance(words, Chain) and any(map(_has_part, words.parts)))


def _guarded(guard: Term, value: Guarded) -> Guarded:
    return tuple((and_(guard, inner), each) for inner, each in value)


def _where(guard: Term, piece: Item | Walk) -> Item | Walk:
    there = and_(guard, piece.there)
    if isinstance(piece, Item):
        return Item(there, piece.value)
    return Walk(piece.element, piece.items, there, piece.value)
