"""The tests stand in layers, and what they share stands in `support`: no test module is imported by another."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.engines import WITHOUT_ENGINES, engine
from support.paths import ROOT

TESTS = ROOT / "tests"
LAYERS = {"unit", "golden", "engines", "fuzz", "conformance", "stories"}


def test_each_test_module_stands_in_a_layer() -> None:
    modules = [path.relative_to(TESTS) for path in TESTS.rglob("test_*.py")]
    assert len(modules) > 80
    assert [path for path in modules if len(path.parts) != 2 or path.parts[0] not in LAYERS] == []


def imported(path: Path) -> Iterator[str]:
    """The last part of each module, and of each name out of one, that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom():
                yield from (str(node.module).rpartition(".")[2], *(alias.name for alias in node.names))
            case ast.Import():
                yield from (alias.name.rpartition(".")[2] for alias in node.names)


def test_no_test_module_is_imported() -> None:
    modules = {"conftest", *(path.stem for path in TESTS.rglob("test_*.py"))}
    found = {str(path.relative_to(TESTS)): sorted(modules & set(imported(path))) for path in TESTS.rglob("*.py")}
    assert {path: taken for path, taken in found.items() if taken} == {}


def test_a_test_outside_the_layers_of_engines_finds_none() -> None:
    assert os.environ[WITHOUT_ENGINES]
    with pytest.raises(pytest.fail.Exception, match="stands in one of the layers engines, conformance, stories"):
        engine("opa")
