"""How CEL reads a field of a pod that may be missing or null.

``has`` guards every read, so a missing field makes nothing fail. A fact that an earlier operand of the same conjunction
established is not tested again. The API server drops nulls, but a manifest that is judged as a file has them. A null counts
as unset, and is tested for only where it would change the answer or make an error. In CEL ``has(a.b)`` is false if ``a`` is
null and true if ``b`` is, and null equals nothing else. A variable with a dot in its name (``container.profile``,
``variables.profile``) holds a value or null. A specialised check reads a constant; any other check reads the variable that
has the name of the parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import assert_never

from pscc import ir
from pscc.printers.cel.letters import in_capitals
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, among, any_of, branch, chosen, dyn, has, negated, unequal
from pscc.printers.cel.tree import FALSE, NULL, TRUE, Expression, Grouped, Index, Name, Select, infix, variable, walk

Known = frozenset[Expression]
"""Reads that are safe, and conditions that hold."""
NOTHING: Known = frozenset()
OBJECT = Name("object")
"""What holds the pod."""
_ALWAYS_SET = (("spec",), ("name",))
_NEVER_NULL = frozenset(("containerPort", "driver", "fieldPath", "localhostProfile", "name", "path"))
_UNTYPED = (Name("container"), Name("variables"))
"""Names of values whose type the API server's type checker does not know. A read that begins with one is untyped."""


def never_null(*fields: str) -> bool:
    """Whether the API server requires the last of ``fields`` to have a value, so that it refuses a null.

    Where a null in one is judged all the same, it equals nothing or is an error, which refuses the pod. Source:
    ``pkg/apis/core/validation/validation.go``.
    """
    *above, last = fields
    return last in _NEVER_NULL or (last == "type" and above != [] and above[-1].lower().endswith("profile"))


def access(path: ir.Path, root: Expression = OBJECT) -> Expression:
    """``path`` as a field selection; ``root`` is what holds the pod."""
    return _ways(path, root)[-1]


def _ways(path: ir.Path, root: Expression = OBJECT) -> list[Expression]:
    """The variable of ``path``, and each field on the way to the last one."""
    node = root if path.var == ir.POD else variable_named(path.var)
    ways = [node]
    for field in path.fields:
        node = Select(node, field)
        ways.append(node)
    return ways


@cache
def variable_named(name: str) -> Expression:
    """The variable ``name`` of the IR, which may be a field of another (``container.profile``)."""
    first, *fields = name.split(".")
    node: Expression = Name(first)
    for field in fields:
        node = Select(node, field)
    return node


def guards(path: ir.Path, known: Known = NOTHING, root: Expression = OBJECT) -> Expression:
    """The condition under which ``path`` can be read, even if it is null; true if it always can."""
    whole, *ways = _ways(path, root)
    asked = [way for length, way in enumerate(ways, 1) if path.fields[:length] not in _ALWAYS_SET and way not in known]
    conditions = [has(way) for way in asked]
    # a field of what is null is not there
    if "." in path.var and whole not in known and (not ways or asked[:1] != ways[:1]):
        conditions.insert(0, unequal(whole, NULL))
    return all_of(*conditions)


def has_value(path: ir.Path, known: Known = NOTHING, root: Expression = OBJECT) -> Expression:
    """The condition under which ``path`` is set; true if it always is."""
    readable, is_set = guards(path, known, root), not_null(access(path, root))
    if not path.fields or is_set in known or never_null(*path.var.split("."), *path.fields):
        return readable
    return all_of(readable, is_set)


def entry_at(entry: ir.Entry) -> Known:
    """What is known where the map of ``entry`` has its key."""
    return set_at(entry.map) | {among(_key(entry.key), access(entry.map))}


def not_null(read: Expression) -> Expression:
    """That ``read`` is not null; the API server's type checker knows no null scalar and no null list."""
    return unequal(read if _root(read) in _UNTYPED and isinstance(read, (Select, Index)) else dyn(read), NULL)


def _root(read: Expression) -> Expression:
    while isinstance(read, (Select, Index)):
        read = read.of
    return read


def steps(path: ir.Path) -> Known:
    """The reads that are safe where ``path`` can be read."""
    return frozenset(_ways(path))


def set_at(path: ir.Path) -> Known:
    """What is known where ``path`` is set."""
    return steps(path) | {not_null(access(path))}


def parameter(name: str) -> Expression:
    """The policy's variable that holds the parameter ``name``."""
    return variable(name)


def _key(key: ir.Concat) -> Expression:
    match key.value:
        case ir.Path():
            prefix = (literal(key.prefix),) if key.prefix else ()
            return infix("+", *prefix, access(key.value))
        case ir.Const(value=word):
            return literal(f"{key.prefix}{word}")
        case _:
            raise TypeError("a key is completed by one field")


Reader = Callable[[Expression, Known], Expression]


def read(value: ir.Value, known: Known, then: Reader, otherwise: Expression = FALSE, null: bool = False) -> Expression:
    """``then`` of what reads ``value``, or ``otherwise`` where it is unset; both are conditions.

    ``null`` says that ``then`` is false of a null.
    """
    null = null and otherwise == FALSE
    match value:
        case ir.Path():
            guard, more = (guards(value, known), steps(value)) if null else (has_value(value, known), set_at(value))
            return guarded(guard, then(access(value), known | more), otherwise)
        case ir.Const(value=constant):
            return then(literal(constant), known)
        case ir.Concat(prefix=prefix, value=inner):
            start = literal(prefix)
            return read(inner, known, lambda end, k: then(Grouped(infix("+", start, end)), k), otherwise)
        case ir.Entry(map=of, key=key):
            entries = access(of)
            inside, entry = among(_key(key), entries), Index(entries, _key(key))
            asked = [inside, *([] if null else [not_null(entry)])]
            guard = all_of(has_value(of, known), *(condition for condition in asked if condition not in known))
            return guarded(guard, then(entry, known | set_at(of) | {*asked}), otherwise)
        case ir.Coalesce(options=options, field=field):
            result = otherwise
            for option in reversed(options):
                if isinstance(option, ir.Const):
                    result = then(literal(option.value), known)
                    continue
                whole = ir.Path(option.var, option.fields + field)
                # a null that is the last of the options is as good as any other that is unset
                last = result == FALSE and (null or bool(field))
                guard, more = (
                    (guards(option, known), steps(option)) if last else (has_value(option, known), set_at(option))
                )
                own = read(whole, known | more, then, otherwise, null)
                result = chosen(guard, own, result)
            return result
        case ir.Upper(value=inner):
            return read(inner, known, lambda small, k: then(in_capitals(small), k), otherwise)
        case ir.Param(name=name):
            return then(parameter(name), known)
        case _:
            assert_never(value)


def guarded(guard: Expression, condition: Expression, otherwise: Expression) -> Expression:
    """``condition`` where it can be read, which ``guard`` says, and else ``otherwise``."""
    if guard == TRUE:
        return condition
    if otherwise == FALSE:
        return all_of(guard, condition)
    if otherwise == TRUE:
        return any_of(negated(guard), condition)
    return branch(guard, condition, otherwise)


def reads_variable(node: Expression, name: str) -> bool:
    """Whether ``node`` reads the policy's variable ``name``."""
    return variable(name) in walk(node)
