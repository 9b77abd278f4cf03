"""Every case below ``golden/regressions/``, on the interpreter, the plugin and every engine; and how cases get there."""

from __future__ import annotations

import pytest

from conformance import keep
from conformance.check import on_targets, on_the_plugin, policy_of
from conformance.jsonl import Json
from conformance.keep import Regression, kept
from conformance.result import Difference
from conformance.shrink import shrunk
from pscc.reference import interpreter
from support.peer_bugs import Peer, context, pod


@pytest.mark.parametrize("case", list(kept()), ids=lambda case: case.name)
def test_a_kept_case(case: Regression) -> None:
    assert case.why
    assert interpreter.judge(policy_of(case.source), case.request.pod, case.request.old_pod).allowed is case.allowed
    assert list(on_the_plugin(case.source, [case.request])) == []
    assert list(on_targets(case.source, [case.request])) == []


def test_a_difference_is_shrunk_to_what_it_needs(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    given = pod(context(privileged=True, runAsUser=5), init=({},), volumes=[{"name": "v", "emptyDir": {}}])
    psp = Peer("p", {"volumes": ["*"], "hostPorts": [{"min": 1, "max": 5}]}).psp
    found = Difference("psp", "verdict", psp, given, "", "")

    def differs(candidate: Difference) -> bool:
        containers = candidate.pod["spec"]["containers"]
        return any((c.get("securityContext") or {}).get("privileged") for c in containers)

    small = shrunk(found, differs)
    assert isinstance(small.policy, dict)
    container: Json = {"name": "c0", "image": "app:1", "securityContext": {"privileged": True}}
    assert small.pod["spec"] == {"containers": [container]}
    monkeypatch.setattr(keep, "REGRESSIONS", tmp_path)
    keep.write(Difference("opa", "verdict", "policy p {\n    deny privileged\n}\n", small.pod, "", ""), "a-case")
    (case,) = kept()
    assert (case.name, case.allowed, case.request.pod) == ("a-case", False, small.pod)
