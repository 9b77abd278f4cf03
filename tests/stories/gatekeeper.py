"""Gatekeeper's manager as a webhook of an API server on the loopback, installed by its own manifest."""

from __future__ import annotations

import base64
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme
import yaml

from stories.engine import PATIENCE, Engine, Failure, Operation, install
from support.api_server import ApiServer, Json, place_of, until
from support.engines import engine
from support.processes import Process, free_port

GATEKEEPER = "system:serviceaccount:gatekeeper-system:gatekeeper-admin"
OPERATIONS = ("webhook", "mutation-webhook", "status", "mutation-status", "generate")
"""What the process does: all but the audit."""
POD: Json = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "gatekeeper-controller-manager-0", "namespace": "gatekeeper-system"},
    "spec": {
        "serviceAccountName": "gatekeeper-admin",
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "manager",
                "image": "gatekeeper",
                "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            }
        ],
    },
}
"""The pod that the process takes itself for. It owns what the process says of each object: without it, that is collected."""
PLACE = {
    "POD_NAME": "gatekeeper-controller-manager-0",
    "POD_NAMESPACE": "gatekeeper-system",
    "NAMESPACE": "gatekeeper-system",
    "CONTAINER_NAME": "manager",
}
BY_POD = ("constraints.gatekeeper.sh", "mutations.gatekeeper.sh")
ASKED: tuple[Operation, ...] = ("CREATE", "UPDATE")
"""The operations that Gatekeeper's own manifest asks about."""


class Gatekeeper(Engine):
    """Gatekeeper, with its webhook configurations in the API server."""

    namespace = "gatekeeper-system"

    def __init__(self, server: ApiServer, process: Process, health: int, webhooks: list[Json]) -> None:
        self.server, self.process, self.health, self.webhooks = server, process, health, webhooks

    def start_again(self) -> None:
        """See `Engine`."""
        self.process.start()
        until(lambda: self.process.lives() and self._answers(), PATIENCE)

    def rules(self, *, failure: Failure = "Fail", timeout: int = 30, operations: tuple[Operation, ...] = ASKED) -> None:
        """See `Engine`."""
        for configuration in self.webhooks:
            for webhook in configuration["webhooks"]:
                webhook["timeoutSeconds"] = timeout
                if webhook["name"] != "check-ignore-label.gatekeeper.sh":
                    webhook["failurePolicy"] = failure
                if webhook["name"] == "validation.gatekeeper.sh":
                    webhook["rules"][0]["operations"] = list(operations)
            there = self.server.get(configuration)
            metadata = {
                **configuration["metadata"],
                **({"resourceVersion": version_of(there.body)} if there.ok else {}),
            }
            path = place_of(configuration) if there.ok else place_of(configuration).rpartition("/")[0]
            answer = self.server.ask("PUT" if there.ok else "POST", path, {**configuration, "metadata": metadata})
            assert answer.ok, answer.body

    def in_force(self, document: Json) -> bool:
        """See `Engine`."""
        status = document.get("status") or {}
        if document["kind"] == "ConstraintTemplate":
            return bool(status.get("created"))
        if not document["apiVersion"].startswith(BY_POD):
            return True
        generation = document["metadata"]["generation"]
        return any(pod["enforced"] and pod["observedGeneration"] == generation for pod in status.get("byPod") or ())

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def version_of(document: Json) -> str:
    """The version of a stored object, without which it cannot be replaced."""
    return str(document["metadata"]["resourceVersion"])


@contextmanager
def gatekeeper(folder: Path, server: ApiServer, config: Path) -> Iterator[Engine]:
    """Gatekeeper, under its own service account, while the block lasts."""
    binary = engine("gatekeeper-manager")
    documents = list(yaml.load_all(Path(f"{binary}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader))
    install(server, documents)
    until(lambda: server.create(POD).ok)
    authority = trustme.CA()
    certificates = folder / "gatekeeper-certs"
    certificates.mkdir()
    pair = authority.issue_cert("127.0.0.1")
    pair.private_key_pem.write_to_path(certificates / "tls.key")
    pair.cert_chain_pems[0].write_to_path(certificates / "tls.crt")
    authority.cert_pem.write_to_path(certificates / "ca.crt")
    port, health = free_port(), free_port()
    command = [
        binary, "--kubeconfig", config, "--disable-cert-rotation", "--cert-dir", certificates,
        "--host", "127.0.0.1", "--port", str(port), "--health-addr", f"127.0.0.1:{health}",
        "--prometheus-port", str(free_port()), "--exempt-namespace=gatekeeper-system", "--logtostderr",
        "--shutdown-delay", "0", *(f"--operation={operation}" for operation in OPERATIONS),
    ]  # fmt: skip
    webhooks = [document for document in documents if document and document["kind"].endswith("WebhookConfiguration")]
    bundle = base64.b64encode(authority.cert_pem.bytes()).decode()
    for webhook in (webhook for configuration in webhooks for webhook in configuration["webhooks"]):
        path = webhook["clientConfig"]["service"]["path"]
        webhook["clientConfig"] = {"url": f"https://127.0.0.1:{port}{path}", "caBundle": bundle}
    running = Gatekeeper(server, Process(folder / "gatekeeper.log", command, PLACE), health, webhooks)
    try:
        running.start_again()
        running.rules()
        yield running
    finally:
        running.process.kill()
