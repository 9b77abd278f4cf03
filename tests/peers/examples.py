"""Tiny checkouts in the layout of each peer's repository, made up here: what the tests read in place of the real ones."""

from __future__ import annotations

import json
from pathlib import Path

from peers.case import Json
from pscc.meaning.library import MINORS

TEMPLATE = {"spec": {"crd": {"spec": {"names": {"kind": "K8sPSPHostNetworkingPorts"}}}}}
"""What is read of a ConstraintTemplate."""

REGO = """\
package ports

violation[{"msg": "too low"}] {
	input.review.object.spec.containers[_].ports[_].hostPort < input.parameters.min
}
"""
REGO_TEST = """\
package ports

test_below { one := asked(79); found := violation with input as one; count(found) == 1 }

test_at { one := asked(80); found := violation with input as one; count(found) == 0 }

test_helper { asked(1).parameters.min == 80 }

asked(port) = {
	"review": {"object": {"spec": {"containers": [{"name": 0, "ports": [{"hostPort": port}]}], "initContainers": {}}}},
	"parameters": {"hostNetwork": true, "min": 80},
}
"""


def pod(name: str, **spec: object) -> Json:
    """A pod of one container."""
    whole = {"containers": [{"name": "c", "image": "i"}], **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": whole}


def deployment(name: str, **spec: object) -> Json:
    """A Deployment of such pods."""
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod(name, **spec)["spec"]}
    whole = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": whole}


def _ports(number: int, image: str = "i") -> list[Json]:
    return [{"name": "c", "image": image, "ports": [{"containerPort": number, "hostPort": number}]}]


def write(path: Path, *found: object) -> None:
    """Puts documents, or one text, at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [one if isinstance(one, str) else json.dumps(one) for one in found]
    path.write_text("\n---\n".join(texts), encoding="utf-8")


def gatekeeper_library(root: Path, **expected: object) -> Path:
    """A checkout with one template; ``expected`` overrides the violations that a case expects."""
    objects: dict[str, Json] = {
        "low": pod("low", containers=_ports(79)),
        "within": pod("within", containers=_ports(80)),
        "exempt": pod("exempt", containers=_ports(79, "own.example/i")),
        "update": {
            "kind": "AdmissionReview",
            "request": {"operation": "UPDATE", "object": pod("update", containers=_ports(79))},
        },
    }
    violations: dict[str, object] = {"low": 1, "within": "no", "exempt": False, "update": "no", **expected}
    folder = root / "library" / "pod-security-policy" / "ports"
    constraint = {
        "kind": "K8sPSPHostNetworkingPorts",
        "spec": {
            "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "excludedNamespaces": ["kube-system"]},
            "parameters": {"hostNetwork": True, "min": 80, "max": 9000, "exemptImages": ["own.example/*"]},
        },
    }
    cases = [
        {"name": name, "object": f"samples/{name}.yaml", "assertions": [{"violations": violations[name]}]}
        for name in objects
    ]
    write(folder / "template.yaml", TEMPLATE)
    write(folder / "samples" / "constraint.yaml", constraint)
    write(folder / "suite.yaml", {"tests": [{"name": "t", "constraint": "samples/constraint.yaml", "cases": cases}]})
    for name, found in objects.items():
        write(folder / "samples" / f"{name}.yaml", found)
    write(root / "src" / "pod-security-policy" / "ports" / "src.rego", REGO)
    write(root / "src" / "pod-security-policy" / "ports" / "src_test.rego", REGO_TEST)
    return root


def kyverno_policies(root: Path, policy: str = "disallow-host-namespaces", good: str = "pass") -> Path:
    """A checkout with a policy that refuses, one that changes, one about namespaces, and one that is not of its kind."""
    folder = root / "pod-security" / "baseline" / policy / ".kyverno-test"
    write(
        folder / "resource.yaml",
        pod("bad", hostPID=True),
        pod("good"),
        deployment("bad", hostPID=True),
        deployment("good", hostPID=False),
    )
    results = [
        {"kind": "Pod", "policy": policy, "resources": ["bad"], "result": "fail", "rule": "host-namespaces"},
        {"kind": "Pod", "policy": policy, "resources": ["good"], "result": good, "rule": "host-namespaces"},
        {"kind": "Deployment", "policy": policy, "resources": ["bad"], "result": "fail"},
        {"kind": "Deployment", "policy": policy, "resources": ["good"], "result": "pass"},
    ]
    write(folder / "kyverno-test.yaml", {"resources": ["resource.yaml"], "results": results})
    folder = root / "psp-migration" / "add-runtimeClassName" / ".kyverno-test"
    write(folder / "resource.yaml", pod("bare"))
    write(folder / "patched.yaml", pod("bare", runtimeClassName="prodclass"))
    changed = {
        "kind": "Pod",
        "policy": "add-runtimeclassname",
        "resources": ["bare"],
        "patchedResources": "patched.yaml",
        "result": "pass",
    }
    write(folder / "kyverno-test.yaml", {"resources": ["resource.yaml"], "results": [changed]})
    folder = root / "psa" / "deny-privileged-profile" / ".kyverno-test"
    write(folder / "resource.yaml", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}})
    about = {"kind": "Namespace", "policy": "deny-privileged-profile", "resources": ["n"], "result": "fail"}
    write(folder / "kyverno-test.yaml", {"resources": ["resource.yaml"], "results": [about]})
    write(root / "other" / "require-labels" / ".kyverno-test" / "kyverno-test.yaml", {"results": []})
    return root


def pod_security_admission(root: Path, wrong: bool = False) -> Path:
    """A checkout with a pod that passes and one that fails, for each minor; with ``wrong`` one of them in the other's place."""
    testdata = root / "test" / "testdata"
    for minor in MINORS:
        folder = testdata / "baseline" / f"v{minor}"
        write(folder / "pass" / "base.yaml", pod("base"))
        write(folder / "fail" / "host.yaml", pod("host", hostPID=not wrong))
    (testdata / "restricted" / "v1.0").mkdir(parents=True)
    return root
