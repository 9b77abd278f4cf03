"""Choices of sets of policies on the engines: which policy admits a request is what the plugin and the interpreter say."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from conformance import set_engines, set_targets
from conformance.jsonl import Process
from conformance.sets import compare, draw
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import analyse, compile_program
from pscc.ir.access import Names
from pscc.lowering.rollout import Rollout
from support.engines import run
from support.paths import ROOT


def test_the_choice_is_the_plugins() -> None:
    with Process("psp-admission") as process:
        count, wrong = compare(process, seed=4, clusters=20)
    assert wrong == []
    assert count.requests > 800
    assert min(count.admitted, count.changed, count.updates) > 50
    assert count.by_second > 10


def test_targets_keep_their_word() -> None:
    with Process("psp-admission") as plugin, Process("gatekeeper-review") as reviews:
        asks = {"gatekeeper": set_engines.gatekeeper(reviews), "opa": set_engines.opa}
        counts = {name: set_targets.Held() for name in (*asks, "kyverno")}
        wrong: list[str] = []
        for number, asked in enumerate(draw(plugin, 12, clusters=8, requesters=2, pods=12)):
            for name, ask in asks.items():
                wrong += set_targets.held(name, ask, asked, counts[name])
            if number < 5:
                wrong += set_targets.held("kyverno", set_engines.kyverno, asked, counts["kyverno"])
    assert wrong == []
    assert min(count.requests for count in counts.values()) > 30
    assert min(count.admitted for count in counts.values()) > 0


def test_plain_policies_keep_the_choices_word() -> None:
    with Process("psp-admission") as plugin, Process("gatekeeper-review") as reviews:
        count = set_targets.Held()
        wrong: list[str] = []
        for asked in draw(plugin, 5, clusters=50, requesters=2, pods=12):
            wrong += set_targets.parted("gatekeeper", set_engines.gatekeeper(reviews), asked, count)
    assert wrong == []
    assert count.requests > 100
    assert count.admitted > 10


EXAMPLE = ROOT / "examples" / "cluster"


@pytest.mark.parametrize(
    ("arguments", "form"), [((), "one object"), (("--ignore-group", "system:masters"), "3 plain policies")]
)
def test_the_example_compiles_for_every_target(arguments: tuple[str, ...], form: str, tmp_path: Path) -> None:
    targets = ("-t", "gatekeeper", "-t", "opa", "-t", "kyverno", "-t", "kyverno-cel", "-t", "vap")
    done = CliRunner().invoke(main, ["compile", str(EXAMPLE), "-o", str(tmp_path), *targets, *arguments])
    assert done.exit_code == 0, done.stderr
    assert form in done.stderr
    for command in (("check", "--strict"), ("fmt", "--diff", "--fail"), ("test",)):
        ran = run("opa", *command, tmp_path / "opa")
        assert ran.returncode == 0, ran.stdout + ran.stderr
    for name, command, target in (
        ("gator", "verify", "gatekeeper"),
        ("kyverno", "test", "kyverno"),
        ("kyverno", "test", "kyverno-cel"),
    ):
        ran = run(name, command, tmp_path / target)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "kyverno" / "suite").is_dir() and (tmp_path / "kyverno-cel" / "suite").is_dir()


def test_excluded_namespaces_are_judged_by_nothing() -> None:
    text = "policy a {\n    deny hostPID\n}\n\npolicy b {\n    deny hostIPC\n}\n\nchoose {\n    b for users jane\n}\n"
    _, program, _ = analyse(SourceFile("p.psp", text))
    rollout = Rollout(excluded=Names(("kube-system",), ("gatekeeper-",)))
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
           "spec": {"hostPID": True, "containers": [{"name": "c", "image": "i"}]}}  # fmt: skip
    output = compile_program(program, ("gatekeeper",), rollout).outputs["gatekeeper"]
    texts = {file.path: file.text for file in output.files}
    documents = [d for path in output.resources for d in yaml.safe_load_all(texts[path])]
    with Process("gatekeeper-review") as process:
        process.ask({"op": "load", "documents": documents})
        for namespace, findings in (("default", 2), ("kube-system", 0), ("gatekeeper-x", 0)):
            (result,) = process.results({
                "op": "review", "pods": [{**pod, "metadata": {"name": "p", "namespace": namespace}}],
                "namespace": {"name": namespace}, "user": {"name": "bob", "groups": []},
            })  # fmt: skip
            assert len(result["violations"]) == findings, namespace
