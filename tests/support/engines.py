"""Where the engines are, and what a missing one means."""

from __future__ import annotations

import os

import pytest

from support.paths import ROOT

WITHOUT_ENGINES = "PSCC_WITHOUT_ENGINES"
"""Set in the environment of a test whose layer asks no engine."""
LAYERS = ("engines", "conformance")
"""The layers, folders of `tests`, whose tests may ask an engine: the others pass in a clone that has only Python."""


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
