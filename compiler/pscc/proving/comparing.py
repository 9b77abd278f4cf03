"""Compares policies that somebody else wrote with a source: which pods do they admit that it refuses, and the other way.

Pods that are created are compared. An objection counts whatever becomes of it: denied, warned of, or audited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.proving.errors import NoBoundError, NotUnderstoodError
from pscc.proving.logic.terms import Term, and_, not_, or_
from pscc.proving.prove import admitted
from pscc.proving.question import Answer, Direction, Equal, Question, Undecided, answer, question
from pscc.proving.readers import READERS
from pscc.proving.readers.documents import documents

Relation = Literal["equal", "looser", "stricter", "incomparable", "unknown"]
"""What policies are, beside a source. Looser: they admit pods that it refuses, and refuse none that it admits."""


_MOST = 2
"""How many elements each list has where no number is known to be enough."""


@frozen
class Asked:
    """A ``question``, and ``beyond``: why it is about short lists alone. Empty where it is about all."""

    question: Question
    beyond: str = ""


@frozen
class Comparison:
    """What is asked about the ``policies`` of files, which act in ``modes``, beside ``source``.

    ``asked`` has what is asked in each direction. ``unjudged`` names policies that judge no pods.
    """

    policies: tuple[str, ...]
    modes: tuple[ir.Mode, ...]
    source: ir.Program
    asked: Mapping[Direction, Asked]
    unjudged: tuple[str, ...]

    def answered(self, does: Direction, seconds: float) -> Answer:
        """Whether there is a pod in the direction ``does``; the solver gives up after ``seconds``."""
        asked = self.asked[does]
        given = answer((asked.question,), seconds)
        if asked.beyond and isinstance(given, Equal):
            return Undecided(
                f"equal up to {_MOST} elements in each list; of longer lists nothing is known: {asked.beyond}"
            )
        return given


def relation(lets_in: Answer, shuts_out: Answer) -> Relation:
    """What both answers together say."""
    if isinstance(lets_in, Undecided) or isinstance(shuts_out, Undecided):
        return "unknown"
    match isinstance(lets_in, Equal), isinstance(shuts_out, Equal):
        case True, True:
            return "equal"
        case False, True:
            return "looser"
        case True, False:
            return "stricter"
        case _:
            return "incomparable"


def comparison(source: ir.Program, texts: Mapping[str, str]) -> Comparison:
    """The comparison of the policies in the files ``texts``, by their paths, with ``source``.

    Raises `NotUnderstoodError` where either has something that is not understood, or the files have no policy in force.
    """
    live = next((choice.name for choice in source.choices if choice.live), None)
    if live is not None:
        raise NotUnderstoodError(f"the `choose` {live}, in which the cluster's RBAC decides")
    read = READERS[kind_in(texts)](texts, "CREATE", False)
    if not read.objections:
        raise NotUnderstoodError(
            "files without a policy in force that judges pods: are a binding or a constraint missing?"
        )
    output = not_(or_(*(each.holds for each in read.objections)))
    means = admitted(source.policies, source.choices, "CREATE")
    return Comparison(
        tuple(dict.fromkeys(each.policy for each in read.objections)),
        tuple(dict.fromkeys(mode for each in read.objections for mode in each.modes)),
        source,
        {
            "lets in": _asked("lets in", and_(not_(means), output)),
            "shuts out": _asked("shuts out", and_(means, not_(output))),
        },
        read.unjudged,
    )


def _asked(does: Direction, formula: Term) -> Asked:
    try:
        return Asked(question(does, formula))
    except NoBoundError as error:
        return Asked(question(does, formula, _MOST), str(error))


def kind_in(texts: Mapping[str, str]) -> str:
    """The kind of the policies in ``texts``, one of `READERS`. Raises `NotUnderstoodError` where it is none, or several."""
    kinds = sorted({str(document["kind"]) for document in documents(texts)} & READERS.keys())
    if len(kinds) != 1:
        several = f"policies of {' and '.join(kinds)}: compare one kind at a time" if kinds else _NONE
        raise NotUnderstoodError(several)
    return kinds[0]


_NONE = f"files without an object of the kind {', '.join(READERS)}"


def of_controls(program: ir.Program, controls: Iterable[str]) -> ir.Program:
    """``program`` with the checks and defaults of ``controls`` alone."""
    wanted = frozenset(controls)
    policies = tuple(_narrowed(policy, wanted) for policy in program.policies)
    choices = tuple(
        replace(choice, policies=tuple(_narrowed(policy, wanted) for policy in choice.policies))
        for choice in program.choices
    )
    return replace(program, policies=policies, choices=choices)


def _narrowed(policy: ir.Policy, controls: frozenset[str]) -> ir.Policy:
    checks = tuple(check for check in policy.checks if check.control in controls)
    return replace(policy, checks=checks, defaults=tuple(each for each in policy.defaults if each.control in controls))
