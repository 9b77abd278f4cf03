"""Decides a large formula piece by piece.

The bound counts an element for each claim that something is in a list. A formula that is a conjunction of long alternatives
has many of these, though a pod needs one of each alternative alone. So a solver first chooses: it takes claims about lists,
and other conditions, as letters, of which it makes the formula true. The letters that are needed, a choice, are then put to
the solver as they are, with the places that these few need. Either there is a pod, or some of the choice contradict each
other, in pods of every size: that is a lemma, and no choice has them again. If no choice is left, there is no pod.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from pscc.proving.errors import NoBoundError
from pscc.proving.logic.bound import bounds
from pscc.proving.logic.smt import script
from pscc.proving.logic.terms import FALSE, TRUE, Term, claim, condition, make
from pscc.proving.scripts import assumed
from pscc.proving.solver import Contradiction, Solver, Unsolved
from pscc.proving.validity import AT_LEAST

_LISTS = ("exists", "nonempty")
Choice = tuple[Term, ...]
"""Conditions that make a formula true together. Each is an atom of it, or the opposite of one."""


def possible(formula: Term, seconds: float) -> Choice | Unsolved | None:
    """Conditions that some pod satisfies together, and that make ``formula`` true; None where there are none.

    It gives up after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    letters = {atom: claim(f"atom {index}") for index, atom in enumerate(_atoms(formula))}
    if not letters:
        return () if formula is TRUE else None
    outline = Solver(script([_spelled(formula, letters), *_exclusive(letters)]))
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return Unsolved("timeout")
        model = outline.check((), left)
        if isinstance(model, Unsolved):
            return model
        if isinstance(model, Contradiction):
            return None
        true = frozenset(atom for atom, letter in letters.items() if model.get(letter) is True)
        choice = tuple(_chosen(formula, true))
        contradicted = _contradictions(choice, deadline)
        if isinstance(contradicted, Unsolved):
            return contradicted
        if not contradicted:
            return choice
        for together in contradicted:
            outline.forbid((letters[_atom(each)], each.op != "not") for each in together)


def _atoms(formula: Term) -> Iterator[Term]:
    """The conditions that ``formula`` puts together by ``and``, ``or`` and ``not``."""
    seen: set[Term] = set()
    waiting = [formula]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op in ("and", "or", "not"):
            waiting += map(condition, node.args)
        elif node not in (TRUE, FALSE):
            yield node


def _atom(literal: Term) -> Term:
    return condition(literal.args[0]) if literal.op == "not" else literal


def _spelled(formula: Term, letters: Mapping[Term, Term]) -> Term:
    done: dict[Term, Term] = dict(letters)

    def go(node: Term) -> Term:
        if node not in done:
            done[node] = make(node.op, *(go(condition(arg)) for arg in node.args))
        return done[node]

    return go(formula)


def _exclusive(letters: Mapping[Term, Term]) -> Iterator[Term]:
    """What is one constant is no other."""
    by_value: dict[Term, list[Term]] = {}
    for atom, letter in letters.items():
        if atom.op == "equal" and condition(atom.args[1]).op in ("text", "number"):
            by_value.setdefault(condition(atom.args[0]), []).append(letter)
    for same in by_value.values():
        yield from (make("not", make("and", *pair)) for pair in combinations(same, 2))


def _chosen(formula: Term, true: frozenset[Term]) -> list[Term]:
    """Of the atoms that are ``true`` and the opposites of the others, those that make ``formula`` true: few lists, if it can be."""
    held: dict[Term, bool] = {}
    done: dict[Term, dict[Term, None]] = {}

    def holds(node: Term) -> bool:
        if node not in held:
            match node.op:
                case "and":
                    held[node] = all(holds(condition(arg)) for arg in node.args)
                case "or":
                    held[node] = any(holds(condition(arg)) for arg in node.args)
                case "not":
                    held[node] = not holds(condition(node.args[0]))
                case _:
                    held[node] = node is TRUE or node in true
        return held[node]

    def go(node: Term) -> dict[Term, None]:
        if node not in done:
            match node.op:
                case "and":
                    done[node] = {each: None for arg in node.args for each in go(condition(arg))}
                case "or":
                    done[node] = min((go(condition(arg)) for arg in node.args if holds(condition(arg))), key=_weight)
                case "true":
                    done[node] = {}
                case _:
                    done[node] = {node: None}
        return done[node]

    return list(go(formula))


def _weight(choice: Iterable[Term]) -> tuple[int, int]:
    listed = list(choice)
    return sum(each.op in _LISTS for each in listed), len(listed)


# --- contradictions ----------------------------------------------------------------


def _contradictions(choice: Choice, deadline: float) -> list[Choice] | Unsolved:
    """Parts of ``choice`` that no pod satisfies together; none where a pod satisfies all of it.

    Claims that something is in a list are looked at one by one first: each alone needs a short list.
    """
    claims = [each for each in choice if each.op in _LISTS]
    others = [each for each in choice if each.op not in _LISTS]
    contradicted: list[Choice] = []
    for each in claims if len(claims) > 1 else ():
        together = _contradiction((each, *others), deadline)
        if isinstance(together, Unsolved):
            return together
        if together is not None:
            contradicted.append(together)
    if contradicted:
        return contradicted
    together = _contradiction(choice, deadline)
    return together if isinstance(together, Unsolved) else [] if together is None else [together]


def _contradiction(choice: Choice, deadline: float) -> Choice | Unsolved | None:
    """Some of ``choice`` that no pod satisfies together; None where a pod satisfies all of it."""
    try:
        lengths = bounds(make("and", *choice), AT_LEAST)
    except NoBoundError as error:
        return Unsolved(str(error))
    asked, switches = assumed(choice, lengths)
    for script_ in dict.fromkeys((asked.easier, asked.exact)):
        left = deadline - time.monotonic()
        if left <= 0:
            return Unsolved("timeout")
        given = Solver(script_).check(switches, left)
        if isinstance(given, Unsolved):
            return given
        if isinstance(given, Contradiction):
            return tuple(each for each, switch in zip(choice, switches, strict=True) if switch in given.of)
    return None
