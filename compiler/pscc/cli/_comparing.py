"""What ``pscc prove --is`` does: policies that somebody else wrote beside a source, and how it says what came out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cli._proving import confirmed
from pscc.cli._shared import Refused, write_text
from pscc.proving.comparing import Comparison, Relation, comparison, kind_in, of_controls, relation
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.question import Answer, Differs, Direction, Undecided
from pscc.proving.witness import Witness, witness
from pscc.verify.engines.review import review

_DIRECTIONS: tuple[Direction, ...] = ("lets in", "shuts out")


@frozen
class Difference:
    """A pod that is judged differently, and what the ``engine`` says of it."""

    witness: Witness
    engine: str


@frozen
class Compared:
    """What ``policies``, which act in ``modes``, are beside the source: ``relation``.

    - ``differences`` has a pod for each direction in which there is one, ``reasons`` why a direction is not decided.
    - ``lengths`` are the elements of each list that were looked at.
    """

    policies: tuple[str, ...]
    modes: tuple[ir.Mode, ...]
    relation: Relation
    differences: Mapping[Direction, Difference]
    reasons: tuple[str, ...]
    seconds: float
    lengths: Mapping[str, int]
    unjudged: tuple[str, ...]

    def holds(self, no_looser: bool) -> bool:
        """Whether the policies are equal to the source; with ``no_looser``, whether they admit no pod that it refuses."""
        return self.relation == "equal" or (no_looser and self.relation == "stricter")


def compared(source: ir.Program, controls: tuple[str, ...], texts: Mapping[str, str], seconds: float,
             folder: Path | None) -> Compared:  # fmt: skip
    """The policies in the files ``texts`` beside ``source``; with ``controls``, beside what it says of these alone.

    Exits with 2 where something is not understood, and names it.
    """
    checked = {check.control for each in source.policies for check in each.checks}
    missing = [control for control in controls if control not in checked]
    if missing:
        raise Refused(
            f"--control {missing[0]}: the source checks no such control. It checks {', '.join(sorted(checked))}"
        )
    try:
        asked = comparison(of_controls(source, controls) if controls else source, texts)
    except NotUnderstoodError as error:
        raise Refused(f"the proof does not understand {error}") from None
    if folder is not None:
        _write(folder, asked)
    start = time.monotonic()
    answers = {does: asked.answered(does, seconds) for does in _DIRECTIONS}
    took = time.monotonic() - start
    return Compared(
        asked.policies,
        asked.modes,
        relation(answers["lets in"], answers["shuts out"]),
        {does: _difference(each, asked.source, texts) for does, each in answers.items() if isinstance(each, Differs)},
        tuple(dict.fromkeys(each.reason for each in answers.values() if isinstance(each, Undecided))),
        took,
        {name: length for each in asked.asked.values() for name, length in each.question.lengths.items()},
        asked.unjudged,
    )


def _difference(answer: Answer, source: ir.Program, texts: Mapping[str, str]) -> Difference:
    assert isinstance(answer, Differs)
    pod = witness(answer, source.policies, source.choices)
    reviewed = review(kind_in(texts), texts, pod.pod, pod.request)
    return Difference(pod, confirmed(pod, reviewed, lambda objection: True))


def _write(folder: Path, asked: Comparison) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{str(folder)!r} cannot be made: {error.strerror or error}") from None
    for does, each in asked.asked.items():
        text = f"{each.question.script.text}(check-sat)\n"
        write_text(str(folder / f"{does.replace(' ', '-')}.smt2"), text.encode())


# --- words ----------------------------------------------------------------------


def as_text(given: Compared, source: str) -> str:
    """The comparison for people. ``source`` is what the policies are compared with, as the user calls it."""
    return "\n".join((*_lines(given, source), ""))


def _lines(given: Compared, source: str) -> Iterator[str]:
    names, modes = ", ".join(given.policies), ", ".join(given.modes)
    yield f"CREATE  {given.relation} to {source}" if given.relation == "equal" else f"CREATE  {given.relation}"
    yield f"  compared: {names} ({modes}; {given.seconds:.1f} s)"
    yield from (f"  not decided: {reason}" for reason in given.reasons)
    for does, difference in given.differences.items():
        yield from _of_difference(does, difference, source)
    yield f"not covered: {', '.join(('updates', *given.unjudged))}"


def _of_difference(does: Direction, difference: Difference, source: str) -> Iterator[str]:
    admits, refuses = ("the policies", source) if does == "lets in" else (source, "the policies")
    admit, refuse = ("admit", "refuses") if does == "lets in" else ("admits", "refuse")
    yield f"  {admits} {admit} this pod, and {refuses} {refuse} it:"
    yield from (f"    {line}" for line in yaml.safe_dump(difference.witness.pod, sort_keys=True).splitlines())
    request = difference.witness.request
    yield f"  in namespace {request.namespace}, asked for by {request.user or 'anyone'}"
    yield from (f"  {reason.control}: {reason.message}" for reason in difference.witness.reasons)
    if difference.engine:
        yield f"  {difference.engine}"


def as_json(given: Compared, source: str) -> str:
    """The comparison as one JSON object."""
    return json.dumps({
        "comparedWith": source,
        "operation": "CREATE",
        "policies": list(given.policies),
        "modes": list(given.modes),
        "answer": given.relation,
        "reasons": list(given.reasons),
        "elements": dict(given.lengths),
        "notCovered": ["updates", *given.unjudged],
        "witnesses": [_json(does, each) for does, each in given.differences.items()],
    })  # fmt: skip


def _json(does: Direction, difference: Difference) -> dict[str, object]:
    request = difference.witness.request
    return {
        "output": does,
        "pod": difference.witness.pod,
        "namespace": request.namespace,
        "user": request.user,
        "groups": list(request.groups),
        "engine": difference.engine,
    }
