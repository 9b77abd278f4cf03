"""A sample of generated PSPs and pods: the oracle says what Kubernetes 1.24 says, and changes pods as it does."""

from __future__ import annotations

from conformance import compare
from conftest import engine


def test_verdicts_and_changed_pods_are_the_plugins() -> None:
    engine("psp-admission")
    used, pairs, admitted, wrong = compare(policies=100, seed=1)
    assert used == 100
    assert pairs > 3000
    assert admitted > 300
    assert wrong == []
