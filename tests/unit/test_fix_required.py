"""``pscc fix --required``: what checks ask for, and no default sets."""

from __future__ import annotations

from pathlib import Path

import yaml

from support.fix_command import manifest, rows, run

WEB = """kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
"""


def test_what_a_check_asks_for_is_set_when_that_is_wanted(tmp_path: Path) -> None:
    file = manifest(tmp_path, WEB)
    plain = run("pss/restricted@1.30", "-f", file)
    assert plain.exit_code == 1 and "--required does, where that is enough" in plain.stdout
    done = run("pss/restricted@1.30", "-f", file, "--required", "--write")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (0, "1 workload: 1 mended")
    assert "no default sets this today, so it changes what runs" in done.stdout
    assert run("pss/restricted@1.30", "-f", file).stderr == "1 workload: 1 passes as it is\n"
    assert yaml.safe_load(Path(file).read_text("utf-8"))["spec"] == {
        "containers": [
            {
                "name": "web",
                "securityContext": {
                    "capabilities": {"drop": ["ALL"]},
                    "allowPrivilegeEscalation": False,
                    "runAsNonRoot": True,
                },
            }
        ],
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
    }


ASKING = """policy p {
    require runAsUser 1000-2000, 5
    require runAsGroup
    require seccompProfile localhost/*
    require fsGroup 7
    default fsGroup 7
    require capabilities.drop all of KILL, CHOWN
}
"""


def test_a_default_of_today_goes_before_one_that_a_check_suggests(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(ASKING, encoding="utf-8")
    context = "  securityContext: {runAsGroup: 4, seccompProfile: {type: Localhost, localhostProfile: a.json}}\n"
    done = run(str(tmp_path / "p.psp"), "-f", manifest(tmp_path, WEB + context), "--required", "--format", "json")
    (row,) = rows(done)
    assert row["outcome"] == "mended"
    found = {(each["path"].rpartition(".")[2], each["value"], each["today"]) for each in row["settings"]}
    assert found == {
        ("runAsUser", 1000, False),
        ("fsGroup", 7, True),
        ("drop", "KILL", False),
        ("drop", "CHOWN", False),
    }


def test_what_no_value_answers_stays_refused(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(ASKING, encoding="utf-8")
    done = run(str(tmp_path / "p.psp"), "-f", manifest(tmp_path, WEB), "--required", "--format", "json")
    (row,) = rows(done)
    assert row["outcome"] == "refused"
    assert {each["control"] for each in row["objections"]} == {"runAsGroup", "seccompProfile"}


def test_what_only_warns_is_mended_as_it_will_enforce(tmp_path: Path) -> None:
    text = "policy p {\n    warn require runAsGroup\n    default runAsGroup 10\n}\n"
    (tmp_path / "p.psp").write_text(text, encoding="utf-8")
    file = manifest(tmp_path, WEB)
    assert run(str(tmp_path / "p.psp"), "-f", file).stderr == "1 workload: 1 passes as it is\n"
    assert run(str(tmp_path / "p.psp"), "-f", file, "--mode", "enforce").stderr == "1 workload: 1 mended\n"
