"""What ``pscc prove`` does for each target, and how it says what came out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Literal, assert_never

import yaml

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cli._shared import Refused, write_text
from pscc.output.contents import Output
from pscc.proving.errors import NoBoundError, NotUnderstoodError
from pscc.proving.prove import Claim, claims
from pscc.proving.question import Differs, Equal, Undecided
from pscc.proving.readers.objections import RESOURCES, Operation, Resource
from pscc.proving.witness import UnconfirmedError, Witness, witness
from pscc.verify.engines.review import Reviewed, review

_KIND = "ValidatingAdmissionPolicy"
"""The kind of objects whose engine is asked about a difference of an output."""


@frozen
class Row:
    """The answer for one ``mode``, one operation and the ``resources`` of its requests on one target.

    ``lengths`` are the elements of each list that the proof looked at.
    """

    target: str
    mode: ir.Mode
    operation: Operation
    resources: tuple[Resource, ...]
    policies: tuple[str, ...]
    answer: Literal["equal", "differs", "unknown"]
    seconds: float
    lengths: Mapping[str, int]
    reason: str = ""
    witness: Witness | None = None
    engine: str = ""
    uncovered: tuple[str, ...] = ()


def rows(
    target: str, kind: str, program: ir.Program, output: Output, seconds: float, folder: Path | None
) -> Iterator[Row]:
    """The answers for ``output``, whose checks are in objects of ``kind``.

    Exits with 2 where something is not understood, and names it.
    """
    texts = {file.path: file.text for file in output.files if file.path in output.resources}
    try:
        proof = claims(program, texts, kind)
    except NotUnderstoodError as error:
        raise Refused(f"{target}: the proof does not understand {error}") from None
    except NoBoundError as error:
        raise Refused(f"{target}: no bound is known: {error}") from None
    if folder is not None:
        _write(folder, target, proof.claims)
    uncovered = (
        *(f"workloads ({name})" for name in proof.unjudged),
        *(f"setting defaults ({n})" for n in proof.mutations),
    )
    for claim in proof.claims:
        yield _row(target, kind, claim, texts, seconds, uncovered)


def _row(
    target: str, kind: str, claim: Claim, texts: Mapping[str, str], seconds: float, uncovered: tuple[str, ...]
) -> Row:
    start = time.monotonic()
    answer = claim.answered(seconds)
    took = time.monotonic() - start
    names = (*(policy.name for policy in claim.policies), *(choice.name for choice in claim.choices))
    lengths = {name: length for question in claim.asked for name, length in question.lengths.items()}
    row = partial(
        Row,
        target,
        claim.mode,
        claim.operation,
        claim.resources,
        names,
        seconds=took,
        lengths=lengths,
        uncovered=uncovered,
    )
    match answer:
        case Equal():
            return row("equal")
        case Undecided(reason=reason):
            return row("unknown", reason=reason)
        case Differs():
            pod = witness(answer, claim.policies, claim.choices)
            engine = _asked(pod, claim.mode, kind, texts) if kind == _KIND else ""
            return row("differs", witness=pod, engine=engine)
        case _:
            assert_never(answer)


def _of_requests(of: Claim | Row) -> str:
    """The operation, and the resources where they are not all that it has."""
    return of.operation if of.resources == RESOURCES[of.operation] else f"{of.operation} {', '.join(of.resources)}"


def _write(folder: Path, target: str, asked: Iterable[Claim]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{str(folder)!r} cannot be made: {error.strerror or error}") from None
    for claim in asked:
        for question in claim.asked:
            about = _of_requests(claim).replace("/", "-").lower()
            name = f"{target}-{about}-{claim.mode}-{question.does}.smt2".replace(" ", "-")
            text = f"{question.script.text}(check-sat)\n"
            write_text(str(folder / name), text.encode())


# --- the engine -----------------------------------------------------------------


def _asked(difference: Witness, mode: ir.Mode, kind: str, texts: Mapping[str, str]) -> str:
    """What the engine says of the pod, where it is there. Raises `UnconfirmedError` where that is not what the proof says."""
    reviewed = review(kind, texts, difference.pod, difference.request)
    return confirmed(difference, reviewed, lambda objection: _ACTION[mode] in objection)


def confirmed(difference: Witness, reviewed: Reviewed | None, counts: Callable[[frozenset[str]], bool]) -> str:
    """What ``reviewed`` says of the pod of ``difference``: empty where no engine was asked.

    ``counts`` says of what a policy does with an objection whether it is one of those that are compared.
    Raises `UnconfirmedError` where the engine does not do what the proof says.
    """
    if reviewed is None:
        return ""
    if reviewed.problem:
        return f"{reviewed.engine} gave no answer: {reviewed.problem}"
    objects = any(map(counts, reviewed.objections))
    if objects is (difference.does == "lets in"):
        raise UnconfirmedError(f"{reviewed.engine} judges the pod as the source does: {json.dumps(difference.pod)}")
    return f"{reviewed.engine} agrees: the output {'objects' if objects else 'does not object'}"


_ACTION: Mapping[ir.Mode, str] = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}

# --- words ----------------------------------------------------------------------


def as_text(given: Iterable[Row]) -> str:
    """The rows for people."""
    lines: list[str] = []
    uncovered: dict[str, None] = {}
    for row in given:
        names = ", ".join(row.policies) or "no policy"
        reason = f": {row.reason}" if row.reason else ""
        lines.append(
            f"{row.target}  {_of_requests(row)}  {row.mode}  {row.answer}{reason}  ({names}; {row.seconds:.1f} s)"
        )
        if row.witness is not None:
            lines += _of_witness(row.witness, row.engine)
        uncovered |= dict.fromkeys(row.uncovered)
    if uncovered:
        lines.append(f"not covered: {', '.join(uncovered)}")
    return "\n".join((*lines, ""))


def _of_witness(difference: Witness, engine: str) -> Iterator[str]:
    admits, refuses = ("the output", "the source") if difference.does == "lets in" else ("the source", "the output")
    yield f"  {admits} admits this pod, and {refuses} refuses it:"
    yield from (f"    {line}" for line in yaml.safe_dump(difference.pod, sort_keys=True).splitlines())
    request = difference.request
    yield f"  in namespace {request.namespace}, asked for by {request.user or 'anyone'}"
    yield from (f"  {reason.control}: {reason.message}" for reason in difference.reasons)
    if engine:
        yield f"  {engine}"


def as_json(given: Iterable[Row]) -> str:
    """The rows as one JSON object."""
    return json.dumps({"proofs": [_json(row) for row in given]})


def _json(row: Row) -> dict[str, object]:
    difference = row.witness
    return {
        "target": row.target,
        "operation": row.operation,
        "resources": list(row.resources),
        "mode": row.mode,
        "policies": list(row.policies),
        "answer": row.answer,
        "reason": row.reason,
        "elements": dict(row.lengths),
        "notCovered": list(row.uncovered),
        "witness": {"output": difference.does, "pod": difference.pod, "namespace": difference.request.namespace,
                    "user": difference.request.user, "groups": list(difference.request.groups),
                    "engine": row.engine} if difference else None,
    }  # fmt: skip
