"""Breaks of outputs that the solver judges: the engine does not notice what it calls equal (`make proofs ARGUMENTS=breaks`)."""

from __future__ import annotations

from collections import Counter

import pytest

from proofs.breaks import judged_breaks

MISSED = "equal, and the engine differs"


@pytest.mark.slow
def test_no_break_is_called_equal_that_the_engine_notices() -> None:
    counts: Counter[str] = Counter()
    for label, outcome in judged_breaks("vap", share=0.02, seed=5, seconds=20.0, most=16):
        assert outcome != MISSED, label
        counts[outcome] += 1
    assert counts["refuted"] >= 3 and counts["equal, as on the engine"] >= 1, counts
