"""The cases that stand beside a policy are in the suites of all targets, and their engines pass them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.cli import main
from support.engines import run

POD = 'pod: {spec: {containers: [{name: app, image: "registry.example/app:1"}]}}\ncases:\n'
PRIVILEGED = '  set: {"spec.containers[0].securityContext.privileged": true}\n'
PLAIN = """policy team {
    in namespaces team-*
    deny privileged
    exempt users admin because "break glass"
}
"""
CHOICE = """policy nodes {
    deny hostPID
}

policy apps {
    deny hostPID, privileged
}

choose {
    nodes for serviceaccounts kube-system/agent
    apps for everyone
}
"""
PROGRAMS = {
    "plain": (
        PLAIN,
        f"- denied: one\n  namespace: team-a\n{PRIVILEGED}- unjudged: two\n  as: admin\n  namespace: team-a\n",
        1,
    ),
    "choice": (
        CHOICE,
        f"- denied: one\n{PRIVILEGED}- allowed: two\n  as: system:serviceaccount:kube-system:agent\n{PRIVILEGED}",
        2,
    ),
}
SUITES = {
    "gatekeeper": ("gator", "verify"),
    "opa": ("opa", "test"),
    "kyverno": ("kyverno", "test"),
    "kyverno-cel": ("kyverno", "test"),
    "vap": ("kyverno", "test"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_target_has_them(name: str, tmp_path: Path) -> None:
    policy, cases, count = PROGRAMS[name]
    source, output = tmp_path / "team.psp", tmp_path / "out"
    source.write_text(policy, encoding="utf-8")
    (tmp_path / "team_test.yaml").write_text(POD + cases, encoding="utf-8")
    assert CliRunner().invoke(main, ["test", str(tmp_path)]).exit_code == 0
    done = CliRunner().invoke(main, ["compile", str(source), "-t", "all", "-o", str(output)])
    assert done.exit_code == 0, done.stderr
    for target, (program, command) in SUITES.items():
        texts = "".join(path.read_text(encoding="utf-8") for path in (output / target).rglob("*") if path.is_file())
        if name == "plain" or target not in ("kyverno-cel", "vap"):  # Kyverno's command line tells these no user
            assert [f"own-{case}" in texts for case in ("one", "two")] == [True, count == 2], target
        ran = run(program, command, output / target)
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
