"""The project's dataclasses: frozen, slotted, compared by value, and cheap to make.

`dataclasses.dataclass(frozen=True, slots=True)` writes and compiles six methods for each class, about half a millisecond,
and a compile loads a hundred classes. Here only ``__init__`` is written for each; what else a value needs is shared.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, cast, dataclass_transform

_Value = TypeVar("_Value")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Value]) -> type[_Value]:
    """``cls`` as a dataclass with slots, whose values are equal when their compared fields are, and are hashed by these.

    An assignment to a value raises `dataclasses.FrozenInstanceError`, and mypy refuses it. Everything of `dataclasses`
    (`replace`, `fields`, `field`, matching by position) works on it, but ``field(init=False)`` and ``kw_only``.
    """
    made: Any = dataclass(init=False, eq=False, repr=False, slots=True)(cls)
    compared = tuple(one.name for one in fields(made) if one.compare)
    made.__init__ = _init(made)
    made.__setattr__, made.__delattr__, made.__reduce__ = _no_assignment, _no_deletion, _reduce
    made.__eq__, made.__hash__ = _by_value(attrgetter(*compared)) if compared else _by_value(_nothing)
    if "__repr__" not in cls.__dict__:
        made.__repr__ = _repr
    return cast(type[_Value], made)


def _init(made: Any) -> Any:
    """``__init__`` for the class ``made``. It fills each slot by the slot's own descriptor, which asks no ``__setattr__``."""
    known: dict[str, object] = {"MISSING": MISSING}
    parameters, body = ["self"], []
    for one in fields(made):
        name, default, factory = one.name, f"_default_{one.name}", f"_factory_{one.name}"
        known[f"_set_{name}"] = getattr(made, name).__set__
        value = name
        if one.default_factory is not MISSING:
            known |= {default: MISSING, factory: one.default_factory}
            value = f"{factory}() if {name} is MISSING else {name}"
        elif one.default is not MISSING:
            known[default] = one.default
        parameters.append(f"{name}={default}" if default in known else name)
        body.append(f"_set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        body.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}): {'; '.join(body) or 'pass'}", known)
    init: Any = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _no_assignment(value: object, name: str, _new: object) -> NoReturn:
    raise FrozenInstanceError(
        f"cannot assign to field {name!r} of a {type(value).__qualname__}: `replace` makes another"
    )


def _no_deletion(value: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r} of a {type(value).__qualname__}")


def _reduce(value: Any) -> tuple[object, tuple[object, ...]]:
    """How copies and pickles of ``value`` are made: from its fields."""
    return type(value), tuple(getattr(value, one.name) for one in fields(value))


def _by_value(values: Any) -> tuple[Any, Any]:
    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return equal, hashed


def _nothing(value: object) -> tuple[()]:
    return ()


def _repr(value: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(value, one.name)!r}" for one in fields(value) if one.repr)
    return f"{type(value).__qualname__}({shown})"
