"""Emitted Rego is what OPA's own compiler and formatter would have it be, for every shape of check."""

from __future__ import annotations

from pathlib import Path

import pytest

from pscc import ir
from pscc.base.resources import TEMPLATES
from pscc.base.source import Span
from pscc.controls import CONTROLS
from pscc.driver import packaged
from pscc.output.templating import comment
from pscc.printers.rego.text import literal, snake
from pscc.targets.gatekeeper.package import TARGET
from pscc.targets.gatekeeper.per_control import rego_of
from support.engines import run
from support.targets import ask_gatekeeper, resources


def checks() -> dict[str, ir.Check]:
    """A check of every shape of every control; generic Rego does not depend on values, so they have none."""
    span = Span("test", 1, 1, 1, 1)
    return {
        f"{control.kind}{number}": ir.Check(
            control.id, f"{control.kind}{number}", "", "", shape.requirements, (), span, statement=shape.description
        )
        for control in CONTROLS
        for number, shape in enumerate(control.shapes)
    }


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rego")
    for name, check in checks().items():
        (folder / f"{name}.rego").write_text(rego_of(check).text, encoding="utf-8")
    library = TEMPLATES / "rego" / "lib" / "pscc.rego"
    (folder / "lib.rego").write_text(library.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def opa(*arguments: str | Path) -> tuple[int, str]:
    done = run("opa", *arguments)
    return done.returncode, done.stdout + done.stderr


def test_the_strict_compiler_has_nothing_to_say(emitted: Path) -> None:
    assert opa("check", "--strict", emitted) == (0, "")


def test_the_formatter_has_nothing_to_change(emitted: Path) -> None:
    assert opa("fmt", "--diff", "--fail", emitted) == (0, "")


def test_gatekeepers_parser_is_told_the_version_elsewhere(emitted: Path) -> None:
    assert not [path.name for path in emitted.iterdir() if "import rego.v1" in path.read_text(encoding="utf-8")]


def test_gatekeeper_takes_the_template_of_every_shape() -> None:
    span = Span("test", 1, 1, 1, 1)
    policy = ir.Policy("every", "", "enforce", tuple(checks().values()), (), span)
    (loaded,) = ask_gatekeeper({"op": "load", "documents": resources(packaged(TARGET, ir.Program((policy,))))})
    assert loaded.get("ok"), loaded


def test_printing_is_deterministic() -> None:
    assert [rego_of(c) for c in checks().values()] == [rego_of(c) for c in checks().values()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AllowHostPorts", "allow_host_ports"),
        ("DenyHostIPC", "deny_host_ipc"),
        ("capabilities.add", "capabilities_add"),
    ],
)
def test_names(name: str, expected: str) -> None:
    assert snake(name) == expected


def test_text_cannot_leave_its_quotes() -> None:
    hostile = 'a"\n} deny := 1 #'
    assert literal(hostile) == '"a\\"\\n} deny := 1 #"'
    assert "\n" not in comment(hostile)
