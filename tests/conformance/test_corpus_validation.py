"""What is refused against what Kubernetes 1.24 refuses: over public policies, and over one policy with each field wrong.

The named differences: unknown fields and keys given twice, which the API server drops in silence, are errors here.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Report, SourceError
from pscc.psp.yaml import API_VERSIONS, read_psp
from pscc.psp.yaml_tree import load_documents
from support.engines import engine, run
from support.paths import SHARED

ANY = {"rule": "RunAsAny"}
SPEC = {"seLinux": ANY, "runAsUser": ANY, "supplementalGroups": ANY, "fsGroup": ANY}
SECCOMP = "seccomp.security.alpha.kubernetes.io/"
APPARMOR = "apparmor.security.beta.kubernetes.io/"


def ranges(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"min": low, "max": high} for low, high in pairs]


STRATEGIES = [
    {field: {"rule": rule, "ranges": listed}}
    for field in ("runAsUser", "runAsGroup", "supplementalGroups", "fsGroup")
    for rule in ("MustRunAs", "MayRunAs", "MustRunAsNonRoot", "RunAsAny", "mustRunAs", "")
    for listed in (
        [],
        ranges((0, 0)),
        ranges((2, 1)),
        ranges((-1, 1)),
        ranges((1, 2), (-3, -2)),
        ranges((0, 2**63 - 1)),
    )
]
LISTS = [
    {field: values}
    for field, words in {
        "volumes": ("*", "configMap", "configmap", "image", "", "ephemeral", "glusterfs"),
        "allowedProcMountTypes": ("Default", "Unmasked", "default", "*", ""),
        "allowedUnsafeSysctls": (
            "*",
            "kernel.*",
            "kernel.sem",
            "net/core",
            "a*b",
            "",
            ".a",
            "Kernel",
            "k-*",
            "k_",
            "a" * 254,
        ),
        "allowedCapabilities": ("*", "", "kill"),
    }.items()
    for word in words
    for values in ([word], [word, "kernel.shm"], [word, word])
]
SYSCTLS = [
    {"allowedUnsafeSysctls": [one], "forbiddenSysctls": [other]}
    for one in ("*", "kernel.*", "kernel.sem", "net.core", "kernel")
    for other in ("*", "kernel.*", "kernel.sem", "net.*", "kern*")
]
CAPABILITIES = [
    {"requiredDropCapabilities": drop, field: other}
    for field in ("allowedCapabilities", "defaultAddCapabilities")
    for drop in ([], ["KILL"], ["ALL"], ["*"])
    for other in ([], ["KILL"], ["*"], ["kill"])
]
RUNTIME_CLASSES = [
    {"runtimeClass": {"allowedRuntimeClassNames": names, "defaultRuntimeClassName": default}}
    for names in ([], ["a"], ["*"], ["a", "a"], ["a", "*"], ["A"], [""], None)
    for default in (None, "a", "b", "*", "A", "")
]
OTHERS = [
    {"seLinux": {"rule": "MustRunAs"}},
    {"seLinux": {"rule": "MayRunAs"}},
    {"seLinux": {"rule": "MustRunAs", "seLinuxOptions": {"level": "s0"}}},
    *({field: value} for field in SPEC for value in (None, {}, {"rule": None})),
    *({"hostPorts": ranges(pair)} for pair in ((2, 1), (-5, 70000), (0, 2**31 - 1), (0, 2**31), (-(2**31) - 1, 0))),
    {"hostPorts": [None]},
    {"runAsUser": {"rule": "MustRunAs", "ranges": ranges((0, 2**63))}},
    *({"allowPrivilegeEscalation": a, "defaultAllowPrivilegeEscalation": d}
      for a in (True, False, None) for d in (True, False, None)),
    *({"allowedHostPaths": [{"pathPrefix": path}]} for path in ("", "/", "a", "/a/../b", "/a..b", "..", "/..")),
    {"allowedHostPaths": [None, {}]},
    *({"allowedFlexVolumes": [{"driver": name}]} for name in ("", "a/b", "*")),
    *({"allowedCSIDrivers": [{"name": name}]} for name in ("", "a.b", "a..b", "A.B", "a.-b", "-a", "a_b", "a" * 64, "*", "K")),
    *({"privileged": value} for value in ("no", 0, None, [])),
    *({"volumes": value} for value in ("*", {}, None, [1], [True])),
]  # fmt: skip
VARIANTS = [*STRATEGIES, *LISTS, *SYSCTLS, *CAPABILITIES, *RUNTIME_CLASSES, *OTHERS]
PROFILES = (
    "", "*", "runtime/default", "docker/default", "unconfined", "localhost/", "localhost/a", "localhost/../a",
    "localhost//a", "localhost/a..b", "a", "runtime/default,", "runtime/default,unconfined", " unconfined", "localhost/*",
)  # fmt: skip
METADATA = [
    *({"annotations": {prefix + end: text}} for prefix in (SECCOMP, APPARMOR)
      for end in ("allowedProfileNames", "defaultProfileName") for text in (*PROFILES, None)),
    *({"name": name} for name in ("a.b", "a-", "A", "a_b", "", "a" * 253, "a" * 254, "a..b", 1, None)),
    *({"labels": labels} for labels in (
        {"a": "b"}, {"a b": "c"}, {"a": "-"}, {"a/b/c": "d"}, {"A.B/c": "d"}, {"a": 1}, {"a": "b" * 64}, {"": "a"},
    )),
    *({"annotations": found} for found in ({"a b": "c"}, {"A.B/c": "-"}, {"a": 1}, {"a/b/c": ""}, {"a": True}, {"a" * 64: ""})),
]  # fmt: skip


def policy(spec: object, metadata: dict[str, object]) -> dict[str, object]:
    """A PSP that is valid but for what is given."""
    return {
        "apiVersion": API_VERSIONS[0], "kind": "PodSecurityPolicy", "metadata": {"name": "p", **metadata}, "spec": spec,
    }  # fmt: skip


def judged(policies: list[object]) -> list[bool]:
    """For each policy, whether the API server of Kubernetes 1.24 stores it; asked one by one if they cannot be decoded."""
    line = json.dumps({"id": 1, "op": "validatePolicy", "policies": policies})
    done = run("psp-admission", stdin=line + "\n", check=True)
    reply = json.loads(done.stdout)
    if "results" in reply:
        return [bool(result["accepted"]) for result in reply["results"]]
    return [False] if len(policies) == 1 else [judged([policy])[0] for policy in policies]


def accepted(document: object) -> tuple[bool, bool]:
    """Whether pscc accepts the document, and whether an unknown field is among the reasons why not."""
    report = Report()
    found = read_psp(SourceFile("p.json", json.dumps(document, ensure_ascii=False)), report)
    return found is not None, any(d.code == "PSP002" for d in report.diagnostics)


def disagreements(documents: list[object]) -> list[object]:
    """What is accepted here and refused there, or the other way round, unknown fields apart."""
    found = []
    for document, theirs in zip(documents, judged(documents), strict=True):
        ours, unknown = accepted(document)
        if ours != theirs and not (theirs and unknown):
            found.append((document, "Kubernetes accepts it" if theirs else "Kubernetes refuses it"))
    return found


def test_each_field_wrong_is_refused_as_kubernetes_refuses_it() -> None:
    engine("psp-admission")
    assert not disagreements([policy({**SPEC, **variant}, {}) for variant in VARIANTS])


def test_names_and_annotations_are_refused_as_kubernetes_refuses_them() -> None:
    engine("psp-admission")
    assert not disagreements([policy(SPEC, variant) for variant in METADATA])


def test_public_policies_are_refused_as_kubernetes_refuses_them() -> None:
    engine("psp-admission")
    folder: Path = SHARED / "corpus" / "psp"
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing")
    documents: list[object] = []
    for path in sorted(folder.glob("*.y*ml")):
        try:
            nodes = load_documents(SourceFile(path.name, path.read_text(encoding="utf-8")))
        except SourceError:
            continue
        for node in nodes:
            kind, version = node.get("kind"), node.get("apiVersion")
            if kind and kind.value == "PodSecurityPolicy" and version and version.value in API_VERSIONS:
                metadata = node.get("metadata")
                document = node.to_json()
                if isinstance(document, dict) and metadata and metadata.get("namespace"):
                    document["metadata"].pop("namespace")
                documents.append(document)
    assert len(documents) >= 100
    assert not disagreements(documents)
