"""PodSecurityPolicies that mean less than they seem to: every reason at once, each with its place and its mend."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic, Report
from pscc.diagnostics.catalogue.psp import CODES
from pscc.diagnostics.fixes import apply_fixes
from pscc.psp.yaml import read_psp
from support.paths import ROOT

HEAD = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: p}\nspec:\n"
ANY = "".join(f"  {field}: {{rule: RunAsAny}}\n" for field in ("seLinux", "runAsUser", "supplementalGroups", "fsGroup"))
PSP = HEAD + ANY


def diagnostics(text: str) -> list[Diagnostic]:
    report = Report()
    found = read_psp(SourceFile("p.yaml", text), report)
    assert (found is None) == report.failed
    return report.diagnostics


def told(text: str) -> list[str]:
    """``CODE:LINE`` of each diagnostic, in order."""
    return [f"{d.code}:{d.span.line if d.span else 0}" for d in diagnostics(text)]


def test_the_seed_names_the_misspelled_field_and_the_missing_rule() -> None:
    text = (ROOT / "examples" / "seed" / "psp-default.yaml").read_text(encoding="utf-8")
    unknown, missing = diagnostics(text)
    assert (unknown.code, missing.code) == ("PSP002", "PSP004")
    assert unknown.span is not None and text.split("\n")[unknown.span.line - 1].startswith(" supplementalGroup:")
    assert "supplementalGroups" in unknown.help and "supplementalGroups" in missing.message
    assert diagnostics(apply_fixes(text, unknown.fixes)) == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("readOnlyRootFileSystem: true", "readOnlyRootFilesystem: true"),
        ("hostPid: true", "hostPID: true"),
        ("allowedCSIDriver: []", "allowedCSIDrivers: []"),
        ("runAsGroup: {rule: MustRunAs, ranges: [{min: 1, maks: 2}]}", None),
        ("volumes: [configmap]", "volumes: [configMap]"),
        ("allowedHostPaths: [{pathprefix: /a}]", "allowedHostPaths: [{pathPrefix: /a}]"),
    ],
)
def test_fixes_mend_what_was_meant(wrong: str, right: str | None) -> None:
    found = diagnostics(PSP + f"  {wrong}\n")
    fixes = [fix for d in found for fix in d.fixes]
    assert fixes or right is None
    if right:
        assert apply_fixes(PSP + f"  {wrong}\n", fixes) == PSP + f"  {right}\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (HEAD + "  privileged: true\n", ["PSP004:4"] * 4),
        (HEAD.replace("spec:\n", ""), ["PSP004:1"]),
        (PSP + "  privileged: 'no'\n  hostPID: 1\n  volumes: secret\n", ["PSP003:9", "PSP003:10", "PSP003:11"]),
        (PSP.replace("policy/v1beta1", "policy/v1"), ["PSP001:1"]),
        (PSP.replace("apiVersion: policy/v1beta1\n", ""), ["PSP001:1"]),
        (PSP.replace("policy/v1beta1", "extensions/v1beta1"), []),
        (PSP.replace("kind: PodSecurityPolicy", "kind: List"), ["PSP001:2"]),
        ("- a\n", ["PSP001:1"]),
        ("text\n", ["PSP001:1"]),
        (PSP + "---\n---\n", []),
        (PSP + "status: {}\n", []),
        (PSP.replace("{name: p}", "{name: p, namespace: web}"), ["PSP020:3"]),
        (PSP.replace("{name: p}", "{name: p, creationTimestamp: null, managedFields: [], uid: a}"), []),
        (PSP.replace("{name: p}", "{}"), ["PSP008:3"]),
        (PSP + "  privileged: null\n  hostPorts: null\n", []),
        (PSP + "  allowedCapabilities: [null]\n", ["PSP003:9"]),
        (PSP + "  hostPorts: [{min: 5, max: 1}]\n", ["PSP022:9"]),
        (PSP + "  hostPorts: [{min: 1, max: 3000000000}]\n", ["PSP003:9"]),
        (PSP.replace("fsGroup: {rule: RunAsAny}", "fsGroup: {rule: MustRunAs}"), ["PSP021:8"]),
        (PSP.replace("seLinux: {rule: RunAsAny}", "seLinux: {rule: MustRunAs}"), ["PSP021:5"]),
        (PSP + "  runAsGroup: {rule: MayRunAs}\n", ["PSP006:9"]),
        (PSP + "  allowedUnsafeSysctls: [kernel.sem]\n  forbiddenSysctls: [kernel.*]\n", ["PSP007:9"]),
        (PSP + "  requiredDropCapabilities: [ALL]\n  allowedCapabilities: ['*']\n", ["PSP007:10"]),
        (PSP + "  allowPrivilegeEscalation: false\n  defaultAllowPrivilegeEscalation: true\n", ["PSP007:10"]),
    ],
)
def test_every_reason_with_its_line(text: str, codes: list[str]) -> None:
    assert told(text) == codes
    assert {code.split(":")[0] for code in codes} <= CODES.keys()


def test_a_null_annotation_is_the_empty_one_and_still_restricts() -> None:
    key = "apparmor.security.beta.kubernetes.io/allowedProfileNames"
    report = Report()
    psp = read_psp(SourceFile("p.yaml", PSP.replace("{name: p}", f"{{name: p, annotations: {{{key}: null}}}}")), report)
    assert psp is not None
    node = psp.annotation(key)
    assert node is not None and node.value == ""
