"""Both front ends: what they accept means the same, what they refuse is told with its place."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import analyse, decode
from pscc.language.printer import print_document
from support.sources import PSP, meaning, valid_sources


def refused(text: str, name: str = "p.yaml") -> list[str]:
    """``CODE:LINE`` of each error."""
    with pytest.raises(SourceError) as caught:
        analyse(SourceFile(name, text))
    return [f"{d.code}:{d.span.line if d.span else 0}" for d in caught.value.diagnostics if d.severity == "error"]


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        (PSP + "  allowProvilegeEscalation: false\n", ["PSP002:9"]),
        (PSP + "  readOnlyRootFileSystem: true\n", ["PSP002:9"]),
        (PSP + "  privileged: 'no'\n", ["PSP003:9"]),
        (PSP.replace("fsGroup: {rule: RunAsAny}", "fsGroup: {}"), ["PSP004:8"]),
        (PSP.replace("  seLinux: {rule: RunAsAny}\n", ""), ["PSP004:4"]),
        (
            PSP.replace("runAsUser: {rule: RunAsAny}", "runAsUser: {rule: MustRunAs, range: [{min: 1, max: 2}]}"),
            ["PSP002:6"],
        ),
        (
            PSP.replace("runAsUser: {rule: RunAsAny}", "runAsUser: {rule: MustRunAs, ranges: [{min: 3, max: 2}]}"),
            ["PSP005:6"],
        ),
        (PSP + "  requiredDropCapabilities: [KILL]\n  allowedCapabilities: [KILL]\n", ["PSP007:10"]),
        (PSP + "  privileged: true\n  privileged: false\n", ["YML004:10"]),
        (PSP + "\tprivileged: true\n", ["YML001:9"]),
        (PSP + "  volumes: [configmap]\n", ["PSP006:9"]),
        (PSP + "---\n" + PSP.replace("name: p", "name: q"), ["SET002:12"]),
        (PSP + "---\n" + PSP + "  privileged: true\n", ["SET003:12"]),
        ("", ["PSP001:1"]),
        ("kind: Pod\n", ["PSP001:1"]),
        (PSP.replace("name: p", "name: p_q"), ["PSP008:3"]),
    ],
)
def test_bad_policies_are_refused_at_their_place(text: str, errors: list[str]) -> None:
    assert refused(text) == errors


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("policy p {\n  denny privileged\n}\n", "LNG056"),
        ("policy p {\n  deny privileged\n", "LNG050"),
        ("policy p {\n  deny hostNetwrk\n}\n", "LNG010"),
        ("policy p {\n  deny allowPrivilegeEscalation\n}\n", "LNG012"),
        ("policy p {\n  allow hostPorts http\n}\n", "LNG020"),
        ("policy p {\n  deny hostPorts\n  allow hostPorts 1-2\n}\n", "LNG014"),
        ("policy p {\n  default nonRoot\n  default runAsNonRoot false\n}\n", "LNG014"),
        ("policy p {\n  default runAsUser 1-2\n}\n", "LNG019"),
        ("policy p extends q {\n  deny hostPorts\n}\n", "LNG031"),
        ("", "LNG021"),
    ],
)
def test_bad_sources_of_the_language(text: str, code: str) -> None:
    assert code in [error.split(":")[0] for error in refused(text, "p.psp")]


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"\x00", b"{", b"[" * 5000, b"&a [*a]", b"policy \x00 {", b"!!python/object:x"]
)
@pytest.mark.parametrize("name", ["p.yaml", "p.psp", "-"])
def test_any_bytes_are_an_error_or_a_result(data: bytes, name: str) -> None:
    with pytest.raises(SourceError):
        analyse(decode(name, data))


def test_import_means_what_the_psp_means() -> None:
    sources = valid_sources()
    assert len(sources) >= 3
    for path in sources:
        document, program, _ = analyse(decode(str(path), path.read_bytes()))
        text = print_document(document)
        _, again, _ = analyse(SourceFile("imported.psp", text))
        assert meaning(again) == meaning(program), path
