"""The import contracts of `make lint`: each is broken by an import that it forbids, and they name every target."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pscc.targets.registry import TARGETS
from support.paths import ROOT

CONFIGURATION = "pyproject.toml"
BREAKS = {
    "a room imports one above it": ("base/source.py", "import pscc.language.parser", "Data flows one way"),
    "a room that no layer has": ("newroom.py", "import pscc.base.source", "Data flows one way"),
    "the API's names from the top": ("base/source.py", "from pscc import compile", "No room takes the API's names"),
    "a target imports a control": (
        "targets/vap/package.py",
        "import pscc.controls.host_pid",
        "A control is known where",
    ),
    "a proof imports a printer": ("proving/source.py", "import pscc.printers.cel.text", "A proof shares nothing"),
    "a target imports another": (
        "targets/vap/package.py",
        "import pscc.targets.opa.package",
        "No target knows another",
    ),
    "what mends imports a control": (
        "mending/settings.py",
        "import pscc.controls.host_pid",
        "What mends workloads knows",
    ),
    "an engine imports a target": (
        "verify/engines/opa.py",
        "import pscc.targets.opa.package",
        "An engine knows no target",
    ),
}


def contracts() -> list[dict[str, object]]:
    configuration = tomllib.loads((ROOT / CONFIGURATION).read_text(encoding="utf-8"))
    found: list[dict[str, object]] = configuration["tool"]["importlinter"]["contracts"]
    return found


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copytree(ROOT / "compiler", folder / "compiler", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / CONFIGURATION, folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", BREAKS)
def test_an_import_that_a_contract_forbids_breaks_it(name: str, copied: Path) -> None:
    path, line, contract = BREAKS[name]
    module = copied / "compiler" / "pscc" / path
    before = module.read_text(encoding="utf-8") if module.exists() else None
    module.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
        environment = {**os.environ, "PYTHONPATH": str(copied / "compiler")}
        done = subprocess.run(command, cwd=copied, env=environment, capture_output=True, text=True, check=False)
    finally:
        if before is None:
            module.unlink()
        else:
            module.write_text(before, encoding="utf-8")
    assert done.returncode != 0
    assert [line for line in done.stdout.splitlines() if line.startswith(contract) and "BROKEN" in line]


def test_the_contracts_know_each_target() -> None:
    packages = {module.removesuffix(".package") for module in TARGETS.values()}
    (apart,) = [one for one in contracts() if one["type"] == "independence"]
    (engines,) = [one for one in contracts() if str(one["name"]).startswith("An engine knows")]
    forbidden = engines["forbidden_modules"]
    assert isinstance(forbidden, list)
    assert apart["modules"] == [one for one in forbidden if str(one).startswith("pscc.targets.")]
    assert set(map(str, forbidden)) >= packages


def test_there_are_at_most_thirty_rooms() -> None:
    rooms = [path.name for path in (ROOT / "compiler" / "pscc").iterdir() if path.name != "__pycache__"]
    assert len(rooms) <= 30, sorted(rooms)
