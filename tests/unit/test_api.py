"""``import pscc``: what each function gives, what it raises, and that mypy's reading of it holds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from mypy import api as mypy

import pscc
from support.paths import ROOT

EXAMPLE = ROOT / "examples" / "psp-default.yaml"
TEAM = pscc.SourceFile("team.psp", "policy team {\n    deny privileged\n    default readOnlyRootFilesystem true\n}\n")
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "é😀", "image": "web", "securityContext": {"privileged": True}}]},
}


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "compiler")}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=ROOT, check=True
    )


# --- the package -------------------------------------------------------------------


def test_every_name_of_the_api_is_there_and_documented() -> None:
    names = [name for name in pscc.__all__ if name != "__version__"]
    assert sorted(names) == sorted(pscc._HOMES)
    assert set(pscc.__all__) <= set(dir(pscc))
    for name in names:
        assert name == "Shortfall" or getattr(pscc, name).__doc__, name
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        pscc.nothing_of_the_kind  # type: ignore[attr-defined]  # noqa: B018


def test_an_import_loads_no_other_module_of_pscc() -> None:
    shown = python(
        "-c", "import sys, pscc; print([m for m in sys.modules if m.startswith('pscc.')], 'json' in sys.modules)"
    )
    assert shown.stdout == "[] False\n"


def test_a_compile_loads_nothing_of_what_compares_and_evaluates(tmp_path: Path) -> None:
    script = "import sys; from pscc.cli import main; main(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    shown = python("-c", script, "compile", str(EXAMPLE), "-o", str(tmp_path))
    assert not {"pscc.reasoning.difference.compare", "pscc.reference.evaluate", "pscc.verify"} & set(
        shown.stdout.split()
    )


def test_a_text_is_no_list_of_names() -> None:
    loaded = pscc.load(EXAMPLE)
    for options in ({"exclude_namespaces": "team"}, {"ignore_groups": "system:masters"}):
        with pytest.raises(ValueError, match="takes a list of names"):
            pscc.compile(loaded, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="groups takes a list of names"):
        pscc.evaluate(loaded, {"kind": "Pod"}, user="jane", groups="system:masters")


# --- load and check ----------------------------------------------------------------


def test_load_takes_files_folders_texts_and_the_library() -> None:
    assert [policy.name for policy in pscc.load(EXAMPLE).program.policies] == ["default"]
    assert pscc.load(str(EXAMPLE)) == pscc.load(EXAMPLE)
    assert [policy.name for policy in pscc.load(TEAM, "pss/baseline@1.30").program.policies] == [
        "team",
        "pss-baseline-1.30",
    ]
    cluster = pscc.load(ROOT / "examples" / "cluster")
    assert cluster.program.choices and str(ROOT / "examples" / "cluster" / "dump.yaml") in cluster.texts


def test_load_reads_what_a_file_uses_and_keeps_its_text(tmp_path: Path) -> None:
    (tmp_path / "base.psp").write_text("policy base {\n    deny hostPID\n}\n")
    child = tmp_path / "child.psp"
    child.write_text('use "base.psp"\npolicy child extends base {\n    deny privileged\n}\n')
    loaded = pscc.load(child)
    assert [check.control for check in loaded.program.policies[0].checks] == ["privileged", "hostPID"]
    assert len(loaded.texts) == 2


def test_load_raises_all_errors_at_once() -> None:
    with pytest.raises(pscc.SourceError, match="privilged") as raised:
        pscc.load(pscc.SourceFile("team.psp", "policy team {\n    deny privilged\n    deny hostPDI\n}\n"))
    assert [(d.code, d.severity, str(d.span)) for d in raised.value.diagnostics] == [
        ("LNG010", "error", "team.psp:2:10"),
        ("LNG010", "error", "team.psp:3:10"),
    ]


def test_load_keeps_warnings() -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("metadata:\n", "metadata:\n namespace: a\n")
    loaded = pscc.load(pscc.SourceFile("psp.yaml", text))
    assert [(d.code, d.severity) for d in loaded.diagnostics] == [("PSP020", "warning")]


def test_check_returns_errors_and_warnings_alike() -> None:
    (error,) = pscc.check(pscc.SourceFile("team.psp", "policy team {\n    deny privilged\n}\n"))
    assert (error.code, error.severity) == ("LNG010", "error") and error.fixes[0].text == "privileged"
    assert pscc.check(TEAM) == ()
    weaker = pscc.check(TEAM, at_least="pss/baseline")
    assert weaker and {d.severity for d in weaker} == {"error"}


def test_check_returns_that_a_file_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "bytes.psp").write_bytes(b"policy \xff {}\n")
    assert [d.code for d in pscc.check(tmp_path / "bytes.psp")] == ["YML007"]


def test_load_says_what_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.psp"):
        pscc.load(tmp_path / "missing.psp")
    with pytest.raises(FileNotFoundError, match=r"there is no \.psp"):
        pscc.load(tmp_path)
    with pytest.raises(ValueError, match="pss/strict: there is no such policy"):
        pscc.load("pss/strict")
    with pytest.raises(ValueError, match="no source"):
        pscc.load()


def test_an_exemption_ends_on_the_day_that_load_is_given() -> None:
    source = pscc.SourceFile(
        "team.psp", 'policy team {\n    exempt users ci because "builds" until 2026-06-01\n    deny privileged\n}\n'
    )
    assert pscc.load(source, today=date(2026, 5, 1)).program.policies[0].exemptions
    assert not pscc.load(source, today=date(2026, 7, 1)).program.policies[0].exemptions


# --- compile -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "options", [[], ["--mode", "audit", "--engine", "cel", "--exclude-namespace", "kube-*"], ["--sync-waves"]]
)
def test_write_leaves_the_folder_that_the_command_line_leaves(options: list[str], tmp_path: Path) -> None:
    python("-m", "pscc", "compile", str(EXAMPLE), "-o", str(tmp_path / "theirs"), *options)
    loaded = pscc.load(EXAMPLE)
    if "cel" in options:
        compiled = pscc.compile(loaded, engine="cel", mode="audit", exclude_namespaces=["kube-*"])
    else:
        compiled = pscc.compile(loaded, sync_waves=bool(options))
    compiled.write(tmp_path / "ours")
    ours, theirs = (
        {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        for name in ("ours", "theirs")
    )
    assert ours == theirs
    assert {path: text.encode() for path, text in compiled.files.items()} == {
        path: text for path, text in ours.items() if path != ".pscc-manifest"
    }
    assert set(compiled.resources) <= set(compiled.files)


def test_compile_says_what_a_target_cannot_do() -> None:
    compiled = pscc.compile(pscc.load(TEAM), "opa")
    assert [type(one).__name__ for one in compiled.shortfalls] == ["DefaultNotSet"]
    assert [(d.code, d.severity) for d in compiled.diagnostics] == [("TGT001", "warning")]
    assert pscc.compile(pscc.load(TEAM), "vap").shortfalls == ()


def test_several_targets_have_a_folder_each() -> None:
    compiled = pscc.compile(pscc.load(TEAM), ("opa", "vap"))
    assert {path.partition("/")[0] for path in compiled.files} == {"opa", "vap"}


def test_files_of_a_compile_cannot_be_changed() -> None:
    compiled = pscc.compile(pscc.load(TEAM), "opa")
    with pytest.raises(TypeError):
        compiled.files["more"] = ""  # type: ignore[index]
    with pytest.raises(AttributeError):
        compiled.files = {}  # type: ignore[misc]


def test_compile_raises_what_a_target_cannot_express() -> None:
    with pytest.raises(pscc.SourceError) as raised:
        pscc.compile(pscc.load(TEAM), "vap", kubernetes="1.20")
    assert [d.code for d in raised.value.diagnostics if d.severity == "error"] == ["TGT007"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"target": "gatekeper"}, "'gatekeper' is no target: the targets are gatekeeper, opa"),
        ({"target": ()}, "is no target"),
        ({"engine": "lua"}, "--engine lua"),
        ({"kubernetes": "latest"}, "--kubernetes latest"),
        ({"releases": {"kyverno": "new"}, "target": "kyverno"}, "--kyverno new"),
        ({"releases": {"kyverno": "1.18"}}, "--kyverno changes nothing for gatekeeper"),
        ({"releases": {"kyverno": "1.19"}}, "--kyverno changes nothing for gatekeeper"),
        ({"releases": {"engine": "cel"}}, "no release of engine: there are gatekeeper, kyverno"),
        ({"mode": "off"}, "--mode off"),
        ({"exclude_namespaces": ["Kube_System"]}, "no name of a namespace"),
        ({"rbac": "live"}, "for the target vap alone"),
        ({"rbac": "live", "target": "vap"}, "assume_everyone_may_use"),
    ],
)
def test_compile_refuses_options_that_there_are_not(options: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        pscc.compile(pscc.load(TEAM), **options)  # type: ignore[arg-type]


def test_write_refuses_a_folder_that_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "main.rego").write_text("mine\n")
    compiled = pscc.compile(pscc.load(TEAM), "opa")
    with pytest.raises(pscc.EmitError, match="pscc did not write it"):
        compiled.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["main.rego"]


def test_rbac_live_compiles_what_was_loaded_for_it() -> None:
    loaded = pscc.load(ROOT / "examples" / "cluster" / "dump.yaml", assume_everyone_may_use=True)
    assert pscc.compile(loaded, "vap", rbac="live").settings.live


# --- evaluate ----------------------------------------------------------------------


def test_evaluate_takes_objects_texts_and_files() -> None:
    loaded = pscc.load(TEAM)
    text = pscc.SourceFile("web.yaml", json.dumps(POD, ensure_ascii=False))
    for manifest in (POD, text):
        found = pscc.evaluate(loaded, manifest)
        assert not found.allowed and not found.diagnostics
        (judgement,) = found.judgements
        assert (judgement.policy, judgement.verdict, judgement.defaulted) == ("team", "denied", True)
        assert [reason.path for reason in judgement.reasons] == ["spec.containers[0].securityContext.privileged"]
    seed = pscc.evaluate(pscc.load(EXAMPLE), ROOT / "examples" / "seed" / "pod-host-port.yaml")
    assert "hostPort is 9000" in seed.judgements[0].reasons[0].message


def test_evaluate_leaves_a_manifest_as_it_is() -> None:
    before = json.dumps(POD)
    pscc.evaluate(pscc.load(TEAM), POD)
    assert json.dumps(POD) == before


def test_evaluate_asks_as_somebody_somewhere() -> None:
    cluster = pscc.load(ROOT / "examples" / "cluster" / "dump.yaml")
    master = pscc.evaluate(cluster, POD, user="admin", groups=["system:masters"])
    assert master.allowed and master.judgements[0].policy == "privileged"
    (judgement,) = pscc.evaluate(cluster, POD, user="dev").judgements
    assert judgement.verdict == "denied" and [one.policy for one in judgement.tried] == ["restricted"]
    assert pscc.evaluate(cluster, POD, namespace="ingress").judgements[0].namespace == "ingress"


def test_nothing_judged_is_not_admitted() -> None:
    nothing = pscc.evaluate(pscc.load(TEAM), {"apiVersion": "v1", "kind": "Service"})
    assert nothing.judgements == () and not nothing.allowed and [d.code for d in nothing.diagnostics] == ["POD003"] * 2
    misspelled = pscc.evaluate(pscc.load(TEAM), {"kind": "Pod", "spec": {"contaners": []}})
    assert [d.code for d in misspelled.diagnostics] == ["POD001"]


def test_evaluate_refuses_what_is_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(pscc.SourceError) as raised:
        pscc.evaluate(pscc.load(TEAM), pscc.SourceFile("pod.yaml", "kind: [Pod\n"))
    assert raised.value.diagnostics[0].span and raised.value.diagnostics[0].span.file == "pod.yaml"
    with pytest.raises(FileNotFoundError):
        pscc.evaluate(pscc.load(TEAM), tmp_path / "missing.yaml")
    with pytest.raises(TypeError):
        pscc.evaluate(pscc.load(TEAM), {"kind": {1, 2}})
    with pytest.raises(ValueError, match="name the user"):
        pscc.evaluate(pscc.load(TEAM), POD, groups=["dev"])


# --- diff --------------------------------------------------------------------------


def test_diff_has_a_witness_for_each_difference() -> None:
    looser = pscc.load(pscc.SourceFile("new.psp", "policy team {\n    default readOnlyRootFilesystem true\n}\n"))
    found = pscc.diff(pscc.load(TEAM), looser)
    assert found and not found.stricter
    (witness,) = found.looser
    assert witness.control == "privileged"
    assert not pscc.evaluate(pscc.load(TEAM), witness.pod).allowed and pscc.evaluate(looser, witness.pod).allowed
    assert not pscc.diff(looser, looser)


# --- for those who use it ------------------------------------------------------------


CLIENT = """
from pathlib import Path

import pscc


def looser(old: Path, new: Path) -> list[str]:
    found: pscc.Difference = pscc.diff(pscc.load(old), pscc.load(new))
    return [witness.control for witness in found.looser]


def main() -> None:
    try:
        loaded: pscc.Loaded = pscc.load(pscc.SourceFile("team.psp", "policy team { deny privileged }"))
    except pscc.SourceError as error:
        problems: tuple[pscc.Diagnostic, ...] = error.diagnostics
        raise SystemExit(problems[0].message) from None
    compiled = pscc.compile(loaded, target="kyverno-cel", mode="audit", kubernetes="1.34")
    text: str = compiled.files["policies/team.yaml"]
    compiled.write("out")
    judged = pscc.evaluate(loaded, {"kind": "Pod"}, user="dev", groups=["team"])
    names: list[str | None] = [one.policy for one in judged.judgements if one.verdict == "denied"]
    print(text, names, loaded.program.policies[0].name)
"""
MISTAKES = """
import pscc

loaded = pscc.load("team.psp")
pscc.compile(loaded, workloads="of")
loaded.program = loaded.program
pscc.lod("team.psp")
pscc.evaluate(loaded, 1)
"""


@pytest.mark.slow
def test_mypy_takes_a_client_in_strict_mode_and_sees_its_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (Path(pscc.__path__[0]) / "py.typed").exists()
    monkeypatch.setenv("MYPYPATH", str(ROOT / "compiler"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_text(CLIENT, encoding="utf-8")
    (tmp_path / "mistakes.py").write_text(MISTAKES, encoding="utf-8")
    options = ["--strict", "--config-file=", "--no-incremental", "--follow-imports=silent"]
    told, _, status = mypy.run([*options, "client.py"])
    assert (status, told) == (0, "Success: no issues found in 1 source file\n")
    told, _, status = mypy.run([*options, "mistakes.py"])
    assert status == 1
    assert [int(line.split(":")[1]) for line in told.splitlines() if ": error:" in line] == [5, 6, 7, 8]
