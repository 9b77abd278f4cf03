"""What a whole program says of a request: every default is set before anything is checked, as in a cluster."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import analyse, packaged
from pscc.ir import Program
from pscc.ir.access import Request
from pscc.lowering.default_checks import refused_beside
from pscc.output.options import Options
from pscc.reference.admission import decide
from pscc.targets.registry import target_named

POD: dict[str, object] = {
    "metadata": {"name": "p", "namespace": "default"},
    "spec": {"containers": [{"name": "c", "image": "i"}]},
}


def program(text: str) -> Program:
    return analyse(SourceFile("p.psp", text))[1]


FILL = "policy fill {\n    default runAsUser 0\n}\n"
RULE = "policy rule {\n    deny runAsUser 0\n}\n"


def test_a_choice_decides_on_what_the_policies_beside_it_have_set() -> None:
    found = decide(program(f"{FILL}{RULE}choose {{\n    rule for everyone\n}}\n"), Request(), POD)
    ((_, admission),) = found.chosen
    assert not admission.allowed
    assert admission.message.startswith("rule: container c: runAsUser is 0, denied: 0 ")


def test_a_policy_judges_what_a_choice_has_set() -> None:
    found = decide(program(f"{FILL}{RULE}choose {{\n    fill for everyone\n}}\n"), Request(), POD)
    ((_, verdict),) = found.judged
    assert verdict.messages == ("container c: runAsUser is 0, denied: 0",)


def test_an_update_sets_nothing() -> None:
    found = decide(program(f"{FILL}{RULE}"), Request(), POD, {**POD, "spec": {"containers": []}})
    assert found.pod == POD
    assert all(verdict.allowed for _, verdict in found.judged)


@pytest.mark.parametrize("mode", ["warn", "audit"])
def test_what_does_not_enforce_changes_nothing_and_judges_as_if_it_had(mode: str) -> None:
    fill = f"policy fill {{\n    {mode}\n    default runAsUser 1000\n    require runAsUser 1-2000\n}}\n"
    asks = "policy asks {\n    require runAsUser 1-2000\n}\n"
    chosen = f"choose {mode} {{\n    asks for everyone\n}}\n"
    found = decide(program(fill + asks), Request(), POD)
    assert found.pod == POD
    assert {policy.name: verdict.allowed for policy, verdict in found.judged} == {"fill": True, "asks": False}
    filling = asks.replace("require", "default runAsUser 1000\n    require")
    found = decide(program(filling + chosen), Request(), POD)
    ((_, admission),) = found.chosen
    assert (found.pod, admission.allowed) == (POD, True)


def test_a_default_that_grants_counts_as_isolating_where_another_policy_refuses_it() -> None:
    grants = "policy a {\n    %s\n    default allowPrivilegeEscalation true\n}\n"
    forbids = "policy b {\n    %s\n    allow allowPrivilegeEscalation false\n}\n"
    for where, there, is_refused in (("", "", True), ("in namespaces x", "in namespaces y", False)):
        (default,) = refused_beside(program(grants % where + forbids % there)).policies[0].defaults
        assert default.grants is not is_refused
    chosen = program(f"{grants % ''}{forbids % ''}choose {{\n    a for everyone\n}}\n")
    assert not refused_beside(chosen).choices[0].policies[0].defaults[0].grants


@pytest.mark.parametrize("target", ["vap", "kyverno-cel"])
def test_a_choice_that_hangs_on_defaults_beside_it_sets_none_and_says_so(target: str) -> None:
    beside = "policy fill {\n    default readOnlyRootFilesystem %s\n}\n"
    members = "policy a {\n    require readOnlyRootFilesystem true\n}\npolicy b {\n    default runAsUser 1\n    deny hostPID\n}\n"
    text = members + "choose tiers {\n    a for users x\n    b for everyone\n}\n"
    for source, is_told in ((beside % "true" + text, True), (text, False)):
        output = packaged(target_named(target), program(source), Options(workloads="off"))
        assert any(d.code == "TGT001" for d in output.diagnostics) is is_told
        assert any("defaults.yaml" in file.path and "tiers" in file.path for file in output.files) is not is_told


TWO_VALUES = "policy p {\n    in namespaces tier=edge, tier=core\n    deny hostPID\n}\n"


@pytest.mark.parametrize("target", ["gatekeeper", "kyverno", "kyverno-cel", "vap"])
def test_two_values_of_one_label_are_both_asked_for(target: str) -> None:
    output = packaged(target_named(target), program(TWO_VALUES), Options(workloads="off"))
    selectors = [
        text for f in output.files if "namespaceSelector" in (text := f.text) and not f.path.startswith("suite")
    ]
    assert selectors
    for text in selectors:
        assert text.count("key: tier") == text.count("operator: In") >= 2, text


CHOSEN = (
    "policy b {\n    default %s\n}\npolicy a {\n    default capabilities.add add NET_ADMIN\n}\n"
    "choose aa {\n    b for everyone\n    a for everyone\n}\n"
)


@pytest.mark.parametrize("target", ["vap", "kyverno-cel"])
@pytest.mark.parametrize("beside", ["default runtimeClassName gvisor", "default seccompProfile runtime/default"])
def test_a_choice_beside_any_default_sets_none(target: str, beside: str) -> None:
    text = f"policy zz {{\n    {beside}\n}}\n{CHOSEN % 'readOnlyRootFilesystem true'}"
    output = packaged(target_named(target), program(text), Options(workloads="off"))
    assert not any("aa-defaults" in file.path for file in output.files)
    assert any(d.code == "TGT001" for d in output.diagnostics)


@pytest.mark.parametrize("target", ["opa", "gatekeeper", "kyverno"])
@pytest.mark.parametrize(
    ("default", "rule", "refused"),
    [
        ("readOnlyRootFilesystem true", "allow readOnlyRootFilesystem false", True),
        ("capabilities.add add CHOWN", "deny capabilities.add CHOWN", True),
        ("readOnlyRootFilesystem true", "require readOnlyRootFilesystem true", False),
        ("readOnlyRootFilesystem true", "audit allow readOnlyRootFilesystem false", False),
    ],
)
def test_a_default_that_a_policy_outside_refuses_is_not_left_out(
    target: str, default: str, rule: str, refused: bool
) -> None:
    source = program(f"policy zz {{\n    {rule}\n}}\n{CHOSEN % default}")
    try:
        packaged(target_named(target), source)
        codes = []
    except SourceError as error:
        codes = [d.code for d in error.diagnostics]
    assert codes == (["TGT017"] if refused else [])
