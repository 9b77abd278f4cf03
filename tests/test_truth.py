"""What a check means is what Kubernetes' own plugin does."""

from __future__ import annotations

import os

import pytest

import truth


@pytest.mark.parametrize("pair", truth.PAIRS, ids=lambda pair: pair.shape)
def test_the_oracle_agrees_with_the_plugin(pair: truth.Pair) -> None:
    if not truth.ENGINE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("the engine psp-admission is not built")
        pytest.skip("the engine psp-admission is not built")
    assert list(truth.disagreements(pair)) == []
