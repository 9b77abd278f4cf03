"""The Rego library: its own tests pass, and a template gets the rules that it calls, and those that they call, alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from regopy import Interpreter

from pscc.base.resources import TEMPLATES
from pscc.printers.rego.fragments import Fragment, rego
from pscc.printers.rego.library import library, library_for, rules
from pscc.printers.rego.text import literal
from support.engines import run

FOLDER = TEMPLATES / "rego" / "lib"


def test_the_librarys_own_tests_pass_and_reach_every_line() -> None:
    done = run("opa", "test", FOLDER)
    assert done.returncode == 0, done.stdout
    covered = json.loads(run("opa", "test", "--coverage", FOLDER).stdout)["files"]
    (missed,) = [report.get("not_covered", []) for path, report in covered.items() if path.endswith("pscc.rego")]
    assert not missed


@pytest.mark.parametrize(
    "name", re.findall(r"^test_\w+", (FOLDER / "pscc_test.rego").read_text(encoding="utf-8"), re.M)
)
def test_the_librarys_own_tests_pass_on_regopy(name: str) -> None:
    interpreter = Interpreter()
    for path in FOLDER.iterdir():
        interpreter.add_module(path.name, path.read_text(encoding="utf-8"))
    (result,) = interpreter.query_bundle(interpreter.build(f"passed = data.lib.pscc_test.{name}")).results
    assert result.bindings == {"passed": True}


def test_check_and_fmt_are_silent() -> None:
    for arguments in (("check", "--strict"), ("fmt", "--diff", "--fail")):
        done = run("opa", *arguments, FOLDER)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def called_in(node: object) -> Iterator[str]:
    """The names that stand alone as references in a tree of OPA's parser: what is called is one."""
    match node:
        case {"type": "ref", "value": [{"type": "var", "value": str(name)}]}:
            yield name
        case dict():
            yield from chain.from_iterable(map(called_in, node.values()))
        case list():
            yield from chain.from_iterable(map(called_in, node))


def test_the_rules_and_their_calls_are_those_that_opa_reads() -> None:
    """Where this fails, write the text of the failure into the file."""
    parsed = json.loads(run("opa", "parse", "--format", "json", FOLDER / "pscc.rego").stdout)["rules"]
    names = {rule["head"]["name"] for rule in parsed}
    rows = [
        {"name": own, "calls": sorted(names.intersection(called_in(rule)) - {own})}
        for rule in parsed
        for own in [rule["head"]["name"]]
    ]
    text = "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]\n"
    assert (FOLDER.parent / "library.json").read_text(encoding="utf-8") == text, text


def test_all_of_it_is_what_it_is_made_of() -> None:
    head, parts = rules()
    assert "\n\n".join([head, *(part.text for part in parts)]) + "\n" == library()


def test_what_is_called_comes_with_what_it_calls(tmp_path: Path) -> None:
    names = dict.fromkeys(rule.name for rule in rules()[1])
    for name in names:
        cut = library_for(frozenset([name]))
        assert re.search(rf"^{name}\(", cut, re.MULTILINE)
        path = tmp_path / f"{name}.rego"
        path.write_text(cut, encoding="utf-8")
        done = run("opa", "check", "--strict", path)
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), name
    assert library_for(frozenset(["list"])).count("\n\n") == 2
    assert library_for(frozenset()) == ""


def test_what_the_library_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        library_for(frozenset(["list", "nowhere"]))


def test_a_piece_knows_what_it_calls_and_text_of_a_policy_calls_nothing() -> None:
    text = Fragment(literal("lib.show(x)"))
    piece = rego("lib.same($left, lib.list($right))", left=rego("lib.text($value)", value="lib.line(x)"), right=text)
    assert piece.calls == {"same", "list", "text"}
