"""What a conformance run draws and which pieces of it are taken, and the page that the whole of it wrote."""

from __future__ import annotations

from collections import Counter

import pytest

from conformance.page import PAGE, PARTS, inputs, page, recorded
from conformance.policies import ANNOTATIONS, FIELDS, draw_psps, shapes_of_the_language
from conformance.run import SPACE, WHOLE, pieces, thinned
from pscc.cases.draw import draw_pods
from pscc.controls import CONTROLS
from pscc.psp.schema import SPEC


@pytest.mark.parametrize("one_in", [1, 3, 16])
def test_the_offsets_together_are_the_whole(one_in: int) -> None:
    whole = list(pieces(WHOLE, seed=1))
    taken = [list(thinned(whole, one_in, offset)) for offset in range(one_in)]
    assert {piece for part in taken for piece in part} == set(whole)
    sizes = Counter(piece.who for piece in whole)
    for part in taken:
        counts = Counter(piece.who for piece in part)
        assert counts.keys() == sizes.keys()
        assert all(count <= -(-sizes[row] // min(one_in, sizes[row])) for row, count in counts.items())


def test_each_offset_takes_other_pieces_of_a_long_row() -> None:
    whole = [piece for piece in pieces(WHOLE, seed=1) if piece.who == "psp"]
    taken = [piece for offset in range(16) for piece in thinned(whole, 16, offset)]
    assert sorted(taken, key=lambda piece: piece.seed) == whole


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
