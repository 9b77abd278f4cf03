"""A sample of the conformance run."""

from __future__ import annotations

from collections.abc import Callable

from conformance.run import SAMPLE, SPACE, everything, pieces, versions
from conformance.space.coverage import coverage
from conformance.table import table
from support.engines import engine
from support.tables import TABLE


def test_a_sample_agrees(record_property: Callable[[str, object], None]) -> None:
    engine("psp-admission")
    tallies, found, seconds = everything(list(pieces(SAMPLE, seed=3)))
    record_property(TABLE, f"{table(tallies, versions())}\n{seconds:.0f} s")
    assert found == []
    assert all(tally.pairs >= tally.policies * 20 for name, tally in tallies.items() if name not in SPACE)
    # a slow engine is asked about half as many requests, and about pods alone
    assert all(tallies[name].pairs >= tallies[name].policies * 5 for name in SPACE)
    assert tallies["psp"].refused_policies > 0
    assert all(0 < tally.admitted < tally.pairs for tally in tallies.values() if tally.policies > 2)
    drawn = coverage(tallies)
    assert drawn.features > 150
    assert drawn.pairs > 5_000
