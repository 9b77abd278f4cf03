"""A deny list denies what it names, however a pod spells it."""

from __future__ import annotations

import pytest

from pscc import api
from pscc.base.capitals import in_capitals
from pscc.base.source import SourceFile

CAPABILITIES = "policy d {{\n    deny capabilities.add {0}\n}}\n"
SYSCTLS = "policy d {{\n    deny sysctls {0}\n}}\n"


def allowed(source: str, spec: dict[str, object]) -> bool:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}
    return api.evaluate(api.load(SourceFile("p.psp", source)), pod).allowed


def adds(capability: str) -> dict[str, object]:
    context = {"capabilities": {"add": [capability]}}
    return {"containers": [{"name": "a", "image": "b", "securityContext": context}]}


def sets(sysctl: str) -> dict[str, object]:
    containers = [{"name": "a", "image": "b"}]
    return {"containers": containers, "securityContext": {"sysctls": [{"name": sysctl, "value": "1"}]}}


@pytest.mark.parametrize(
    "written", ["SYS_ADMIN", "sys_admin", "CAP_SYS_ADMIN", "cap_sys_admin", "SYS_*", "NET_RAW, Sys_Admin"]
)
@pytest.mark.parametrize(
    "spelled", ["SYS_ADMIN", "sys_admin", "CAP_SYS_ADMIN", "Cap_Sys_admin", "ALL", "all", "ſys_admın"]
)
def test_capabilities(written: str, spelled: str) -> None:
    assert not allowed(CAPABILITIES.format(written), adds(spelled))


@pytest.mark.parametrize("spelled", ["SYS_TIME", "SYS_ADMINS", "ADMIN", "CAP_CAP_SYS_ADMIN", "ALLOW", ""])
def test_other_capabilities_stay(spelled: str) -> None:
    assert allowed(CAPABILITIES.format("SYS_ADMIN"), adds(spelled))


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("kernel.*", "kernel/msgmax"),
        ("kernel/*", "kernel.msgmax"),
        ("kernel.msgmax", "kernel/msgmax"),
        ("net.ipv4.conf.eth0/1.rp_filter", "net/ipv4/conf/eth0.1/rp_filter"),
        ("net*", "net/core/somaxconn"),
    ],
)
def test_sysctls(written: str, spelled: str) -> None:
    assert not allowed(SYSCTLS.format(written), sets(spelled))


@pytest.mark.parametrize(
    ("written", "spelled"), [("kernel.*", "kernelx/y"), ("net.core.a", "net.core/a"), ("a", "a.b")]
)
def test_other_sysctls_stay(written: str, spelled: str) -> None:
    assert allowed(SYSCTLS.format(written), sets(spelled))


def test_an_allow_list_allows_what_it_spells() -> None:
    assert not allowed("policy a {\n    allow capabilities.add SYS_ADMIN\n}\n", adds("sys_admin"))
    assert not allowed("policy a {\n    allow sysctls kernel.msgmax\n}\n", sets("kernel/msgmax"))


def test_no_other_letter_has_a_capital_in_ascii() -> None:
    becoming = {
        chr(point) for point in range(0x80, 0x110000) if chr(point).upper().isascii() and len(chr(point).upper()) == 1
    }
    assert becoming == {"ı", "ſ"}
    assert all(in_capitals(letter) == letter.upper() for letter in becoming)
