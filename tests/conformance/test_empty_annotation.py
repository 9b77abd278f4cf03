"""An AppArmor annotation that is empty: none for PodSecurityPolicy, and so for every output."""

from __future__ import annotations

import pytest

from conformance.check import on_targets, on_the_plugin, policy_of
from conformance.jsonl import Json
from conformance.targets._base import Request
from pscc.controls.app_armor_profile import ALLOWED, DEFAULT, PREFIX
from pscc.reference import interpreter
from support.peer_bugs import Peer, pod

PROFILES = (None, "Unconfined", "RuntimeDefault")
"""Of the pod, beside the empty annotation of its container."""
ALLOWING = {ALLOWED: "runtime/default"}
SOURCES: dict[str, tuple[Json | str, list[bool]]] = {
    "allowed": (Peer("profiles", {}, annotations=ALLOWING).psp, [False, False, True]),
    "default": (Peer("profiles", {}, annotations={**ALLOWING, DEFAULT: "runtime/default"}).psp, [True, False, True]),
    "denied": ("policy p { deny appArmorProfile unconfined }", [True, False, True]),
}


def annotated(profile: str | None) -> Request:
    context = {"securityContext": {"appArmorProfile": {"type": profile}}} if profile else {}
    return Request(pod(annotations={f"{PREFIX}c0": ""}, **context))


@pytest.mark.parametrize("name", SOURCES)
def test_it_is_none(name: str) -> None:
    source, admitted = SOURCES[name]
    asked = [annotated(profile) for profile in PROFILES]
    assert [interpreter.judge(policy_of(source), one.pod).allowed for one in asked] == admitted
    assert list(on_the_plugin(source, asked)) == []
    assert list(on_targets(source, asked)) == []
