"""How pytest runs the tests, and shows the tables that they record."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from support.engines import LAYERS, WITHOUT_ENGINES
from support.grids import OF_THE_COMMIT, PARTS, outside, part_of_commit
from support.paths import ROOT
from support.tables import TABLE

settings.register_profile("pscc", deadline=None, derandomize=True)
settings.load_profile("pscc")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--part",
        choices=[OF_THE_COMMIT, *map(str, range(PARTS))],
        help=f"run one of the {PARTS} parts of each grid alone: by its number, or the one whose turn it is by the commit",
    )


def part_of(config: pytest.Config) -> int | None:
    """The part of each grid that the run takes, None for the whole."""
    asked = config.getoption("--part")
    return part_of_commit() if asked == OF_THE_COMMIT else None if asked is None else int(asked)


def pytest_report_header(config: pytest.Config) -> str | None:
    part = part_of(config)
    return None if part is None else f"of each grid of tests, part {part} of 0 to {PARTS - 1}: --part {part}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    part = part_of(config)
    if part is not None:
        left = set(outside(items, part))
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


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
