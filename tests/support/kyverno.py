"""Kyverno's command line, asked for the pods that its policies leave."""

from __future__ import annotations

from pathlib import Path

import yaml

from support.engines import run
from support.targets import Json


def mutated(folder: Path, pods: list[Json]) -> dict[str, Json]:
    """The pods as the mutating policy in ``folder`` leaves them, by name."""
    resources = folder / "resources.yaml"
    resources.write_text(yaml.safe_dump_all(pods), encoding="utf-8")
    out = folder / "mutated"
    (path,) = (folder / "policies").glob("*-defaults.yaml")
    done = run("kyverno", "apply", path, "-r", resources, "-o", out)
    assert "error: 0" in done.stdout, done.stdout + done.stderr
    changed = {
        p["metadata"]["name"]: p for path in out.glob("*.yaml") for p in yaml.safe_load_all(path.read_text()) if p
    }
    return {pod["metadata"]["name"]: changed.get(pod["metadata"]["name"], pod) for pod in pods}
