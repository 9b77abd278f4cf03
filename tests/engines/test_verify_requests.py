"""``pscc verify`` where it matters who asks, and where: choices, scopes and exemptions on the real engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pscc.base.source import SourceFile
from pscc.cases.requests import MOST_USERS, draw_requests
from pscc.cli import main
from pscc.driver import analyse
from pscc.verify.engines import declared
from support.engines import engine
from support.paths import ROOT

SCOPED = """\
policy edge {
    in namespaces edge-*, ingress
    except namespaces edge-sandbox
    deny hostNetwork
    require runAsUser 1-65535
    default runAsUser 1
}

policy base {
    except namespaces kube-system
    warn
    exempt users jane because "ci"
    exempt groups ops because "on call"
    exempt serviceaccounts kube-system/fluentd, infra/* because "logs"
    deny privileged, hostPID
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}

policy tier {
    in namespaces tier=gold
    except namespaces trial=yes
    exempt users bob because "trial"
    deny hostIPC
}
"""
CHOSEN = """\
policy a {
    deny privileged
    require runAsUser 1-65535
    default runAsUser 1
}

policy b {
    deny hostPID
}

choose {
    a for groups system:authenticated
    b for groups system:serviceaccounts:sys in namespaces sys
}
"""
PARTED = """\
policy a {
    deny privileged
    require runAsUser 1-65535
    default runAsUser 1
}

policy b {
    deny hostPID
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}

choose {
    b for groups system:authenticated, system:unauthenticated in namespaces sys
    a for groups system:authenticated in namespaces team
}
"""
ACCOUNTS = """\
policy open {
    deny hostPID
}

policy shut {
    deny privileged, hostPID, hostIPC
    allow volumes secret
}

choose {
    open for groups system:serviceaccounts:tools, serviceaccounts infra/agent in namespaces infra
    shut for groups system:authenticated
}
"""
SOURCES = {"scoped": SCOPED, "chosen": CHOSEN, "parted": PARTED, "accounts": ACCOUNTS, "example": ""}
PROGRAMS = {"opa": "opa", "gatekeeper": "gator", "kyverno": "kyverno", "kyverno-cel": "kyverno", "vap": "kyverno"}


def sourced(name: str, folder: Path) -> str:
    if not SOURCES[name]:
        return str(ROOT / "examples" / "cluster" / "dump.yaml")
    path = folder / f"{name}.psp"
    path.write_text(SOURCES[name])
    return str(path)


def verified(source: str, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    done = CliRunner().invoke(main, ["verify", source, "--format", "json", "--timeout", "300", *arguments])
    return done.exit_code, json.loads(done.stdout)["engines"]


@pytest.mark.grid
@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("target", PROGRAMS)
def test_the_engines_agree(target: str, name: str, tmp_path: Path) -> None:
    program = PROGRAMS[target]
    few = {"kyverno": 24, "kyverno-cel": 10, "vap": 16}
    count = few.get(target, 90)
    arguments = (
        "-t",
        target,
        declared.PROGRAMS[program].option.flag,
        engine(program),
        "--require",
        program,
        "--count",
        str(count),
    )
    code, rows = verified(sourced(name, tmp_path), *arguments)
    assert [row.get("failed") for row in rows if "failed" in row] == []
    assert {row["engine"] for row in rows} == ({"opa", "regopy"} if target == "opa" else {program})
    for row in rows:
        assert row["wrong"] == 0, row["first"]
        assert row["tried"] >= (count * 2 // 3 if target in ("kyverno-cel", "vap") else count)
        assert row["agreed"] > row["tried"] / 3
    assert code == 0


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("chosen", '"system:authenticated"', '"system:masters"'),
        ("chosen", "system:serviceaccounts:sys", "system:serviceaccounts:other"),
        ("scoped", "edge-sandbox", "edge-playground"),
        ("scoped", '"jane"', '"john"'),
        ("scoped", "infra/", "infrastructure/"),
    ],
)
def test_a_changed_grant_scope_or_exemption_is_found(name: str, before: str, after: str, tmp_path: Path) -> None:
    source, folder = sourced(name, tmp_path), tmp_path / "out"
    assert CliRunner().invoke(main, ["compile", source, "-t", "opa", "-o", str(folder)]).exit_code == 0
    changed = 0
    for path in (folder / "policies").glob("*.rego"):
        text = path.read_text()
        if before in text and not path.name.endswith("_test.rego"):
            path.write_text(text.replace(before, after))
            changed += 1
    assert changed
    code, rows = verified(source, "-t", "opa", "--output", str(folder), "--count", "300")
    first = next(row["first"] for row in rows if row["engine"] == "regopy")
    assert (code, first["request"]["namespace"] != "") == (1, True)


def test_a_difference_says_who_asked(tmp_path: Path) -> None:
    source, folder = sourced("chosen", tmp_path), tmp_path / "out"
    CliRunner().invoke(main, ["compile", source, "-t", "opa", "-o", str(folder)])
    path = folder / "policies" / "chosen.rego"
    path.write_text(path.read_text().replace('"system:authenticated"', '"system:masters"'))
    done = CliRunner().invoke(main, ["verify", source, "-t", "opa", "--output", str(folder)])
    assert "  asked for by user " in done.stdout


def test_requests_are_of_those_who_are_granted_something_and_of_others() -> None:
    _, program, _ = analyse(SourceFile("p.psp", SCOPED))
    requests = draw_requests(program, 1, 200)
    assert requests == draw_requests(program, 1, 200)
    users = {request.user for request in requests}
    assert {"jane", "bob", "nobody"} <= users
    assert len({(request.user, request.groups) for request in requests}) <= MOST_USERS
    assert {"edge-x", "edge-sandbox", "kube-system", "elsewhere"} <= set(namespaces(requests))
    assert {(("tier", "gold"),), (("tier", "gold"), ("trial", "yes"))} <= {r.namespace_labels for r in requests}


def namespaces(requests: Any) -> Iterator[str]:
    for request in requests:
        yield request.namespace
