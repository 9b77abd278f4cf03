"""Properties that any right meaning has, on the interpreter and on the engines (`conformance.properties`)."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice

import pytest

from conformance.properties import Case, Judge, cases, violated
from conformance.space import meaning, requests, sources
from conformance.space.meaning import Word
from conformance.space.options import Chosen
from conformance.space.requests import Asked
from conformance.space.rows import ROWS, Row, started
from conformance.space.sources import Source
from pscc.diagnostics import SourceError
from pscc.output.options import Options


def of_the_interpreter(source: Source, asked: Sequence[Asked]) -> list[Word]:
    return [meaning.of_program(source.program, one) for one in asked]


def drawn(seed: int, programs: int, count: int) -> list[tuple[Source, list[Asked]]]:
    rng = random.Random(seed)
    found = islice(sources.programs(rng), programs)
    return [(source, list(requests.draw(rng, source.program, count))) for source in found]


def held(seed: int, programs: int, count: int, judge: Judge) -> Counter[str]:
    """How many requests each property was put to; fails at the first that breaks one."""
    tried: Counter[str] = Counter()
    for source, asked in drawn(seed, programs, count):
        for case in cases(random.Random(seed), source, asked):
            for one, before, after in violated(case, judge):
                pytest.fail(_told(case, one, before, after))
            tried[case.name] += len(case.requests)
    return tried


def _told(case: Case, asked: Asked, before: Word, after: Word) -> str:
    return "\n".join((
        case.name, case.before.text, "---", case.after.text, str(asked.who), f"{asked.operation} {asked.change} {asked.kind}",
        json.dumps(asked.object), f"before: {before.says}", f"after: {after.says}",
    ))  # fmt: skip


def test_the_interpreter() -> None:
    tried = held(11, 120, 20, of_the_interpreter)
    assert len(tried) == 9
    assert min(tried.values()) >= 40, tried


@pytest.mark.grid
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.removeprefix("space "))
def test_the_engines(row: Row) -> None:
    with ExitStack() as stack:
        ask, stored = started(row, stack)

        def judge(source: Source, asked: Sequence[Asked]) -> list[Word]:
            try:
                made = meaning.compiled(
                    source.program, Chosen(row.target, Options(engine=row.engine, workloads="enforce"))
                )
            except SourceError:
                return [Word((), None)] * len(asked)
            return ask(made, [stored(one) for one in asked])

        programs, count = (1, 4) if row.slow else (6, 10)
        tried = held(12, programs, count, judge)
    assert len(tried) >= (3 if row.slow else 7)
