"""A target that declares nothing expresses nothing: each construct of the language is an error until it is declared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import Compilation, analyse, compile_program
from pscc.lowering.capabilities import (
    EXEMPTED,
    MODES,
    Capabilities,
    Choices,
    Exempted,
    LeavesUnset,
    Live,
    Sets,
    SetsWidely,
    Subject,
)
from pscc.lowering.rollout import Rollout
from pscc.lowering.shortfalls import DefaultNotSet
from pscc.output.emit import MANIFEST
from pscc.output.options import Options
from pscc.targets import registry
from support import toy_target
from support.paths import ROOT

PLAIN = Capabilities(modes=MODES, updates=True)
"""What a policy of a few checks needs."""
OFF = Options(workloads="off")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(registry.TARGETS, toy_target.NAME, toy_target.__name__)
    yield


def compiled(
    text: str, declared: Capabilities, monkeypatch: pytest.MonkeyPatch, options: Options = OFF, live: bool = False
) -> Compilation:
    monkeypatch.setattr(toy_target, "DECLARED", declared)
    return compile_program(analyse(SourceFile("p.psp", text))[1], (toy_target.NAME,), Rollout(live=live), options)


def refused(
    text: str, declared: Capabilities, monkeypatch: pytest.MonkeyPatch, options: Options = OFF, live: bool = False
) -> list[str]:
    with pytest.raises(SourceError) as error:
        compiled(text, declared, monkeypatch, options, live)
    assert {d.code for d in error.value.diagnostics} == {"TGT014"}
    assert all(f"the target {toy_target.NAME} cannot express" in d.message for d in error.value.diagnostics)
    assert all(d.span is not None and d.help for d in error.value.diagnostics)
    return [d.message for d in error.value.diagnostics]


CHOICE = "policy a {\n    deny hostPID\n}\npolicy b {\n    deny hostIPC\n}\nchoose {\n    a for users jane\n    b for everyone\n}\n"
CONSTRUCTS = {
    "a choice": (CHOICE, "`choose`", PLAIN),
    "a namespace": ("policy p {\n    in namespaces team-a\n    deny hostPID\n}\n", "the namespaces", PLAIN),
    "all but a namespace": ("policy p {\n    except namespaces team-a\n    deny hostPID\n}\n", "the namespaces", PLAIN),
    "a label": ("policy p {\n    in namespaces tier=edge\n    deny hostPID\n}\n", "the labels of namespaces", PLAIN),
    "a default": ("policy p {\n    default runAsUser 1000\n}\n", "the default of `runAsUser`", PLAIN),
    "updates": ("policy p {\n    deny hostPID\n}\n", "updates of pods", Capabilities(modes=MODES)),
    **{
        f"the mode {mode}": (
            f"policy p {{\n    {mode}\n    deny hostPID\n}}\n",
            f"the mode `{mode}`",
            replace(PLAIN, modes=MODES - {mode}),
        )
        for mode in sorted(MODES)
    },
}
EXEMPT = {
    "users": "exempt users jane",
    "groups": "exempt groups admins",
    "serviceaccounts": "exempt serviceaccounts kube-system/agent",
    "images": "exempt images registry.example/*",
    "containers": "exempt containers istio-proxy",
}


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_what_is_not_declared_is_an_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, construct, declared = CONSTRUCTS[name]
    assert any(construct in message for message in refused(text, declared, monkeypatch))


@pytest.mark.parametrize("kind", sorted(EXEMPTED))
def test_each_kind_of_exemption_has_to_be_declared(kind: Exempted, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f'policy p {{\n    {EXEMPT[kind]} because "a reason"\n    deny privileged\n}}\n'
    others = replace(PLAIN, exemptions=EXEMPTED - {kind})
    assert any(f"`exempt {kind}`" in message for message in refused(text, others, monkeypatch))
    assert compiled(text, replace(PLAIN, exemptions=frozenset({kind})), monkeypatch).outputs


CHOSEN = "policy q {\n    deny hostIPC\n}\nchoose {\n    p for users jane\n    q for everyone\n}\n"


@pytest.mark.parametrize(("kind", "outer"), [("users", ""), ("containers", ""), ("containers", CHOSEN)])
def test_the_end_of_an_exemption_has_to_be_declared(
    kind: Exempted, outer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f'policy p {{\n    {EXEMPT[kind]} because "a reason" until 2099-12-31\n    deny privileged\n}}\n{outer}'
    able = replace(PLAIN, exemptions=EXEMPTED, choices=Choices(frozenset({"users"}), Sets()))
    (message,) = refused(text, able, monkeypatch)
    assert "the end of an exemption, `until 2099-12-31`, in p" in message
    assert compiled(text, replace(able, ends_exemptions="when compiled"), monkeypatch).outputs
    assert compiled(text.replace(" until 2099-12-31", ""), able, monkeypatch).outputs


@pytest.mark.parametrize(("kind", "who"), [("users", "jane"), ("groups", "g"), ("serviceaccounts", "ns/sa")])
def test_each_kind_of_grant_has_to_be_declared(kind: Subject, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = CHOICE.replace("users jane", f"{kind} {who}")
    able = Choices(frozenset({"users", "groups", "serviceaccounts"}) - {kind}, Sets())
    assert any(f"a grant to {kind}" in m for m in refused(text, replace(PLAIN, choices=able), monkeypatch))
    able = Choices(frozenset({kind}), Sets())
    assert compiled(text, replace(PLAIN, choices=able), monkeypatch).outputs


@pytest.mark.parametrize("workloads", ["warn", "enforce"])
def test_workloads_have_to_be_declared(workloads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, options = "policy p {\n    deny hostPID\n}\n", Options(workloads=workloads)  # type: ignore[arg-type]
    assert any(f"--workloads {workloads}" in message for message in refused(text, PLAIN, monkeypatch, options))
    able = replace(PLAIN, warned_workloads="exactly", enforced_workloads="exactly")
    assert compiled(text, able, monkeypatch, options).outputs


def test_asking_the_cluster_has_to_be_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    able = Choices(frozenset({"users"}), Sets())
    assert any("RBAC" in m for m in refused(CHOICE, replace(PLAIN, choices=able), monkeypatch, live=True))
    asking = replace(able, live=Live(1, 100, 1))
    assert compiled(CHOICE, replace(PLAIN, choices=asking), monkeypatch, live=True).outputs


def test_the_members_of_a_choice_are_asked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    text = CHOICE.replace(
        "    deny hostPID\n", "    in namespaces tier=edge\n    default runAsUser 1\n    deny hostPID\n"
    )
    found = refused(text, replace(PLAIN, choices=Choices(frozenset({"users"}))), monkeypatch)
    assert any("the labels of namespaces of a" in message for message in found)
    assert any("the default of `runAsUser` in a" in message for message in found)


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("line", ["in namespaces team-a", "in namespaces x*", "except namespaces team-a"])
def test_the_namespaces_of_a_member_have_to_be_declared(line: str, live: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    text = CHOICE.replace("    deny hostPID\n", f"    {line}\n    deny hostPID\n")
    able = replace(PLAIN, choices=Choices(frozenset({"users"}), Sets(), live=Live(1, 100, 1)))
    assert any("the namespaces of a" in message for message in refused(text, able, monkeypatch, live=live))
    assert compiled(text, replace(able, namespaces=True), monkeypatch, live=live).outputs


@pytest.mark.parametrize("place", ["x", "x*"])
def test_the_namespaces_of_a_grant_have_to_be_declared(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = CHOICE.replace("users jane", f"users jane in namespaces {place}")
    able = replace(PLAIN, choices=Choices(frozenset({"users"}), Sets()))
    assert any("the namespaces of a grant of a" in message for message in refused(text, able, monkeypatch))
    assert compiled(text, replace(able, namespaces=True), monkeypatch).outputs


@pytest.mark.parametrize("workloads", ["warn", "enforce"])
def test_workloads_of_a_live_choice_have_to_be_declared(workloads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(workloads=workloads)  # type: ignore[arg-type]
    able = replace(
        PLAIN,
        choices=Choices(frozenset({"users"}), Sets(), live=Live(1, 100, 1)),
        warned_workloads="exactly",
        enforced_workloads="exactly",
    )
    (message,) = refused(CHOICE, able, monkeypatch, options, live=True)
    assert f"--workloads {workloads}" in message
    assert able.choices is not None
    stricter = replace(able, choices=replace(able.choices, live_workloads="stricter"))
    assert compiled(CHOICE, stricter, monkeypatch, options, live=True).outputs


def test_everything_that_is_missing_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'policy p {\n    in namespaces x\n    exempt users jane because "ci"\n    default runAsUser 1\n}\n'
    assert len(refused(text, Capabilities(), monkeypatch, Options())) >= 6


def test_no_capability_is_there_by_default() -> None:
    nothing = {False, "cannot", "", None, frozenset(), ()}
    for record in (Capabilities(), Choices()):
        for field in fields(record):
            value = getattr(record, field.name)
            assert value in nothing or value(None, None) is None, field.name


def test_the_target_gets_what_it_can_express_and_a_suite_where_it_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "policy p {\n    deny hostPID\n    default runAsUser 1000\n}\n"
    able = replace(PLAIN, defaults=lambda default, judging: LeavesUnset("the toy cannot set"))
    output = compiled(text, able, monkeypatch).outputs["toy"]
    (file,) = output.files
    assert file.text.splitlines() == ["deny hostPID", "default runAsUser 1000", "0 cases"]
    assert not output.program.policies[0].defaults and len(output.program.policies[0].checks) == 2
    assert ["the toy cannot set the default of `runAsUser` in p" in d.message for d in output.diagnostics] == [True]
    tested = compiled(text, replace(able, suite=True), monkeypatch).outputs["toy"]
    assert not tested.files[0].text.endswith("\n0 cases\n")


def test_no_default_of_a_choice_is_set_widely(monkeypatch: pytest.MonkeyPatch) -> None:
    text = CHOICE.replace("    deny hostPID\n", "    default runAsUser 1\n    deny hostPID\n")
    able = replace(
        PLAIN, defaults=lambda default, judging: SetsWidely(), choices=Choices(frozenset({"users"}), defaults=Sets())
    )
    output = compiled(text, able, monkeypatch).outputs["toy"]
    (choice,) = output.program.choices
    assert not any(policy.defaults for policy in choice.policies)
    assert [type(one) for one in output.shortfalls] == [DefaultNotSet]


REGISTER = (
    "from pscc.targets import registry; registry.TARGETS['toy'] = 'support.toy_target'; "
    "registry.PRODUCTS += (('toy-engine', '2.7'),); from pscc.__main__ import run; run()"
)
ABLE = (
    "from support import toy_target; from pscc.lowering.capabilities import MODES, Capabilities; toy_target.DECLARED = "
    "Capabilities(modes=MODES, updates=True, warned_workloads='exactly', options=frozenset({'toy-engine'})); "
)


def run(*words: str, before: str = "") -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(ROOT / "compiler"), str(ROOT / "tests")))
    return subprocess.run(
        [sys.executable, "-c", before + REGISTER, *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_the_command_line_knows_the_target_once_it_is_registered(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text('policy p {\n    deny hostPID\n    exempt users jane because "ci"\n    default runAsUser 1\n}\n')
    done = run("compile", str(source), "-t", "toy", "-o", str(tmp_path / "out"))
    assert done.returncode == 1 and "the target toy cannot express `exempt users`" in done.stderr
    assert not (tmp_path / "out").exists()
    done = run("explain", str(source))
    assert done.returncode == 0, done.stderr
    assert "toy: refused, never left out: the target toy cannot express" in done.stdout
    done = run("verify", str(source), "-t", "toy", "--count", "1")
    assert done.returncode == 1 and "the target toy cannot express" in done.stderr


def test_a_product_of_the_target_is_an_option_once_it_is_registered(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text("policy p {\n    deny hostPID\n}\n")
    arguments = ("compile", str(source), "-t", "toy", "-o", str(tmp_path / "out"))
    for option in (("--toy-engine", "2.6"), ("--gatekeeper", "3.20")):
        done = run(*arguments, *option)
        assert done.returncode == 2 and f"{option[0]} changes nothing for toy" in done.stderr
    for option, release in ((("--toy-engine", "2.6"), "2.6"), ((), "2.7")):
        done = run(*arguments, *option, before=ABLE)
        assert done.returncode == 0, done.stderr
        assert json.loads((tmp_path / "out" / MANIFEST).read_text())["compiled"]["toy-engine"] == release
    done = run(*arguments, "--toy-engine", "3.0", before=ABLE)
    assert done.returncode == 2 and "'3.0' is no release" in done.stderr
