"""What each form of statement says is what is recorded."""

from __future__ import annotations

from pscc.controls import CONTROLS
from support.golden import check_golden
from support.golden_verdicts import text
from support.paths import ROOT


def test_the_verdicts_of_every_form_are_the_recorded_ones() -> None:
    check_golden(ROOT / "golden" / "verdicts", {f"{c.id}.txt": text(c) for c in CONTROLS}, ())
