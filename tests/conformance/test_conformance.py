"""A sample of the conformance run, and the page that the whole of it wrote."""

from __future__ import annotations

from collections.abc import Callable

from conformance.page import PAGE, PARTS, inputs, page, recorded
from conformance.policies import ANNOTATIONS, FIELDS, draw_psps, shapes_of_the_language
from conformance.run import SAMPLE, SPACE, everything, pieces, versions
from conformance.space.coverage import coverage
from conformance.table import table
from pscc.cases.draw import draw_pods
from pscc.controls import CONTROLS
from pscc.psp.schema import SPEC
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


def test_every_field_is_drawn() -> None:
    assert set(FIELDS) == set(SPEC)
    assert set(ANNOTATIONS) == {f for c in CONTROLS for f in c.psp_fields if "/" in f}
    spoken = {check.control for _, p in draw_psps(1, 300) if p for check in p.checks}
    assert spoken >= {control.id for control in CONTROLS if control.psp_fields}
    assert len(shapes_of_the_language()) > 80


def test_what_is_drawn_depends_on_the_seed_alone() -> None:
    first, again = list(draw_psps(9, 20)), list(draw_psps(9, 20))
    assert [psp for psp, _ in first] == [psp for psp, _ in again]
    policy = next(p for _, p in first if p)
    assert list(draw_pods(policy, 4, 50)) == list(draw_pods(policy, 4, 50)) != list(draw_pods(policy, 5, 50))


def test_the_page_is_what_the_record_and_the_compiler_say() -> None:
    tallies, record = recorded()
    stale = "docs/conformance.md is stale: run `make conformance`"
    assert {part: found["inputs"] for part, found in record["parts"].items()} == {
        part: inputs(part) for part in PARTS
    }, stale
    assert PAGE.read_text(encoding="utf-8") == page(), stale
    assert all(tally.wrong == 0 for tally in tallies.values())
    assert tallies["psp"].policies >= 2000
    assert tallies["psp"].pairs >= 200_000
    volume = ("gatekeeper", "gatekeeper --engine cel", "opa", "kyverno-cel", "vap")
    assert all(tallies[name].pairs >= 50_000 for name in volume)
    assert tallies["sets psp"].pairs >= 100_000
    assert all(tallies[name].pairs >= 20_000 for name in ("sets gatekeeper", "sets opa"))
    assert all(tallies[name].pairs >= 20_000 for name in SPACE if name != "space kyverno")
    space = record["space"]
    assert space["pairs"] >= 0.8 * space["possible_pairs"]
