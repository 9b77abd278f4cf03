"""A wheel, installed into a fresh virtual environment, works away from the checkout, grammar and templates with it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from support.paths import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, cwd=folder)
    (path,) = folder.glob("pscc-*.whl")
    return path


def test_a_wheel_holds_the_package_its_data_and_the_license(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder, data in (("grammar", ROOT / "grammar"), ("templates", ROOT / "templates")):
        files = [path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()]
        assert files
        assert {f"pscc/_data/{folder}/{name}" for name in files} <= set(names)
    assert "pscc/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "golden", "examples"))]


def test_a_wheel_compiles_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", str(wheel)], check=True)
    hidden = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment = {**hidden, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for name in ("team.psp", "psp-default.yaml"):
        (tmp_path / name).write_bytes((ROOT / "examples" / name).read_bytes())
        command = [tmp_path / "venv" / "bin" / "pscc", "compile", name, "-o", f"out-{name}"]
        targets = ["-t", "gatekeeper", "-t", "opa", "-t", "kyverno"]
        done = subprocess.run(
            [*command, *targets], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        made = sorted(path.name for path in (tmp_path / f"out-{name}").iterdir() if path.is_dir())
        assert made == ["gatekeeper", "kyverno", "opa"]
    where = subprocess.run(
        [python, "-c", "import pscc; print(pscc.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(ROOT) not in where.stdout
