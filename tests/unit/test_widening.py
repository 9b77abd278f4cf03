"""``allow C add v, …``: the parent's list with more values; an error where there is no such list."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.diagnostics import SourceError
from pscc.driver import analyse

BASE = (
    'policy base {\n    allow volumes configMap, secret unless os.name windows because "few"\n    deny  hostPath\n}\n'
)


def statements(text: str) -> dict[str, list[str]]:
    """The checks of each policy, as the language writes them."""
    return {
        one.name: [check.statement for check in one.checks] for one in analyse(SourceFile("p.psp", text))[1].policies
    }


def errors(text: str) -> list[str]:
    """``CODE:LINE`` of each diagnostic of a source with errors."""
    with pytest.raises(SourceError) as caught:
        analyse(SourceFile("p.psp", text))
    return [f"{one.code}:{one.span.line if one.span else 0}" for one in caught.value.diagnostics]


def test_a_list_is_widened_over_several_steps() -> None:
    text = BASE + "policy mid extends base {\n    allow volumes add emptyDir, secret\n}\n"
    text += 'policy top extends mid {\n    allow volumes add nfs because "files"\n}\n'
    found = statements(text)
    rest = "unless os.name windows because"
    assert found["mid"][0] == f'allow volumes configMap, secret, emptyDir {rest} "few"'
    assert found["top"][0] == f'allow volumes configMap, secret, emptyDir, nfs {rest} "files"'


def test_it_means_what_the_whole_list_means() -> None:
    one, other = (
        analyse(SourceFile("p.psp", f"policy a extends pss/baseline@1.30 {{\n    {line}\n}}\n"))[1].policies[0]
        for line in (
            "allow sysctls add net.core.somaxconn",
            "allow sysctls kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.ip_unprivileged_port_start, "
            "net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_local_reserved_ports, "
            "net.ipv4.tcp_keepalive_time, net.ipv4.tcp_fin_timeout, net.ipv4.tcp_keepalive_intvl, "
            "net.ipv4.tcp_keepalive_probes, net.core.somaxconn",
        )
    )
    assert [(c.shape, c.params) for c in one.checks] == [(c.shape, c.params) for c in other.checks]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("policy a", "allow volumes add nfs"),
        ("policy a extends base", "allow hostPath add /var/log"),
        ("policy a extends base", "allow csi add driver.example"),
        ("policy a extends base", "allow volumes add nfs unless hostUsers false"),
        ("policy a extends base", "audit allow volumes add nfs"),
        ("policy a extends base", "without volumes\n    allow volumes add nfs"),
    ],
)
def test_without_a_list_to_widen_it_is_one_error(head: str, line: str) -> None:
    text = f"{BASE}{head} {{\n    {line}\n}}\n"
    assert errors(text) == [f"LNG093:{text.count(chr(10)) - 1}"]


def test_show_prints_the_whole_list_and_where_it_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.psp").write_text(BASE + "policy a extends base {\n    allow volumes add nfs\n}\n", encoding="utf-8")
    shown = CliRunner().invoke(main, ["show", "p.psp"]).stdout
    assert (
        'allow volumes configMap, secret, nfs unless os.name windows because "few"  # p.psp:6, which adds to p.psp:2'
        in shown
    )


def test_widening_is_no_surprise(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text(
        "policy a extends pss/baseline@1.30 {\n    allow capabilities.add add NET_ADMIN\n}\n", encoding="utf-8"
    )
    checked = CliRunner().invoke(main, ["check", str(source), "--strict"])
    assert checked.exit_code == 0, checked.stdout
