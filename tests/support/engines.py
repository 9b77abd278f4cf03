"""Where the engines are, what a missing one means, and how one is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.paths import ROOT

WITHOUT_ENGINES = "PSCC_WITHOUT_ENGINES"
"""Set in the environment of a test whose layer asks no engine."""
LAYERS = ("engines", "conformance", "stories")
"""The layers, folders of `tests`, whose tests may ask an engine: the others pass in a clone that has only Python."""

os.environ.setdefault("GOGC", "800")
"""The engines are Go programs that live for seconds and mostly compile: with Go's own 100, a quarter of that is its collector.

Source: "A Guide to the Go Garbage Collector". ``kyverno test`` of golden ``restricted`` takes 20 s instead of 27, and 450 MB.
"""


def engine(name: str) -> str:
    """The path of an engine's binary; where it is missing the test is skipped, in CI it fails."""
    path = ROOT / ".engines" / "bin" / name
    if os.environ.get(WITHOUT_ENGINES):
        pytest.fail(f"a test that asks an engine stands in one of the layers {', '.join(LAYERS)}")
    if not path.exists():
        message = f"{path} is missing: run `make engines`"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return str(path)


def run(name: str, *arguments: str | Path, stdin: str = "", check: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the engine ``name``. Raises `CalledProcessError` where it exits with another code than 0, if ``check``."""
    command = [engine(name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, input=stdin, check=check, timeout=600)
