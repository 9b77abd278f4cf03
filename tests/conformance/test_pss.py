"""The library's Pod Security Standards: held against their evaluator, and against each engine that runs them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from pscc.driver import analyse, compile_program
from pscc.meaning.library import LEVELS, MINORS, library_policy, library_source
from pscc.output.emit import emit
from pscc.pod.normalising import normalise
from pscc.reference import interpreter
from support.engines import engine, run
from support.standards import disagreements, draw_pod, fixture_pods, policy_of


@pytest.mark.parametrize("minor", MINORS)
def test_the_evaluators_own_pods(minor: str) -> None:
    engine("pss-check")
    pods = [normalise(pod) for _, _, _, pod in fixture_pods(minor)]
    assert len(pods) > 100
    assert not list(disagreements(pods, [minor]))


def test_generated_pods() -> None:
    engine("pss-check")
    rng = random.Random(37)
    assert not list(disagreements([draw_pod(rng) for _ in range(150)]))


def test_what_can_be_pinned() -> None:
    assert all(library_policy(f"pss/{level}@{minor}") for level in LEVELS for minor in MINORS)
    newest = library_policy("pss/restricted")
    assert newest is library_policy(f"pss/restricted@{MINORS[-1]}")
    unknown = (
        "pss/restricted@1.23",
        "pss/restricted@1.38",
        "pss/other",
        "pss/",
        "pss/restricted@",
        "pss/restricted@2.30",
    )
    assert not any(library_policy(name) for name in unknown)


def compiled(name: str, target: str, folder: Path) -> None:
    """Compile the library's policy ``name`` into ``folder``."""
    source = library_source(name)
    assert source is not None
    emit(folder, compile_program(analyse(source)[1], (target,)).outputs[target].files)


@pytest.mark.parametrize(
    ("name", "target", "program", "command"),
    [
        ("pss/restricted@1.24", "opa", "opa", "test"),
        ("pss/restricted", "opa", "opa", "test"),
        ("pss/baseline", "gatekeeper", "gator", "verify"),
        ("pss/restricted", "gatekeeper", "gator", "verify"),
        ("pss/restricted", "kyverno", "kyverno", "test"),
    ],
)
def test_the_suites_pass_on_the_engines(name: str, target: str, program: str, command: str, tmp_path: Path) -> None:
    compiled(name, target, tmp_path)
    path = f"{tmp_path}/..." if program == "gator" else str(tmp_path)
    done = run(program, command, path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "pass" in done.stdout.lower()


def test_opa_says_the_same_word_for_word(tmp_path: Path) -> None:
    compiled("pss/restricted", "opa", tmp_path)
    rng = random.Random(5)
    pods = [draw_pod(rng) for _ in range(150)]
    (tmp_path / "ask.rego").write_text(
        "package ask\n\nanswers := [answer |\n\tsome pod in input\n\tanswer := data.main.deny with input as pod\n]\n"
    )
    arguments = ("eval", "--format", "json", "--data", tmp_path, "--stdin-input", "data.ask.answers")
    done = run("opa", *arguments, stdin=json.dumps(pods), check=True)
    answers = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    policy = policy_of("restricted", MINORS[-1])
    assert [sorted(a) for a in answers] == [sorted(set(interpreter.check(policy, pod).messages)) for pod in pods]
    assert 0 < sum(not answer for answer in answers) < len(answers)
