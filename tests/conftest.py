"""How pytest runs the tests, and shows the tables that they record."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from support.engines import LAYERS, WITHOUT_ENGINES
from support.paths import ROOT
from support.tables import TABLE

settings.register_profile("pscc", deadline=None, derandomize=True)
settings.load_profile("pscc")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a test ask an engine only where its layer may."""
    layer = item.path.relative_to(ROOT / "tests").parts[0]
    if layer in LAYERS:
        os.environ.pop(WITHOUT_ENGINES, None)
    else:
        os.environ[WITHOUT_ENGINES] = "1"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the tables that tests have recorded."""
    called = [one for some in terminalreporter.stats.values() for one in some if getattr(one, "when", "") == "call"]
    for name, text in [recorded for report in called for recorded in report.user_properties]:
        if name == TABLE:
            terminalreporter.section("conformance, a sample")
            terminalreporter.line(text)
