"""The syntax tree of CEL, as far as the printers use it. `pscc.printers.cel.text` prints it.

Brackets that an operator needs are the printer's: a tree has a `Grouped` only where brackets help those who read.
Source: ``doc/langdef.md`` of the CEL specification, "Syntax".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import is_

from pscc.base.frozen import frozen


@frozen
class Name:
    """A variable, or one of the words ``true``, ``false`` and ``null``."""

    name: str


@frozen
class Text:
    """A string."""

    value: str


@frozen
class Number:
    """An integer."""

    value: int


@frozen
class Select:
    """The field ``field`` of the object ``of``."""

    of: Expression
    field: str


@frozen
class Index:
    """The element of ``of`` at ``key``."""

    of: Expression
    key: Expression


@frozen
class Call:
    """The function, or the method of ``of``, called with ``arguments``; of a macro the first of these is its variable."""

    function: str
    arguments: tuple[Expression, ...] = ()
    of: Expression | None = None


@frozen
class Listing:
    """A list of ``items``."""

    items: tuple[Expression, ...] = ()


@frozen
class Mapping:
    """A map of keys to values."""

    entries: tuple[tuple[Expression, Expression], ...] = ()


@frozen
class Message:
    """An object of the type ``name`` with ``fields``."""

    name: str
    fields: tuple[tuple[str, Expression], ...]


@frozen
class Not:
    """``operand`` is false."""

    operand: Expression


@frozen
class Infix:
    """``operands`` with ``operator`` between them: two, or of ``&&``, ``||`` and ``+`` any number."""

    operator: str
    operands: tuple[Expression, ...]


@frozen
class Conditional:
    """``then`` where ``condition`` holds, else ``otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression


@frozen
class Grouped:
    """``inside`` in brackets, needed or not."""

    inside: Expression


Expression = (
    Name | Text | Number | Select | Index | Call | Listing | Mapping | Message | Not | Infix | Conditional | Grouped
)

TRUE, FALSE, NULL = Name("true"), Name("false"), Name("null")
EMPTY = Text("")
VARIABLES = Name("variables")
"""What a policy's variables are fields of."""


def variable(name: str) -> Select:
    """The policy's variable ``name``."""
    return Select(VARIABLES, name)


def children(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside ``node``, in the order of the text."""
    match node:
        case Name() | Text() | Number():
            return ()
        case Select(of=of):
            return (of,)
        case Index(of=of, key=key):
            return of, key
        case Call(arguments=arguments, of=receiver):
            return arguments if receiver is None else (receiver, *arguments)
        case Listing(items=items):
            return items
        case Mapping(entries=entries):
            return tuple(child for entry in entries for child in entry)
        case Message(fields=fields):
            return tuple(value for _, value in fields)
        case Not(operand=operand):
            return (operand,)
        case Infix(operands=operands):
            return operands
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
        case Grouped(inside=inside):
            return (inside,)


def walk(node: Expression) -> Iterator[Expression]:
    """``node`` and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def substitute(node: Expression, put: Callable[[Expression], Expression | None]) -> Expression:
    """``node`` with what ``put`` has for a node in its place; None leaves that one, and goes on inside of it."""
    new = put(node)
    if new is not None:
        return new
    old = children(node)
    changed = [substitute(child, put) for child in old]
    return node if all(map(is_, old, changed)) else _with_children(node, changed)


def _with_children(node: Expression, new: list[Expression]) -> Expression:
    """``node`` with ``new`` in the place of its `children`."""
    match node:
        case Name() | Text() | Number():
            return node
        case Select(field=field):
            return Select(new[0], field)
        case Index():
            return Index(new[0], new[1])
        case Call(function=function, of=None):
            return Call(function, tuple(new))
        case Call(function=function):
            return Call(function, tuple(new[1:]), new[0])
        case Listing():
            return Listing(tuple(new))
        case Mapping():
            return Mapping(tuple(zip(new[::2], new[1::2], strict=True)))
        case Message(name=name, fields=fields):
            return Message(name, tuple((field, value) for (field, _), value in zip(fields, new, strict=True)))
        case Not():
            return Not(new[0])
        case Infix(operator=operator):
            return infix(operator, *new)
        case Conditional():
            return Conditional(new[0], new[1], new[2])
        case Grouped():
            return Grouped(new[0])


_CHAINED = ("&&", "||", "+")


def infix(operator: str, *operands: Expression) -> Expression:
    """``operands`` with ``operator`` between them; what is itself a chain of that operator becomes a part of this one."""
    flat: list[Expression] = []
    for operand in operands:
        if operator in _CHAINED and isinstance(operand, Infix) and operand.operator == operator:
            flat.extend(operand.operands)
        else:
            flat.append(operand)
    return flat[0] if len(flat) == 1 else Infix(operator, tuple(flat))
