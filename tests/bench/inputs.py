"""Sources and manifests of any size, written into a folder."""

from __future__ import annotations

import json
from pathlib import Path

from support.targets import Json


def pod(number: int, containers: int = 1) -> Json:
    """A pod as people write it; every second one has a port that examples/psp-default.yaml refuses."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"web-{number}", "namespace": f"team-{number % 20}", "labels": {"app": "web"}},
        "spec": {
            "containers": [
                {
                    "name": f"main-{at}",
                    "image": f"registry.example/web:{number}",
                    "ports": [{"containerPort": 8080, "hostPort": 10000 + number % 2000}],
                    "securityContext": {"runAsNonRoot": True, "readOnlyRootFilesystem": True},
                }
                for at in range(containers)
            ]
        },
    }


def _yaml(pods: list[Json]) -> str:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return "".join("---\n" + yaml.dump(one, Dumper=dumper, sort_keys=False) for one in pods)


def stream(folder: Path, count: int) -> Path:
    """``count`` pods as a stream of YAML."""
    return _written(folder / f"pods-{count}.yaml", _yaml([pod(number) for number in range(count)]))


def listed(folder: Path, count: int) -> Path:
    """The same pods as ``kubectl get pods -A -o json`` prints them."""
    container = {"apiVersion": "v1", "items": [pod(number) for number in range(count)], "kind": "List"}
    return _written(folder / f"pods-{count}.json", json.dumps(container, indent=4))


def large_pod(folder: Path, containers: int) -> Path:
    """One pod with that many containers."""
    return _written(folder / f"containers-{containers}.yaml", _yaml([pod(0, containers)]))


def ports(folder: Path, count: int) -> Path:
    """A statement with that many ports."""
    values = ", ".join(str(2 * number + 1) for number in range(count))
    return _written(folder / f"ports-{count}.psp", f"policy a {{\n    allow hostPorts {values}\n}}\n")


def policies(folder: Path, count: int) -> Path:
    """That many policies, each for a namespace of its own."""
    text = "".join(
        f"policy p{n} {{\n    in namespaces n{n}\n    deny privileged\n    allow hostPorts {n + 1}\n}}\n"
        for n in range(count)
    )
    return _written(folder / f"policies-{count}.psp", text)


def _policy(folder: Path, name: str, count: int, statements: str) -> Path:
    return _written(folder / f"{name}-{count}.psp", f"policy a {{\n{statements}\n}}\n")


def ranges(folder: Path, count: int) -> Path:
    """A statement with that many ranges."""
    values = ", ".join(f"{5 * number + 1}-{5 * number + 3}" for number in range(count))
    return _policy(folder, "ranges", count, f"    allow runAsUser {values}")


def words(folder: Path, count: int) -> Path:
    """A statement with that many words."""
    values = ", ".join(f"net.example.x{number}" for number in range(count))
    return _policy(folder, "words", count, f"    allow sysctls {values}")


def namespaces(folder: Path, count: int) -> Path:
    """A policy for that many namespaces."""
    names = ", ".join(f"team-{number}" for number in range(count))
    return _policy(folder, "namespaces", count, f"    in namespaces {names}\n    deny privileged")


def exemptions(folder: Path, count: int) -> Path:
    """A policy with that many exemptions, the statement of which a policy may have any number."""
    lines = "\n".join(
        f'    exempt images registry.example/x{number}:* from privileged because "a driver"' for number in range(count)
    )
    return _policy(folder, "exemptions", count, f"    deny privileged\n{lines}")


def chain(folder: Path, count: int) -> Path:
    """That many policies, each of which extends the one before."""
    text = "policy p0 {\n    deny privileged\n}\n" + "".join(
        f"policy p{number} extends p{number - 1} {{\n    in namespaces n{number}\n}}\n" for number in range(1, count)
    )
    return _written(folder / f"chain-{count}.psp", text)


def bindings(folder: Path, count: int) -> Path:
    """Five PodSecurityPolicies, and that many bindings."""
    return _psp_set(folder, 5, count)


def psps(folder: Path, count: int) -> Path:
    """That many PodSecurityPolicies, and three bindings for each."""
    return _psp_set(folder, count, 3 * count)


def _psp_set(folder: Path, policies: int, count: int) -> Path:
    access, group = "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io"
    anything = {"rule": "RunAsAny"}
    objects: list[Json] = []
    for n in range(policies):
        spec = {
            "hostPorts": [{"min": 1000 + n, "max": 1010 + n}],
            "runAsUser": {"rule": "MustRunAs", "ranges": [{"min": 1 + n, "max": 65535 + n}]},
            **dict.fromkeys(("seLinux", "supplementalGroups", "fsGroup"), anything),
            "volumes": ["configMap", "secret", "emptyDir"],
        }
        use = {
            "apiGroups": ["policy"],
            "resources": ["podsecuritypolicies"],
            "resourceNames": [f"p{n}"],
            "verbs": ["use"],
        }
        policy = {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": f"p{n}"}}
        objects.append({**policy, "spec": spec})
        role = {"apiVersion": access, "kind": "ClusterRole", "metadata": {"name": f"use-p{n}"}}
        objects.append({**role, "rules": [use]})
    for n in range(count):
        place = f"team-{n % 200}"
        metadata = {"name": f"b{n}", "namespace": place}
        reference = {"apiGroup": group, "kind": "ClusterRole", "name": f"use-p{n % policies}"}
        subject = {"kind": "ServiceAccount", "name": f"account-{n}", "namespace": place}
        binding = {"apiVersion": access, "kind": "RoleBinding", "metadata": metadata}
        objects.append({**binding, "roleRef": reference, "subjects": [subject]})
    return _written(folder / f"psps-{policies}-{count}.yaml", _yaml(objects))


def mistakes(folder: Path, count: int) -> Path:
    """That many misspelled statements."""
    return _written(folder / f"mistakes-{count}.psp", "policy a {\n" + "    dney privileged\n" * count + "}\n")


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
