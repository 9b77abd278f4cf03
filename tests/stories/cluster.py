"""A cluster without nodes: etcd, the API server and the controller manager, with one policy engine or none.

The engines run under their own service accounts, so their own RBAC holds. No kubelet runs: a pod becomes ready when a
test says so.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stories.engine import Engine
from stories.gatekeeper import GATEKEEPER, gatekeeper
from stories.kyverno import KYVERNO, kyverno
from support.api_server import TOKEN, ApiServer, Json, api_server, until
from support.engines import engine
from support.processes import Process, free_port, started

EngineName = Literal["", "gatekeeper", "kyverno"]
CONTROLLERS = "system:kube-controller-manager"
TOKENS = {
    "controllers": (CONTROLLERS, ()),
    "gatekeeper": (GATEKEEPER, ("system:serviceaccounts", "system:serviceaccounts:gatekeeper-system")),
    "kyverno": (KYVERNO, ("system:serviceaccounts", "system:serviceaccounts:kyverno")),
}
"""Who logs in beside the administrator: the name of the token, the user and its groups."""
PATIENCE = 60.0
"""Seconds for what takes a controller a second or two."""
USERS = "stories:users"


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl, as the administrator of a cluster, or as ``user`` in ``groups``."""

    config: Path

    def __call__(self, *arguments: str | Path, user: str = "", groups: tuple[str, ...] = ()) -> str:
        """What kubectl prints. Fails where kubectl does."""
        done = self.run(*arguments, user=user, groups=groups)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    def run(
        self, *arguments: str | Path, user: str = "", groups: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """What becomes of kubectl, which may fail."""
        who = [*(["--as", user] if user else []), *(word for group in groups for word in ("--as-group", group))]
        command = [engine("kubectl"), "--kubeconfig", self.config, *who, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster: its API server, kubectl for it, and its policy engine."""

    server: ApiServer
    kubectl: Kubectl
    engine: Engine


@contextmanager
def cluster(folder: Path, name: EngineName) -> Iterator[Cluster]:
    """A cluster with the policy engine ``name``, whose files are in ``folder``. All of it ends with the block."""
    with api_server(folder, TOKENS) as server:
        configs = {token: write_config(folder, token, server.port) for token in (TOKEN, *TOKENS)}
        with controllers(folder, configs["controllers"]) as manager:
            account: Json = {"apiVersion": "v1", "kind": "ServiceAccount"}
            account["metadata"] = {"namespace": "default", "name": "default"}
            until(lambda: manager.lives() and server.get(account).ok, PATIENCE)
            server.apply(*users())
            with engine_of(folder, name, server, configs) as running:
                yield Cluster(server, Kubectl(configs[TOKEN]), running)


def engine_of(
    folder: Path, name: EngineName, server: ApiServer, configs: dict[str, Path]
) -> AbstractContextManager[Engine]:
    """The block in which the policy engine runs."""
    match name:
        case "gatekeeper":
            return gatekeeper(folder, server, configs["gatekeeper"])
        case "kyverno":
            return kyverno(folder, server, configs["kyverno"])
        case "":
            return none()


@contextmanager
def none() -> Iterator[Engine]:
    """No policy engine: the API server judges by itself."""
    yield Engine()


def controllers(folder: Path, config: Path) -> AbstractContextManager[Process]:
    """The block in which the controller manager runs: rollouts, garbage collection, the end of namespaces."""
    kubeconfigs = ("--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig")
    command = [
        engine("kube-controller-manager"), *(word for option in kubeconfigs for word in (option, config)),
        "--service-account-private-key-file", folder / "accounts.key", "--use-service-account-credentials=true",
        "--leader-elect=false", "--bind-address", "127.0.0.1", "--secure-port", str(free_port()),
        "--cert-dir", folder / "controller-certs",
    ]  # fmt: skip
    return started(folder / "controllers.log", command)


def write_config(folder: Path, token: str, port: int) -> Path:
    """The path of a kubeconfig with ``token``. JSON is YAML."""
    path = folder / f"{token}.kubeconfig"
    server = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": server}], "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }  # fmt: skip
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def users() -> list[Json]:
    """Whoever is logged in may do everything with pods and workloads: only admission is in the way."""
    version = "rbac.authorization.k8s.io/v1"
    rules = [{"apiGroups": ["", "apps", "batch"], "resources": ["*"], "verbs": ["*"]}]
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:authenticated"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": USERS}
    return [
        {"apiVersion": version, "kind": "ClusterRole", "metadata": {"name": USERS}, "rules": rules},
        {
            "apiVersion": version,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": USERS},
            "roleRef": role,
            "subjects": [subject],
        },
    ]
