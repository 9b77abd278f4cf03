"""``pscc show``: what is printed means what the source means, and says where each line comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import analyse
from support.paths import ROOT

TIERS = ROOT / "examples" / "platform" / "tiers.psp"
SOURCES = [
    ROOT / "examples" / "team.psp",
    TIERS,
    ROOT / "examples" / "psp-default.yaml",
    ROOT / "examples" / "cluster" / "dump.yaml",
    *sorted((ROOT / "golden" / "policies").glob("*/policy.*")),
]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def meaning(program: ir.Program) -> list[object]:
    """What decides, without the places in the source."""
    owners = [(policy, policy.mode) for policy in program.policies]
    owners += [(policy, choice.mode) for choice in program.choices for policy in choice.policies]
    return [
        *((p.name, mode, p.scope, sorted((c.shape, c.params, c.because) for c in p.checks),
           sorted((d.control, d.path, d.value, d.add) for d in p.defaults),
           [(e.subjects, e.until) for e in p.exemptions]) for p, mode in owners),
        *([(g.policy, g.subjects, g.namespaces) for g in choice.grants] for choice in program.choices),
    ]  # fmt: skip


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_means_what_the_source_means(source: Path) -> None:
    from pscc import api

    done = run("show", str(source))
    assert done.exit_code == 0, done.stderr
    assert " extends " not in done.stdout.replace('"', "").partition("{")[0]
    printed = analyse(SourceFile("shown.psp", done.stdout))[1]
    assert meaning(printed) == meaning(api.load(str(source)).program)


def test_each_line_says_where_it_comes_from() -> None:
    lines = run("show", str(TIERS)).stdout.splitlines()
    (inherited, *_) = (line for line in lines if line.startswith("    require allowPrivilegeEscalation"))
    assert inherited.endswith("# pss/restricted@1.25")
    (own,) = (line for line in lines if "allow   hostPath" in line)
    assert own.endswith(f"# {TIERS}:21")


def policies(*arguments: str) -> list[str]:
    done = run("show", str(TIERS), *arguments)
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("policy ")]


def test_who_asks_and_where_narrow_it(tmp_path: Path) -> None:
    assert policies() == ["apps", "edge", "nodes", "read-only"]
    assert policies("--as", "system:serviceaccount:edge-eu:proxy", "-n", "edge-eu") == ["apps", "edge", "read-only"]
    assert policies("-n", "kube-system") == ["apps"]
    assert policies("--as", "node", "--as-group", "system:nodes", "-n", "kube-system") == ["apps", "nodes"]
    pod = tmp_path / "pod.yaml"
    pod.write_text("{kind: Pod, apiVersion: v1, metadata: {name: a, namespace: logging}, spec: {serviceAccountName: fluent-bit, "
                   "containers: [{name: c, image: i}]}}", encoding="utf-8")  # fmt: skip
    assert policies("--pod", str(pod)) == ["apps", "nodes", "read-only"]


def test_policies_of_used_files_are_shown_where_a_choice_names_them(tmp_path: Path) -> None:
    (tmp_path / "base.psp").write_text("policy base {\n    deny hostPID\n}\n", encoding="utf-8")
    source = tmp_path / "team.psp"
    text = (
        'use "base.psp"\n\npolicy team extends base {\n    deny privileged\n}\n\nchoose {\n    base for everyone\n}\n'
    )
    source.write_text(text, encoding="utf-8")
    shown = run("show", str(source)).stdout
    assert 'use "' not in shown and "deny hostPID  # " in shown and "base.psp:2" in shown
    assert "policy base {" in shown and "policy team {" in shown


def test_labels_and_errors(tmp_path: Path) -> None:
    source = tmp_path / "edge.psp"
    source.write_text("policy edge {\n    in namespaces tier=edge\n    deny hostPID\n}\n", encoding="utf-8")
    assert "deny hostPID" in run("show", str(source), "-n", "a", "--namespace-label", "tier=edge").stdout
    unjudged = run("show", str(source), "-n", "a")
    assert unjudged.exit_code == 2 and "no policy judges these pods: nothing stops them" in unjudged.stderr
    assert "--as-group needs --as" in run("show", str(source), "--as-group", "a").stderr
    many = tmp_path / "pods.yaml"
    many.write_text("{kind: Pod, spec: {containers: []}}\n---\n{kind: Pod, spec: {containers: []}}\n", encoding="utf-8")
    assert "it has 2" in run("show", str(source), "--pod", str(many)).stderr
