"""``.pre-commit-hooks.yaml``, by pre-commit itself: it clones the hooks' repository, installs pscc, and runs the hooks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.installing import borrowing, git
from support.paths import ROOT

pytestmark = pytest.mark.slow

GOOD = "policy team {\n    deny privileged\n}\n"
CASES = "pod: {spec: {containers: [{name: a, image: x}]}}\ncases:\n- allowed: a plain pod\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c, image: x}]\n"
FILES = {"policies/team.psp": GOOD, "policies/team_test.yaml": CASES, "manifests/pod.yaml": POD}


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the checkout that an installation needs, as a repository of git with one commit."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in ("compiler", "grammar", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copyfile(ROOT / name, folder / name)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "pscc")
    git(folder, "tag", "v0")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def run(hooks: Path, home: Path, folder: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    """Run all hooks on a team's repository with ``FILES``, of which some are ``changed``."""
    files = {**FILES, **changed}
    used = [
        {"id": "pscc-check", "args": ["--strict", "policies"]},
        {"id": "pscc-fmt"},
        {"id": "pscc-test"},
        {"id": "pscc-eval", "args": ["policies", "-f", "manifests"]},
    ]
    config = {"repos": [{"repo": str(hooks), "rev": "v0", "hooks": used}]}
    for name, text in {**files, ".pre-commit-config.yaml": yaml.safe_dump(config)}.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    environment = borrowing(home, more={"PRE_COMMIT_HOME": str(home / "pre-commit"), "COLUMNS": "80"})
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def failed(output: str) -> list[str]:
    """The names of the hooks that failed."""
    return [line.partition(".")[0] for line in output.splitlines() if line.endswith("Failed")]


def test_good_files_pass_every_hook(hooks: Path, home: Path, tmp_path: Path) -> None:
    done = run(hooks, home, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    ids = [hook["name"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))]
    passed = [line.partition(".")[0] for line in done.stdout.splitlines() if line.endswith("Passed")]
    assert passed == ids


@pytest.mark.parametrize(
    ("name", "text", "hook"),
    [
        ("policies/team.psp", "policy team {\n    allow runAsNonRoot true\n}\n", "pscc check"),
        ("policies/team.psp", "policy team {\n  deny privileged\n}\n", "pscc fmt"),
        ("policies/team_test.yaml", CASES.replace("allowed", "denied"), "pscc test"),
        (
            "manifests/pod.yaml",
            POD.replace("image: x", "image: x, securityContext: {privileged: true}"),
            "pscc eval",
        ),
    ],
    ids=["check", "fmt", "test", "eval"],
)
def test_each_hook_fails_on_what_it_is_for(
    hooks: Path, home: Path, tmp_path: Path, name: str, text: str, hook: str
) -> None:
    done = run(hooks, home, tmp_path, **{name: text})
    assert done.returncode == 1, done.stderr
    assert failed(done.stdout) == [hook], done.stdout
    assert (tmp_path / "policies" / "team.psp").read_text() == (GOOD if hook != "pscc check" else text)
