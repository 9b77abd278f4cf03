"""Where outputs are allowed to differ from PSP, and must say so: each row of that table, in both directions.

That these are the only ones is what the conformance run shows: it draws everything else, and finds no difference.
"""

from __future__ import annotations

from functools import cache

import pytest

from conformance.check import on_targets, on_the_plugin, policy_of
from conformance.engines import comparable
from conformance.jsonl import Json, Process
from conformance.spellings import labelled
from conformance.targets import TARGETS, output_of
from conformance.targets._base import Request
from pscc.ir import Program
from pscc.reference import interpreter
from support.peer_bugs import Peer, capabilities, context, must, pod
from support.updates import takes

UNPRIVILEGED = Peer("no privileged containers", {})
SECCOMP = "seccomp.security.alpha.kubernetes.io/"


def psp_says(psp: Json, given: Json, **request: object) -> Json:
    """The plugin's own result."""
    with Process("psp-admission") as process:
        (result,) = process.results({"op": "admit", "policies": [psp], "pods": [given], **request})
    return result


def agreed(psp: Json, *requests: Request) -> None:
    """Every engine says what the interpreter says."""
    assert list(on_targets(psp, requests)) == []


def test_ephemeral_containers_are_checked_where_psp_never_looked() -> None:
    policy = policy_of(UNPRIVILEGED.psp)
    for privileged in (True, False):
        debug = {"name": "debug", "image": "app:1", **(context(privileged=True) if privileged else {})}
        given = pod(ephemeralContainers=[debug])
        update = {"operation": "UPDATE", "subresource": "ephemeralcontainers", "oldPods": [pod()]}
        assert psp_says(UNPRIVILEGED.psp, given, **update)["allowed"]
        assert interpreter.judge(policy, given, pod()).allowed is not privileged
        agreed(UNPRIVILEGED.psp, Request(given, pod(), debug=True))


def test_an_update_of_nothing_looked_at_passes_where_psp_asks_again() -> None:
    policy = policy_of(UNPRIVILEGED.psp)
    for privileged in (True, False):
        before = pod(context(privileged=privileged))
        after = labelled(before)
        assert psp_says(UNPRIVILEGED.psp, after, operation="UPDATE", oldPods=[before])["allowed"] is not privileged
        assert interpreter.judge(policy, after, before).allowed
        agreed(UNPRIVILEGED.psp, Request(after, before))


def test_an_update_of_what_is_looked_at_is_checked_by_both() -> None:
    policy = policy_of(UNPRIVILEGED.psp)
    before, after = pod(context(privileged=True)), pod({**context(privileged=True), "image": "app:2"})
    assert takes(before, after)
    assert not psp_says(UNPRIVILEGED.psp, after, operation="UPDATE", oldPods=[before])["allowed"]
    assert not interpreter.judge(policy, after, before).allowed
    agreed(UNPRIVILEGED.psp, Request(after, before))


def test_an_update_that_psp_would_have_to_change_is_only_checked() -> None:
    peer = Peer("a default that nothing requires", {"defaultAddCapabilities": ["CHOWN"]})
    before, after = pod({}, {}), pod({}, {"ports": [{"containerPort": 1}]})
    theirs = psp_says(peer.psp, after, operation="UPDATE", oldPods=[before])
    assert (theirs["allowed"], theirs["errors"]) == (False, [])
    assert interpreter.judge(policy_of(peer.psp), after, before).allowed
    given = pod(capabilities(add=["CHOWN"]))
    assert psp_says(peer.psp, labelled(given), operation="UPDATE", oldPods=[given])["allowed"]
    agreed(peer.psp, Request(after, before), Request(labelled(given), given))


@pytest.mark.parametrize("profile", ["runtime/default", "unconfined"])
@pytest.mark.parametrize("allowed", ["runtime/default", None])
def test_a_seccomp_annotation_on_a_pod_is_not_looked_at(profile: str, allowed: str | None) -> None:
    peer = Peer("seccomp", {})
    psp = peer.psp
    del psp["metadata"]["annotations"][f"{SECCOMP}allowedProfileNames"]
    if allowed:
        psp["metadata"]["annotations"][f"{SECCOMP}allowedProfileNames"] = allowed
    by_annotation = pod(annotations={f"{SECCOMP}pod": profile})
    kind = {"runtime/default": "RuntimeDefault", "unconfined": "Unconfined"}[profile]
    by_field = pod(securityContext={"seccompProfile": {"type": kind}})
    assert psp_says(psp, by_annotation)["allowed"] is (profile == allowed)
    assert interpreter.judge(policy_of(psp), by_annotation).allowed is interpreter.judge(policy_of(psp), pod()).allowed
    assert (
        psp_says(psp, by_field)["allowed"]
        is interpreter.judge(policy_of(psp), by_field).allowed
        is (profile == allowed)
    )
    agreed(psp, Request(by_annotation), Request(by_field))


def test_an_empty_list_of_supplemental_groups_is_none() -> None:
    peer = Peer("groups", {"supplementalGroups": must("MustRunAs", (10, 20))})
    empty, unset = pod(securityContext={"supplementalGroups": []}), pod()
    assert not psp_says(peer.psp, empty)["allowed"]
    assert psp_says(peer.psp, unset)["allowed"]
    with Process("psp-admission") as process:
        stored = [r["pod"]["spec"] for r in process.results({"op": "normalize", "pods": [empty, unset]})]
    assert stored[0] == stored[1], "the empty list does not survive"
    assert interpreter.judge(policy_of(peer.psp), unset).allowed
    assert not interpreter.judge(policy_of(peer.psp), pod(securityContext={"supplementalGroups": [21]})).allowed
    agreed(peer.psp, Request(unset))


ISOLATING = Peer("isolating defaults", {"requiredDropCapabilities": ["KILL"], "readOnlyRootFilesystem": True})
UNDEMANDED = Peer(
    "isolating defaults that no check of PSP asks for",
    {
        "defaultAllowPrivilegeEscalation": False,
        "allowPrivilegeEscalation": True,
        "runtimeClass": {"allowedRuntimeClassNames": ["*"], "defaultRuntimeClassName": "kata"},
    },
    annotations={
        f"{SECCOMP}defaultProfileName": "runtime/default",
        "apparmor.security.beta.kubernetes.io/defaultProfileName": "runtime/default",
    },
)
GRANTING = Peer("a granting default", {"defaultAddCapabilities": ["CHOWN"]})


@cache
def codes(target: str, peer_name: str) -> tuple[tuple[str, str], ...]:
    """Code and severity of what the compile reports."""
    peer = {p.name: p for p in (ISOLATING, UNDEMANDED, GRANTING)}[peer_name]
    found = output_of(target, Program((policy_of(peer.psp),))).diagnostics
    return tuple((d.code, d.severity) for d in found)


DEFAULT_PROFILE = {"type": "RuntimeDefault"}
SETTLED = {
    ISOLATING.name: pod(context(readOnlyRootFilesystem=True, capabilities={"drop": ["KILL"]})),
    UNDEMANDED.name: pod(
        context(allowPrivilegeEscalation=False),
        runtimeClassName="kata",
        securityContext={"seccompProfile": DEFAULT_PROFILE, "appArmorProfile": DEFAULT_PROFILE},
    ),
}
"""What each PSP would have made of a pod that says nothing."""


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.parametrize("peer", [ISOLATING, UNDEMANDED], ids=lambda peer: peer.name)
def test_an_isolating_default_that_cannot_be_set_is_demanded(target: object, peer: Peer) -> None:
    name = target.name  # type: ignore[attr-defined]
    requests = [Request(pod()), Request(SETTLED[peer.name])]
    assert all(interpreter.judge(policy_of(peer.psp), r.pod).allowed for r in requests)
    assert comparable(interpreter.with_defaults(policy_of(peer.psp), pod())) == comparable(SETTLED[peer.name])
    with target.run() as running:  # type: ignore[attr-defined]
        output = output_of(name, Program((policy_of(peer.psp),)))
        answers = running.answers(output, requests)
    reported = ("TGT001", "warning") in codes(name, peer.name)
    assert [answer.allowed for answer in answers] == [not reported, True]
    assert reported is (name == "opa")


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_each_isolating_default_is_demanded_by_itself(target: object) -> None:
    name = target.name  # type: ignore[attr-defined]
    settled = SETTLED[UNDEMANDED.name]
    without_one = [
        {**settled, "spec": {k: v for k, v in settled["spec"].items() if k != "runtimeClassName"}},
        {**settled, "spec": {**settled["spec"], "containers": pod()["spec"]["containers"]}},
        *(
            {**settled, "spec": {**settled["spec"], "securityContext": {profile: DEFAULT_PROFILE}}}
            for profile in ("seccompProfile", "appArmorProfile")
        ),
    ]
    with target.run() as running:  # type: ignore[attr-defined]
        output = output_of(name, Program((policy_of(UNDEMANDED.psp),)))
        answers = running.answers(output, [Request(one) for one in without_one])
    assert [answer.allowed for answer in answers] == [name != "opa"] * 4
    if name == "opa":
        assert [len(answer.messages) for answer in answers] == [1] * 4


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_granting_default_that_cannot_be_set_is_done_without(target: object) -> None:
    name = target.name  # type: ignore[attr-defined]
    requests = [Request(pod()), Request(pod(capabilities(add=["CHOWN"])))]
    with target.run() as running:  # type: ignore[attr-defined]
        output = output_of(name, Program((policy_of(GRANTING.psp),)))
        answers = running.answers(output, requests)
    assert all(answer.allowed for answer in answers)
    changed = [
        a.pod is not None and comparable(a.pod) != comparable(r.pod) for a, r in zip(answers, requests, strict=True)
    ]
    reported = ("TGT001", "note") in codes(name, GRANTING.name)
    assert changed == [not reported, False]
    assert reported is name.startswith(("opa", "gatekeeper"))


def test_the_other_rows_agree_without_any_difference() -> None:
    for peer in (UNPRIVILEGED, ISOLATING, GRANTING):
        assert list(on_the_plugin(peer.psp, [Request(pod()), Request(pod(context(privileged=True)))])) == []
