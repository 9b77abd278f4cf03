"""Names say what they hold: no name in the compiler, and none in the CEL that it writes, is an empty word like ``one``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.paths import ROOT

EMPTY = frozenset({"found", "made", "one", "said", "told"})
COMPILER = ROOT / "compiler/pscc"
CEL = re.compile(rf"\.(?:all|exists|exists_one|filter|map)\(({'|'.join(EMPTY)}),|\bvariables\.({'|'.join(EMPTY)})\b")


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each name of a variable, argument, attribute, function, class or import in ``tree``, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name) | ast.Attribute(attr=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name
            case ast.MatchMapping(rest=str(name)):
                yield node.lineno, name
            case ast.MatchClass(kwd_attrs=names):
                yield from ((node.lineno, name) for name in names)
            case ast.keyword(arg=str(name)):
                yield node.value.lineno, name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from ((node.lineno, alias.asname or alias.name) for alias in aliases)


def empty_names(path: Path) -> list[str]:
    """The places in the file ``path`` with a name that is an empty word, with or without underscores around it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place = path.relative_to(COMPILER).as_posix()
    return [f"{place}:{line}: {name}" for line, name in names_in(tree) if name.strip("_").lower() in EMPTY]


def test_no_name_is_an_empty_word() -> None:
    files = sorted(COMPILER.rglob("*.py"))
    assert len(files) > 300
    assert [place for path in files for place in empty_names(path)] == []


@pytest.mark.parametrize(
    "source",
    [
        "one = 1",
        "def _told(): pass",
        "class Found: pass",
        "lambda said: 1",
        "x.made",
        "f(found=1)",
        "import made",
        "from x import y as one",
        "[1 for one in x]",
        "match x:\n    case Y(z=found): pass",
        "match x:\n    case [*said]: pass",
        "match x:\n    case {**made}: pass",
        "match x:\n    case Y(told=1): pass",
    ],
)
def test_every_kind_of_name_is_looked_at(source: str) -> None:
    assert any(name.strip("_").lower() in EMPTY for _, name in names_in(ast.parse(source)))


def test_no_variable_of_cel_is_an_empty_word() -> None:
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in (ROOT / "golden").rglob("*.yaml")}
    assert any("variables." in text for text in texts.values())
    assert [path for path, text in texts.items() if CEL.search(text)] == []


REGO = re.compile(rf"(?<![\w.])({'|'.join(EMPTY)})(?= :=|\(| in |\.| \||\)|,|$)", re.MULTILINE)


@pytest.mark.parametrize(
    "text", ["one := 1", "found(x) if x", "some made in x", "[one | true]", "made.object", "f(x, told)"]
)
def test_every_place_of_a_name_in_rego_is_looked_at(text: str) -> None:
    assert REGO.search(text)


def test_no_variable_of_rego_is_an_empty_word() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "golden").rglob("*.rego")}
    texts |= {path: path.read_text(encoding="utf-8") for path in (ROOT / "golden").rglob("templates/*.yaml")}
    modules = {path: text.partition("package ")[2] for path, text in texts.items()}
    code = {path: re.sub(r'"[^"]*"|#.*', "", text) for path, text in modules.items()}
    assert any("findings" in text for text in code.values())
    assert [f"{path}: {match[0]}" for path, text in code.items() for match in REGO.finditer(text)] == []


def test_what_changes_pods_is_applied_before_what_judges_them() -> None:
    files = sorted((ROOT / "golden").rglob("gatekeeper/kustomization.yaml"))
    listed = [re.findall(r"^  - (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE) for path in files]
    both = [names for names in listed if {"mutators", "policies"} <= set(names)]
    assert both and all(names.index("mutators") < names.index("policies") for names in both)
