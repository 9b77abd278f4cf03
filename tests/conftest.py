"""What the tests share: where the engines are, and what a missing one means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("pscc", deadline=None, derandomize=True)
settings.load_profile("pscc")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def engine(name: str) -> str:
    """The path of an engine's binary; where it is missing the test is skipped, in CI it fails."""
    path = ROOT / ".engines" / "bin" / name
    if not path.exists():
        message = f"{path} is missing: run `make engines`"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return str(path)
