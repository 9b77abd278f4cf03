"""What the engines' own compilers say of our outputs, whatever the options of the compile: no error, and no warning.

A load of everything would take minutes where an engine compiles a policy for each kind of workload, or checks types: there
each setting has other policies, and all settings together have all of them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.breaks.programs import SUBJECTS, Subject
from conformance.jsonl import Json, Process
from pscc import ir
from pscc.output.contents import Output
from support.emitted.documents import documents, rego_sources
from support.emitted.settings import CEL, SETTINGS, Setting, compiled, golden_program
from support.engines import run
from support.paths import ROOT

LIBRARY = ROOT / "templates" / "rego" / "lib" / "pscc.rego"
CHOICES = [subject for subject in SUBJECTS if subject.program.choices]


def settings(output: str) -> list[Setting]:
    return [setting for setting in SETTINGS if output in setting.outputs]


def share(setting: Setting, output: str, most: int = 0) -> ir.Program:
    """The golden policies for ``setting``: all of them, or at most ``most`` where a load is slow."""
    program = golden_program(setting.lines, "many")
    if not most:
        return program
    listed = settings(output)
    mine = program.policies[listed.index(setting) :: len(listed)]
    return replace(program, policies=mine[:most])


def pods() -> list[Json]:
    """A pod that says nothing, and one that says much."""
    context = {
        "privileged": True,
        "runAsUser": 0,
        "capabilities": {"add": ["SYS_ADMIN"]},
        "seLinuxOptions": {"level": "s0"},
    }
    much = {
        "hostNetwork": True,
        "securityContext": {"seccompProfile": {"type": "Unconfined"}, "sysctls": [{"name": "a", "value": "b"}]},
        "containers": [{
            "name": "agent", "image": "registry.example/a:1", "securityContext": context,
            "ports": [{"hostPort": 9, "containerPort": 9}],
        }],
        "volumes": [{"name": "v", "hostPath": {"path": "/etc"}}],
    }  # fmt: skip
    specs = [{"containers": [{"name": "c", "image": "i"}]}, much]
    return [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{number}", "namespace": "team-a"}, "spec": spec}
        for number, spec in enumerate(specs)
    ]


def reviewed(name: str, output: Output, **load: object) -> tuple[Json, list[Json]]:
    """What an engine answers as it loads ``output``, and to two pods."""
    with Process(name) as process:
        loaded = process.ask({"op": "load", "documents": [one.body for one in documents(output)], **load})
        space = "team-a" if name == "vap-review" else {"name": "team-a", "labels": {"tier": "edge"}}
        user = {"name": "somebody", "groups": ["system:authenticated"]}
        return loaded, process.results(
            {"op": "review", "mutate": True, "namespace": space, "user": user, "pods": pods()}
        )


def is_clean(loaded: Json, results: list[Json]) -> None:
    assert loaded["ok"] and not loaded["ignored"]
    for result in results:
        assert not result.get("error")
        assert "error" not in json.dumps([result.get("violations"), result.get("findings")])


@pytest.mark.grid
@pytest.mark.parametrize("output", ["gatekeeper", CEL])
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_gatekeeper(setting: Setting, output: str) -> None:
    if output in setting.outputs:
        is_clean(*reviewed("gatekeeper-review", compiled(share(setting, output), output, setting)))


@pytest.mark.grid
@pytest.mark.parametrize("setting", settings("vap"), ids=lambda setting: setting.name)
def test_the_api_server_and_its_type_checker(setting: Setting) -> None:
    output = compiled(share(setting, "vap", most=2), "vap", setting)
    loaded, results = reviewed("vap-review", output, check=True)
    assert loaded["warnings"] == []
    is_clean(loaded, results)


@pytest.mark.grid
@pytest.mark.parametrize("setting", settings("kyverno-cel"), ids=lambda setting: setting.name)
def test_kyverno_and_its_policies_in_cel(setting: Setting) -> None:
    output = compiled(share(setting, "kyverno-cel", most=4), "kyverno-cel", setting)
    is_clean(*reviewed("kyverno-review", output))


@pytest.mark.grid
@pytest.mark.parametrize("setting", settings("kyverno"), ids=lambda setting: setting.name)
def test_kyverno_and_its_classic_policies(setting: Setting, tmp_path: Path) -> None:
    output = compiled(share(setting, "kyverno", most=2), "kyverno", setting)
    for name, listed in (("policies", [one.body for one in documents(output)]), ("pods", pods())):
        (tmp_path / f"{name}.yaml").write_text("---\n".join(json.dumps(one) + "\n" for one in listed), encoding="utf-8")
    done = run("kyverno", "apply", tmp_path / "policies.yaml", "-r", tmp_path / "pods.yaml")
    assert "error: 0" in done.stdout, done.stdout + done.stderr


def is_silent(folder: Path) -> None:
    """OPA has nothing to say of the Rego in ``folder``, and would lay it out so."""
    for arguments in (("check", "--strict"), ("fmt", "--diff", "--fail")):
        done = run("opa", *arguments, folder)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.grid
@pytest.mark.parametrize("setting", settings("opa"), ids=lambda setting: setting.name)
def test_opa(setting: Setting, tmp_path: Path) -> None:
    for file in compiled(share(setting, "opa"), "opa", setting).files:
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    is_silent(tmp_path)


@pytest.mark.grid
@pytest.mark.parametrize("setting", settings("gatekeeper"), ids=lambda setting: setting.name)
def test_opa_on_the_rego_of_templates(setting: Setting, tmp_path: Path) -> None:
    output = compiled(share(setting, "gatekeeper"), "gatekeeper", setting)
    (tmp_path / "lib.rego").write_text(LIBRARY.read_text(encoding="utf-8"), encoding="utf-8")
    for document in documents(output):
        if document.kind == "ConstraintTemplate":
            code, *_ = rego_sources(document.body)
            (tmp_path / f"{document.name}.rego").write_text(code.rstrip() + "\n", encoding="utf-8")
    is_silent(tmp_path)


@pytest.mark.grid
@pytest.mark.parametrize("subject", CHOICES, ids=lambda subject: subject.name)
def test_choices(subject: Subject) -> None:
    engines = {
        "gatekeeper": "gatekeeper-review",
        CEL: "gatekeeper-review",
        "vap": "vap-review",
        "kyverno-cel": "kyverno-review",
    }
    for output, engine in engines.items():
        if output in subject.outputs:
            more: Json = {"check": True} if output == "vap" else {}
            loaded, results = reviewed(engine, subject.compiled(output).output, **more)
            is_clean(loaded, results)
            assert loaded.get("warnings", []) == []
