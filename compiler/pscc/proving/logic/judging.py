"""Whether a formula holds of a pod that is known."""

from __future__ import annotations

from collections.abc import Mapping

from pscc.base.capitals import in_capitals
from pscc.proving.logic.parts import lowered
from pscc.proving.logic.terms import Place, Term, index_in

Known = Mapping[str, object]
"""What each base of a place is: the pod, the request, an element."""
ANNOTATION = "@annotation"
ENTRIES = "@entries"


def holds(term: Term, known: Known) -> bool:
    """Whether ``term`` is true of what is ``known``. A field that is not there has no value: comparing it is false."""
    args = term.args
    match term.op:
        case "true":
            return True
        case "false":
            return False
        case "not":
            return not holds(_term(args[0]), known)
        case "and":
            return all(holds(_term(arg), known) for arg in args)
        case "or":
            return any(holds(_term(arg), known) for arg in args)
        case "exists":
            element, items, inside = args
            return any(
                holds(_term(inside), {**known, str(element): item, _index_of(str(element)): index})
                for index, item in enumerate(_elements(_at(items, known)))
            )
        case "before":
            return _position(args[0], known) < _position(args[1], known)
        case "nonempty":
            return bool(_elements(_at(args[0], known)))
        case "present":
            return _at(args[0], known) is not None
        case "truth":
            return _at(args[0], known) is True
        case "equal":
            return _value(args[0], known) == _value(args[1], known)
        case "at_most":
            low, high = _value(args[0], known), _value(args[1], known)
            return isinstance(low, int) and isinstance(high, int) and low <= high
        case "starts" | "ends" | "contains":
            whole, part = _value(args[0], known), _value(args[1], known)
            if not isinstance(whole, str) or not isinstance(part, str):
                return False
            match term.op:
                case "starts":
                    return whole.startswith(part)
                case "ends":
                    return whole.endswith(part)
                case _:
                    return part in whole
        case _:
            value = _value(args[0], known)
            return isinstance(value, str) and _of_string(term, value)


def holds_of(term: Term, string: Term, value: str) -> bool:
    """Whether ``term`` is true if ``string`` has the value ``value``. ``term`` reads nothing but ``string``."""
    place = string.args[0]
    assert isinstance(place, Place)
    inside: object = value
    for name in reversed(place.fields):
        inside = {name: inside}
    return holds(term, {place.base: inside})


def _of_string(term: Term, value: str) -> bool:
    match term.op, term.args:
        case "length", (_, int() as least):
            return len(value) >= least
        case "parts", (_, int() as skipped, separator, count):
            return len(value) >= skipped and len(value[skipped:].split(str(separator))) == count
        case "part", (_, int() as skipped, separator, part):
            return len(value) >= skipped and part in value[skipped:].split(str(separator))
        case "capitals", (_, capitals):
            return in_capitals(value) == capitals
        case "lowered", (_, small):
            return lowered(value) == small
        case "capitals_start", (_, capitals):
            return in_capitals(value).startswith(str(capitals))
        case op, _:
            raise TypeError(f"{op} is no condition")


def _value(term: object, known: Known) -> object:
    match _term(term).op, _term(term).args:
        case (("text" | "number"), (constant,)):
            return constant
        case (("string" | "integer"), (place,)):
            return _at(place, known)
        case "concat", parts:
            values = [_value(part, known) for part in parts]
            return "".join(map(str, values)) if all(isinstance(value, str) for value in values) else None
        case "tail", (of, int() as length):
            whole = _value(of, known)
            return whole[length:] if isinstance(whole, str) else None
        case op, _:
            raise TypeError(f"{op} is no value")


def _at(place: object, known: Known) -> object:
    assert isinstance(place, Place)
    value = known.get(place.base)
    if place.fields[:1] == (ANNOTATION,):
        named = value.get("name") if isinstance(value, Mapping) else None
        return _at(Place("pod", ("metadata", "annotations", f"{place.fields[1]}{named}")), known)
    for name in place.fields:
        if name == ENTRIES:
            of = ".".join((place.base, *place.fields[:-1]))
            entries = value.items() if isinstance(value, Mapping) else ()
            return [{f"@key of {of}": key, f"@value of {of}": held} for key, held in entries]
        index = index_in(name)
        if index is not None:
            value = value[index] if isinstance(value, list) and index < len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _index_of(element: str) -> str:
    """Under which name the place of an element in its list is known."""
    return f"{element}@index"


def _position(place: object, known: Known) -> int:
    assert isinstance(place, Place)
    position = known[_index_of(place.base)]
    assert isinstance(position, int)
    return position


def _elements(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _term(arg: object) -> Term:
    assert isinstance(arg, Term)
    return arg
