"""The project's dataclasses: frozen, slotted, compared by value, and cheap to make.

A compile loads nearly two hundred of these classes, and makes values of two thirds of them. `dataclasses.dataclass` takes
about half a millisecond for each: it writes and compiles six methods, and makes each class twice. Here most methods are
shared, ``__init__`` is written when the first value is made, and `dataclasses` describes the fields when something asks for
them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, cast, dataclass_transform

_Value = TypeVar("_Value")
_WITHOUT_SLOTS = frozenset(["__dict__", "__weakref__"])
"""What each class without slots has."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Value]) -> type[_Value]:
    """``cls`` as a frozen dataclass with slots. Two values are equal, and have one hash, if their compared fields are equal.

    An assignment to a value raises `dataclasses.FrozenInstanceError`, and mypy refuses it. Everything of `dataclasses`
    (`replace`, `fields`, `field`, matching by position) works on it, but ``field(init=False)``, ``kw_only`` and `ClassVar`.
    """
    inherited, annotations = getattr(cls, "_members", {}), cls.__annotations__
    members = {**inherited, **{name: cls.__dict__.get(name, MISSING) for name in annotations}}
    compared = [name for name, given in members.items() if not isinstance(given, Field) or given.compare]
    equal, hashed = _by_value(attrgetter(*compared)) if compared else _by_value(_nothing)
    kept = {
        name: value for name, value in cls.__dict__.items() if name not in annotations and name not in _WITHOUT_SLOTS
    }
    scope = {
        "__repr__": _repr,
        **kept,
        "_members": members,
        "__slots__": (
            *(name for name in annotations if name not in inherited),
            *(() if inherited else ("__weakref__",)),
        ),
        "__match_args__": tuple(members),
        "__dataclass_fields__": _Later(_fields),
        "__init__": _Later(_init),
        "__setattr__": _no_assignment,
        "__delattr__": _no_deletion,
        "__reduce__": _reduce,
        "__eq__": equal,
        "__hash__": hashed,
    }
    metaclass: Any = type(cls)
    return cast(type[_Value], metaclass(cls.__name__, cls.__bases__, scope))


class _Later:
    """An attribute of a class, which ``make`` makes from the class when something first asks for it."""

    def __init__(self, make: Callable[[Any], object]) -> None:
        self.make = make

    def __set_name__(self, record: type, name: str) -> None:
        self.record = record
        self.name = name

    def __get__(self, value: object, owner: type) -> Any:
        setattr(self.record, self.name, self.make(self.record))
        return getattr(owner if value is None else value, self.name)


def _fields(record: Any) -> object:
    """The fields of the class ``record``, as `dataclasses` describes them."""
    annotations: dict[str, object] = {}
    for cls in reversed(record.__mro__[:-1]):
        annotations |= cls.__annotations__
    defaults = {name: given for name, given in record._members.items() if given is not MISSING}
    scope = {"__annotations__": annotations, "__module__": record.__module__, "__doc__": record.__doc__, **defaults}
    described: Any = dataclass(init=False, eq=False, repr=False)(type(record.__name__, (), scope))
    return described.__dataclass_fields__


def _init(record: Any) -> object:
    """``__init__`` for the class ``record``. It sets each slot by the slot's own descriptor, and so without ``__setattr__``."""
    scope: dict[str, object] = {"MISSING": MISSING}
    parameters, body = ["self"], []
    for name, given in record._members.items():
        default, factory, value = f"_default_{name}", f"_factory_{name}", name
        scope[f"_set_{name}"] = getattr(record, name).__set__
        if isinstance(given, Field) and given.default_factory is not MISSING:
            scope |= {default: MISSING, factory: given.default_factory}
            value = f"{factory}() if {name} is MISSING else {name}"
        elif not isinstance(given, Field):
            scope |= {} if given is MISSING else {default: given}
        elif given.default is not MISSING:
            scope[default] = given.default
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
    return type(value), tuple(getattr(value, name) for name in value._members)


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
    shown = (
        f"{name}={getattr(value, name)!r}"
        for name, given in value._members.items()
        if not isinstance(given, Field) or given.repr
    )
    return f"{type(value).__qualname__}({', '.join(shown)})"
