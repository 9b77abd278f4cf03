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
    """``cls`` as a frozen dataclass with slots. Two values are equal, and have one hash, if their compared fields are equal.

    An assignment to a value raises `dataclasses.FrozenInstanceError`, and mypy refuses it. Everything of `dataclasses`
    (`replace`, `fields`, `field`, matching by position) works on it, but ``field(init=False)`` and ``kw_only``.
    """
    record: Any = dataclass(init=False, eq=False, repr=False, slots=True)(cls)
    compared = tuple(member.name for member in fields(record) if member.compare)
    record.__init__ = _init(record)
    record.__setattr__, record.__delattr__, record.__reduce__ = _no_assignment, _no_deletion, _reduce
    record.__eq__, record.__hash__ = _by_value(attrgetter(*compared)) if compared else _by_value(_nothing)
    if "__repr__" not in cls.__dict__:
        record.__repr__ = _repr
    return cast(type[_Value], record)


def _init(record: Any) -> Any:
    """``__init__`` for the class ``record``. It sets each slot by the slot's own descriptor, and so without ``__setattr__``."""
    scope: dict[str, object] = {"MISSING": MISSING}
    parameters, body = ["self"], []
    for member in fields(record):
        name, default, factory = member.name, f"_default_{member.name}", f"_factory_{member.name}"
        scope[f"_set_{name}"] = getattr(record, name).__set__
        value = name
        if member.default_factory is not MISSING:
            scope |= {default: MISSING, factory: member.default_factory}
            value = f"{factory}() if {name} is MISSING else {name}"
        elif member.default is not MISSING:
            scope[default] = member.default
        parameters.append(f"{name}={default}" if default in scope else name)
        body.append(f"_set_{name}(self, {value})")
    if hasattr(record, "__post_init__"):
        body.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}): {'; '.join(body) or 'pass'}", scope)
    init: Any = scope["__init__"]
    init.__qualname__ = f"{record.__qualname__}.__init__"
    return init


def _no_assignment(value: object, name: str, _new: object) -> NoReturn:
    raise FrozenInstanceError(
        f"cannot assign to field {name!r} of a {type(value).__qualname__}: `replace` makes another"
    )


def _no_deletion(value: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r} of a {type(value).__qualname__}")


def _reduce(value: Any) -> tuple[object, tuple[object, ...]]:
    """The class of ``value`` and its fields, from which `copy` and `pickle` make another."""
    return type(value), tuple(getattr(value, member.name) for member in fields(value))


def _by_value(values: Any) -> tuple[Any, Any]:
    def equal(self: object, other: object) -> bool:
        if self is other:
            return True
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return equal, hashed


def _nothing(value: object) -> tuple[()]:
    return ()


def _repr(value: Any) -> str:
    shown = ", ".join(f"{member.name}={getattr(value, member.name)!r}" for member in fields(value) if member.repr)
    return f"{type(value).__qualname__}({shown})"
