"""What a solver is asked about a formula: a text with the API server's rules, over as many places in each list as are needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pscc.base.frozen import frozen
from pscc.proving.logic.lemmas import lemmas
from pscc.proving.logic.rewriting import unread
from pscc.proving.logic.slots import Slots
from pscc.proving.logic.smt import Script, script
from pscc.proving.logic.terms import FALSE, Term, claim, not_, or_
from pscc.proving.validity import AT_LEAST, rules

_OPEN = (
    "`open …` stands for a claim about the parts of a string. Only the facts below are known of it: if this is",
    "unsatisfiable, it is so for the claims themselves.",
)


@frozen
class Scripts:
    """What asks a solver for a pod. ``slots`` says what the symbols are.

    ``easier`` may leave open what solvers are slow to find out of strings: where it is unsatisfiable, ``exact`` is, too.
    """

    easier: Script
    exact: Script
    slots: Slots


def scripts(formula: Term, lengths: Mapping[str, int], about: str = "") -> Scripts:
    """What asks for a pod for which ``formula`` holds, whose lists have at most ``lengths`` elements. ``about`` stands above."""
    slots = Slots({**AT_LEAST, **lengths})
    asked = slots.filled_in(formula)
    if asked is FALSE:
        nothing = script([FALSE])
        return Scripts(nothing, nothing, slots)
    known = [*rules([asked], slots), *lemmas([asked]), asked]
    comments = (about, *(f"{name}: at most {length} elements" for name, length in sorted(lengths.items())))
    return _both(known, slots, comments)


def assumed(parts: Iterable[Term], lengths: Mapping[str, int]) -> tuple[Scripts, tuple[Term, ...]]:
    """The same for all of ``parts``, each of which holds where the claim in its place in the second of the results does."""
    slots = Slots({**AT_LEAST, **lengths})
    filled = [slots.filled_in(part) for part in parts]
    switches = tuple(claim(f"part {index}") for index in range(len(filled)))
    switched = (or_(not_(switch), part) for switch, part in zip(switches, filled, strict=True))
    known = [*rules(filled, slots), *lemmas(filled), *switched]
    return _both(known, slots, ()), switches


def _both(known: list[Term], slots: Slots, comments: tuple[str, ...]) -> Scripts:
    exact = script(known, comments)
    easier = script([unread(term) for term in known], (*comments, *_OPEN))
    return Scripts(exact if exact == easier else easier, exact, slots)
