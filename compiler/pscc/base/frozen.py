"""The project's dataclasses: frozen, slotted, compared by value, and cheap to make.

`dataclasses.dataclass(frozen=True, slots=True)` writes and compiles six methods for each class, about half a millisecond,
and a compile loads a hundred classes. Here only ``__init__`` is written for each; what else a value needs is shared.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, cast, dataclass_transform

_Value = TypeVar("_Value")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Value]) -> type[_Value]:
    """``cls`` as a dataclass with slots, whose values are equal when their compared fields are, and are hashed by these.

    That a value is never assigned to is held by mypy, which knows the class as frozen; at run time nothing checks it.
    Everything of `dataclasses` (`replace`, `fields`, `field`, matching by position) works on it.
    """
    made: Any = dataclass(eq=False, repr=False, slots=True)(cls)
    compared = tuple(one.name for one in fields(made) if one.compare)
    made.__eq__, made.__hash__ = _by_value(attrgetter(*compared)) if compared else _by_value(_nothing)
    if "__repr__" not in cls.__dict__:
        made.__repr__ = _repr
    return cast(type[_Value], made)


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
