"""``pscc diff`` on the command line: the summary, the formats, the exit codes and the user's own workloads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pscc.cli import main

POD = """apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: logs}
spec:
  hostPID: true
  containers: [{name: main, image: "app:1"}]
"""


@pytest.fixture
def sources(tmp_path: Path) -> tuple[str, str, str]:
    """A strict source, a wide one, and a file with a pod that the strict one refuses."""
    texts = {
        "strict.psp": "policy p {\n    deny hostPID\n    deny hostIPC\n    in namespaces a, b, logs\n}\n",
        "wide.psp": "policy p {\n    deny hostIPC\n    in namespaces a, b, logs\n}\n",
        "pods.yaml": POD,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    strict, wide, pods = (str(tmp_path / name) for name in texts)
    return strict, wide, pods


def diff(*arguments: str) -> Result:
    """What ``pscc diff`` says."""
    return CliRunner().invoke(main, ["diff", *arguments])


def test_the_summary_comes_first_and_says_the_same_change_once(sources: tuple[str, str, str]) -> None:
    strict, wide, _ = sources
    lines = diff(strict, wide).output.splitlines()
    assert lines[0] == "NEW is more permissive than OLD"
    assert lines[1].split() == ["looser", "hostPID,", "in", "namespace", "a,", "namespace", "b,", "namespace", "logs"]
    assert lines[2] == ""
    assert diff(wide, strict).output.startswith("NEW is less permissive than OLD\n")


def test_exit_codes(sources: tuple[str, str, str]) -> None:
    strict, wide, _ = sources
    assert diff(strict, wide).exit_code == 0
    assert [diff(strict, wide, option).exit_code for option in ("--no-looser", "--exit-code")] == [1, 1]
    assert [diff(wide, strict, option).exit_code for option in ("--no-looser", "--exit-code")] == [0, 1]
    assert [diff(wide, wide, option).exit_code for option in ("--no-looser", "--exit-code")] == [0, 0]


def test_workloads_that_are_treated_differently_are_named(sources: tuple[str, str, str]) -> None:
    strict, wide, pods = sources
    said = diff(strict, wide, "-f", pods).output
    assert "1 workload is treated differently:\n  Pod logs/agent: denied by OLD, allowed by NEW: " in said
    assert "None of your workloads is treated differently." in diff(strict, strict, "-f", pods).output
    (one,) = json.loads(diff(strict, wide, "-f", pods, "--format", "json").output)["workloads"]
    assert (one["name"], one["old"], one["new"]) == ("agent", "denied", "allowed")


def test_json_has_one_of_the_four_words(sources: tuple[str, str, str]) -> None:
    strict, wide, _ = sources
    report = json.loads(diff(strict, wide, "--format", "json").output)
    assert report["relation"] == "more permissive"
    assert {one["namespace"] for one in report["looser"][0]["requests"]} == {"a", "b", "logs"}


def test_markdown_is_a_table_with_a_pod_for_each_line(sources: tuple[str, str, str]) -> None:
    strict, wide, pods = sources
    said = diff(strict, wide, "-f", pods, "--format", "markdown").output
    assert said.startswith("**NEW is more permissive than OLD**\n")
    assert "| looser | hostPID | in namespace a, namespace b, namespace logs |" in said
    assert said.count("<details>") == said.count("</details>") == 1 and "```yaml\napiVersion: v1\n" in said
    assert "- Pod logs/agent: denied by OLD" in said


def test_markdown_shows_hostile_names_as_text(tmp_path: Path) -> None:
    old, new = tmp_path / "old.psp", tmp_path / "new.psp"
    policy = "policy p {\n    deny hostPID\n"
    old.write_text(policy + "}\n")
    new.write_text(policy + '    exempt users "<b onclick=x>*bob*</b>" because "x"\n}\n')
    said = diff(str(old), str(new), "--format", "markdown").output
    assert "for user \\<b onclick=x\\>\\*bob\\*\\</b\\> |" in said
    # within HTML a backslash is no escape
    assert "<summary>looser: hostPID, for user &lt;b onclick=x&gt;*bob*&lt;/b&gt;</summary>" in said


def test_what_is_given_up_is_undecided_with_its_reason_and_fails(
    sources: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    strict, wide, _ = sources
    monkeypatch.setattr("pscc.reasoning.difference.search.MOST_STEPS", 0)
    done = diff(strict, wide, "--no-looser")
    assert done.exit_code == 1
    assert "undecided hostPID, too many combinations to look through" in done.output


ONE = "policy a {\n    deny hostPID\n}\n\nchoose {\n    a for everyone\n}\n"
TWO = """policy a {
    deny hostPID
}

policy w {
    deny hostIPC
}

choose {
    a for everyone
    w for groups admins in namespaces kube-system
    w for serviceaccounts kube-system/x in namespaces kube-system
}
"""


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ([], "NEW is more permissive than OLD"),
        (["--exclude-namespace", "kube-system"], "equivalent, no difference"),
        (["--only-namespace", "shop"], "equivalent, no difference"),
        (["--only-namespace", "kube-*"], "NEW is more permissive than OLD"),
        (["--mode", "audit"], "NEW and OLD are equivalent in what they admit; they differ in what they warn of"),
        (["--ignore-group", "admins"], "NEW is more permissive than OLD"),
    ],
)
def test_both_are_compared_as_they_would_be_rolled_out(options: list[str], first: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.psp", tmp_path / "new.psp"
    old.write_text(ONE, encoding="utf-8")
    new.write_text(TWO, encoding="utf-8")
    done = CliRunner().invoke(main, ["diff", str(old), str(new), *options])
    assert done.stdout.startswith(first), done.stdout + done.stderr
    assert ("group admins" in done.stdout) is (options in ([], ["--only-namespace", "kube-*"], ["--mode", "audit"]))


def test_a_wrong_option_of_a_rollout_is_an_error(tmp_path: Path) -> None:
    old = tmp_path / "old.psp"
    old.write_text(ONE, encoding="utf-8")
    done = CliRunner().invoke(main, ["diff", str(old), str(old), "--only-namespace", "x_"])
    assert done.exit_code == 2 and "no name of a namespace" in done.stderr
