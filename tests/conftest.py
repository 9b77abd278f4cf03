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
WITHOUT_ENGINES = "PSCC_WITHOUT_ENGINES"
"""Set in the environment where no engine is to be asked: `make check`."""
TABLE = "table"
"""The property of a test whose text is shown at the end of the run, whichever process the test ran in."""


def engine(name: str) -> str:
    """The path of an engine's binary; where it is missing the test is skipped, in CI it fails."""
    path = ROOT / ".engines" / "bin" / name
    if os.environ.get(WITHOUT_ENGINES):
        pytest.skip("no engine is asked")
    if not path.exists():
        message = f"{path} is missing: run `make engines`"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return str(path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the tables that tests have recorded."""
    called = [one for some in terminalreporter.stats.values() for one in some if getattr(one, "when", "") == "call"]
    for name, text in [recorded for report in called for recorded in report.user_properties]:
        if name == TABLE:
            terminalreporter.section("conformance, a sample")
            terminalreporter.line(text)
