"""``Dockerfile``: the context holds what it copies, and its commands work, in folders of their own instead of a container."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from support.installing import borrowing
from support.paths import ROOT

INSTRUCTIONS = [
    line.partition(" ")[::2]
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
COPIED = [words.split() for name, words in INSTRUCTIONS if name == "COPY" and not words.startswith("--from")]


def test_the_instructions_are_those_of_two_stages() -> None:
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in INSTRUCTIONS} <= known
    bases = [words.partition(" AS ")[0] for name, words in INSTRUCTIONS if name == "FROM"]
    assert len(bases) == 2
    assert len(set(bases)) == 1, "an environment works with the Python that it was made with alone"


def test_the_container_is_not_roots() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", dict(INSTRUCTIONS)["USER"])


def test_the_context_holds_what_is_copied() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignore[0] == "*"
    assert {line[1:] for line in ignore if line.startswith("!")} == {s for *sources, _ in COPIED for s in sources}


@pytest.mark.slow
def test_its_commands_install_pscc(tmp_path: Path) -> None:
    for *sources, target in COPIED:
        for source in sources:
            place = tmp_path / "source" / target / ("" if target != "./" else source)
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(ROOT / source, place)
    (command,) = (words for name, words in INSTRUCTIONS if name == "RUN")
    here = command.replace("/opt/pscc", shlex.quote(str(tmp_path / "opt"))).replace("python -m venv", "python3 -m venv")
    environment = borrowing(tmp_path)
    subprocess.run(["sh", "-c", here], cwd=tmp_path / "source", env=environment, check=True, capture_output=True)
    shutil.rmtree(tmp_path / "source")
    shutil.copyfile(ROOT / "examples" / "team.psp", tmp_path / "team.psp")
    compile_it = [tmp_path / "opt" / "bin" / "pscc", "compile", "team.psp", "-o", "out"]
    subprocess.run(compile_it, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert (tmp_path / "out" / "policies").is_dir()
