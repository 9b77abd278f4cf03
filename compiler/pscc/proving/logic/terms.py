"""Formulas over the fields of a pod, and over the elements of its lists.

A formula is a `Term`. Equal terms are one object, so a formula is a graph, and comparing is cheap. The functions here simplify
what they build. There is one quantifier: some element of a list satisfies a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import count
from typing import NamedTuple


class Place(NamedTuple):
    """The field at ``fields`` below ``base``: ``pod``, ``old`` (the pod before an update), or an element that is quantified."""

    base: str
    fields: tuple[str, ...] = ()

    def at(self, *fields: str) -> Place:
        """The field below this place."""
        return Place(self.base, self.fields + fields)

    def element(self, index: int) -> Place:
        """The element at ``index`` of the list at this place."""
        return self.at(f"[{index}]")


def index_in(field: str) -> int | None:
    """The index that a field of a place stands for (`Place.element`); None for the name of a field."""
    return int(field[1:-1]) if field.startswith("[") else None


class Term:
    """One node of a formula. Make it with the functions of this module and of `parts`, never directly."""

    __slots__ = ("args", "op")

    def __init__(self, op: str, args: tuple[object, ...]) -> None:
        """``args`` are terms, places and constants, as `op` has them."""
        self.op = op
        self.args = args

    def __repr__(self) -> str:
        """The formula in prefix notation."""
        return f"({' '.join((self.op, *map(repr, self.args)))})" if self.args else self.op


_terms: dict[tuple[str, tuple[object, ...]], Term] = {}
_negated: dict[Term, Term] = {}
_names = count()


def make(op: str, *args: object) -> Term:
    """The term with ``op`` and ``args``, not simplified: for the functions that build formulas."""
    # a boolean and a number are equal in Python, so the kind of a constant is part of its operator
    key = (op, args)
    known = _terms.get(key)
    if known is None:
        known = _terms[key] = Term(op, args)
    return known


TRUE, FALSE = make("true"), make("false")


def fresh() -> str:
    """The name of an element that no other formula has."""
    return f"e{next(_names)}"


# --- values -------------------------------------------------------------------


def text(value: str) -> Term:
    """The constant string ``value``."""
    return make("text", value)


def number(value: int) -> Term:
    """The constant integer ``value``."""
    return make("number", value)


def string_at(place: Place) -> Term:
    """The string at ``place``, where something is."""
    return make("string", place)


def integer_at(place: Place) -> Term:
    """The integer at ``place``, where something is."""
    return make("integer", place)


def truth_at(place: Place) -> Term:
    """The boolean at ``place``, where something is."""
    return make("truth", place)


def present(place: Place) -> Term:
    """The field at ``place`` is there."""
    return make("present", place)


def nonempty(place: Place) -> Term:
    """The list at ``place`` has an element."""
    return make("nonempty", place)


def joined(parts: Iterable[Term]) -> Term:
    """The strings ``parts``, one behind the other."""
    flat: list[Term] = []
    for part in parts:
        for piece in part.args if part.op == "concat" else (part,):
            assert isinstance(piece, Term)
            if piece.op == "text" and flat and flat[-1].op == "text":
                flat[-1] = text(str(flat[-1].args[0]) + str(piece.args[0]))
            elif piece.op != "text" or piece.args[0]:
                flat.append(piece)
    if not flat:
        return text("")
    return flat[0] if len(flat) == 1 else make("concat", *flat)


def without_start(of: Term, length: int) -> Term:
    """The string ``of`` without its first ``length`` characters."""
    if length <= 0:
        return of
    if of.op in ("text", "concat"):
        # what is cut off is all in front, or in the constant that the string begins with
        first, *rest = (of,) if of.op == "text" else (condition(part) for part in of.args)
        if first.op == "text" and len(str(first.args[0])) >= length:
            return joined((text(str(first.args[0])[length:]), *rest))
    return make("tail", of, length)


# --- conditions ---------------------------------------------------------------


def is_before(element: str, later: str) -> Term:
    """``element`` stands before ``later`` in the list of both."""
    return make("before", Place(element), Place(later))


def claim(meaning: Hashable, about: Term = TRUE) -> Term:
    """A claim that is true or false by itself, whatever it is ``about``: nothing is known of it.

    Claims with equal ``meaning`` about one term are one claim.
    """
    return make("open", about, meaning)


def not_(term: Term) -> Term:
    """``term`` does not hold."""
    if term is TRUE:
        return FALSE
    if term is FALSE:
        return TRUE
    if term.op == "not":
        return condition(term.args[0])
    if term.op not in ("and", "or"):
        return make("not", term)
    # the negation goes inside, so that two conditions which contradict each other are seen to do so
    opposite = _negated.get(term)
    if opposite is None:
        parts = tuple(not_(condition(part)) for part in term.args)
        opposite = or_(*parts) if term.op == "and" else and_(*parts)
        _negated[term], _negated[opposite] = opposite, term
    return opposite


def condition(of: object) -> Term:
    """``of``, which is a term."""
    assert isinstance(of, Term)
    return of


def and_(*terms: Term) -> Term:
    """All of ``terms`` hold."""
    return _connected("and", "or", TRUE, FALSE, terms)


def or_(*terms: Term) -> Term:
    """One of ``terms`` holds."""
    return _connected("or", "and", FALSE, TRUE, terms)


def _connected(op: str, other: str, neutral: Term, decided: Term, terms: tuple[Term, ...]) -> Term:
    flat: dict[Term, None] = {}
    for term in terms:
        for part in term.args if term.op == op else (term,):
            flat[condition(part)] = None
    flat.pop(neutral, None)
    if decided in flat:
        return decided
    for part in flat:
        opposite = not_(part)
        if opposite in flat or (opposite.op == op and all(part in flat for part in opposite.args)):
            return decided
    for items in [_walked(part, op) for part in flat]:
        if items is not None:
            flat.pop(nonempty(items) if op == "and" else not_(nonempty(items)), None)
    if any(part.op == other for part in flat):
        shorter = {_under(part, other, flat): None for part in flat}
        if shorter.keys() != flat.keys():
            return _connected(op, other, neutral, decided, tuple(shorter))
    if not flat:
        return neutral
    return next(iter(flat)) if len(flat) == 1 else make(op, *flat)


def _walked(part: Term, op: str) -> Place | None:
    """The list that ``part`` says to have an element, of its own or, in a chain of ``or``, in its opposite."""
    claim = part if op == "and" else not_(part)
    place = claim.args[1] if claim.op == "exists" else None
    return place if isinstance(place, Place) else None


def _under(part: Term, other: str, known: dict[Term, None]) -> Term:
    """``part`` without the conditions in it that ``known`` decides. Only a term of the connective ``other`` gets shorter."""
    if part.op != other:
        return part
    inside = [condition(inner) for inner in part.args]
    if any(inner in known for inner in inside):
        return TRUE if other == "or" else FALSE
    kept = tuple(inner for inner in inside if not _is_refuted(inner, other, known))
    if len(kept) == len(inside):
        return part
    return or_(*kept) if other == "or" else and_(*kept)


def _is_refuted(inner: Term, other: str, known: dict[Term, None]) -> bool:
    """Whether the opposite of ``one`` is among ``known``, as it is or in parts."""
    opposite = not_(inner)
    in_parts = opposite.op in ("and", "or") and opposite.op != other and all(part in known for part in opposite.args)
    by_a_part = (
        inner.op in ("and", "or") and inner.op != other and any(not_(condition(part)) in known for part in inner.args)
    )
    return opposite in known or in_parts or by_a_part


def within(term: Term, items: Place) -> Term:
    """``term`` where the list at ``items`` has an element: it and all that it is inside of is there."""
    around = {present(Place(items.base, items.fields[:length])) for length in range(1, len(items.fields))}
    around.add(nonempty(items))
    return replaced(term, lambda node: TRUE if node in around else None)


def exists(element: str, items: Place, holds: Term) -> Term:
    """Some element of the list at ``items``, as ``element``, satisfies ``holds``."""
    if holds is FALSE:
        return FALSE
    holds = within(holds, items)
    if holds is FALSE:
        return FALSE
    if holds is TRUE:
        return nonempty(items)
    return make("exists", element, items, holds)


def equal(left: Term, right: Term) -> Term:
    """Two strings, or two integers, are the same."""
    if left is right:
        return TRUE
    if left.op in ("text", "number") and right.op in ("text", "number"):
        return FALSE
    if left.op in ("text", "number"):
        left, right = right, left
    if left.op == "concat" and right.op == "text":
        return _equal_to_text(left, str(right.args[0]))
    return make("equal", left, right)


def _equal_to_text(left: Term, whole: str) -> Term:
    first, *rest = (condition(part) for part in left.args)
    if first.op == "text":
        start = str(first.args[0])
        return equal(joined(rest), text(whole.removeprefix(start))) if whole.startswith(start) else FALSE
    named = in_namespace(left)
    if named is not None:
        namespace, separator, name = named
        head, separated, tail = whole.partition(separator)
        return and_(equal(namespace, text(head)), equal(name, text(tail))) if separated else FALSE
    return make("equal", left, text(whole))


def in_namespace(whole: Term) -> tuple[Term, str, Term] | None:
    """The namespace of the request, a separator and a name, where ``whole`` is these: no namespace has a separator in its name.

    Source: ``ValidateNamespaceName`` in ``k8s.io/apimachinery/pkg/api/validation``: a DNS label.
    """
    if len(whole.args) != 3:
        return None
    namespace, separator, name = (condition(part) for part in whole.args)
    is_namespace = namespace.op == "string" and namespace.args[0] == Place("request", ("namespace",))
    if is_namespace and separator.op == "text" and separator.args[0] in ("/", ":") and name.op == "string":
        return namespace, str(separator.args[0]), name
    return None


def at_most(left: Term, right: Term) -> Term:
    """The integer ``left`` is ``right`` or less."""
    if left.op == "number" and right.op == "number":
        low, high = left.args[0], right.args[0]
        assert isinstance(low, int) and isinstance(high, int)
        return TRUE if low <= high else FALSE
    return TRUE if left is right else make("at_most", left, right)


def starts_with(whole: Term, start: Term) -> Term:
    """The string ``whole`` begins with ``start``."""
    if start.op == "text" and not start.args[0]:
        return TRUE
    if start.op == "text":
        wanted = str(start.args[0])
        first = condition(whole.args[0]) if whole.op == "concat" else whole
        if first.op == "text":
            begins = str(first.args[0])
            if begins.startswith(wanted):
                return TRUE
            if whole.op == "text" or not wanted.startswith(begins):
                return FALSE
            return starts_with(joined(condition(part) for part in whole.args[1:]), text(wanted[len(begins) :]))
        named = in_namespace(whole) if whole.op == "concat" else None
        if named is not None:
            namespace, separator, name = named
            head, separated, tail = wanted.partition(separator)
            begins_there = and_(equal(namespace, text(head)), starts_with(name, text(tail)))
            return begins_there if separated else starts_with(namespace, text(wanted))
        if whole.op == "concat" and len(whole.args) == 2 and condition(whole.args[1]).op == "text":
            return _starts_before(first, str(condition(whole.args[1]).args[0]), wanted)
    return make("starts", whole, start)


def _starts_before(first: Term, end: str, wanted: str) -> Term:
    """The string ``first``, with ``end`` behind it, begins with ``wanted``: by itself, or where ``end`` has the rest."""
    short = (wanted[:length] for length in range(len(wanted)) if end.startswith(wanted[length:]))
    return or_(starts_with(first, text(wanted)), *(equal(first, text(value)) for value in short))


def ends_with(whole: Term, end: Term) -> Term:
    """The string ``whole`` ends with ``end``."""
    if whole.op == "text" and end.op == "text":
        return TRUE if str(whole.args[0]).endswith(str(end.args[0])) else FALSE
    return make("ends", whole, end)


def contains(whole: Term, part: Term) -> Term:
    """The string ``part`` is somewhere in ``whole``."""
    if whole.op == "text" and part.op == "text":
        return TRUE if str(part.args[0]) in str(whole.args[0]) else FALSE
    if whole.op == "concat" and any(contains(condition(piece), part) is TRUE for piece in whole.args):
        return TRUE
    return make("contains", whole, part)


def has_length(whole: Term, most: int) -> Term:
    """The string ``whole`` has at least ``most`` characters."""
    if whole.op == "text":
        return TRUE if len(str(whole.args[0])) >= most else FALSE
    if whole.op == "concat" and any(has_length(condition(piece), most) is TRUE for piece in whole.args):
        return TRUE
    return TRUE if most <= 0 else make("length", whole, most)


# --- walking ------------------------------------------------------------------


def rebuilt(term: Term, args: tuple[object, ...]) -> Term:
    """The term like ``term`` with ``args``, simplified."""
    match term.op:
        case "not":
            return not_(condition(args[0]))
        case "and":
            return and_(*(condition(arg) for arg in args))
        case "or":
            return or_(*(condition(arg) for arg in args))
        case "concat":
            return joined(condition(arg) for arg in args)
        case "equal":
            return equal(condition(args[0]), condition(args[1]))
        case "exists":
            element, items, holds = args
            assert isinstance(element, str) and isinstance(items, Place)
            return exists(element, items, condition(holds))
        case "starts":
            return starts_with(condition(args[0]), condition(args[1]))
        case "contains":
            return contains(condition(args[0]), condition(args[1]))
        case _:
            return make(term.op, *args)


def replaced(term: Term, put: Callable[[Term], Term | None]) -> Term:
    """``term`` with ``put`` of each node in its place; where that is None the node stays, and its parts are replaced."""
    done: dict[Term, Term] = {}

    def go(node: Term) -> Term:
        known = done.get(node)
        if known is not None:
            return known
        new = put(node)
        if new is None:
            args = tuple(go(arg) if isinstance(arg, Term) else arg for arg in node.args)
            new = node if args == node.args else rebuilt(node, args)
        done[node] = new
        return new

    return go(term)
