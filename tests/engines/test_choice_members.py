"""Choices whose members say what no PodSecurityPolicy can: every default, and every form with exempt containers.

On each engine that decides choices, beside the interpreter: verdict, words, and on those that set defaults the pod.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from conformance import set_engines, set_targets
from conformance.clusters import Cluster, Requester
from conformance.jsonl import Json, Process
from conformance.sets import Asked
from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases.fragments import ANYWHERE
from pscc.cases.suite import probed
from pscc.controls import CONTROLS, control_of
from pscc.controls._base import Control
from pscc.driver import analyse
from pscc.ir.access import AUTHENTICATED
from pscc.output.options import DEFAULTS, Options
from support import exempting
from support.golden_verdicts import statements

SETTING = ["vap", "kyverno-cel"]
"""The targets that set the defaults of choices."""
DEFAULTED = [control.id for control in CONTROLS if control.default]
MENDED = ("capabilities.drop",)
"""Controls whose default adds all that their one form requires, so that it refuses no pod that is created."""
IDS = [control.id for control in exempting.controls()]


def choice_of(text: str) -> ir.Choice:
    _, program, _ = analyse(SourceFile("choice.psp", text))
    (choice,) = program.choices
    return choice


def asked_by(user: str, choice: ir.Choice, pods: list[Json]) -> Asked:
    """A creation of each of ``pods`` that can be created: ephemeral containers are added later."""
    who = Requester(user, (AUTHENTICATED,), "default", "default")
    named = []
    for number, pod in enumerate(one for one in pods if not one["spec"].get("ephemeralContainers")):
        metadata = {**pod.get("metadata", {}), "name": f"pod-{number}", "namespace": "default"}
        named.append({**pod, "metadata": metadata, "spec": {**pod["spec"], "serviceAccountName": "default"}})
    return Asked(Cluster((), (), ()), choice, who, tuple(named))


@contextmanager
def setting(target: str) -> Iterator[Callable[[Asked, set_targets.Held], list[str]]]:
    """Holds a target that sets defaults to the choice."""
    with Process("vap-review") as server:
        stored = set_engines.stored_by(server)
        if target == "vap":
            yield lambda asked, count: set_targets.exactly(target, set_engines.plugins(server), asked, count, stored)
            return
        with Process("kyverno-review") as kyverno:
            ask = set_engines.kyverno_webhooks(kyverno)
            once = set_targets.chosen_once

            def held(asked: Asked, count: set_targets.Held) -> list[str]:
                seen = replace(asked, pods=tuple(stored(list(asked.pods))))
                return set_targets.exactly(target, ask, seen, count, _as_they_come, once)

            yield held


def _as_they_come(pods: list[Json]) -> list[Json]:
    return pods


# --- a member that looks at the pod alone, and each default -----------------------------


@pytest.mark.grid
@pytest.mark.parametrize("control", DEFAULTED)
@pytest.mark.parametrize("target", SETTING)
def test_a_member_that_looks_at_the_pod_alone_sets_any_default(target: str, control: str) -> None:
    (default,) = [one for one in statements(control_of(control)) if one.startswith("default")]
    text = (
        "policy wide {\n    deny hostPID\n}\n"
        f"policy narrow {{\n    deny hostPID, hostNetwork\n    {default}\n}}\n"
        "choose {\n    wide for users wide\n    narrow for everyone\n}\n"
    )
    count = set_targets.Held()
    with setting(target) as held:
        for user in ("wide", "somebody"):
            assert held(asked_by(user, choice_of(text), list(_anywhere())), count) == []
    assert 0 < count.admitted < count.requests
    assert count.changed > 0


def _anywhere() -> Iterator[Json]:
    """Pods that set something here or there, some in the host's network."""
    base: Json = {"metadata": {}, "spec": {"containers": [{"name": "main", "image": "app:1"}]}}
    for number, probe in enumerate(ANYWHERE):
        pod = probed(base, probe)
        yield {**pod, "spec": {**pod["spec"], "hostNetwork": True}} if number % 5 == 0 else pod


# --- members of every form, with exempt containers ---------------------------------------


MESH = 'exempt images mesh/p*, containers sidep because "the mesh"'


def members(control: Control) -> str:
    """A policy for each form of ``control``, which user ``uN`` may use, beside one that each may use."""
    own = next((one for one in statements(control) if one.startswith("default")), "")
    others = ("default allowPrivilegeEscalation false", "default capabilities.drop add KILL")
    text = ""
    for form, statement in enumerate(exempting.forms(control)):
        # one default a control
        defaults = {line.split()[1]: line for line in (*others, own) if line}
        lines = (MESH, statement, *defaults.values())
        text += f"policy f{form} {{\n" + "".join(f"    {line}\n" for line in lines) + "}\n"
    text += "policy wide {\n    deny hostPID, hostNetwork, hostIPC\n    require fsGroup 7\n}\n"
    grants = [f"    f{form} for users u{form}\n" for form in range(len(exempting.forms(control)))]
    return f"{text}choose {{\n{''.join(grants)}    wide for everyone\n}}\n"


def asked_of(control: Control) -> Iterator[Asked]:
    """The pods of three forms, by who may use each."""
    choice = choice_of(members(control))
    forms = exempting.forms(control)
    for form in sorted({0, len(forms) // 2, len(forms) - 1}):
        yield asked_by(f"u{form}", choice, list(exempting.pods(control, forms[form])))


@pytest.mark.grid
@pytest.mark.parametrize("control", IDS)
@pytest.mark.parametrize("target", SETTING)
def test_every_form_with_exempt_containers_where_defaults_are_set(target: str, control: str) -> None:
    count = set_targets.Held()
    with setting(target) as held:
        for asked in asked_of(control_of(control)):
            assert held(asked, count) == []
    assert count.admitted > 0
    assert (count.admitted == count.requests) is (control in MENDED)


@pytest.mark.grid
@pytest.mark.parametrize("control", IDS)
@pytest.mark.parametrize("engine", ["rego", "cel"])
def test_every_form_with_exempt_containers_on_gatekeeper(engine: str, control: str) -> None:
    options = Options(engine="cel") if engine == "cel" else DEFAULTS
    count = set_targets.Held()
    with Process("gatekeeper-review") as process:
        for asked in asked_of(control_of(control)):
            assert set_targets.held("gatekeeper", set_engines.gatekeeper(process), asked, count, options) == []
    assert count.requests > 0


@pytest.mark.grid
@pytest.mark.parametrize("control", IDS)
def test_every_form_with_exempt_containers_on_opa(control: str) -> None:
    count = set_targets.Held()
    for asked in asked_of(control_of(control)):
        assert set_targets.held("opa", set_engines.opa, asked, count) == []
    assert count.requests > 0


@pytest.mark.parametrize("control", ["capabilities.add", "seccompProfile"])
def test_every_form_with_exempt_containers_on_kyverno(control: str) -> None:
    count = set_targets.Held()
    asked = next(asked_of(control_of(control)))
    assert set_targets.held("kyverno", set_engines.kyverno, asked, count) == []
    assert count.requests > 0
