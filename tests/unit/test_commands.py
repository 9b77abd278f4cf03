"""What each command does with its options, and where it writes what."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pscc.cli import main
from support.paths import ROOT

SEED = ROOT / "examples" / "seed"
BROKEN = str(SEED / "psp-default.yaml")
GOOD = str(ROOT / "examples" / "psp-default.yaml")
DENIED = str(SEED / "pod-host-port.yaml")
ADMITTED = str(SEED / "pod-as-user-guest.yaml")
KEYS = [
    *("file", "line", "kind", "namespace", "name", "template", "policy", "mode", "allowed", "verdict", "reasons"),
    *("psp", "differs", "defaulted", "refused"),
]


def run(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


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


# --- eval -----------------------------------------------------------------------


def test_eval_gives_one_object_a_line_with_the_promised_keys() -> None:
    done = run("eval", GOOD, "-f", DENIED, "-f", ADMITTED, "--format", "json")
    assert done.exit_code == 1
    denied, admitted = (json.loads(line) for line in done.stdout.splitlines())
    assert list(denied) == list(admitted) == KEYS
    assert (denied["allowed"], admitted["allowed"], admitted["reasons"]) == (False, True, [])
    (reason,) = denied["reasons"]
    assert list(reason) == ["control", "path", "value", "message", "because", "source"]
    assert (reason["control"], reason["value"]) == ("hostPorts", 9000)
    (changed,) = run("eval", GOOD, "-f", ADMITTED, "--format", "json", "--changed").stdout.splitlines()
    assert list(json.loads(changed)) == [*KEYS, "pod"]


def test_eval_shows_a_table() -> None:
    done = run("eval", GOOD, "-f", DENIED, "-f", ADMITTED)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["VERDICT", "KIND", "NAMESPACE", "NAME", "POLICY", "FILE"]
    assert lines[1].split() == ["DENIED", "Pod", "-", "kubia-hostport", "default", f"{DENIED}:1"]
    assert lines[2].strip() == "container kubia: hostPort is 9000, allowed: 10000-11000, 13000-14000"
    assert lines[3].strip() == f"spec.containers[0].ports[0].hostPort, by {GOOD}:11:2"
    assert lines[4].split()[0] == "allowed"
    assert done.stderr.endswith("1 of 2 pods denied\n")
    assert "readOnlyRootFilesystem: true" in run("eval", GOOD, "-f", ADMITTED, "--changed").stdout


SCOPED = """policy shops {
    in namespaces shop
    exempt users root because "they mend the nodes"
    deny hostPID
}

policy edges {
    in namespaces tier=edge
    deny hostIPC
}

policy spaces {
    except namespaces infra
    deny hostPID
}
"""
PODS = """apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec: {hostPID: true, containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: good, namespace: shop}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: free, namespace: infra}
spec: {hostPID: true, containers: [{name: c, image: i}]}
"""


@pytest.fixture
def scoped(tmp_path: Path) -> list[str]:
    (tmp_path / "scoped.psp").write_text(SCOPED)
    (tmp_path / "pods.yaml").write_text(PODS)
    return [str(tmp_path / "scoped.psp"), "-f", str(tmp_path / "pods.yaml")]


def test_eval_counts_pods_and_names_those_that_no_policy_judges(scoped: list[str]) -> None:
    done = run("eval", *scoped)
    assert (done.exit_code, done.stdout.count("DENIED")) == (1, 2)
    assert "unjudged  Pod   infra      free  -       " in done.stdout
    assert "shops: not in namespace infra; edges: goes by labels" in done.stdout
    assert done.stderr.endswith("1 of 3 pods denied\n1 judged by no policy: infra/free\n")


def test_eval_gives_an_object_for_a_pod_that_no_policy_judges(scoped: list[str]) -> None:
    done = run("eval", *scoped, "--format", "json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["name"], row["policy"]) for row in rows] == [
        ("bad", "shops"), ("bad", "spaces"), ("good", "shops"), ("good", "spaces"), ("free", None)
    ]  # fmt: skip
    (free,) = rows[4:]
    assert (free["allowed"], free["reasons"], free["mode"], free["verdict"]) == (True, [], None, "unjudged")
    assert list(free) == [*KEYS, "message"]


MODES = """policy modes {
    deny hostIPC
    warn deny hostPID
    audit deny privileged
}
"""


@pytest.mark.parametrize(
    ("spec", "verdicts", "count", "status"),
    [
        ("hostPID: true", ["allowed", "warned", "allowed"], "0 of 1 pods denied, 1 warned of", 0),
        ("hostIPC: true, hostPID: true", ["denied", "warned", "allowed"], "1 of 1 pods denied", 1),
        ("hostIPC: false", ["allowed", "allowed", "allowed"], "0 of 1 pods denied", 0),
    ],
)
def test_eval_denies_what_is_enforced_alone(
    spec: str, verdicts: list[str], count: str, status: int, tmp_path: Path
) -> None:
    (tmp_path / "p.psp").write_text(MODES)
    (tmp_path / "pods.yaml").write_text(PODS.partition("---")[0].replace("hostPID: true", spec))
    arguments = ("eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "pods.yaml"))
    done = run(*arguments, "--format", "json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["mode"] for row in rows] == ["enforce", "warn", "audit"]
    assert [row["verdict"] for row in rows] == verdicts
    assert [row["allowed"] for row in rows] == [verdict != "denied" for verdict in verdicts]
    assert [bool(row["reasons"]) for row in rows] == [verdict != "allowed" for verdict in verdicts]
    table = run(*arguments)
    assert [line.split()[0].lower() for line in table.stdout.splitlines() if " Pod " in line] == verdicts
    assert table.stderr.endswith(f"{count}\n")
    assert (done.exit_code, table.exit_code) == (status, status)


@pytest.mark.parametrize(
    ("mode", "verdict", "count"), [("warn", "WARNED", "1 warned of"), ("audit", "AUDITED", "1 audited")]
)
def test_a_choice_that_does_not_enforce_denies_nothing(mode: str, verdict: str, count: str, tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(f"{REASONED}choose {mode} {{\n    reasoned for everyone\n}}\n")
    (tmp_path / "pods.yaml").write_text(PODS.partition("---")[0])
    arguments = ("eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "pods.yaml"))
    done = run(*arguments)
    assert (done.exit_code, done.stdout.splitlines()[1].split()[0]) == (0, verdict)
    assert "reasoned: pod: hostPID is true" in done.stdout
    assert done.stderr.endswith(f"0 of 1 pods denied, {count}\n")
    (row,) = [json.loads(line) for line in run(*arguments, "--format", "json").stdout.splitlines()]
    assert (row["mode"], row["allowed"], row["verdict"], row["policy"]) == (mode, True, verdict.lower(), "")


REASONED = """policy reasoned {
    deny hostPID because "ask #platform"
    deny hostIPC
}
"""


def test_eval_and_diff_show_the_reason_that_the_author_gives(tmp_path: Path) -> None:
    source, none, pods = (str(tmp_path / name) for name in ("p.psp", "none.psp", "pods.yaml"))
    Path(source).write_text(REASONED)
    Path(none).write_text("policy none {\n    deny hostIPC\n}\n")
    Path(pods).write_text(PODS.partition("---")[0].replace("hostPID: true", "hostPID: true, hostIPC: true"))
    said = "hostPID is true, must not be true (ask #platform)\n"
    shown = run("eval", source, "-f", pods).stdout
    assert said in shown and "hostIPC is true, must not be true\n" in shown
    row = json.loads(run("eval", source, "-f", pods, "--format", "json").stdout)
    assert [reason["because"] for reason in row["reasons"]] == ["ask #platform", ""]
    assert said.rstrip() in run("diff", source, none).stdout
    (looser,) = json.loads(run("diff", source, none, "--format", "json").stdout)["looser"]
    assert [reason["because"] for reason in looser["reasons"]] == ["ask #platform"]


def test_a_choice_shows_the_reason_that_the_author_gives(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(f"{REASONED}choose {{\n    reasoned for everyone\n}}\n")
    (tmp_path / "pods.yaml").write_text(PODS.partition("---")[0])
    done = run("eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "pods.yaml"))
    assert "reasoned: pod: hostPID is true, must not be true (ask #platform)\n" in done.stdout


def test_eval_says_who_is_exempt(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(SCOPED.partition("policy edges")[0])
    (tmp_path / "pods.yaml").write_text(PODS.partition("---")[0])
    done = run("eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "pods.yaml"), "--as", "root")
    assert done.exit_code == 0
    assert "shops: exempt (they mend the nodes)" in done.stdout
    assert done.stderr.endswith("0 of 1 pods denied\n1 judged by no policy: shop/bad\n")


def test_eval_reads_stdin_once() -> None:
    assert run("eval", GOOD, "-f", "-", stdin=Path(ADMITTED).read_bytes()).exit_code == 0
    assert run("eval", "-", "-f", DENIED, stdin=Path(GOOD).read_bytes()).exit_code == 1
    assert run("eval", "-", "-f", "-").exit_code == 2


def test_eval_says_when_there_is_nothing_to_judge(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text("apiVersion: v1\nkind: Service\n")
    (tmp_path / "deployment.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n"
    )
    done = run("eval", GOOD, "-f", str(tmp_path / "service.yaml"), "-f", str(tmp_path / "deployment.yaml"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "POD003" in done.stderr and "POD002" in done.stderr


def test_eval_judges_nothing_when_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text("kind: [\n")
    done = run("eval", GOOD, "-f", DENIED, "-f", str(tmp_path / "pod.yaml"), "--format", "json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "YML001" in done.stderr


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
