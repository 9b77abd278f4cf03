"""``pscc explain FILE[:LINE]``: meaning, origin, what was replaced, and every target's text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.cli import main
from pscc.explain import explanation, lowerings
from pscc.targets.registry import TARGETS
from support.paths import ROOT


@pytest.fixture(scope="module", autouse=True)
def compiled_once() -> Iterator[None]:
    """What one test compiles for an explanation, the next ones take from there."""
    kept = cache(lowerings.compiled)
    with pytest.MonkeyPatch.context() as patch:
        for module in (explanation, lowerings):
            patch.setattr(module, "compiled", kept)
        yield


def explained(subject: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(main, ["explain", subject])
    assert done.exit_code == 0, done.output
    return done.output


def test_one_line_of_a_source() -> None:
    text = explained(f"{ROOT / 'examples' / 'team.psp'}:3")
    assert "Containers use host ports in the listed ranges only." in text
    assert "In a PodSecurityPolicy: hostPorts" in text
    assert all(f"\n  {target}: exact" in text for target in TARGETS)
    assert "lib.in_ranges(port.hostPort" in text and "PsccAllowHostPorts" in text and "variables." in text
    assert "privileged" not in text


def test_each_target_shows_its_text() -> None:
    text = explained(f"{ROOT / 'examples' / 'team.psp'}:3")
    for target in TARGETS:
        head, _, rest = text.partition(f"\n  {target}: exact\n")
        assert head and rest.startswith("      "), target
    assert text.count("validation: variables.allowHostPorts") == 2


@pytest.mark.parametrize("subject", ["nope.psp", "nope.yaml:3"])
def test_a_file_that_is_not_there_is_said_to_be_missing(subject: str) -> None:
    done = CliRunner().invoke(main, ["explain", subject])
    assert done.exit_code == 2 and f"there is no file {subject.partition(':')[0]}" in done.stderr


def test_a_default_of_a_choice_is_explained_as_it_is_compiled(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text(
        "policy m {\n    default fsGroup 1\n}\npolicy n {\n    deny hostPID\n}\n"
        "choose {\n    m for users jane\n    n for everyone\n}\n"
    )
    text = explained(f"{source}:2")
    for target in ("gatekeeper", "opa", "kyverno"):
        assert f"\n  {target}: m: the defaults of fsGroup are not set" in text
    assert "Assign" not in text and "\n  vap: exact\n" in text and "\n  kyverno-cel: exact\n" in text


LINES = """\
policy a extends pss/baseline {
    in namespaces team-*
    except namespaces team-b
    exempt users root because "r"
    exempt images x/* from capabilities.add because "s" until 2099-12-31
    without hostPorts, hostPID
    default seccompProfile runtime/default
}

policy b {
    deny hostPID
}

choose {
    b for groups g in namespaces n
    b for users u
}
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``LINES``, and with ``LINES`` in which one is commented out."""
    folder = tmp_path_factory.mktemp("lines")
    (folder / "a.psp").write_text(LINES, encoding="utf-8")
    (folder / "commented.psp").write_text(LINES.replace("    except", "    # except"), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (2, ["Only pods in these namespaces are judged.", '- "team-*"', "  vap: "]),
        (3, ["Pods in these namespaces are not judged.", "- team-b"]),
        (4, ["Requests are not judged by this policy: of users root.", "Because: r"]),
        (
            5,
            [
                "Containers are not looked at by what it says of capabilities.add: of images x/*.",
                "after 2099-12-31",
                '"x/*"',
            ],
        ),
        (6, ["Not taken over: `deny hostPorts` of pss/baseline@1.24", "Not taken over: `deny hostPID`"]),
        (
            7,
            [
                'Assign at "spec.securityContext.seccompProfile"',
                "OPA only answers",
                "JSONPatch{",
                "type: RuntimeDefault",
            ],
        ),
        (15, ["Policy b may be used in namespaces n by groups g"]),
        (16, ["may be used everywhere by users u"]),
    ],
)
def test_a_line_that_is_no_statement(line: int, wanted: list[str], sources: Path) -> None:
    path = sources / ("commented.psp" if line == 7 else "a.psp")
    text = explained(f"{path}:{line}")
    assert text.startswith(f"{path}:{line}:5  ")
    assert all(target in text for target in TARGETS)
    for one in wanted:
        if "JSONPatch" not in one or "refused" not in text:
            assert one in text, text


def test_what_is_replaced_and_what_a_target_cannot_set(tmp_path: Path) -> None:
    path = tmp_path / "a.psp"
    path.write_text("policy a extends pss/baseline {\n    allow hostPorts 80\n    default runAsNonRoot true\n}\n")
    text = explained(str(path))
    assert "In place of: `deny hostPorts" in text
    assert "OPA only answers" in text and f"{path}:2:5" in text


def test_a_psp_and_the_library_are_sources_too() -> None:
    assert "examples/restricted.yaml:" in explained(str(ROOT / "examples" / "restricted.yaml"))
    assert "unless os.name windows" in explained("pss/restricted@1.30")
    assert explained("pss/restricted@1.30:65").startswith("pss.psp:65:5  require runAsNonRoot")


def test_a_line_without_a_statement() -> None:
    done = CliRunner().invoke(main, ["explain", f"{ROOT / 'examples' / 'team.psp'}:1"])
    assert done.exit_code == 2 and "there is no statement in line 1" in done.output


@pytest.mark.parametrize("chosen", [False, True])
def test_a_default_of_what_does_not_enforce_is_not_set(chosen: bool, tmp_path: Path) -> None:
    path = tmp_path / "p.psp"
    mode = "" if chosen else "    warn\n"
    choice = "choose warn {\n    p for groups g\n}\n" if chosen else ""
    path.write_text(f"policy p {{\n{mode}    default runAsUser 5\n}}\n{choice}", encoding="utf-8")
    text = explained(f"{path}:{2 if chosen else 3}")
    assert "On every target: not set" in text
    assert not any(f"  {target}:" in text for target in TARGETS)


def test_a_file_is_explained_in_short_and_a_target_is_shown_where_it_is_asked_for() -> None:
    source = str(ROOT / "examples" / "team.psp")
    short = explained(source)
    assert len(short.splitlines()) < 150
    assert "object.spec" not in short and ": exact" not in short
    assert "opa: OPA only answers, so it cannot set the default of `fsGroup` in team" in short
    done = CliRunner().invoke(main, ["explain", source, "-t", "vap"])
    assert "  vap: exact\n      allContainers: " in done.stdout and "  opa: " not in done.stdout
    of_a_line = CliRunner().invoke(main, ["explain", f"{source}:2", "--target", "opa,kyverno"]).stdout
    assert "  opa: exact" in of_a_line and "  kyverno: exact" in of_a_line and "gatekeeper" not in of_a_line
    refused = CliRunner().invoke(main, ["explain", "hostPorts", "-t", "vap"])
    assert refused.exit_code == 2 and "--target goes with a source" in refused.stderr
