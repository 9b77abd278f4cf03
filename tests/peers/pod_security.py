"""The fixtures of pod-security-admission: pods that a level of the Pod Security Standards admits or refuses.

`test_pss.py` compares the interpreter with the evaluator itself on the fixtures of the module that it is built from;
this takes those of a checkout, and holds the engines to them as well.
"""

from __future__ import annotations

from pathlib import Path

from peers.case import Asked, Case, CheckoutError, Verdict
from peers.checkout import files
from peers.writing import source
from pscc.meaning.library import MINORS, library_policy
from support.standards import fixture_pods

PEER = "pod-security-admission"
TESTDATA = "test/testdata"


def cases(checkout: Path) -> list[Case]:
    """Every fixture of every level and minor that the library has. Raises `CheckoutError` where a minor has none."""
    testdata = checkout / TESTDATA
    files(testdata, "*/v*/*/*.yaml")
    found = []
    for minor in MINORS:
        fixtures = list(fixture_pods(minor, testdata))
        if not fixtures:
            raise CheckoutError(f"{testdata} has no fixtures for {minor}: is the checkout old?")
        for name, level, admitted, pod in fixtures:
            # the same text for the minors that have the same policy, so that it is compiled once
            text = source("fixture", (), extends=_revision(level, minor))
            verdict: Verdict = "admitted" if admitted else "refused"
            suite = f"{level}/v{minor}"
            found.append(Case(PEER, suite, suite, name.removeprefix(f"{level}/"), Asked(pod), verdict, text))
    return found


def _revision(level: str, minor: str) -> str:
    """The library's policy that a level is pinned to."""
    found = library_policy(f"pss/{level}@{minor}")
    assert found is not None
    return found.name.text


def left_out(checkout: Path) -> list[str]:
    """The minors of the checkout that the library does not have: those before its first, and newer ones."""
    folders = {path.name.removeprefix("v") for path in (checkout / TESTDATA / "restricted").iterdir()}
    return sorted(folders - set(MINORS), key=lambda minor: int(minor.partition(".")[2]))
