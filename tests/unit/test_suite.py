"""A generated suite covers a check from both sides and is labelled by the interpreter."""

from __future__ import annotations

import pytest

from pscc.cases.suite import MOST_CASES, cases_for
from pscc.reference import interpreter
from support import truth


@pytest.mark.parametrize("pair", truth.PAIRS, ids=lambda pair: pair.shape)
def test_suites_have_both_verdicts_unique_names_and_true_labels(pair: truth.Pair) -> None:
    policy = truth.policy_of(pair)
    cases = cases_for(policy)
    assert cases == cases_for(policy)
    assert len({case.name for case in cases}) == len(cases) <= MOST_CASES
    assert {case.allowed for case in cases} == {True, False}
    for case in cases:
        assert interpreter.check(policy, case.pod, case.old_pod).allowed is case.allowed
        assert case.allowed is (case.message == "")
