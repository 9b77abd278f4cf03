"""No drawn request contradicts a comparison of two drawn programs. `PSCC_FUZZ=N` draws N times as many pairs."""

from __future__ import annotations

import os
import random
from itertools import islice

import pytest

from pscc.reasoning.difference.compare import compare
from support.difference_pairs import Pair, contradiction, pairs

TIMES = int(os.environ.get("PSCC_FUZZ", "1"))
PAIRS, REQUESTS = 4, 60
MOST_STATEMENTS = 24
"""Of a pair that is compared unless `PSCC_FUZZ` is set: two large programs without a line in common take minutes."""


def _statements(pair: Pair) -> int:
    return len((pair.old_text + pair.new_text).splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5 * TIMES))
def test_no_drawn_request_contradicts_the_answer(seed: int) -> None:
    rng = random.Random(seed)
    drawn = (pair for pair in pairs(rng) if TIMES > 1 or _statements(pair) <= MOST_STATEMENTS)
    for pair in islice(drawn, PAIRS):
        difference = compare(pair.old, pair.new)
        assert not (wrong := contradiction(pair, difference, rng, REQUESTS)), wrong
