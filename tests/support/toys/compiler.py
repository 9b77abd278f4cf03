"""A copy of the compiler in which the toys are registered, as CONTRIBUTING says to add a control."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.paths import ROOT

TOYS = ("fqdn", "active_deadline_seconds", "grace_period", "selinux_change", "image_pull_policy")


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Compiler:
    """A compiler in a folder of its own; sources and outputs are files in ``folder``. ``serving`` is a process of it."""

    folder: Path
    serving: subprocess.Popen[str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a module of it, or of the tests."""
        command, environment = [sys.executable, "-m", *arguments], _environment(self.folder)
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def pscc(self, *arguments: str) -> Done:
        """Run a command of it, in the process that serves: most of a small command is the start of one."""
        assert self.serving.stdin is not None and self.serving.stdout is not None
        print(json.dumps(arguments), file=self.serving.stdin, flush=True)
        return Done(**json.loads(self.serving.stdout.readline()))

    def source(self, name: str, *statements: str) -> str:
        """The path of a source with a policy of these statements."""
        text = "".join(f"    {statement}\n" for statement in statements)
        (self.folder / name).write_text(f"policy {name.removesuffix('.psp')} {{\n{text}}}\n", encoding="utf-8")
        return name


def _environment(folder: Path) -> dict[str, str]:
    path = f"{folder / 'compiler'}{os.pathsep}{ROOT / 'tests'}"
    return {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"}


@contextmanager
def compiler_with_toys(folder: Path) -> Iterator[Compiler]:
    """The compiler copied to ``folder``, with the toys added step by step."""
    shutil.copytree(ROOT / "compiler", folder / "compiler", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("grammar", "templates"):
        (folder / name).symlink_to(ROOT / name)
    controls = folder / "compiler" / "pscc" / "controls"
    registry = (controls / "__init__.py").read_text(encoding="utf-8")
    for toy in TOYS:
        shutil.copy(ROOT / "tests" / "support" / "toys" / f"{toy}.py", controls / f"{toy}.py")
        registry = registry.replace("controls import (\n", f"controls import (\n    {toy},\n")
        registry = registry.replace(".CONTROL,\n)", f".CONTROL,\n    {toy}.CONTROL,\n)")
    (controls / "__init__.py").write_text(registry, encoding="utf-8")
    assert all(registry.count(toy) == 2 for toy in TOYS)
    command = [sys.executable, "-m", "support.toys.serving"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=_environment(folder), stdin=pipe, stdout=pipe, text=True) as serving:
        yield Compiler(folder, serving)
