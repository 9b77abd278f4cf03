"""``pscc verify --opa-url`` on servers that misbehave or are down, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.opa_servers import (
    DEFAULT,
    free_port,
    server_row,
    verify,
    without_surroundings,
)
from support.paths import ROOT


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_surroundings(monkeypatch, tmp_path)


def test_a_server_that_is_down() -> None:
    url = f"http://localhost:{free_port()}"
    before = time.monotonic()
    done = verify("--opa-url", url)
    assert done.exit_code == 1
    assert f"opa server failed: {url} cannot be reached: " in done.stdout
    assert "Connection refused" in done.stdout
    assert "may still have" not in done.stdout
    assert time.monotonic() - before < 20


class Handler(BaseHTTPRequestHandler):
    """Takes every policy, and answers questions as ``server.behaviour`` says."""

    protocol_version = "HTTP/1.1"
    behaviour = ""
    asked: threading.Event
    deleted: list[str]

    def log_message(self, *arguments: object) -> None:
        """Nothing."""

    def _send(self, status: int, body: bytes) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        if self.behaviour == "hangs at once":
            time.sleep(4)
        refusal = {"code": "invalid_parameter", "message": "bad module", "errors": [{"message": "no such function"}]}
        match self.behaviour:
            case "refuses":
                self._send(400, json.dumps(refusal).encode())
            case "is a proxy":
                self._send(502, b"<html>bad gateway</html>")
            case "answers a list":
                self._send(500, b"[]")
            case _:
                self._send(200, b"{}")

    def do_POST(self) -> None:
        self.asked.set()
        match self.behaviour:
            case "hangs":
                time.sleep(4)
                self._send(200, b"{}")
            case "is undefined":
                self._send(200, b"{}")
            case "breaks off":
                self.connection.shutdown(socket.SHUT_RDWR)
            case "answers rubbish":
                self._send(200, b"rubbish")
            case "answers something else":
                self._send(200, b'{"result": {"deny": "no"}}')
            case "fails":
                self._send(500, b'{"code": "internal_error", "message": "eval_conflict_error"}')
            case _:
                self._send(200, b'{"result": {"deny": []}}')

    def do_DELETE(self) -> None:
        self.deleted.append(self.path)
        self._send(500 if self.behaviour == "keeps policies" else 200, b'{"code": "internal_error", "message": "no"}')


@contextmanager
def misbehaving(behaviour: str) -> Iterator[tuple[str, type[Handler]]]:
    """A server that does as ``behaviour`` says: its URL, and its handler, which knows what was asked and deleted."""
    it = type("It", (Handler,), {"behaviour": behaviour, "asked": threading.Event(), "deleted": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), it)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", it
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_policies_are_removed_when_the_user_stops_it(number: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "compiler")}
    with misbehaving("hangs") as (url, handler):
        command = [sys.executable, "-m", "pscc", "verify", DEFAULT, "--target", "opa", "--count", "4", "--opa-url", url]
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # what a shell starts behind the scenes ignores it, and so do its children
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            assert handler.asked.wait(60)
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == (1 if number == signal.SIGINT else 128 + number)
    assert "Traceback" not in err
    assert out == ""
    assert len(handler.deleted) == 4


@pytest.mark.parametrize(
    ("behaviour", "message", "removed"),
    [
        ("hangs", "gave no answer within 0.5 s, asking it about a pod", True),
        ("hangs at once", "gave no answer within 0.5 s, putting a policy there", True),
        ("refuses", "refused, putting a policy there: invalid_parameter\n    bad module\n    no such function", False),
        ("is a proxy", "answered with something that is not JSON, putting a policy there", True),
        ("answers a list", "answered with something unknown, putting a policy there", True),
        ("is undefined", "has no answer: its `data.pscc_verify_", True),
        ("breaks off", "cannot be reached: ", True),
        ("answers rubbish", "answered with something that is not JSON, asking it about a pod", True),
        ("answers something else", "`data.main` holds something else than `deny` and `warn`", True),
        ("fails", "refused, asking it about a pod: HTTP 500\n", True),
        ("keeps policies", "may still have the policies pscc_verify_", True),
    ],
)
def test_a_server_that_misbehaves(behaviour: str, message: str, removed: bool) -> None:
    with misbehaving(behaviour) as (url, handler):
        done = verify("--opa-url", url, "--timeout", "0.5")
    assert done.exit_code == 1, done.output
    failures = done.stdout[done.stdout.index("opa server failed: ") :]
    assert message in failures
    assert bool(handler.deleted) is removed
    assert all(path.startswith("/v1/policies/pscc_verify_") for path in handler.deleted)


def test_a_server_that_lets_everything_in_is_found_out() -> None:
    with misbehaving("admits") as (url, _):
        done = verify("--opa-url", url, "--format", "json")
    assert done.exit_code == 1
    assert server_row(done)["first"]["kind"] == "lets in"


def test_a_server_that_never_accepts() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        done = verify("--opa-url", f"http://127.0.0.1:{server.server_address[1]}", "--timeout", "0.5")
    assert done.exit_code == 1
    assert "within 0.5 s" in done.stdout
