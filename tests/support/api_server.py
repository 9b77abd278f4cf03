"""A real kube-apiserver with its etcd, on the loopback, for the length of a test: no kubelet, no controllers.

Users are impersonated by one who may do everything. ServiceAccount admission is on, so pods get their token volumes; the
accounts themselves are made here, since no controller does.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.engines import engine

Json = dict[str, Any]
PATIENCE = 30.0
"""Seconds for a start, or for a change to take effect."""
_SERVED_BY_ITSELF = (
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "managedFields",
    "annotations",
    "labels",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server said: its status code, and the object or the Status."""

    code: int
    body: Json

    @property
    def ok(self) -> bool:
        """Whether the request was admitted and carried out."""
        return self.code < 300


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running API server, asked with the token of one who may do everything."""

    port: int

    def ask(
        self, method: str, path: str, body: Json | None = None, user: str = "", groups: tuple[str, ...] = ()
    ) -> Answer:
        """The answer to one request, made in the name of ``user`` with ``groups`` where one is given."""
        headers = [("Authorization", "Bearer everything"), ("Content-Type", "application/json")]
        headers += [("Impersonate-User", user)] if user else []
        headers += [("Impersonate-Group", group) for group in groups]
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)
        try:
            connection.putrequest(method, path)
            data = json.dumps(body).encode() if body is not None else b""
            for name, value in (*headers, ("Content-Length", str(len(data)))):
                connection.putheader(name, value)
            connection.endheaders(data)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        return Answer(response.status, json.loads(text) if text.startswith(b"{") else {"message": text.decode()})

    def apply(self, *documents: Json) -> None:
        """Create objects; those that are there already stay as they are."""
        for document in documents:
            answer = self.ask("POST", path_of(document), document)
            assert answer.ok or answer.code == 409, (document["kind"], document["metadata"]["name"], answer.body)

    def delete(self, *documents: Json) -> None:
        """Delete objects."""
        for document in documents:
            answer = self.ask("DELETE", f"{path_of(document)}/{document['metadata']['name']}")
            assert answer.ok, answer.body

    def create(self, pod: Json, user: str = "", groups: tuple[str, ...] = (), *, dry: bool = False) -> Answer:
        """The answer to the creation of ``pod``; ``dry`` keeps nothing."""
        path = path_of(pod) + ("?dryRun=All" if dry else "")
        return self.ask("POST", path, pod, user, groups)


def path_of(document: Json) -> str:
    """Where objects of the document's kind are created."""
    metadata, kind = document["metadata"], str(document["kind"]).lower()
    plural = re.sub("y$", "ie", re.sub("ss$", "sse", kind)) + "s"
    version = document["apiVersion"]
    namespaced = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    return f"/{'apis' if '/' in version else 'api'}/{version}{namespaced}/{plural}"


def as_sent(pod: Json) -> Json:
    """A stored pod without what the server keeps of it, and with a name of its token volume that does not change."""
    text = re.sub(r"kube-api-access-[a-z0-9]{5}", "kube-api-access", json.dumps(pod))
    stored: Json = json.loads(text)
    stored.pop("status", None)
    stored["metadata"] = {k: v for k, v in stored["metadata"].items() if k not in _SERVED_BY_ITSELF}
    return stored


@contextmanager
def api_server(folder: Path) -> Iterator[ApiServer]:
    """An API server whose files are in ``folder``; it ends with the block."""
    etcd, peer, secure = (_free_port() for _ in range(3))
    binaries = engine("etcd"), engine("kube-apiserver")
    (folder / "tokens.csv").write_text('everything,admin,admin,"system:masters"\n', encoding="utf-8")
    _write_key(folder / "accounts.key")
    client, peers = f"http://127.0.0.1:{etcd}", f"http://127.0.0.1:{peer}"
    commands = (
        [
            binaries[0], "--data-dir", folder / "etcd", "--unsafe-no-fsync", "--log-level", "error",
            "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peers,
            "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}",
        ],
        [
            binaries[1], "--etcd-servers", client, "--bind-address", "127.0.0.1", "--secure-port", str(secure),
            "--cert-dir", folder / "certs", "--token-auth-file", folder / "tokens.csv", "--authorization-mode", "RBAC",
            "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", folder / "accounts.key",
            "--service-account-signing-key-file", folder / "accounts.key", "--service-cluster-ip-range", "10.0.0.0/24",
            "--feature-gates", "ProcMountType=true", "--allow-privileged=true",
        ],
    )  # fmt: skip
    running: list[subprocess.Popen[bytes]] = []
    with (folder / "log").open("wb") as log:
        try:
            for command in commands:
                running.append(subprocess.Popen(command, stdout=log, stderr=log))
            server = ApiServer(secure)
            _until(lambda: _ready(server, running, folder / "log"))
            yield server
        finally:
            # nothing of theirs is kept, and an API server takes its time to say goodbye
            for process in running:
                process.kill()
                process.wait()


def _ready(server: ApiServer, running: list[subprocess.Popen[bytes]], log: Path) -> bool:
    assert all(process.poll() is None for process in running), log.read_text(errors="replace")[-3000:]
    try:
        return server.ask("GET", "/readyz").code == 200
    except OSError:
        return False


def _until(holds: Any) -> None:
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE, "nothing has changed in time"
        time.sleep(0.05)


def until(holds: Any) -> None:
    """Wait until ``holds()``: what is applied takes effect a moment later."""
    _until(holds)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _write_key(path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
