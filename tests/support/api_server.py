"""A real kube-apiserver with its etcd, on the loopback, for the length of a test: no kubelet, no controllers.

Users are impersonated by one who may do everything. ServiceAccount admission is on, so pods get their token volumes; the
accounts themselves are made here, since no controller does.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.engines import engine
from support.processes import free_port, started

Json = dict[str, Any]
NO_TOKENS: Mapping[str, tuple[str, tuple[str, ...]]] = {}
PATIENCE = 30.0
"""Seconds for a start, or for a change to take effect."""
TOKEN = "everything"
"""The token of one who may do everything."""
_SINGULAR = ("constraints.gatekeeper.sh", "mutations.gatekeeper.sh")
"""The API groups of Gatekeeper whose resources are called as their kinds are, without a plural."""
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
    """What the API server said: its status code, the object or the Status, and the warnings that came with it."""

    code: int
    body: Json
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the request was admitted and carried out."""
        return self.code < 300

    @property
    def message(self) -> str:
        """The words of a Status; empty for an object."""
        return str(self.body.get("message", ""))


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running API server, asked with the token of one who may do everything."""

    port: int

    def ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        user: str = "",
        groups: tuple[str, ...] = (),
    ) -> Answer:
        """The answer to one request, made in the name of ``user`` with ``groups`` where one is given."""
        headers = [("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json")]
        headers += [("Impersonate-User", user)] if user else []
        headers += [("Impersonate-Group", group) for group in groups]
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)
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
        found = json.loads(text) if text.startswith(b"{") else {"message": text.decode()}
        return Answer(response.status, found, tuple(response.headers.get_all("Warning") or ()))

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

    def get(self, document: Json) -> Answer:
        """The object that has the kind, the namespace and the name of ``document``."""
        return self.ask("GET", place_of(document))

    def items(self, path: str) -> list[Json]:
        """The objects in the list at ``path``."""
        answer = self.ask("GET", path)
        assert answer.ok, (path, answer.body)
        return list(answer.body["items"])


def path_of(document: Json) -> str:
    """Where objects of the document's kind are created."""
    metadata, kind, version = document["metadata"], str(document["kind"]).lower(), str(document["apiVersion"])
    plural = kind if version.startswith(_SINGULAR) else re.sub("y$", "ie", re.sub("ss$", "sse", kind)) + "s"
    namespaced = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    return f"/{'apis' if '/' in version else 'api'}/{version}{namespaced}/{plural}"


def place_of(document: Json) -> str:
    """Where the object is."""
    return f"{path_of(document)}/{document['metadata']['name']}"


def as_sent(pod: Json) -> Json:
    """A stored pod without what the server keeps of it, and with a name of its token volume that does not change."""
    text = re.sub(r"kube-api-access-[a-z0-9]{5}", "kube-api-access", json.dumps(pod))
    stored: Json = json.loads(text)
    stored.pop("status", None)
    stored["metadata"] = {k: v for k, v in stored["metadata"].items() if k not in _SERVED_BY_ITSELF}
    return stored


@contextmanager
def api_server(folder: Path, tokens: Mapping[str, tuple[str, tuple[str, ...]]] = NO_TOKENS) -> Iterator[ApiServer]:
    """An API server whose files are in ``folder``; it ends with the block.

    ``tokens`` has who else may log in: a user and its groups for each token. Tokens of accounts are signed with
    ``folder/accounts.key``.
    """
    etcd, peer, secure = (free_port() for _ in range(3))
    rows = {TOKEN: ("admin", ("system:masters",)), **tokens}
    lines = (f'{token},{user},{user},"{",".join(groups)}"\n' for token, (user, groups) in rows.items())
    (folder / "tokens.csv").write_text("".join(lines), encoding="utf-8")
    _write_key(folder / "accounts.key")
    client, peers = f"http://127.0.0.1:{etcd}", f"http://127.0.0.1:{peer}"
    store = [
        engine("etcd"), "--data-dir", folder / "etcd", "--unsafe-no-fsync", "--log-level", "error",
        "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peers,
        "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}",
    ]  # fmt: skip
    api = [
        engine("kube-apiserver"), "--etcd-servers", client, "--bind-address", "127.0.0.1", "--secure-port", str(secure),
        "--cert-dir", folder / "certs", "--token-auth-file", folder / "tokens.csv", "--authorization-mode", "RBAC",
        "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", folder / "accounts.key",
        "--service-account-signing-key-file", folder / "accounts.key", "--service-cluster-ip-range", "10.0.0.0/24",
        "--feature-gates", "ProcMountType=true", "--allow-privileged=true",
    ]  # fmt: skip
    server = ApiServer(secure)
    # nothing of theirs is kept, so they are killed: an API server takes its time to say goodbye
    with started(folder / "etcd.log", store) as one, started(folder / "apiserver.log", api) as two:
        until(lambda: one.lives() and two.lives() and _ready(server))
        yield server


def _ready(server: ApiServer) -> bool:
    try:
        return server.ask("GET", "/readyz").code == 200
    except OSError:
        return False


def until(holds: Callable[[], bool], patience: float = PATIENCE, why: Callable[[], object] = str) -> None:
    """Wait until ``holds()``: what is applied takes effect a moment later. Fails after ``patience`` seconds with ``why()``."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < patience, f"nothing has changed in {patience:.0f} seconds: {why()}"
        time.sleep(0.05)


def _write_key(path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
