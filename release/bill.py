"""The SBOM, in CycloneDX's JSON: pscc and what an installation of the wheel brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from release.archives import DISTRIBUTION


def install(wheel: Path, folder: Path) -> Path:
    """Install ``wheel`` into a fresh environment in ``folder``; return its Python."""
    venv.create(folder)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, str(wheel)], check=True)
    return python


def write(python: Path, tree: Path, version: str, target: Path, epoch: int) -> None:
    """Write what ``python`` has installed to ``target``. ``tree`` has pyproject.toml, which does not say the version."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--output-format", "JSON"]
    about = ["--pyproject", str(tree / "pyproject.toml"), "--mc-type", "application", "--output-file", str(target)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    subprocess.run([*command, *about, str(python)], env=environment, check=True, capture_output=True)
    bill = json.loads(target.read_text(encoding="utf-8"))
    bill["metadata"]["component"] |= {"version": version, "purl": f"pkg:pypi/{DISTRIBUTION}@{version}"}
    target.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n", encoding="utf-8")
