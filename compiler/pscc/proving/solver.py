"""z3, and nothing of it outside of this module: it reads SMT-LIB, and answers with a model or none."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from pscc.base.frozen import frozen
from pscc.proving.logic.smt import Script
from pscc.proving.logic.terms import Term

Model = Mapping[Term, str | int | bool]
"""The value of each field that the formula is about."""
_TRUTHS = ("open", "present", "truth")
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")


class NoSolverError(Exception):
    """z3 is not installed."""


@frozen
class Unsolved:
    """The solver gave up, for ``reason``."""

    reason: str


def load() -> Any:
    """The module of z3. Raises `NoSolverError` where it is not installed."""
    try:
        return import_module("z3")
    except ImportError:
        raise NoSolverError from None


@frozen
class Contradiction:
    """There is no model. Those ``of`` what was assumed contradict each other."""

    of: frozenset[Term]


class Solver:
    """A solver that is asked several times, and told more in between."""

    def __init__(self, script: Script) -> None:
        """``script`` is what holds. Raises `NoSolverError`."""
        self._z3 = load()
        self._script = script
        self._names = {leaf: self._z3.Bool(name.strip("|")) for name, leaf in script.symbols if leaf.op in _TRUTHS}
        self._solver = self._z3.Solver()
        self._solver.from_string(script.text)

    def check(self, assumed: Iterable[Term], seconds: float) -> Model | Unsolved | Contradiction:
        """A model in which all of ``assumed``, symbols of the script, are true. It gives up after ``seconds``."""
        names = {str(self._names[leaf]): leaf for leaf in assumed if leaf in self._names}
        self._solver.set("timeout", max(1, int(seconds * 1000)))
        answer = self._solver.check(*(self._names[leaf] for leaf in names.values()))
        if answer == self._z3.sat:
            return _values(self._z3, self._solver.model(), self._script)
        if answer == self._z3.unsat:
            return Contradiction(frozenset(names[str(each)] for each in self._solver.unsat_core()))
        return Unsolved(str(self._solver.reason_unknown()))

    def forbid(self, values: Iterable[tuple[Term, bool]]) -> None:
        """From now on, not all symbols have these values."""
        others = (self._z3.Not(self._names[leaf]) if value else self._names[leaf] for leaf, value in values)
        self._solver.add(self._z3.Or(*others))


def solve(
    script: Script, seconds: float, unwanted: Iterable[Term] = (), patience: float | None = None
) -> Model | Unsolved | None:
    """A model of ``script``; None where there is none. It gives up after ``seconds``.

    Of ``unwanted`` fields, those that can do without are not there in the model, the first before the others. It looks for
    such a model for ``patience`` seconds, as many again without it, and then takes the smallest that it has.
    """
    z3 = load()
    solver = _solver(z3, script, seconds)
    answer = solver.check()
    if answer == z3.unsat:
        return None
    if answer != z3.sat:
        return Unsolved(str(solver.reason_unknown()))
    model = solver.model()
    symbols = {leaf: z3.Bool(name.strip("|")) for name, leaf in script.symbols if leaf.op in ("present", "truth")}
    deadline = time.monotonic() + (seconds if patience is None else patience)
    decided: list[Any] = []
    for leaf in unwanted:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        if leaf not in symbols:
            continue
        absent = z3.Not(symbols[leaf])
        if z3.is_true(model.eval(symbols[leaf], model_completion=True)):
            # a solver of its own: z3 looks at no limit while it makes an answered question ready for another
            smaller = _solver(z3, script, left)
            smaller.add(*decided, absent)
            if smaller.check() != z3.sat:
                decided.append(symbols[leaf])
                continue
            model = smaller.model()
        decided.append(absent)
    return _values(z3, model, script)


def _solver(z3: Any, script: Script, seconds: float) -> Any:
    """A solver with the question of ``script``, and a limit of ``seconds``."""
    solver = z3.Solver()
    solver.set("timeout", max(1, int(seconds * 1000)))
    solver.from_string(script.text)
    return solver


def _values(z3: Any, model: Any, script: Script) -> Model:
    constants = {"open": z3.Bool, "present": z3.Bool, "truth": z3.Bool, "string": z3.String, "integer": z3.Int}
    values: dict[Term, str | int | bool] = {}
    for name, leaf in script.symbols:
        value = model.eval(constants[leaf.op](name.strip("|")), model_completion=True)
        if leaf.op == "string":
            values[leaf] = _ESCAPED.sub(lambda match: chr(int(match[1] or match[2] or match[3], 16)), value.as_string())
        elif leaf.op == "integer":
            values[leaf] = value.as_long()
        else:
            values[leaf] = z3.is_true(value)
    return values
