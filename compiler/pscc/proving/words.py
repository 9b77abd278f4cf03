"""What can be asked of a string that depends on the pod."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

from pscc.base.frozen import frozen
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.parts import in_capitals_is, in_capitals_starts, lowered_is
from pscc.proving.logic.terms import (
    FALSE,
    TRUE,
    Term,
    and_,
    equal,
    joined,
    not_,
    number,
    or_,
    starts_with,
    text,
)
from pscc.proving.values import (
    Capitals,
    Chain,
    Chosen,
    Guarded,
    JoinedList,
    Lowered,
    Part,
    Plain,
    Swapped,
    Text,
    Truth,
    Whole,
    Words,
    Written,
    any_of,
)


def constant(words: Words) -> str | None:
    """The string where it is the same for all pods; else None."""
    if isinstance(words, Plain) and words.term.op == "text":
        return str(words.term.args[0])
    return None


def is_empty(words: Words) -> Term:
    """The string is empty."""
    match words:
        case Plain(term=term):
            return equal(term, text(""))
        case Chosen(options=options):
            return or_(*(and_(guard, is_empty(option)) for guard, option in options))
        case Chain(parts=parts):
            return and_(*map(is_empty, parts))
        case Swapped(of=of, old=old, new=new) if old and new:
            return is_empty(of)
        case Capitals(of=of) | Lowered(of=of):
            return is_empty(of)
        case Written():
            return FALSE
        case JoinedList(items=listed, separator=separator) if separator:
            # of several elements the separators are there, and one alone decides by itself
            if all(_never_empty(piece.there, piece.value) for piece in listed.pieces):
                return not_(any_of(listed))
            raise NotUnderstoodError("`join` of strings that may be empty, compared with a string")
        case _:
            raise NotUnderstoodError(f"a string made by {type(words).__name__.lower()}, compared with a string")


def _never_empty(there: Term, value: Guarded) -> bool:
    """Whether an element is a string with something in it wherever it is ``there``."""
    return all(isinstance(each, Text) and and_(there, guard, is_empty(each.words)) is FALSE for guard, each in value)


def options(words: Words) -> tuple[tuple[Term, Term], ...]:
    """The string as terms, each with its condition. Raises `NotUnderstoodError` where no term says how it is made."""
    match words:
        case Plain(term=term):
            return ((TRUE, term),)
        case Chosen(options=chosen):
            return tuple((and_(guard, inner), term) for guard, option in chosen for inner, term in options(option))
        case Chain(parts=parts):
            spellings: tuple[tuple[Term, Term], ...] = ((TRUE, text("")),)
            for part in parts:
                spellings = tuple(
                    (and_(guard, inner), joined((before, term)))
                    for guard, before in spellings
                    for inner, term in options(part)
                )
            return tuple((guard, term) for guard, term in spellings if guard is not FALSE)
        case _:
            raise NotUnderstoodError(f"a string made by {type(words).__name__.lower()}, compared with another string")


def equals(left: Words, right: Words) -> Term:
    """Both strings are the same."""
    for side, opposite in ((left, right), (right, left)):
        wanted = constant(opposite)
        if wanted == "":
            return is_empty(side)
        if isinstance(side, Chosen):
            return or_(*(and_(guard, equals(option, opposite)) for guard, option in side.options))
        if wanted is not None and isinstance(side, Capitals):
            return _in_capitals(side.of, wanted)
        if wanted is not None and isinstance(side, Lowered):
            return asked(side.of, partial(lowered_is, small=wanted))
        if wanted is not None and isinstance(side, Written):
            return _written(side, wanted)
        if wanted is not None and isinstance(side, Swapped):
            return or_(*(equals(side.of, Plain(text(before))) for before in _before_swap(side, wanted)))
        if wanted is not None and (parts := _first_two(side)) is not None:
            return or_(*(_is_first_two(parts, pair) for pair in _divided(wanted, parts)))
    return asked_both(left, right, equal)


_MOST_SWAPPED = 4


def _before_swap(swapped: Swapped, after: str) -> Iterator[str]:
    """The strings that are ``after`` once each ``old`` character in them is the ``new`` one: that may have been there before."""
    old, new = swapped.old, swapped.new
    if len(old) != 1 or len(new) != 1 or after.count(new) > _MOST_SWAPPED:
        raise NotUnderstoodError("`replace` of more than one character, compared with a string")
    if old == new:
        yield after
    elif old not in after:
        pieces = after.split(new)
        for joints in product((old, new), repeat=len(pieces) - 1):
            yield "".join(f"{piece}{joint}" for piece, joint in zip(pieces, (*joints, ""), strict=True))


# --- two parts of a string, put together with something else between them -----------


@frozen
class _FirstTwo:
    """The first two parts of ``of`` at its ``separator``, with ``glue`` between them. ``of`` has both."""

    of: Term
    separator: str
    glue: str


def _first_two(words: Words) -> _FirstTwo | None:
    match words:
        case Chain(parts=(Part(of=of, separator=separator, index=0), Plain() as between, Part(index=1) as second)):
            glue = constant(between)
            if glue is not None and second.of is of and second.separator == separator:
                return _FirstTwo(of, separator, glue)
    return None


def _divided(whole: str, parts: _FirstTwo) -> Iterator[tuple[str, str]]:
    """The ways in which ``whole`` is two parts with the glue between them."""
    for start in range(len(whole) - len(parts.glue) + 1):
        first, second = whole[:start], whole[start + len(parts.glue) :]
        if whole.startswith(parts.glue, start) and parts.separator not in first + second:
            yield first, second


def _is_first_two(parts: _FirstTwo, pair: tuple[str, str]) -> Term:
    both = parts.separator.join(pair)
    return or_(equal(parts.of, text(both)), starts_with(parts.of, text(both + parts.separator)))


def _begins_first_two(parts: _FirstTwo, start: str) -> Term:
    """The two begin with ``start``: the first part does, or the first ends in it and the second begins with the rest."""
    if any(start.endswith(parts.glue[:length]) for length in range(1, len(parts.glue))):
        raise NotUnderstoodError("parts of a string with more than one character between them")
    in_both = (starts_with(parts.of, text(parts.separator.join(pair))) for pair in _divided(start, parts))
    in_first = starts_with(parts.of, text(start)) if parts.separator not in start else FALSE
    return or_(in_first, *in_both)


def asked(words: Words, ask: Callable[[Term], Term]) -> Term:
    """``ask`` of the string."""
    return or_(*(and_(guard, ask(term)) for guard, term in options(words)))


def asked_both(left: Words, right: Words, ask: Callable[[Term, Term], Term]) -> Term:
    """``ask`` of the two strings."""
    return asked(left, lambda first: asked(right, lambda second: ask(first, second)))


def _in_capitals(words: Words, wanted: str) -> Term:
    return asked(words, lambda term: in_capitals_is(term, wanted))


def _written(words: Written, wanted: str) -> Term:
    match words.value:
        case Truth(term=term):
            return {"true": term, "false": not_(term)}.get(wanted, FALSE)
        case Whole(term=term):
            return equal(term, number(int(wanted))) if wanted == str(_number(wanted)) else FALSE


def _number(digits: str) -> int | None:
    try:
        return int(digits)
    except ValueError:
        return None


def begins(whole: Words, start: Words) -> Term:
    """The string ``whole`` begins with ``start``."""
    if isinstance(whole, Chosen):
        return or_(*(and_(guard, begins(option, start)) for guard, option in whole.options))
    wanted = constant(start)
    if wanted is not None and isinstance(whole, Swapped):
        return or_(*(begins(whole.of, Plain(text(before))) for before in _before_swap(whole, wanted)))
    if wanted is not None and (parts := _first_two(whole)) is not None:
        return _begins_first_two(parts, wanted)
    if isinstance(whole, Capitals) and wanted is not None:
        return asked(whole.of, lambda term: in_capitals_starts(term, wanted))
    return asked_both(whole, start, starts_with)
