"""A few seconds of the fuzzer: drawn sources of the language, parsed, resolved and formatted."""

from __future__ import annotations

from support.fuzzing import fuzz


def test_a_sample_of_fuzzing() -> None:
    tried, accepted, failures = fuzz(7, count=300)
    assert not failures
    assert tried == 300 and accepted > 45
