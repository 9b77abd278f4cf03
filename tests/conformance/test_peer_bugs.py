"""Every bug of a peer that is about a field of PSP: the interpreter, the plugin and every engine say the right thing."""

from __future__ import annotations

import pytest

from conformance.check import on_targets, on_the_plugin, policy_of
from conformance.targets import TARGETS
from conformance.targets._base import Request, Target
from pscc.cases.stored import stored
from pscc.reference import interpreter
from support.peer_bugs import PEERS, Peer


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_the_interpreter_and_the_plugin(peer: Peer) -> None:
    policy = policy_of(peer.psp)
    for expected, pods in ((True, peer.admits), (False, peer.refuses)):
        for pod in pods:
            assert interpreter.judge(policy, pod).allowed is expected, pod
    assert list(on_the_plugin(peer.psp, [Request(pod) for pod in (*peer.admits, *peer.refuses)])) == []


@pytest.mark.grid
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_the_engines(peer: Peer, target: Target) -> None:
    # as a webhook sees them: the API server has set its defaults
    requests = [Request(stored(pod)) for pod in (*peer.admits, *peer.refuses)]
    assert list(on_targets(peer.psp, requests, (target,))) == []
