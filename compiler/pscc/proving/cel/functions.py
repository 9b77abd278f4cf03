"""The functions of CEL that policies call. Sources: "List of Standard Definitions" in ``doc/langdef.md`` of the CEL
specification, cel-go ``ext/strings.go``, and Kubernetes' ``k8s.io/apiserver/pkg/cel/library``.
"""

from __future__ import annotations

from typing import Literal

from pscc.proving import words
from pscc.proving.cel.result import FAILS, Result, boolean, just, then
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.parts import has_part, in_parts, lowered
from pscc.proving.logic.terms import (
    TRUE,
    Term,
    and_,
    at_most,
    contains,
    ends_with,
    has_length,
    not_,
    number,
    text,
    without_start,
)
from pscc.proving.values import (
    Annotations,
    Capitals,
    Chain,
    Chosen,
    Item,
    JoinedList,
    Length,
    Listed,
    Lowered,
    MapValue,
    Plain,
    Size,
    SplitText,
    Structure,
    Swapped,
    Text,
    Truth,
    Unknown,
    Value,
    Whole,
    Words,
    Written,
    at_least,
)

_MOST_COUNTED = 8
"""A list that is compared with a greater size would need that many elements: more than is worth a solver's time."""


def called(function: str, given: list[Result]) -> Result:
    """``function`` of ``given``, the receiver first, which is known (`require_known`)."""

    def applied(before: tuple[Value, ...], waiting: list[Result]) -> Result:
        if not waiting:
            return _called(function, before)
        return then(waiting[0], lambda value: applied((*before, value), waiting[1:]))

    return applied((), given)


def require_known(function: str, arguments: int) -> None:
    """Raises `NotUnderstoodError` where no ``function`` with so many ``arguments``, the receiver among them, is known here."""
    if (function, arguments) not in _KNOWN:
        raise NotUnderstoodError(f"the function `{function}` with {arguments} arguments")


_KNOWN = {
    ("dyn", 1), ("string", 1), ("int", 1), ("size", 1), ("startsWith", 2), ("endsWith", 2), ("contains", 2), ("replace", 3),
    ("substring", 2), ("substring", 3), ("split", 2), ("join", 2), ("join", 1), ("upperAscii", 1), ("lowerAscii", 1),
}  # fmt: skip


def _called(function: str, values: tuple[Value, ...]) -> Result:
    match function, values:
        case "dyn", (value,):
            return just(value)
        case "string", (Text(),):
            return just(values[0])
        case "string", ((Whole() | Truth()) as value,):
            return just(Text(Written(value)))
        case "int", ((Whole() | Size() | Length()) as value,):
            return just(value)
        case "int", (Text(),):
            raise NotUnderstoodError("`int` of a string")
        case "size", ((Listed() | SplitText()) as listed,):
            return just(_size(listed))
        case "size", (Text(words=whole),):
            return just(_length(whole))
        case "size", ((MapValue() | Structure() | Annotations()),):
            raise NotUnderstoodError("`size` of a map")
        case "startsWith", (Text(words=whole), Text(words=start)):
            return boolean(words.begins(whole, start))
        case "endsWith", (Text(words=whole), Text(words=end)):
            return boolean(words.asked_both(whole, end, ends_with))
        case "contains", (Text(words=whole), Text(words=part)):
            return boolean(words.asked_both(whole, part, contains))
        case "replace", (Text(words=whole), Text(words=old), Text(words=new)):
            return just(Text(_swapped(whole, old, new)))
        case "upperAscii", (Text(words=whole),):
            return just(Text(Capitals(_before_capitals(whole))))
        case "lowerAscii", (Text(words=whole),):
            return just(Text(_lowered(whole)))
        case "substring", (Text(words=whole), Whole(term=start)):
            return _substring(whole, start)
        case "substring", (Text(words=whole), Whole(term=start), Whole(term=end)):
            return _between(whole, start, end)
        case "split", (Text(words=whole), Text(words=separator)):
            return _split(whole, separator)
        case "join", (Listed() as listed, Text(words=separator)):
            return _joined(listed, separator)
        case "join", (Listed() as listed,):
            return _joined(listed, Plain(text("")))
        case _ if any(isinstance(value, Unknown) for value in values):
            raise NotUnderstoodError(f"`{function}` of a field that is not described")
        case _ if any(isinstance(value, Size | Length) for value in values):
            raise NotUnderstoodError(f"`{function}` of a size")
        case _:
            return FAILS


def _size(listed: Listed | SplitText) -> Value:
    if isinstance(listed, Listed) and all(isinstance(piece, Item) and piece.there is TRUE for piece in listed.pieces):
        return Whole(number(len(listed.pieces)))
    return Size(listed)


def _length(whole: Words) -> Value:
    known = words.constant(whole)
    return Length(whole) if known is None else Whole(number(len(known)))


def _swapped(whole: Words, old: Words, new: Words) -> Words:
    before, after = words.constant(old), words.constant(new)
    if before is None or after is None:
        raise NotUnderstoodError("`replace` with strings that depend on the pod")
    known = words.constant(whole)
    return Plain(text(known.replace(before, after))) if known is not None else Swapped(whole, before, after)


def _before_capitals(whole: Words) -> Words:
    """What ``pscc.base.capitals`` takes, where ``upperAscii`` stands behind the two letters that it has no capital for."""
    match whole:
        case Swapped(of=Swapped(of=of, old="ı", new="I"), old="ſ", new="S"):
            return of
        case _:
            raise NotUnderstoodError("`upperAscii` of a string in which `ı` and `ſ` are not replaced")


def _lowered(whole: Words) -> Words:
    known = words.constant(whole)
    return Lowered(whole) if known is None else Plain(text(lowered(known)))


def _substring(whole: Words, start: Term) -> Result:
    """It fails where the string is shorter. Source: ``substr`` in cel-go ``ext/strings.go``."""
    length = start.args[0] if start.op == "number" else None
    if not isinstance(length, int) or length < 0:
        raise NotUnderstoodError("`substring` from a place that depends on the pod")
    long_enough = words.asked(whole, lambda term: has_length(term, length))
    cut = tuple((guard, Plain(without_start(term, length))) for guard, term in words.options(whole))
    rest = cut[0][1] if len(cut) == 1 else Chosen(cut)
    return Result(((long_enough, Text(rest)),), not_(long_enough))


def _between(whole: Words, start: Term, end: Term) -> Result:
    """It fails where the places are in no order, or outside of the string. Source: ``substrRange`` in cel-go ``ext/strings.go``."""
    known, first, last = words.constant(whole), start.args[0], end.args[0]
    if known is None or not isinstance(first, int) or not isinstance(last, int):
        raise NotUnderstoodError("`substring` up to a place, of something that depends on the pod")
    return just(Text(Plain(text(known[first:last])))) if 0 <= first <= last <= len(known) else FAILS


def _split(whole: Words, separator: Words) -> Result:
    between = words.constant(separator)
    if between is None or len(between) != 1:
        raise NotUnderstoodError("`split` at something other than one character")
    return Result(tuple((guard, SplitText(term, between)) for guard, term in words.options(whole)))


def _joined(listed: Listed, separator: Words) -> Result:
    between = words.constant(separator)
    if between is None:
        raise NotUnderstoodError("`join` with a string that depends on the pod")
    if not all(isinstance(element, Text) for piece in listed.pieces for _, element in piece.value):
        raise NotUnderstoodError("`join` of a list that has not only strings")
    return just(Text(JoinedList(listed, between)))


def added(left: Value, right: Value) -> Result:
    """``left + right``: strings, or lists."""
    match left, right:
        case Text(words=a), Text(words=b):
            first, second = words.constant(a), words.constant(b)
            if first is not None and second is not None:
                return just(Text(Plain(text(first + second))))
            parts = (*(a.parts if isinstance(a, Chain) else (a,)), *(b.parts if isinstance(b, Chain) else (b,)))
            return just(Text(Chain(parts)))
        case Listed(pieces=a), Listed(pieces=b):
            return just(Listed((*a, *b)))
        case ((Whole() | Size() | Length()), (Whole() | Size() | Length())):
            return _calculated("+", left, right)
        case _:
            return FAILS


def subtracted(left: Value, right: Value) -> Result:
    """``left - right``: integers."""
    integers = Whole | Size | Length
    return _calculated("-", left, right) if isinstance(left, integers) and isinstance(right, integers) else FAILS


def _calculated(operator: Literal["+", "-"], left: Value, right: Value) -> Result:
    """It fails where the result has more than 64 bits."""
    first, second = _known(left), _known(right)
    if first is None or second is None:
        raise NotUnderstoodError(f"`{operator}` of integers that depend on the pod")
    value = first + second if operator == "+" else first - second
    return just(Whole(number(value))) if -(2**63) <= value < 2**63 else FAILS


def _known(value: Value) -> int | None:
    """The integer that ``value`` is for all pods; else None."""
    known = value.term.args[0] if isinstance(value, Whole) and value.term.op == "number" else None
    return known if isinstance(known, int) else None


def is_among_parts(value: Value, inside: Value) -> Result:
    """``value in inside``, where ``inside`` is no list and no map."""
    if not isinstance(inside, SplitText):
        if isinstance(inside, Unknown):
            raise NotUnderstoodError("`in` a field that is not described")
        return FAILS
    wanted = words.constant(value.words) if isinstance(value, Text) else None
    if wanted is None:
        raise NotUnderstoodError("`in` the parts of a string, of something that depends on the pod")
    return boolean(has_part(inside.of, inside.separator, wanted))


def compared(operator: str, left: Value, right: Value) -> Result:
    """``left OPERATOR right`` of the order."""
    match left, right:
        case Whole(term=a), Whole(term=b):
            match operator:
                case "<=":
                    return boolean(at_most(a, b))
                case ">=":
                    return boolean(at_most(b, a))
                case "<":
                    return boolean(not_(at_most(b, a)))
                case _:
                    return boolean(not_(at_most(a, b)))
        case _:
            return _compared_otherwise(operator, left, right)


def _compared_otherwise(operator: str, left: Value, right: Value) -> Result:
    """``left OPERATOR right`` of the order, where one of the two is no integer whose value is known."""
    match left, right:
        case Size(of=listed), Whole(term=term) if term.op == "number":
            limit = term.args[0]
            assert isinstance(limit, int)
            return _counted(operator, listed, limit)
        case Length(of=of), Whole(term=term) if term.op == "number":
            limit = term.args[0]
            assert isinstance(limit, int)
            return _measured(operator, of, limit)
        case Whole(term=term), (Size() | Length()) if term.op == "number":
            return _compared_otherwise(_TURNED[operator], right, left)
        case Text(), Text():
            raise NotUnderstoodError(f"`{operator}` of two strings")
        case ((Size() | Length()), (Whole() | Size() | Length())) | (Whole(), (Size() | Length())):
            raise NotUnderstoodError("a size, compared with something other than a number")
        case _:
            return FAILS


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _measured(operator: str, of: Words, limit: int) -> Result:
    """The number of characters against ``limit``."""
    enough = longer_than(of, (limit if operator in ("<", ">=") else limit + 1) - 1)
    return boolean(enough if operator in (">", ">=") else not_(enough))


def longer_than(of: Words, length: int) -> Term:
    """The string has more than ``length`` characters."""
    return words.asked(of, lambda term: has_length(term, length + 1))


def _counted(operator: str, listed: Listed | SplitText, limit: int) -> Result:
    """A size against ``limit``."""
    least = limit if operator in ("<", ">=") else limit + 1
    if not isinstance(listed, Listed) or least > _MOST_COUNTED:
        raise NotUnderstoodError(f"the size of a list, compared by `{operator} {limit}`")
    enough = at_least(listed, least)
    return boolean(enough if operator in (">", ">=") else not_(enough))


def size_is(size: Size, count: int) -> Term:
    """The list has ``count`` elements."""
    if isinstance(size.of, SplitText):
        return in_parts(size.of.of, size.of.separator, count)
    if count > _MOST_COUNTED:
        raise NotUnderstoodError(f"the size of a list, compared by `== {count}`")
    return and_(at_least(size.of, count), not_(at_least(size.of, count + 1)))
