"""``--fix`` never guesses: what it makes of a mistaken source admits no pod that the correct source refuses.

``PSCC_MISTAKES=N`` takes N mistaken sources instead of a sample; ``python -m support.misspelled N SEED`` does the same.
"""

from __future__ import annotations

import os

import pytest

from pscc.base.source import SourceFile
from support.misspelled import Outcome, hold, judge, program_of

SAMPLE = 250


@pytest.mark.slow
def test_a_corrected_source_admits_no_pod_that_its_author_refuses() -> None:
    count = int(os.environ.get("PSCC_MISTAKES", str(SAMPLE)))
    outcome = hold(11, count)
    assert not outcome.failures
    assert outcome.tried == count and outcome.mended > count // 20


def test_a_fix_that_guesses_would_be_noticed() -> None:
    correct = SourceFile(
        "p.psp", 'policy p {\n    exempt containers c-*, images i/* because "r"\n    deny privileged\n}\n'
    )
    wrong = SourceFile("p.psp", correct.text.replace("images", "image,"))
    program = program_of(correct)
    assert program is not None
    safe, guessed = Outcome(), Outcome()
    judge(correct, wrong, program, safe)
    judge(correct, wrong, program, guessed, unsafe=True)
    judge(correct, SourceFile("p.psp", correct.text.replace("deny privileged", "denny hostPID")), program, guessed)
    assert not safe.failures
    assert len(guessed.failures) == 1
