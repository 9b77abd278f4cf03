"""``--only-namespace``: what is compiled holds in those namespaces, as it held there before, and nowhere else."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import pscc
from pscc import ir
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import analyse
from pscc.ir.access import Names, Scope
from pscc.lowering.rollout import Rollout, rolled_out

NAMES = ("a", "ab", "abc", "b", "bc", "c")
PREFIXES = ("a", "ab", "b", "c")
SET = """policy apps {
    deny privileged
    default runAsNonRoot true
}

policy nodes {
    deny hostPID
}

policy shop {
    in namespaces shop-*
    deny hostNetwork
}

choose {
    nodes for serviceaccounts kube-system/agent in namespaces kube-system
    apps for everyone
}
"""


def drawn(rng: random.Random, fewest: int = 0) -> Names:
    return Names(tuple(rng.sample(NAMES, rng.randint(fewest, 2))), tuple(rng.sample(PREFIXES, rng.randint(0, 1))))


def test_it_holds_in_those_namespaces_and_nowhere_else() -> None:
    rng = random.Random(5)
    (policy,) = analyse(SourceFile("p.psp", "policy p {\n    deny hostPID\n}\n"))[1].policies
    kept = 0
    for _ in range(3000):
        scope = Scope(rng.choice((policy.scope.namespaces, drawn(rng, 1))), drawn(rng))
        only, excluded = drawn(rng, 1), drawn(rng)
        rolled = rolled_out(ir.Program((replace(policy, scope=scope),)), Rollout(excluded=excluded, only=only)).policies
        kept += len(rolled)
        for name in (f"{start}{end}" for start in (*NAMES, "d") for end in ("", "x", "bx")):
            before = scope.holds_in(name) and name in only and name not in excluded
            assert before == any(each.scope.holds_in(name) for each in rolled), (scope, only, excluded, name)
    assert kept > 500


def test_policies_of_other_namespaces_are_left_out(tmp_path: Path) -> None:
    source = tmp_path / "c.psp"
    source.write_text(SET, encoding="utf-8")
    done = CliRunner().invoke(main, ["compile", str(source), "-o", str(tmp_path / "o"), "--only-namespace", "shop-eu"])
    assert done.exit_code == 0, done.stderr
    policies = [yaml.safe_load(p.read_text()) for p in sorted((tmp_path / "o" / "policies").rglob("*-*.yaml"))]
    assert [(p["metadata"]["name"], p["spec"]["match"]["namespaces"]) for p in policies] == [
        ("apps-deny-privileged", ["shop-eu"]),
        ("shop-deny-host-network", ["shop-eu"]),
    ]
    assert not any("excludedNamespaces" in p["spec"]["match"] for p in policies)


def test_verify_knows_of_it(tmp_path: Path) -> None:
    source = tmp_path / "c.psp"
    source.write_text(SET, encoding="utf-8")
    for only in ("shop-eu", "kube-system", "team-*"):
        asked = ["-t", "opa", "--count", "40", "--only-namespace", only]
        done = CliRunner().invoke(main, ["verify", str(source), *asked])
        assert done.exit_code == 0, done.stdout
        assert f"compiled with --only-namespace {only}" in done.stdout


@pytest.mark.parametrize(
    ("only", "said"),
    [("x_y", "no name of a namespace"), ("c", "no policy holds in c: --only-namespace leaves nothing")],
)
def test_errors(only: str, said: str, tmp_path: Path) -> None:
    source = tmp_path / "d.psp"
    source.write_text("policy a {\n    in namespaces b\n    deny hostPID\n}\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["compile", str(source), "-o", str(tmp_path / "o"), "--only-namespace", only])
    assert done.exit_code in (1, 2) and said in done.stderr
    assert not (tmp_path / "o").exists()
    with pytest.raises((ValueError, pscc.SourceError)):
        pscc.compile(pscc.load(str(source)), only_namespaces=[only])
