"""Whatever a workload is refused for: the exemption that is proposed admits it, and lets nothing else and nobody else in."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases.draw import draw_pods
from pscc.diagnostics import Report
from pscc.driver import analyse
from pscc.files import loader_for
from pscc.ir.access import Request, requested_by
from pscc.lowering.rollout import AS_WRITTEN
from pscc.mending.exemptions import Sources, exempted
from pscc.mending.joining import joined
from pscc.mending.records import Exempting
from pscc.mending.settings import mending_of, programs_of, with_settings
from pscc.pod.manifests import Manifest, read_manifests
from pscc.reference.evaluate import SOMEBODY, Judgement, judgements
from support.mending import written

TODAY, UNTIL = date(2027, 1, 1), date(2027, 6, 30)
STATEMENTS = """    deny privileged
    deny hostPID
    deny hostNetwork
    allow hostPorts 80, 443
    allow volumes configMap, emptyDir, projected, secret
    allow capabilities.add CHOWN
    require runAsUser 1000-2000
    require allowPrivilegeEscalation false
    default allowPrivilegeEscalation false
    default runAsUser 1000
    allow sysctls kernel.shm_rmid_forced
"""
PLAIN = f'policy base {{\n{STATEMENTS}    exempt serviceaccounts infra/* because "theirs"\n}}\n'
CHOSEN = f"""policy base {{
{STATEMENTS}}}

policy open {{
    deny hostPID
}}

choose several {{
    open for groups system:nodes
    base for everyone
}}
"""
SHOP = "shop"


def read(text: str, today: date = TODAY) -> tuple[Any, ir.Program]:
    document, program, _ = analyse(SourceFile("p.psp", text), today=today)
    return document, program


def requests() -> list[Request]:
    """Requests of somebody, of the workload's account itself, and of others; in its namespace and elsewhere."""
    users = (("", ()), ("somebody", ()), ("system:serviceaccount:shop:app", ()), ("node", ("system:nodes",)))
    return [
        Request(namespace, user, requested_by(user, groups), account)
        for namespace in (SHOP, "else", "infra")
        for user, groups in users
        for account in ("app", "default")
    ]


def admitted(judged: tuple[Judgement, ...]) -> bool:
    return all(judgement.allowed for judgement in judged)


def asked(program: ir.Program, pod: dict[str, Any], request: Request) -> tuple[Judgement, ...]:
    spec = {**pod["spec"], "serviceAccountName": request.service_account}
    manifest = Manifest("Pod", request.namespace, "p", {**pod, "spec": spec}, SPAN)
    return judgements(program, manifest, request)


SPAN = read(PLAIN)[1].policies[0].span


@pytest.mark.slow
@pytest.mark.parametrize("text", [PLAIN, CHOSEN], ids=["plain", "choice"])
def test_an_exemption_admits_the_workload_and_nothing_else(text: str) -> None:
    document, program = read(text)
    base = next(p for p in (*program.policies, *(m for c in program.choices for m in c.policies)) if p.name == "base")
    pods = list(draw_pods(base, 5, 60, ephemeral=False))
    of = Sources(document, program, loader_for("p.psp"), TODAY, AS_WRITTEN, {})
    rng = random.Random(text)
    proposed = 0
    for pod in pods[:24]:
        metadata = {"name": "app", "namespace": SHOP}
        mine: dict[str, Any] = {**pod, "metadata": metadata, "spec": {**pod["spec"], "serviceAccountName": "app"}}
        (manifest,) = read_manifests(SourceFile("m.yaml", written(rng, "json", [mine])), Report())
        mending = mending_of(programs_of(program, AS_WRITTEN), SOMEBODY, manifest)
        if mending.outcome != "refused":
            continue
        found = exempted(of, mending, SOMEBODY, UNTIL).exempting
        assert found is not None, mending.objections
        proposed += 1
        _, wider = read(found.source)
        mended = replace(manifest, pod=with_settings(manifest.pod, found.settings))
        for one in (programs_of(wider, AS_WRITTEN).without, wider):
            assert admitted(judgements(one, mended, SOMEBODY))
        controls = {each.control for each in (*mending.objections, *found.also)}
        no_more_is_let_in(program, wider, rng.sample(pods, 12), controls)
        ends(found)
    assert proposed > 8


def no_more_is_let_in(old: ir.Program, new: ir.Program, pods: list[dict[str, Any]], controls: set[str]) -> None:
    for pod in pods:
        for request in requests():
            before, after = asked(old, pod, request), asked(new, pod, request)
            if admitted(before) == admitted(after):
                continue
            assert admitted(after) and request.namespace == SHOP
            assert "app" in (request.service_account, request.user.rpartition(":")[2])
            reasons = [reason for each in before if each.policy == "base" for reason in each.reasons]
            tried = [tried for each in before for tried in each.tried if tried.policy == "base"]
            reasons += [reason for each in tried for reason in each.verdict.reasons]
            assert {reason.control for reason in reasons} <= controls


def ends(found: Exempting) -> None:
    """The day after its last one it is left out, unless the language has no place for the day."""
    if found.undated:
        return
    assert read(found.source, UNTIL)[1] != read(found.source, date(2027, 7, 1))[1]


STARRED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "capabilities.add": (
        "allow capabilities.add CHOWN",
        {"containers": [{"securityContext": {"capabilities": {"add": ["*"]}}}]},
        {"containers": [{"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}]},
    ),
    "flexVolume": (
        "allow flexVolume example/a",
        {"volumes": [{"name": "v", "flexVolume": {"driver": "example/*"}}]},
        {"volumes": [{"name": "v", "flexVolume": {"driver": "example/other"}}]},
    ),
    "csi": (
        "allow csi a.example",
        {"volumes": [{"name": "v", "csi": {"driver": "b*"}}]},
        {"volumes": [{"name": "v", "csi": {"driver": "b.example"}}]},
    ),
    "seccompProfile": (
        "allow seccompProfile runtime/default",
        {"securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "*"}}},
        {"securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "other"}}},
    ),
    "hostPath": (
        "allow hostPath /srv",
        {"volumes": [{"name": "v", "hostPath": {"path": "/var/*"}}]},
        {"volumes": [{"name": "v", "hostPath": {"path": "/var/lib"}}]},
    ),
    "sysctls": (
        "allow sysctls kernel.shm_rmid_forced",
        {"securityContext": {"sysctls": [{"name": "net.*", "value": "1"}]}},
        {"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}},
    ),
    "hostProbes": (
        "allow hostProbes 127.0.0.1",
        {"containers": [{"livenessProbe": {"httpGet": {"port": 80, "host": "*"}}}]},
        {"containers": [{"livenessProbe": {"httpGet": {"port": 80, "host": "db.example"}}}]},
    ),
}


def starred(spec: dict[str, Any], name: str) -> Manifest:
    """A pod with ``spec``, whose containers get an image that its name alone has."""
    own = [{"name": "main", "image": f"{name}:1", **each} for each in spec.get("containers", [{}])]
    body = {**spec, "containers": own, "serviceAccountName": "app"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": SHOP}, "spec": body}
    (manifest,) = read_manifests(SourceFile("m.yaml", json.dumps(pod)), Report())
    return manifest


def proposed(text: str, manifest: Manifest) -> Exempting:
    """The exemption for ``manifest``, which the policies in ``text`` refuse."""
    document, program = read(text)
    of = Sources(document, program, loader_for("p.psp"), TODAY, AS_WRITTEN, {})
    mending = mending_of(programs_of(program, AS_WRITTEN), SOMEBODY, manifest)
    assert mending.outcome == "refused"
    exempting = exempted(of, mending, SOMEBODY, UNTIL).exempting
    assert exempting is not None
    return exempting


@pytest.mark.parametrize("control", STARRED)
@pytest.mark.parametrize("choice", [False, True], ids=["plain", "choice"])
def test_a_star_of_a_workload_is_no_wildcard(control: str, choice: bool) -> None:
    statement, own, other = STARRED[control]
    text = f"policy base {{\n    {statement}\n}}\n" + ("choose {\n    base for everyone\n}\n" if choice else "")
    manifest = starred(own, "app")
    exempting = proposed(text, manifest)
    assert not exempting.taken_out
    wider = read(exempting.source)[1]
    assert admitted(judgements(wider, manifest, SOMEBODY))
    assert not admitted(judgements(wider, starred(other, "another"), SOMEBODY)), exempting.policy


ACCOUNTS = ("app", "agent", "debug")


@pytest.mark.slow
def test_exemptions_of_several_accounts_are_one_that_lets_nothing_else_in() -> None:
    document, program = read(PLAIN)
    (base,) = program.policies
    of = Sources(document, program, loader_for("p.psp"), TODAY, AS_WRITTEN, {})
    pods, rng = list(draw_pods(base, 9, 60, ephemeral=False)), random.Random(9)
    joint = 0
    for number in range(6):
        asked_mendings = []
        for account, pod in zip(ACCOUNTS, rng.sample(pods, len(ACCOUNTS)), strict=True):
            # two of them have one name, as a DaemonSet and a Deployment may
            metadata = {"name": "app" if account != "debug" else account, "namespace": SHOP}
            mine = {**pod, "metadata": metadata, "spec": {**pod["spec"], "serviceAccountName": account}}
            (manifest,) = read_manifests(SourceFile(f"{account}.yaml", json.dumps(mine)), Report())
            mending = mending_of(programs_of(program, AS_WRITTEN), SOMEBODY, manifest)
            asked_mendings.append((SOMEBODY, exempted(of, mending, SOMEBODY, UNTIL)))
        together = [m for m in joined(of, asked_mendings) if m.exempting is not None and m.exempting.together]
        if not together:
            assert sum(mending.exempting is not None for _, mending in asked_mendings) < 2
            continue
        joint += 1
        sources = {mending.exempting.source for mending in together if mending.exempting is not None}
        wider = read(sources.pop())[1]
        assert not sources, number
        for mending in together:
            mended = replace(mending.manifest, pod=with_settings(mending.manifest.pod, mending.written))
            assert admitted(judgements(wider, mended, SOMEBODY)), mending.exempting
        controls_of = {m.exempting.account.partition("/")[2]: m.exempting.controls for m in together if m.exempting}
        for pod in rng.sample(pods, 12):
            for account in (*ACCOUNTS, "default"):
                for namespace in (SHOP, "else"):
                    request = Request(namespace, "somebody", requested_by("somebody", ()), account)
                    before, after = asked(program, pod, request), asked(wider, pod, request)
                    if admitted(before) == admitted(after):
                        continue
                    assert admitted(after) and namespace == SHOP
                    reasons = {reason.control for each in before for reason in each.reasons}
                    assert reasons <= controls_of[account]
    assert joint > 3


def test_the_namespace_is_written_as_a_value() -> None:
    manifest = replace(starred({"hostPID": True}, "app"), namespace="default")
    exempting = proposed("policy base {\n    deny hostPID\n}\n", manifest)
    assert exempting.lines == 'except namespaces "default"'
    read(f"policy base {{\n    {exempting.lines}\n    deny hostPID\n}}\n{exempting.policy}\n")
