"""No code outside of the targets and the engines decides by a target's name: what a target has, it declares.

Prose may name a target: a docstring, a help text, an explanation. A name is a string without a space, alone or as an option
or an argument of that name.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pscc
from pscc.lowering.releases import spelled
from pscc.output.options import DEFAULTS
from pscc.targets.registry import KUBERNETES, PRODUCTS, TARGETS
from pscc.targets.versions import NEWEST
from pscc.verify.engines.declared import ALIASES, OPTIONS, TARGETS_OF

ROOT = Path(pscc.__file__).parent
HOMES = (ROOT / "targets", ROOT / "verify" / "engines")
NAMES = frozenset((*TARGETS, *TARGETS_OF, *ALIASES))
ALLOWED = {
    # the engine that confirms a witness
    # the beginning of names that Gatekeeper keeps for itself in CEL
    "proving/readers/constraints.py": {"gatekeeper"},
}


def modules() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if not any(home in path.parents for home in HOMES)]


def constants(path: Path) -> Iterator[str]:
    """The strings of a module, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield node.value


def named_in(text: str) -> str:
    """The target that ``text`` is the name of, or an option or an argument of; empty where there is none."""
    if any(character.isspace() for character in text):
        return ""
    name = re.sub(r"^--", "", text).replace("_", "-")
    return next((known for known in sorted(NAMES) if name == known or name.startswith(f"{known}-")), "")


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_string_is_a_targets_name(path: Path) -> None:
    found = {name for text in constants(path) if (name := named_in(text))}
    assert found == ALLOWED.get(path.relative_to(ROOT).as_posix(), set())


def test_a_name_is_found_as_it_is_as_an_option_and_as_an_argument() -> None:
    assert [named_in(text) for text in ("opa", "--opa-url", "kyverno_program", "--gatekeeper")] == [
        "opa",
        "opa",
        "kyverno",
        "gatekeeper",
    ]
    assert [named_in(text) for text in ("OPA", "opaque", "on the target opa", "")] == [""] * 4


def test_every_option_of_an_engine_bears_a_name_that_only_engines_know() -> None:
    assert all(named_in(option.flag) and named_in(option.parameter) for option in OPTIONS)


def test_the_releases_are_those_of_the_options_and_of_the_api() -> None:
    parameters = inspect.signature(pscc.compile).parameters
    assert KUBERNETES == spelled(DEFAULTS.kubernetes) == parameters["kubernetes"].default
    assert {name: spelled(release) for name, release in NEWEST} == dict(PRODUCTS)
    assert not set(parameters) & NAMES
