"""Conditions of ``unless`` that are joined or negated, on controls and defaults of a pod's own fields, on every engine."""

from __future__ import annotations

import pytest

from conformance.engines import drawn_requests, judged
from conformance.result import Tally
from conformance.targets import CEL, TARGETS
from conformance.targets import Target as Row
from pscc.base.source import SourceFile
from pscc.driver import analyse
from support.engines import engine

NEEDS = {
    "gatekeeper": "gatekeeper-review",
    CEL: "gatekeeper-review",
    "kyverno-cel": "kyverno-review",
    "vap": "vap-review",
}
"""The program that a row of the conformance run starts, where it is not called as the row."""
POLICIES = (
    """policy fields {
    deny shareProcessNamespace unless os.name not linux
    require hostUsers false unless hostNetwork true or os.name windows
    default hostUsers false
    require supplementalGroupsPolicy Strict unless hostUsers not true and os.name linux
    default supplementalGroupsPolicy Strict
    allow os.name linux
}
""",
    """policy defaults {
    require automountServiceAccountToken false unless hostNetwork false
    allow hostUsers false unless hostNetwork not false and os.name not windows
    require runAsUser 10-20 unless os.name windows or hostNetwork true
    default runAsUser 15
    require readOnlyRootFilesystem true unless hostUsers false and hostNetwork false
    default readOnlyRootFilesystem true
    require capabilities.drop all of ALL unless os.name not linux or hostUsers false
    default capabilities.drop add ALL
    require seccompProfile runtime/default unless os.name windows and hostNetwork true
    default seccompProfile runtime/default
}
""",
)


@pytest.mark.parametrize("row", TARGETS, ids=lambda row: row.name)
def test_every_engine_does_as_the_interpreter(row: Row) -> None:
    engine(NEEDS.get(row.name, row.name))
    pods = 12 if row.name.startswith("kyverno") else 120
    tally, differences = Tally(), []
    with row.run() as running:
        for text in POLICIES:
            (policy,) = analyse(SourceFile("p.psp", text))[1].policies
            requests = drawn_requests(policy, 3, pods, row.updates)
            differences += [repr(one) for one in judged(row.name, running, text, policy, requests, tally)]
    assert tally.pairs >= 2 * pods and not differences, differences[:2]
