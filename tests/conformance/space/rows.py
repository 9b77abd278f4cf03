"""The rows of a run that are about the whole space: programs, options and requests, on each target and engine."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice

from conformance.engines import comparable
from conformance.jsonl import EngineError, Json, Process
from conformance.result import Difference, Tally
from conformance.set_engines import stored_by
from conformance.space import engines, meaning, options, requests, sources
from conformance.space.engines import Ask
from conformance.space.features import features
from conformance.space.meaning import Compiled, Says, Word
from conformance.space.requests import Asked
from conformance.space.sources import Source
from pscc.diagnostics import SourceError
from pscc.ir import Program
from pscc.lowering.shortfalls import JudgedByAccount
from pscc.output.options import Engine


@dataclass(frozen=True, slots=True)
class Row:
    """A target in one of its engines.

    ``slow``: it takes a second for a few pods, so it is asked about fewer programs, about pods that are created or changed,
    by two users.
    """

    name: str
    target: str
    engine: Engine = "rego"
    slow: bool = False


ROWS = (
    Row("space gatekeeper", "gatekeeper"),
    Row("space gatekeeper --engine cel", "gatekeeper", "cel"),
    Row("space opa", "opa"),
    Row("space kyverno", "kyverno", slow=True),
    Row("space kyverno-cel", "kyverno-cel"),
    Row("space vap", "vap"),
)


def compare(name: str, seed: int, programs: int, count: int) -> tuple[Tally, list[Difference]]:
    """Draws ``programs`` programs by ``seed``, each with options and ``count`` requests, and compares on the row's engine.

    A stricter answer has to have a shortfall.
    """
    (row,) = [row for row in ROWS if row.name == name]
    rng = random.Random(f"{name} {seed}")
    tally, differences = Tally(), list[Difference]()
    with ExitStack() as stack:
        ask, stored = started(row, stack)
        for source in islice(sources.programs(rng, tally.discarded), programs):
            chosen = options.draw(rng, row.target, row.engine, source.program)
            drawn = requests.draw(rng, source.program, count, users=2 if row.slow else None)
            asked = [stored(request) for request in drawn if _is_made(row, request)]
            try:
                compilation = meaning.compiled(source.program, chosen)
            except SourceError as error:
                tally.refused_policies += 1
                tally.discarded.update({d.code for d in error.diagnostics if d.severity == "error"})
                continue
            tally.draw(features(source, chosen))
            differences += judged(row, ask, source, compilation, asked, tally)
    return tally, differences


def _is_made(row: Row, asked: Asked) -> bool:
    """Whether the engine of ``row`` is asked."""
    return not row.slow or asked.is_of_a_pod


def started(row: Row, stack: ExitStack) -> tuple[Ask, Stored]:
    """The engine of ``row``, started, and what the API server makes of a request before it is asked."""
    match row.target:
        case "opa":
            return engines.opa, as_drawn
        case "kyverno":
            return engines.command_line, as_drawn
        case "gatekeeper":
            return engines.gatekeeper(stack.enter_context(Process("gatekeeper-review"))), as_drawn
        case "kyverno-cel":
            return engines.kyverno(stack.enter_context(Process("kyverno-review"))), as_drawn
        case _:
            process = stack.enter_context(Process("vap-review"))
            return engines.plugins(process), Stored(process)


class Stored:
    """Pods as the API server decodes and defaults them."""

    def __init__(self, process: Process | None) -> None:
        self._stored = stored_by(process) if process is not None else None

    def __call__(self, asked: Asked) -> Asked:
        """``asked`` with its pods so."""
        if self._stored is None or asked.kind != "Pod":
            return asked
        pods = [asked.pod, *([asked.old] if asked.old is not None else [])]
        pod, *old = self._stored(pods)
        return replace(asked, object=pod, pod=pod, old=old[0] if old else None)


as_drawn = Stored(None)


def judged(
    row: Row, ask: Ask, source: Source, compilation: Compiled, asked: list[Asked], tally: Tally
) -> Iterator[Difference]:
    """Each difference between the engine of ``row`` and the interpreter over ``asked``."""
    try:
        answers = ask(compilation, asked)
    except EngineError as error:
        tally.wrong += 1
        yield _difference(row, "engine", source, compilation, asked[0], "", str(error))
        return
    for request, answer in zip(asked, answers, strict=True):
        if meaning.is_moot(compilation, request):
            continue
        expected = meaning.by_output(compilation, request, answer.pod)
        of_pod = request.kind == "Pod"
        says = meaning.by_source(compilation, request) if of_pod else meaning.by_controller(compilation, request)
        kinds = list(_kinds(row, compilation, request, expected, says, answer))
        tally.pairs += 1
        tally.admitted += answer.allowed
        stricter = says.allowed is not expected.allowed if of_pod else _actions(says) < _actions(expected)
        by_account = any(isinstance(shortfall, JudgedByAccount) for shortfall in compilation.output.shortfalls)
        if stricter and not (compilation.output.shortfalls if of_pod else by_account):
            kinds.append(("stricter, and no shortfall says so", str(says.says), str(answer.says)))
        tally.wrong += bool(kinds)
        tally.stricter += stricter and not kinds
        tally.agreed += not stricter and not kinds
        if kinds:
            kind, ours, theirs = kinds[0]
            yield _difference(row, kind, source, compilation, request, ours, theirs)


def _actions(word: Word) -> set[str]:
    return {action for action, _ in word.says}


def _kinds(
    row: Row, compilation: Compiled, asked: Asked, expected: Word, source: Word, answer: Word
) -> Iterator[tuple[str, str, str]]:
    if asked.kind == "Pod" and asked.change != "resize" and answer.allowed and not source.allowed:
        yield "let in", str(source.says), str(answer.says)
    theirs = answer.says
    ours = tuple(sorted({(_as_told(row, action), text) for action, text in expected.says}))
    if not expected.words:
        ours, theirs = (tuple(sorted({(action, "") for action, _ in says})) for says in (ours, theirs))
    if _whatever_the_order_of_keys(ours) != _whatever_the_order_of_keys(theirs):
        yield "verdict" if expected.allowed is not answer.allowed else "words", str(ours), str(theirs)
    if answer.pod is not None and expected.pod is not None and answer.allowed:
        before, after = comparable(expected.pod), comparable(answer.pod)
        if before != after:
            yield "changed pod", json.dumps(before), json.dumps(after)


def _whatever_the_order_of_keys(says: Iterable[Says]) -> list[tuple[str, str, list[str]]]:
    """``says`` with what is said of annotations apart and sorted: CEL walks the keys of an object in any order, as Go does."""
    return sorted((action, _OF_KEY.sub("", text), sorted(_OF_KEY.findall(text))) for action, text in says)


_OF_KEY = re.compile(r"annotation [^;]*")


def _as_told(row: Row, action: str) -> str:
    """OPA knows no audit, and Kyverno's command line tells it from no warning: ``warn`` stands for it."""
    return "warn" if row.target in ("opa", "kyverno") and action == "audit" else action


def _difference(
    row: Row, kind: str, source: Source, compilation: Compiled, asked: Asked, ours: str, theirs: str
) -> Difference:
    about: Json = {
        "program": source.text, "used": source.used, "options": str(compilation.chosen), "who": str(asked.who),
        "operation": f"{asked.operation} {asked.change or ''} {asked.kind}",
    }  # fmt: skip
    return Difference(row.name, kind, about, asked.object, ours, theirs, asked.old)


def program_of(difference: Difference) -> Program:
    """The meaning of the program of a difference of these rows."""
    assert isinstance(difference.policy, dict)
    return sources.read(difference.policy["program"], difference.policy["used"])[1]
