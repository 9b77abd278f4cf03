"""What a slip in the code that prints is, and the ways in which one is made."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pscc.ir.access import ALL, NONE, Names, Scope, Subjects
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.text import text_of
from pscc.printers.cel.tree import Expression

VAP, GATEKEEPER, REGO = ("vap",), ("gatekeeper",), ("gatekeeper", "opa")
"""Outputs that show a slip."""
Make = Callable[[Any], Any]
"""What stands in place of a function or value of the compiler, made of that."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip: ``make`` makes what stands for ``place``, a module and a name in it; ``outputs`` are those that show it."""

    place: str
    says: str
    make: Make
    outputs: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its name in lists."""
        return f"{self.place}: {self.says}"


def always(value: object) -> Make:
    """Whatever is asked, ``value``."""
    return lambda _: lambda *_args, **_named: value


def first(change: Callable[[Any], Any]) -> Make:
    """The function with its first argument changed."""
    return lambda real: lambda argument, *rest, **named: real(change(argument), *rest, **named)


def then(change: Callable[[Any], Any]) -> Make:
    """The function with its answer changed."""
    return lambda real: lambda *given, **named: change(real(*given, **named))


def replaced(**fields: object) -> Make:
    """The record with other fields."""
    return lambda real: replace(real, **fields)


def changed(text: str, put: str) -> Make:
    """The function with each ``text``, a pattern, in its answer replaced; in a tree of CEL in the text of that."""

    def change(answer: Any) -> Any:
        if isinstance(answer, str):
            return type(answer)(re.sub(text, put, answer))
        if isinstance(answer, Expression):
            return cel(re.sub(text, put, text_of(answer)))
        if isinstance(answer, list):
            return [change(element) for element in answer]
        return tuple(change(element) for element in answer) if isinstance(answer, tuple) else answer

    return then(change)


def no_prefixes(names: Names) -> Names:
    """``names`` without the prefixes."""
    return replace(names, prefixes=())


def no_words(names: Names) -> Names:
    """``names`` without the whole ones."""
    return replace(names, exact=())


def no_labels(scope: Scope) -> Scope:
    """``scope`` without labels."""
    return replace(scope, labels=(), except_labels=())


def no_excepted_labels(scope: Scope) -> Scope:
    """``scope`` without the labels that it leaves out."""
    return replace(scope, except_labels=())


def no_exceptions(scope: Scope) -> Scope:
    """``scope`` without the namespaces that it leaves out."""
    return replace(scope, except_namespaces=NONE)


def no_names(scope: Scope) -> Scope:
    """``scope`` in every namespace."""
    return replace(scope, namespaces=ALL)


def nobody(kind: str) -> Callable[[Subjects], Subjects]:
    """The subjects without those of one kind."""
    return lambda who: replace(who, **{kind: NONE})


def no_conditions(match: Any) -> Any:
    """What a policy matches, without its conditions."""
    return replace(match, conditions=[])
