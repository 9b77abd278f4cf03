"""Stock OPA servers that tests start and stop, and ``pscc verify`` on them."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pscc.cli import main
from support.engines import engine
from support.paths import ROOT

DEFAULT = str(ROOT / "examples" / "psp-default.yaml")
TOKEN = "a-token-of-the-test"
AUTHZ = """\
package system.authz

default allow := false

allow if input.identity == "a-token-of-the-test"

allow if input.path == ["health"]
"""
THEIRS = """\
package main

deny contains "theirs"
"""
LIBRARY = """\
package lib.pscc

message(_, _) := "theirs"
"""
"""Packages of the names that the compiled policies have, as somebody else may have them on the server."""


def verify(*arguments: str) -> Result:
    """What ``pscc verify`` says of an example on OPA."""
    return CliRunner().invoke(main, ["verify", DEFAULT, "--target", "opa", "--count", "40", *arguments])


def server_row(done: Result) -> dict[str, Any]:
    """What it says of the server, from its JSON."""
    (row,) = [row for row in json.loads(done.stdout)["engines"] if row["engine"] == "opa server"]
    return dict(row)


def without_surroundings(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No engine on the path, and no environment that changes how servers are reached."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name in ("PSCC_OPA_TOKEN", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """A running OPA server, and a look at its policies that does not go through what is tested."""

    def __init__(self, url: str, context: ssl.SSLContext | None) -> None:
        self.url = url
        self._context = context

    def get(self, path: str) -> Any:
        """What the server answers at ``path``."""
        request = urllib.request.Request(f"{self.url}{path}", headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request, timeout=10, context=self._context) as answer:
            return json.loads(answer.read() or b"null")

    def policies(self) -> list[str]:
        """The names of the policies that it has."""
        return sorted(policy["id"] for policy in self.get("/v1/policies")["result"])


@contextmanager
def opa(folder: Path, *options: str, scheme: str = "http", context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """OPA, started with what somebody else has on it."""
    port = free_port()
    files = {"authz.rego": AUTHZ, "theirs.rego": THEIRS, "library.rego": LIBRARY}
    for name, text in files.items():
        (folder / name).write_text(text)
    command = [engine("opa"), "run", "--server", "--addr", f"127.0.0.1:{port}", "--log-level", "error", *options]
    process = subprocess.Popen([*command, *(str(folder / name) for name in files)])
    server = Server(f"{scheme}://localhost:{port}", context)
    try:
        for _ in range(300):
            try:
                server.get("/health")
                break
            except (OSError, urllib.error.URLError):
                assert process.poll() is None, "OPA ended"
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(20)
