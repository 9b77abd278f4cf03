"""The wheel: what is in it, the same bytes each time, and that it works away from the checkout."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from release import bill
from release.archives import Archives, build
from release.contents import missing, strays
from support.paths import ROOT
from support.shown import Block, commands, fences

pytestmark = pytest.mark.slow

EPOCH = 1_700_000_000
CLUSTER = ROOT / "examples" / "cluster"
NOT_IN_THE_CHECKOUT = {"dump.yaml": CLUSTER / "dump.yaml", "workloads.yaml": CLUSTER / "pods.yaml"}
"""The files that the pages take from a cluster, and what stands for them here."""


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    return build(ROOT, tmp_path_factory.mktemp("archives"), EPOCH)


@pytest.fixture(scope="module")
def installed(archives: Archives, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has the wheel and nothing of this one."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", str(archives.wheel)], check=True)
    return folder / "bin"


def outside(bin_folder: Path, home: Path) -> dict[str, str]:
    """An environment in which nothing leads back to the checkout."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    path = f"{bin_folder}{os.pathsep}{kept['PATH']}"
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PATH": path}


def test_a_wheel_has_what_it_needs_and_nothing_else(archives: Archives) -> None:
    names = zipfile.ZipFile(archives.wheel).namelist()
    assert strays(names) == []
    assert missing(names) == []
    templates = {p.relative_to(ROOT).as_posix() for p in (ROOT / "templates").rglob("*") if p.is_file()}
    assert {f"pscc/_data/{name}" for name in templates - {"templates/rego/lib/pscc_test.rego"}} <= set(names)
    modules = {p.relative_to(ROOT / "compiler").as_posix() for p in (ROOT / "compiler").rglob("*.py")}
    assert modules == {name for name in names if name.endswith(".py")}


def test_the_same_sources_give_the_same_bytes(archives: Archives, tmp_path: Path) -> None:
    """From another folder, with other times and rights of the files, and with files that git does not keep beside them."""
    tree = tmp_path / "elsewhere"
    for folder in ("compiler", "grammar", "templates"):
        shutil.copytree(ROOT / folder, tree / folder, copy_function=shutil.copyfile)
    for name in ("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", ".gitignore"):
        shutil.copyfile(ROOT / name, tree / name)
    (tree / "compiler" / "pscc" / "api.py").chmod(0o600)
    (tree / "compiler" / "pscc" / "__pycache__").mkdir(exist_ok=True)
    (tree / "compiler" / "pscc" / "__pycache__" / "stray.cpython-311.pyc").write_bytes(b"")
    (tmp_path / "built").mkdir()
    again = build(tree, tmp_path / "built", EPOCH)
    assert again.wheel.read_bytes() == archives.wheel.read_bytes()
    assert again.sdist.read_bytes() == archives.sdist.read_bytes()


def test_the_metadata_names_our_distribution_and_its_extras(archives: Archives) -> None:
    with zipfile.ZipFile(archives.wheel) as wheel:
        (path,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
        text = wheel.read(path).decode()
    assert "Name: pscc-compiler\n" in text
    assert {"lsp", "prove"} <= set(re.findall(r"^Provides-Extra: (\S+)$", text, re.M))
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", archives.wheel, archives.sdist], check=True)


def test_pscc_is_taken_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    command = [installed / "python", "-c", "import pscc; print(pscc.__file__)"]
    environment = outside(installed, tmp_path)
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(installed.parent))


def test_the_bill_of_materials_has_what_an_installation_brings(installed: Path, tmp_path: Path) -> None:
    bill.write(installed / "python", ROOT, "1.2.0", tmp_path / "bill", EPOCH)
    text = (tmp_path / "bill").read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    written = json.loads(text)
    assert written["bomFormat"] == "CycloneDX"
    about = written["metadata"]["component"]
    assert (about["name"], about["version"]) == ("pscc-compiler", "1.2.0")
    held = {component["name"].lower() for component in written["components"]}
    assert {"click", "jinja2", "lark", "pyyaml", "regopy"} <= held
    assert not held & {"pytest", "mypy", "z3-solver"}
    assert all(component["version"] for component in written["components"])


def shown() -> list[Block]:
    """The blocks of the README and of the page on installing, in their order."""
    pages = (ROOT / "README.md", ROOT / "docs" / "install.md")
    return [block for page in pages for block in fences(page.read_text(encoding="utf-8"))]


def commands_of_pscc() -> list[str]:
    """The commands of pscc that the blocks show, in their order."""
    every = [line for block in shown() if block.language == "console" for line, _ in commands(block.text)]
    return [line for line in every if line.startswith("pscc ")]


def test_the_commands_of_the_readme_work_with_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    """Exit 1 is an answer, for example of `pscc verify` without engines; 2 and 70 mean that a command does not work."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copyfile(ROOT / "examples" / "team.psp", tmp_path / "team.psp")
    for name, source in NOT_IN_THE_CHECKOUT.items():
        shutil.copyfile(source, tmp_path / name)
    for block in shown():
        if block.title:
            (tmp_path / block.title).write_text(block.text, encoding="utf-8")
    assert len(commands_of_pscc()) >= 10
    for line in commands_of_pscc():
        words = shlex.split(line.partition(" > ")[0])
        done = subprocess.run(
            words, cwd=tmp_path, env=outside(installed, tmp_path), capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), (line, done.stdout, done.stderr)


def test_kubectl_finds_the_plugin(installed: Path, tmp_path: Path) -> None:
    """By its name on the path, as kubectl looks for plugins; with kubectl itself where there is one."""
    assert shutil.which("kubectl-pscc", path=str(installed))
    start = ["kubectl", "pscc"] if shutil.which("kubectl") else ["kubectl-pscc"]
    shutil.copyfile(ROOT / "examples" / "team.psp", tmp_path / "team.psp")
    environment = outside(installed, tmp_path)
    usage = subprocess.run([*start, "--help"], env=environment, capture_output=True, text=True, check=True)
    assert usage.stdout.startswith("Usage: kubectl pscc ")
    subprocess.run([*start, "check", "team.psp"], cwd=tmp_path, env=environment, check=True)
