"""``--fix`` applies what cannot be meant otherwise, and says of each fix whether it is of that kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.diagnostics.spelling import is_slip
from pscc.fixing import correct

GUESSES = {
    "a parent": "policy a inherits pss/restricted {\n    deny hostPorts\n}\n",
    "a mode": "policy a audit {\n    deny hostPID\n}\n",
    "a condition": "policy a {\n    require runAsNonRoot true when namespaces prod-*\n}\n",
    "a value that is missing": "policy a {\n    deny hostPID, \n}\n",
    "one control of two": "policy a {\n    deny hostPIC\n}\n",
    "a condition that is swallowed": "policy a {\n    deny hostPID because Linux only unless os.name windows\n}\n",
    "a quoted wildcard": "policy a {\n    deny sysctls 'kernel.*'\n}\n",
    "a list that would shrink": "policy a {\n    deny hostPorts, 22\n}\n",
    "a range the wrong way round": "policy a {\n    allow hostPorts 9000-800\n}\n",
    "a text with marks of direction": "policy a {\n    deny \u202ehostPID\n}\n",
    "a comment in place of a value": "policy a {\n    require seccompProfile // runtime/default\n}\n",
    "a control torn in two": "policy a {\n    deny runtimeClassNam e\n}\n",
    "a character that ends a line": "policy a {\n    deny runtimeClassNam\u2028e\n}\n",
    "a statement behind slashes": "policy a {\n    // deny hostProcess\n    deny hostPID\n}\n",
    "two names": "policy a {\n    in namespaces prod staging\n    deny hostPID\n}\n",
}
CERTAIN = {
    "    denny hostPID": "    deny hostPID",
    "    Deny hostPID": "    deny hostPID",
    "    forbid hostPID": "    deny hostPID",
    "    deny hostNetwrok": "    deny hostNetwork",
    "    deny hostNetwork hostPID": "    deny hostNetwork, hostPID",
    "    deny hostNetwork;": "    deny hostNetwork",
    "    deny\u00a0hostNetwork": "    deny hostNetwork",
    "    deny host\u200bNetwork": "    deny hostNetwork",
    "    require runAsNonRoot = true": "    require runAsNonRoot true",
    "    allow hostPorts 80 - 90": "    allow hostPorts 80-90",
    "    allow seccompProfile RuntimeDefault": "    allow seccompProfile runtime/default",
    "    deny hostPID because 'shared'": '    deny hostPID because "shared"',
    "    deny hostPID because it is shared": '    deny hostPID because "it is shared"',
    '    deny hostPID because "r" unless os.name windows': '    deny hostPID unless os.name windows because "r"',
    "    deny hostPID // shared": "    deny hostPID # shared",
    "    allow volumes [secret, configMap]": "    allow volumes secret, configMap",
    "    in namespace prod\n    deny hostPID": "    in namespaces prod\n    deny hostPID",
    "    require runAsNonRoot: True;": "    require runAsNonRoot true",
    "    require capabilities.drop ALL": "    require capabilities.drop all of ALL",
}


@pytest.mark.parametrize("text", GUESSES.values(), ids=GUESSES)
def test_what_can_be_meant_otherwise_is_left_alone(text: str) -> None:
    assert correct(SourceFile("p.psp", text)) == ((SourceFile("p.psp", text),), ())


@pytest.mark.parametrize(("wrong", "right"), CERTAIN.items())
def test_what_is_certain_is_mended(wrong: str, right: str) -> None:
    (fixed,), _ = correct(SourceFile("p.psp", f"policy a {{\n{wrong}\n}}\n"))
    assert fixed.text == f"policy a {{\n{right}\n}}\n"


def test_a_fix_that_leaves_as_many_errors_is_not_made() -> None:
    text = "policy a {\n    denny hostPlug\n    denny hostPID\n}\n"
    (fixed,), mended = correct(SourceFile("p.psp", text))
    assert fixed.text == "policy a {\n    denny hostPlug\n    deny hostPID\n}\n"
    assert [d.span.line for d in mended if d.span] == [3]


def test_a_fix_that_uncovers_another_is_made_with_it() -> None:
    (fixed,), mended = correct(SourceFile("p.psp", "policy a {\n    denny hostNetwrok\n}\n"))
    assert fixed.text == "policy a {\n    deny hostNetwork\n}\n"
    assert [d.code for d in mended] == ["LNG056", "LNG010"]


def test_unsafe_fixes_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "p.psp"
    path.write_text("policy a {\n    allow volumes secret configMap\n}\n")
    run = CliRunner()
    assert run.invoke(main, ["check", "--unsafe-fixes", str(path)]).exit_code == 2
    assert run.invoke(main, ["check", "--fix", str(path)]).exit_code == 1
    assert run.invoke(main, ["check", "--fix", "--unsafe-fixes", str(path)]).exit_code == 0
    assert path.read_text() == "policy a {\n    allow volumes secret, configMap\n}\n"


def test_machine_formats_say_which_kind_a_fix_is(tmp_path: Path) -> None:
    path = tmp_path / "p.psp"
    path.write_text("policy a {\n    denny hostPID\n    allow volumes secret configMap\n}\n")
    run = CliRunner()
    lines = run.invoke(main, ["check", "--format", "json", str(path)]).stdout.splitlines()
    assert [json.loads(line)["fixes"][0]["applicability"] for line in lines] == ["safe", "unsafe"]
    sarif = json.loads(run.invoke(main, ["check", "--format", "sarif", str(path)]).stdout)
    fixes = [result["fixes"][0] for result in sarif["runs"][0]["results"]]
    assert [fix["properties"]["applicability"] for fix in fixes] == ["safe", "unsafe"]
    replaced = fixes[0]["artifactChanges"][0]["replacements"][0]
    assert replaced["insertedContent"] == {"text": "deny"} and replaced["deletedRegion"]["startLine"] == 2


@pytest.mark.parametrize(
    ("word", "meant", "certain"),
    [
        ("hostNetwork", "hostNetwork", True), ("hostnetwork", "hostNetwork", True), ("hostNetwrok", "hostNetwork", True),
        ("hostPIC", "hostPID", False), ("hostPIC", "hostIPC", False), ("hostNetwrk", "hostNetwork", True),
        ("net", "hostNetwork", False),
    ],
)  # fmt: skip
def test_a_slip(word: str, meant: str, certain: bool) -> None:
    assert is_slip(word, meant, ("hostNetwork", "hostPID", "hostIPC")) is certain
