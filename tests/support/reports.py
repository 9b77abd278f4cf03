"""A policy, workloads with each outcome of a report, and the command that reports on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner, Result

from pscc.cli import main
from support.paths import ROOT

Json = dict[str, Any]
CLUSTER = (str(ROOT / "examples" / "cluster" / "dump.yaml"), "-f", str(ROOT / "examples" / "cluster" / "pods.yaml"))
POLICY = """policy team {
    except namespaces infra
    deny hostPID
    warn deny hostIPC
    require runAsGroup
    default runAsGroup 10
}
"""


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["report", *arguments], input=stdin)


def pod(name: str, namespace: str = "shop", **spec: Any) -> Json:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [{"name": "c"}], **spec}}


OBJECTS = (
    pod("plain"),
    pod("done", securityContext={"runAsGroup": 3}),
    pod("bad", hostPID=True, hostIPC=True),
    pod("free", "infra"),
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "shop"}},
)


def reported(folder: Path, *arguments: str, objects: tuple[Json, ...] = OBJECTS, policy: str = POLICY) -> Result:
    (folder / "p.psp").write_text(policy, encoding="utf-8")
    (folder / "m.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    return run(str(folder / "p.psp"), "-f", str(folder / "m.yaml"), *arguments)
