"""Every PSP that Kubernetes accepts has an exact import: the printed policy says of every pod what the PSP says."""

from __future__ import annotations

import json

from conformance.policies import draw_psps
from pscc.base.source import SourceFile
from pscc.cases.draw import draw_pods
from pscc.driver import analyse
from pscc.language.printer import print_document
from pscc.reference import interpreter

PODS = 12


def test_what_import_prints_judges_and_changes_pods_as_the_psp_does() -> None:
    compared = admitted = 0
    for psp, meant in draw_psps(23, 120):
        if meant is None:
            continue
        document, _, _ = analyse(SourceFile("psp.json", json.dumps(psp)))
        _, imported, _ = analyse(SourceFile("imported.psp", print_document(document)))
        (policy,) = imported.policies
        for pod in draw_pods(meant, 23, PODS):
            ours, theirs = interpreter.judge(policy, pod), interpreter.judge(meant, pod)
            assert (ours.messages, ours.pod) == (theirs.messages, theirs.pod), json.dumps([psp, pod])
            compared += 1
            admitted += theirs.allowed
    assert compared > 500
    assert 0 < admitted < compared
