"""The warning about a child that reads stricter than its parent and admits a pod that the parent refuses."""

from __future__ import annotations

import json

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic
from pscc.driver import checked
from pscc.reference import interpreter

PARENT = "policy parent {\n allow capabilities.add CHOWN\n require runAsUser 1000\n deny hostPID\n}\n"


def warned(text: str) -> list[Diagnostic]:
    """The warnings of this code, which ``pscc check`` has for ``text``."""
    found = checked(SourceFile("p.psp", text), load=lambda path, _: SourceFile(path, PARENT))[2]
    return [diagnostic for diagnostic in found if diagnostic.code == "LNG087"]


def child(*statements: str, parent: str = PARENT, extends: str = "parent") -> list[str]:
    lines = "\n".join(statements)
    return [d.code for d in warned(f"{parent}policy child extends {extends} {{\n{lines}\n}}\n")]


@pytest.mark.parametrize(
    "statement",
    [
        "deny capabilities.add NET_RAW",
        "require runAsUser 0-2000",
        "allow capabilities.add *",
    ],
)
def test_it_is_warned_of(statement: str) -> None:
    assert child(statement) == ["LNG087"]


@pytest.mark.parametrize(
    "statement",
    [
        "allow capabilities.add CHOWN, SYS_ADMIN",
        "deny capabilities.add",
        "require runAsUser 1000",
        "deny hostNetwork",
        "audit require runAsNonRoot true",
        "audit deny capabilities.add NET_RAW",
        "warn require runAsUser 0-2000",
        "default runAsUser 1000",
    ],
)
def test_it_is_not_warned_of(statement: str) -> None:
    assert child(statement) == []


def test_without_says_that_it_is_meant() -> None:
    assert child("without capabilities.add", "deny capabilities.add NET_RAW") == []


def test_another_statement_that_refuses_the_pods_anyway() -> None:
    assert child("require runAsUser 0-2000", "require nonRoot", "deny pods") == []


def test_a_policy_or_a_parent_that_only_observes() -> None:
    assert child("audit", "deny capabilities.add NET_RAW") == []
    observing = PARENT.replace("allow", "audit allow")
    assert child("deny capabilities.add NET_RAW", parent=observing) == []
    assert child("audit deny capabilities.add NET_RAW", parent=observing) == []


def test_a_statement_that_enforces_by_itself() -> None:
    enforcing = PARENT.replace("deny hostPID", "enforce deny hostPorts 1-9")
    assert child("audit", "enforce deny hostPorts 2", parent=enforcing) == ["LNG087"]


def test_a_grandparent_is_named_by_the_policy_that_replaces_it() -> None:
    middle = f"{PARENT}policy middle extends parent {{\n deny hostIPC\n}}\n"
    assert child("require runAsUser 0-2000", parent=middle, extends="middle") == ["LNG087"]
    loose = f"{PARENT}policy middle extends parent {{\n require runAsUser 0-2000\n}}\n"
    assert child("deny hostIPC", parent=loose, extends="middle") == ["LNG087"]


def test_a_parent_of_the_library_and_one_of_a_used_file() -> None:
    assert child("deny capabilities.add NET_RAW", parent="", extends="pss/restricted@1.31") == ["LNG087"]
    assert child("deny capabilities.add NET_RAW", parent='use "base.psp"\n') == ["LNG087"]


def test_the_pod_that_it_shows_is_admitted() -> None:
    text = f"{PARENT}policy child extends parent {{\n deny capabilities.add NET_RAW\n}}\n"
    (warning,) = warned(text)
    pod = json.loads(warning.notes[-1][1].removeprefix("this pod is admitted: "))
    parent, extending = checked(SourceFile("p.psp", text))[1].policies
    assert interpreter.judge(extending, pod).allowed
    assert not interpreter.judge(parent, pod).allowed


def test_an_allow_that_allows_everything_is_said_to_replace_and_not_to_have_no_effect() -> None:
    for statement in ("allow capabilities.add *", "allow hostPorts 0-65535"):
        text = f"policy a extends pss/restricted@1.30 {{\n    {statement}\n}}\n"
        codes = [found.code for found in checked(SourceFile("a.psp", text))[2]]
        assert codes == ["LNG087"], statement


def test_a_default_of_the_child_loosens_nothing() -> None:
    drop = "require capabilities.drop all of ALL\n    default capabilities.drop add ALL"
    text = f"policy a extends pss/restricted@1.24 {{\n    {drop}\n}}\n"
    assert [found.code for found in checked(SourceFile("a.psp", text))[2] if found.code == "LNG087"] == []
