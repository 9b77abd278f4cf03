"""A control that is added by CONTRIBUTING's list, on every engine."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from conformance.targets import CEL
from conformance.targets import TARGETS as ENGINES
from support.engines import engine
from support.toys.compiler import Compiler, compiler_with_toys

NEEDS = {
    "gatekeeper": "gatekeeper-review",
    CEL: "gatekeeper-review",
    "kyverno-cel": "kyverno-review",
    "vap": "vap-review",
}
"""The program that a row of the conformance run starts, where it is not called as the row."""


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compiler]:
    with compiler_with_toys(tmp_path_factory.mktemp("toys")) as compiler:
        yield compiler


@pytest.mark.parametrize("name", [target.name for target in ENGINES])
def test_every_engine_does_as_the_interpreter(compiler: Compiler, name: str) -> None:
    engine(NEEDS.get(name, name))
    done = compiler.run("support.toys", "engine", name)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["asked"] > 20 and not found["differences"], found["differences"][:3]
