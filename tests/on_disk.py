"""The command lines that judge files: what they say of manifests, and what they make of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import yaml

from conformance.jsonl import Json
from conftest import engine
from pscc.backends._base import Output
from targets import run

Said = dict[tuple[str, str], list[str]]
"""What is said of each pod, by the name of the policy and of the pod; nothing of those that pass."""


def placed(outputs: list[Output], folder: Path, *wanted: str) -> list[Path]:
    """The files of ``outputs`` whose paths begin with one of ``wanted``, written into ``folder``."""
    paths: dict[Path, None] = {}
    for output in outputs:
        for file in output.files:
            if file.path.startswith(wanted) and not file.path.endswith("kustomization.yaml"):
                path = folder / file.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(file.text, encoding="utf-8")
                paths[path] = None
    return list(paths)


def stream(folder: Path, objects: list[Json]) -> Path:
    """A file of ``objects``."""
    path = folder / "manifests.yaml"
    path.write_text("---\n".join(json.dumps(one) + "\n" for one in objects), encoding="utf-8")
    return path


def gator(folder: Path, paths: list[Path], objects: list[Json]) -> Said:
    """What ``gator test`` says, by policy: a constraint is named after its own."""
    chosen = [f"--filename={path}" for path in [*paths, stream(folder, objects)]]
    done = subprocess.run(
        [engine("gator"), "test", "--output", "json", *chosen], capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    found: Said = {}
    for result in json.loads(done.stdout) or []:
        policy = result["constraint"]["metadata"]["name"].split("-")[0]
        message = result["msg"].removeprefix("[Implied by pscc-workloads] ")
        found.setdefault((policy, result["violatingObject"]["metadata"]["name"]), []).append(message)
    return {key: sorted(set(messages)) for key, messages in found.items()}


def kyverno(folder: Path, paths: list[Path], objects: list[Json]) -> tuple[Said, set[tuple[str, str]]]:
    """What ``kyverno apply`` says, errors too, and which policy it ran on which object."""
    policies = [path for path in paths if not path.stem.endswith(("-defaults", "-ephemeral-containers"))]
    done = run("kyverno", "apply", *policies, "-r", stream(folder, objects), "-p", "--output-format", "json")
    assert "{" in done.stdout, done.stdout + done.stderr
    found: Said = {}
    ran: set[tuple[str, str]] = set()
    for result in json.loads(done.stdout[done.stdout.index("{") :])["results"]:
        policy = result["policy"].removesuffix("-workloads").removesuffix("-cronjobs")
        key = (policy, result["resources"][0]["name"])
        ran.add(key)
        if result["result"] not in ("pass", "skip"):
            found.setdefault(key, []).append(result.get("message", ""))
    return {key: sorted(set(messages)) for key, messages in found.items()}, ran


def mutated(folder: Path, paths: list[Path], pods: list[Json]) -> dict[str, Json]:
    """``pods`` as ``kyverno apply`` leaves them, by name."""
    out = folder / "-".join(path.stem for path in paths)
    done = run("kyverno", "apply", *paths, "-r", stream(folder, pods), "-o", out)
    assert "error: 0" in done.stdout, done.stdout + done.stderr
    changed = [p for path in out.glob("*.yaml") for p in yaml.safe_load_all(path.read_text(encoding="utf-8")) if p]
    return {pod["metadata"]["name"]: pod for pod in (*pods, *changed)}
