"""What each command does with its options, and where it writes what."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.commands import BROKEN, DENIED, GOOD, run
from support.paths import ROOT

# --- check ----------------------------------------------------------------------


@pytest.mark.parametrize("fmt", ["text", "json", "github", "sarif"])
def test_diagnostics_are_the_results_of_check_in_every_format(fmt: str) -> None:
    done = run("check", BROKEN, "--format", fmt)
    assert done.exit_code == 1
    assert "supplementalGroup" in done.stdout
    assert done.stderr == f"{BROKEN}: 2 errors\n"
    if fmt == "json":
        assert [json.loads(line)["code"] for line in done.stdout.splitlines()] == ["PSP004", "PSP002"]


def test_an_empty_name_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("compile", GOOD, "-o", "").exit_code == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("source", ["tree", "./tree", "tree/sub/team.psp tree/base.psp"])
def test_a_used_file_may_be_a_source_too(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    (tmp_path / "tree" / "base.psp").write_text("policy base {\n deny hostPID\n}\n")
    team = 'use "../base.psp"\npolicy team extends base {\n deny hostIPC\n}\n'
    (tmp_path / "tree" / "sub" / "team.psp").write_text(team)
    monkeypatch.chdir(tmp_path)
    done = run("check", *source.split())
    assert (done.exit_code, done.stdout) == (0, "")
    assert run("compile", *source.split(), "-o", "out").exit_code == 0
    assert {"base", "team"} <= {path.name for path in Path("out/policies").iterdir()}


def test_a_file_that_cannot_be_used_is_the_only_error(tmp_path: Path) -> None:
    team = tmp_path / "team.psp"
    team.write_text('use "gone.psp"\npolicy team extends base {\n deny hostIPC\n}\n')
    done = run("check", str(team), "--format", "json")
    assert [json.loads(line)["code"] for line in done.stdout.splitlines()] == ["LNG032"]


def test_sarif_is_one_document_whatever_is_told() -> None:
    clean, broken = run("check", GOOD, "--format", "sarif"), run("check", BROKEN, "--format", "sarif")
    (run_of_clean,) = json.loads(clean.stdout)["runs"]
    assert (clean.exit_code, run_of_clean["results"]) == (0, [])
    (run_of_broken,) = json.loads(broken.stdout)["runs"]
    assert {result["ruleId"] for result in run_of_broken["results"]} == {"PSP002", "PSP004"}
    assert {rule["id"] for rule in run_of_broken["tool"]["driver"]["rules"]} == {"PSP002", "PSP004"}


@pytest.mark.parametrize(("target", "code"), [("opa", "TGT001"), ("gatekeeper", "TGT002")])
def test_diagnostics_of_compile_are_talk(target: str, code: str, tmp_path: Path) -> None:
    team = str(ROOT / "examples" / "team.psp")
    done = run("compile", team, "-o", str(tmp_path / "o"), "-t", target, "--format", "sarif")
    assert (done.exit_code, done.stdout) == (0, "")
    document, _ = json.JSONDecoder().raw_decode(done.stderr[done.stderr.index("{") :])
    assert code in {result["ruleId"] for result in document["runs"][0]["results"]}


def test_check_writes_corrections_into_the_file_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "psp.yaml"
    text = Path(BROKEN).read_text()
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    done = run("check", "--fix", str(path))
    assert done.exit_code == 0
    assert "corrected: unknown field `spec.supplementalGroup`" in done.stdout
    assert f"corrected {path}" in done.stderr
    mended = text.replace("supplementalGroup:", "supplementalGroups:")
    assert path.read_bytes() == b"\xef\xbb\xbf" + mended.replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["psp.yaml"]


def test_check_leaves_a_file_alone_that_it_cannot_correct(tmp_path: Path) -> None:
    path = tmp_path / "p.psp"
    path.write_text("policy team {\n    allow hostPorts http\n}\n")
    before = path.stat().st_mtime_ns
    assert run("check", "--fix", str(path)).exit_code == 1
    assert path.stat().st_mtime_ns == before


def test_check_writes_what_it_can_correct_and_tells_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "p.psp"
    path.write_text("policy team {\n    denny privileged\n    allow hostPorts http\n}\n")
    done = run("check", "--fix", str(path))
    assert done.exit_code == 1
    assert "LNG020" in done.stdout
    assert path.read_text() == "policy team {\n    deny privileged\n    allow hostPorts http\n}\n"


def test_check_prints_a_corrected_stdin() -> None:
    done = run("check", "--fix", "-", stdin=b"policy team {\n    denny privileged\n}\n")
    assert (done.exit_code, done.stdout) == (0, "policy team {\n    deny privileged\n}\n")
    assert "corrected" in done.stderr


# --- import ---------------------------------------------------------------------


def test_import_writes_a_file_that_means_the_same(tmp_path: Path) -> None:
    path = tmp_path / "team.psp"
    done = run("import", GOOD, "-o", str(path))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"wrote {path}\n")
    assert path.read_text() == run("import", GOOD).stdout
    assert run("check", str(path)).exit_code == 0


def test_import_spells_out_what_psp_leaves_implicit_and_says_where_each_statement_came_from() -> None:
    lines = run("import", GOOD).stdout.splitlines()
    statements = [i for i, line in enumerate(lines) if line.startswith("    ") and line[4] not in " #"]
    assert statements
    assert all(lines[i - 1].startswith(("    # spec.", "    # seccomp.", "    # apparmor.")) for i in statements)
    unset = [lines[i + 1].split() for i, line in enumerate(lines) if " is not set: " in line]
    assert ["deny", "capabilities.add"] in unset
    assert ["deny", "seccompProfile", "on", "pod", "and", "containers"] in unset


def test_import_does_not_write_over_its_source(tmp_path: Path) -> None:
    path = tmp_path / "p.psp"
    path.write_text("policy p { deny privileged }\n")
    assert run("import", str(path), "-o", str(path)).exit_code == 2
    assert path.read_text() == "policy p { deny privileged }\n"


def test_import_writes_nothing_on_errors(tmp_path: Path) -> None:
    path = tmp_path / "p.psp"
    assert run("import", BROKEN, "-o", str(path)).exit_code == 1
    assert run("import", GOOD, "-o", str(tmp_path / "none" / "p.psp")).exit_code == 2
    assert not list(tmp_path.iterdir())


# --- the rest -------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", str(ROOT / "compiler")),
        ("check", str(ROOT / "none.yaml")),
        ("check",),
        ("eval", GOOD, "-f", "none.yaml"),
        ("eval", GOOD),
        ("compile", GOOD),
        ("compile", GOOD, "-o", "x", "-t", "istio"),
        ("import", GOOD, "--format", "xml"),
        ("explain", "hostPrts"),
    ],
)
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: " in done.stderr


def test_a_folder_in_the_way_exits_2(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("mine\n")
    (tmp_path / "suite.yaml").write_text("mine\n")
    done = run("compile", GOOD, "-o", str(tmp_path))
    assert done.exit_code == 2
    assert "in the way" in done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["kustomization.yaml", "suite.yaml"]


def test_a_bug_of_ours_exits_70_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("pscc.driver.checked", broken)
    done = run("check", GOOD)
    assert done.exit_code == 70
    assert done.stderr.startswith("pscc: a bug of ours: RuntimeError: no")


def test_explain_lists_controls_and_codes() -> None:
    from pscc.controls import CONTROLS
    from pscc.diagnostics.catalogue import codes

    listed = run("explain").stdout
    subjects = [*codes(), *(control.id for control in CONTROLS)]
    assert all(f" {subject} " in listed for subject in subjects)
    for subject in subjects:
        done = run("explain", subject)
        assert done.exit_code == 0
        assert done.stdout.startswith(f"{subject}: ")
        assert len(done.stdout.splitlines()) > 2


def test_explain_knows_every_code_that_is_given_and_every_code_is_tested() -> None:
    import re

    from pscc.diagnostics.catalogue import codes

    given = set()
    for path in (ROOT / "compiler" / "pscc").rglob("*.py"):
        if not path.stem.endswith("codes"):
            given |= set(re.findall(r'"([A-Z]{3}\d{3})"', path.read_text()))
    assert given == set(codes())
    tested = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    told = "".join(path.read_text() for path in (ROOT / "golden" / "diagnostics").glob("*/told.txt"))
    assert {code for code in codes() if f"[{code}]" not in told and code not in tested} == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    done = run("completion", shell)
    assert done.exit_code == 0
    assert "_PSCC_COMPLETE" in done.stdout


def test_completion_completes() -> None:
    environment = {**os.environ, "_PSCC_COMPLETE": "bash_complete", "COMP_WORDS": "pscc ex", "COMP_CWORD": "1"}
    code = "import sys; sys.argv = ['pscc']; from pscc.cli import main; main(prog_name='pscc')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.strip() == "plain,explain"


def on_a_terminal(*arguments: str, **environment: str) -> bytes:
    """What the command writes when stdout and stderr are a terminal."""
    import pty

    parent, child = pty.openpty()
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    command = [sys.executable, "-m", "pscc", *arguments]
    process = subprocess.Popen(command, stdout=child, stderr=child, env={**env, **environment})
    os.close(child)
    written = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:
            break
        if not piece:
            break
        written += piece
    process.wait()
    os.close(parent)
    return written


@pytest.mark.parametrize("arguments", [("check", BROKEN), ("eval", GOOD, "-f", DENIED)])
def test_colour_on_a_terminal_unless_no_color(arguments: tuple[str, ...]) -> None:
    assert b"\x1b[" in on_a_terminal(*arguments)
    assert b"\x1b[" not in on_a_terminal(*arguments, NO_COLOR="1")


HEAVY = ("lark", "jinja2", "opa_client", "rich", "hypothesis", "requests")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["check", GOOD], ["import", GOOD], ["eval", GOOD, "-f", DENIED], ["explain", "LNG001"]]
)
def test_small_commands_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys, contextlib, io\n"
        "from pscc.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({arguments!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


# --- namespaces that are left out ---------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Foo_bar", "write a name as `kube-system`, or a prefix as `team-*`"),
        ("Kube-System", "did you mean `kube-system`?"),
        ("a*b", "a `*` is a wildcard at the end only"),
        ("tier=edge", "write a name as"),
        ("", "write a name as"),
    ],
)
def test_what_is_no_namespace_cannot_be_left_out(name: str, hint: str, tmp_path: Path) -> None:
    done = run("compile", GOOD, "-o", str(tmp_path / "o"), "--exclude-namespace", name)
    assert done.exit_code == 2
    assert f"`{name}` is no name of a namespace" in done.stderr and hint in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("scope", "excluded", "told"),
    [
        ("in namespaces a", ["a"], True),
        ("in namespaces a, b", ["a"], False),
        ("in namespaces team-a, team-b-*", ["team-*"], True),
        ("in namespaces team-*", ["team-a"], False),
        ("in namespaces a, b\n except namespaces b", ["a"], True),
        ("except namespaces b", ["*"], True),
        ("in namespaces a\n except namespaces a", ["b"], False),
    ],
)
def test_a_policy_left_without_a_namespace_is_told_of(
    scope: str, excluded: list[str], told: bool, tmp_path: Path
) -> None:
    source = tmp_path / "p.psp"
    source.write_text(f"policy p {{\n {scope}\n deny hostPID\n}}\n")
    options = [word for name in excluded for word in ("--exclude-namespace", name)]
    done = run("compile", str(source), "-o", str(tmp_path / "o"), *options)
    assert done.exit_code == 0
    assert ("LNG067" in done.stderr) is told


# --- what is told ---------------------------------------------------------------------

TWO = "policy one {\n deny hostPID\n default nonRoot\n}\npolicy two {\n deny hostIPC\n default nonRoot\n}\n"


def test_what_two_targets_say_alike_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(TWO)
    targets = ["-t", "kyverno", "-t", "kyverno-cel"]
    for arguments in (["compile", "-o", str(tmp_path / "o")], ["verify", "--count", "0", "--pods", DENIED]):
        done = run(arguments[0], str(tmp_path / "p.psp"), *arguments[1:], *targets)
        assert done.stderr.count("note[TGT009]") == 2, done.stderr


def test_a_default_that_cannot_be_set_is_told_with_its_policy(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(TWO)
    done = run("compile", str(tmp_path / "p.psp"), "-o", str(tmp_path / "o"), "-t", "opa")
    assert [line.split(":")[1] for line in done.stderr.splitlines() if "TGT001" in line] == [
        f" OPA only answers, so it cannot set the default of `nonRoot` in {name}" for name in ("one", "two")
    ]


def test_a_policy_without_a_statement_is_explained() -> None:
    done = run("explain", "pss/privileged")
    assert (done.exit_code, done.stdout) == (0, "pss/privileged has no statement: it admits every pod\n")
