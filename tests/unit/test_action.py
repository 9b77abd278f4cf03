"""``action.yml``: its steps, run as GitHub runs them: each ``if``, each variable, and each script in bash."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from support.installing import borrowing, git
from support.paths import ROOT

pytestmark = pytest.mark.slow

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STRICT = "policy team {\n    deny privileged\n    deny hostPID\n}\n"
LOOSE = "policy team {\n    deny privileged\n}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c, image: x}]\n"
FAKE_GH = """#!/usr/bin/env python3
import json, os, sys
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
if "--jq" in sys.argv:
    print(os.environ.get("EARLIER", ""))
sys.exit(int(os.environ.get("GH_STATUS", "0")))
"""


@dataclass
class Runner:
    """A runner of GitHub's: a checkout of somebody's repository, with the action's own environment."""

    folder: Path
    path: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("temp", "tools", "repository"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "tools" / "gh").write_text(FAKE_GH)
        (self.folder / "tools" / "gh").chmod(0o755)
        git(self.repository, "init", "--quiet", "--initial-branch", "main")

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    def commit(self, source: str) -> None:
        (self.repository / "team.psp").write_text(source)
        git(self.repository, "add", "--all")
        git(self.repository, "commit", "--quiet", "--message", "a policy")

    def run(self, *, pull_request: str = "", only: str = "", **inputs: str) -> list[tuple[str, int, str]]:
        """Run the steps until one fails, and return each one's name, exit code and output. ``only`` names one step."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        context = {
            **{f"inputs.{name}": str(entry.get("default", "")) for name, entry in ACTION["inputs"].items()},
            "github.action_path": str(ROOT),
            "github.event.pull_request.base.sha": "",
            "github.event.pull_request.number": pull_request,
            "github.repository": "somebody/policies",
            "github.token": "no token",
            **{f"inputs.{name}": value for name, value in given.items()},
        }
        assert {f"inputs.{name}" for name in given} <= {f"inputs.{name}" for name in ACTION["inputs"]}
        done: list[tuple[str, int, str]] = []
        for step in ACTION["runs"]["steps"]:
            if (only and step["name"] != only) or not holds(step.get("if", ""), context):
                continue
            assert step["shell"] == "bash"
            status, output = self.script(step["run"], {k: filled(v, context) for k, v in step.get("env", {}).items()})
            done.append((step["name"], status, output))
            if status:
                break
        return done

    def script(self, text: str, variables: dict[str, str]) -> tuple[int, str]:
        """What GitHub does with ``shell: bash``: a file of its own, which stops at the first error."""
        files = {"GITHUB_PATH": self.folder / "path", "GITHUB_STEP_SUMMARY": self.folder / "summary"}
        for file in files.values():
            file.touch()
        more = {**{k: str(v) for k, v in files.items()}, "RUNNER_TEMP": str(self.folder / "temp"), **variables}
        environment = borrowing(self.folder, self.folder / "tools", {**more, "CALLS": str(self.folder / "calls")})
        environment |= self.variables
        environment["PATH"] = ":".join([*files["GITHUB_PATH"].read_text().split(), environment["PATH"]])
        (self.folder / "script").write_text(text)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(self.folder / "script")]
        done = subprocess.run(
            command, cwd=self.repository, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def calls(self) -> list[list[str]]:
        """The arguments of each call of GitHub's command line."""
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]


def filled(text: str, context: dict[str, str]) -> str:
    """A text with each expression of GitHub's replaced, twice, since defaults of inputs have expressions, too."""
    for _ in range(2):
        text = re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: context[match[1]], text)
    return text


def holds(condition: str, context: dict[str, str]) -> bool:
    """An ``if`` of the one form that the action has."""
    if not condition:
        return True
    match = re.fullmatch(r"(inputs\.[a-z-]+) != ''", condition)
    assert match, condition
    return filled(context[match[1]], context) != ""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    runner = Runner(tmp_path_factory.mktemp("action") / "first")
    assert runner.run(only="Install pscc")[0][1] == 0
    return runner


@pytest.fixture
def runner(installed: Runner, tmp_path: Path) -> Runner:
    """A repository of its own, with what the first step has installed."""
    new = Runner(tmp_path / "runner")
    shutil.copyfile(installed.folder / "path", new.folder / "path")
    new.commit(STRICT)
    return new


STEPS = [step["name"] for step in ACTION["runs"]["steps"]]
AFTER_INSTALLING = STEPS[1:]


def each(runner: Runner, **inputs: str) -> list[tuple[str, int, str]]:
    """The steps behind the first, until one fails."""
    done: list[tuple[str, int, str]] = []
    for name in AFTER_INSTALLING:
        done += runner.run(only=name, **inputs)
        if done and done[-1][1]:
            break
    return done


def test_a_script_has_no_expression_of_githubs() -> None:
    """Values reach a script in variables: an expression in its text would run what a pull request names its files."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"], step["name"]


def test_good_policies_pass(runner: Runner) -> None:
    assert [(name, status) for name, status, _ in each(runner, source="team.psp")] == [("Check the policies", 0)]


def test_an_error_is_an_annotation_and_fails(runner: Runner) -> None:
    runner.commit("policy team {\n    deny privileges\n}\n")
    ((_, status, output),) = each(runner, source="team.psp")
    assert status == 1
    assert "::error file=team.psp,line=2" in output


def test_a_warning_fails_if_it_should(runner: Runner) -> None:
    runner.commit("policy team {\n    allow runAsNonRoot true\n}\n")
    assert each(runner, source="team.psp")[0][1] == 0
    assert each(runner, source="team.psp", strict="true")[0][1] == 1


def test_a_pod_that_is_refused_is_an_annotation_and_fails(runner: Runner) -> None:
    (runner.repository / "pods.yaml").write_text(POD)
    assert each(runner, source="team.psp", manifests="pods.yaml")[-1][:2] == ("Judge the manifests", 0)
    (runner.repository / "pods.yaml").write_text(POD.replace("spec:", "spec:\n  hostPID: true"))
    name, status, output = each(runner, source="team.psp", manifests="pods.yaml")[-1]
    assert (name, status) == ("Judge the manifests", 1)
    assert "::error file=pods.yaml" in output


def test_cases_are_run(runner: Runner) -> None:
    case = "pod: {spec: {containers: [{name: a, image: x}]}}\ncases:\n- denied: a plain pod\n"
    (runner.repository / "team_test.yaml").write_text(case)
    assert each(runner, source="team.psp", cases="team_test.yaml")[-1][:2] == ("Run the cases", 1)


def test_a_pull_request_gets_one_comment(runner: Runner) -> None:
    runner.commit(LOOSE)
    name, status, output = each(runner, source="team.psp", base="HEAD~1", pull_request="7")[-1]
    assert (name, status) == ("Compare with the base", 0), output
    asked, posted = runner.calls()
    assert asked[:3] == ["api", "--paginate", "repos/somebody/policies/issues/7/comments"]
    assert posted[:4] == ["api", "--silent", "--method", "POST"]
    page = Path(posted[-1].removeprefix("body=@")).read_text()
    assert page.startswith("<!-- pscc diff of team.psp -->\n**")
    assert "| looser | hostPID |" in page
    assert page in (runner.folder / "summary").read_text()
    runner.variables["EARLIER"] = "42"
    each(runner, source="team.psp", base="HEAD~1", pull_request="7")
    changed = runner.calls()[-1]
    assert changed[3:5] == ["PATCH", "repos/somebody/policies/issues/comments/42"]


def test_looser_policies_fail_if_they_should(runner: Runner) -> None:
    runner.commit(LOOSE)
    name, status, _ = each(runner, source="team.psp", base="HEAD~1", pull_request="7", no_looser="true")[-1]
    assert (name, status) == ("Compare with the base", 1)
    assert runner.calls(), "the comment is written all the same"


def test_a_token_that_may_not_comment_is_a_warning(runner: Runner) -> None:
    runner.commit(LOOSE)
    runner.variables["GH_STATUS"] = "1"
    _, status, output = each(runner, source="team.psp", base="HEAD~1", pull_request="7")[-1]
    assert status == 0
    assert "::warning::pscc cannot comment" in output


def test_a_comment_that_is_too_long_leaves_the_pods_out(runner: Runner) -> None:
    (runner.folder / "path").write_text("")
    (runner.folder / "tools" / "pscc").write_text("#!/bin/sh\necho '**looser**'\necho '<details>'\nseq 1 20000\n")
    (runner.folder / "tools" / "pscc").chmod(0o755)
    runner.run(only="Compare with the base", source="team.psp", base="HEAD", pull_request="7")
    page = Path(runner.calls()[-1][-1].removeprefix("body=@")).read_text()
    wanted = "<!-- pscc diff of team.psp -->\n**looser**\nThe pods are in the summary of the job.\n"
    assert page == wanted
    assert "20000" in (runner.folder / "summary").read_text()


def test_a_new_policy_has_nothing_to_compare_with(runner: Runner) -> None:
    (runner.repository / "new.psp").write_text(STRICT)
    runner.commit(STRICT + "\n")
    _, status, output = each(runner, source="new.psp", base="HEAD~1", pull_request="7")[-1]
    assert status == 0
    assert "new.psp is new" in output
