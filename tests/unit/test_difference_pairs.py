"""No drawn request contradicts a comparison of two drawn programs. `PSCC_FUZZ=N` draws N times as many pairs."""

from __future__ import annotations

import os
import random
from itertools import islice

import pytest

from pscc.reasoning.difference.compare import compare
from support.difference_pairs import contradiction, pairs

TIMES = int(os.environ.get("PSCC_FUZZ", "1"))
PAIRS, REQUESTS = 4, 60


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5 * TIMES))
def test_no_drawn_request_contradicts_the_answer(seed: int) -> None:
    rng = random.Random(seed)
    for pair in islice(pairs(rng), PAIRS):
        difference = compare(pair.old, pair.new)
        assert not (wrong := contradiction(pair, difference, rng, REQUESTS)), wrong
