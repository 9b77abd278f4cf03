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


def mistakes(folder: Path, count: int) -> Path:
    """That many misspelled statements."""
    return _written(folder / f"mistakes-{count}.psp", "policy a {\n" + "    dney privileged\n" * count + "}\n")


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
