"""What `pscc explain` knows besides codes and controls, and the targets that one option can name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.shell_completion import CompletionItem
from click.testing import CliRunner, Result

from pscc.base.resources import GRAMMAR
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.cli._targets import Targets
from pscc.controls import CONTROLS
from pscc.driver import checked
from pscc.explain.words import WORDS
from pscc.targets.registry import TARGETS


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=text)


def words_of_the_grammar() -> set[str]:
    """Every word in a terminal or a literal of the grammar."""
    text = re.sub(r"^\s*//.*$", "", (GRAMMAR / "psp.lark").read_text(encoding="utf-8"), flags=re.M)
    literals = re.findall(r'"([a-z]+)"', text)
    terminals = [
        word
        for pattern in re.findall(r"^_?[A-Z]+\.3: /(.*)/$", text, re.M)
        for word in re.findall(r"[a-z]{2,}", pattern)
    ]
    return {*literals, *terminals} - {"trn"}


def test_every_word_of_the_grammar_is_explained() -> None:
    assert words_of_the_grammar() <= set(WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_with_its_example(word: str) -> None:
    done = run("explain", word)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{word}: a word of the language\n")
    assert WORDS[word][1].splitlines()[0] in done.stdout


@pytest.mark.parametrize("word", WORDS)
def test_every_example_is_of_the_language(word: str) -> None:
    example = WORDS[word][1]
    others = "policy wide { deny hostPID }\npolicy narrow { deny privileged }\n"
    if example.startswith("use "):
        return
    text = (
        example
        if example.startswith(("policy ", "abstract "))
        else others + example
        if example.startswith("choose")
        else f"policy p {{\n{example}\n}}"
    )
    if word == "from" or word in ("containers", "images"):
        text = text.replace("\n}", "\nallow capabilities.add KILL\n}")
    checked(SourceFile("t.psp", text))


@pytest.mark.parametrize(("field", "controls"), [
    ("allowedHostPaths", ["hostPath"]),
    ("requiredDropCapabilities", ["capabilities.drop"]),
    ("seccomp.security.alpha.kubernetes.io/allowedProfileNames", ["seccompProfile"]),
])  # fmt: skip
def test_a_field_of_a_psp(field: str, controls: list[str]) -> None:
    done = run("explain", field)
    assert done.stdout.startswith(f"{field} of a PodSecurityPolicy is {' and '.join(controls)} in the language.\n")
    assert all(f"\n{control}: " in done.stdout for control in controls)


def test_every_field_of_a_psp_leads_to_its_controls() -> None:
    ids = {control.id for control in CONTROLS}
    for control in CONTROLS:
        for field in set(control.psp_fields) - ids:
            assert f"{control.id}: " in run("explain", field).stdout


def test_what_is_nothing_of_these() -> None:
    done = run("explain", "chose")
    assert done.exit_code == 2
    assert "chose is neither a code, a control nor a word of the language; did you mean choose?" in done.output


# --- --target ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "targets"),
    [
        (("-t", "opa,vap"), ["opa", "vap"]),
        (("-t", "vap, opa", "-t", "opa"), ["opa", "vap"]),
        (("-t", "all"), sorted(TARGETS)),
        (("-t", "opa", "-t", "all"), sorted(TARGETS)),
    ],
)
def test_several_targets(arguments: tuple[str, ...], targets: list[str], tmp_path: Path) -> None:
    done = run("compile", "pss/baseline@1.30", *arguments, "-o", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir()) == targets


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("gatekeper", "did you mean gatekeeper?"),
        ("opa,x", "there are gatekeeper, opa"),
        ("opa,", "there are"),
        ("opa,all", "there are"),
    ],
)
def test_what_is_no_target(given: str, hint: str) -> None:
    done = run("compile", "pss/baseline", "-t", given, "-o", "out")
    assert done.exit_code == 2
    assert "there is no target" in done.output and hint in done.output


def test_the_shell_completes_behind_a_comma() -> None:
    def offered(begun: str) -> list[str]:
        items: list[CompletionItem] = Targets().shell_complete(None, None, begun)  # type: ignore[arg-type]
        return [str(item.value) for item in items]

    assert offered("g") == ["gatekeeper"]
    assert offered("opa,ky") == ["opa,kyverno", "opa,kyverno-cel"]
    assert offered("a") == ["all"]


# --- what policies are not about ----------------------------------------------------


@pytest.mark.parametrize(("word", "use"), [
    ("registries", "K8sAllowedRepos"), ("limits", "LimitRange"), ("labels", "K8sRequiredLabels"),
    ("readinessProbe", "hostProbes"), ("ingress", "NetworkPolicy"), ("tolerations", "PodTolerationRestriction"),
])  # fmt: skip
def test_what_is_out_of_scope_names_what_to_use(word: str, use: str) -> None:
    done = run("check", "-", text=f"policy p {{\n    deny {word}\n}}\n")
    assert f"there is no control `{word}`" in done.stdout
    assert use in done.stdout and "did you mean" not in done.stdout


def test_names_beside_labels_are_an_error_that_shows_both_readings() -> None:
    both = "policy p {\n    in namespaces prod, team-*, tier=edge\n    deny privileged\n}\n"
    done = run("check", "-", text=both)
    assert done.exit_code == 1 and done.stdout.count("error[") == 1
    assert "write two lines: `in namespaces prod, team-*` and `in namespaces tier=edge`" in done.stdout
    assert "`policy NAME extends p { in namespaces tier=edge }`" in done.stdout


def test_a_choice_on_stdin_that_leaves_namespaces_without_a_policy_is_warned_of() -> None:
    text = "policy p {\n    except namespaces kube-system\n    deny privileged\n}\nchoose {\n    p for everyone\n}\n"
    assert "warning[SET026]: in kube-system" in run("check", "-", text=text).stdout
    named = text.replace("choose", "choose pod-security-policies")
    assert "warning[SET026]: in kube-system" in run("check", "-", text=named).stdout


def test_two_lines_are_put_in_place_of_names_beside_labels_on_request_alone(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text(
        "policy p {\n    in namespaces team-*, tier=edge  # ours\n    deny privileged\n}\n", encoding="utf-8"
    )
    before = source.read_text(encoding="utf-8")
    run("check", "--fix", str(source))
    assert source.read_text(encoding="utf-8") == before
    assert run("check", "--fix", "--unsafe-fixes", str(source)).exit_code == 0
    lines = source.read_text(encoding="utf-8").splitlines()
    assert lines[1:3] == ["    in namespaces team-*", "    in namespaces tier=edge  # ours"]


def test_lines_with_one_kind_each_are_no_error() -> None:
    apart = "policy p {\n    in namespaces prod\n    in namespaces t=e\n    except namespaces a, b=c\n    deny privileged\n}\n"
    assert not checked(SourceFile("t.psp", apart))[2]
