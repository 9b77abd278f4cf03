"""What a check means is what Kubernetes' own plugin does."""

from __future__ import annotations

import pytest

from support import truth
from support.engines import engine


@pytest.mark.parametrize("pair", truth.PAIRS, ids=lambda pair: pair.shape)
def test_the_interpreter_agrees_with_the_plugin(pair: truth.Pair) -> None:
    engine("psp-admission")
    assert list(truth.disagreements(pair)) == []
