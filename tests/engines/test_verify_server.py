"""``pscc verify --opa-url`` on stock OPA servers that the tests start and stop, and on servers that misbehave."""

from __future__ import annotations

import json
import os
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
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
    return CliRunner().invoke(main, ["verify", DEFAULT, "--target", "opa", "--count", "40", *arguments])


def server_row(done: Result) -> dict[str, Any]:
    (row,) = [row for row in json.loads(done.stdout)["engines"] if row["engine"] == "opa server"]
    return dict(row)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No engine on the path, and no environment that changes how servers are reached."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name in ("PSCC_OPA_TOKEN", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """A running OPA server, and a look at its policies that does not go through what is tested."""

    def __init__(self, url: str, context: ssl.SSLContext | None) -> None:
        self.url = url
        self._context = context

    def get(self, path: str) -> Any:
        request = urllib.request.Request(f"{self.url}{path}", headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request, timeout=10, context=self._context) as answer:
            return json.loads(answer.read() or b"null")

    def policies(self) -> list[str]:
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


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with opa(tmp_path_factory.mktemp("plain")) as server:
        yield server


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with opa(tmp_path_factory.mktemp("guarded"), "--authentication=token", "--authorization=basic") as server:
        yield server


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


class Tls:
    """A server with TLS, and the files of those who may ask it."""

    def __init__(self, server: Server, ca: str, certificate: str, key: str) -> None:
        self.server, self.ca, self.certificate, self.key = server, ca, certificate, key


@pytest.fixture(scope="module")
def mutual(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> Iterator[Tls]:
    """A server that wants a certificate of its clients."""
    folder = tmp_path_factory.mktemp("mutual")
    own, client = authority.issue_cert("localhost"), authority.issue_cert("client@example.com")
    paths = {name: str(folder / name) for name in ("ca.pem", "cert.pem", "key.pem", "client.pem", "client-key.pem")}
    authority.cert_pem.write_to_path(paths["ca.pem"])
    own.cert_chain_pems[0].write_to_path(paths["cert.pem"])
    own.private_key_pem.write_to_path(paths["key.pem"])
    client.cert_chain_pems[0].write_to_path(paths["client.pem"])
    client.private_key_pem.write_to_path(paths["client-key.pem"])
    context = ssl.create_default_context(cafile=paths["ca.pem"])
    context.load_cert_chain(paths["client.pem"], paths["client-key.pem"])
    options = [f"--tls-cert-file={paths['cert.pem']}", f"--tls-private-key-file={paths['key.pem']}"]
    options += [f"--tls-ca-cert-file={paths['ca.pem']}", "--authentication=tls"]
    with opa(folder, *options, scheme="https", context=context) as server:
        yield Tls(server, paths["ca.pem"], paths["client.pem"], paths["client-key.pem"])


# --- stock servers --------------------------------------------------------------


def test_a_server_answers_as_the_interpreter_does_and_is_left_as_it_was(plain: Server) -> None:
    before = plain.policies()
    assert before
    done = verify("--opa-url", plain.url, "--format", "json")
    assert done.exit_code == 0, done.output
    row = server_row(done)
    assert (row["tried"], row["wrong"]) == (40 + json.loads(done.stdout)["workloads"], 0)
    assert row["stricter"] > 0
    assert plain.policies() == before


def test_nothing_that_the_server_decides_for_others_changes_meanwhile(
    plain: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opa_client import OpaClient

    asked = OpaClient.query_rule
    seen: list[object] = []

    def watched(self: OpaClient, *arguments: object, **named: object) -> object:
        if not seen:
            seen.extend([plain.get("/v1/data/main"), plain.get("/v1/data/pscc"), plain.policies()])
        return asked(self, *arguments, **named)

    monkeypatch.setattr(OpaClient, "query_rule", watched)
    before = plain.policies()
    done = verify("--opa-url", plain.url)
    assert done.exit_code == 0, done.output
    main_document, pscc_document, policies = seen
    assert main_document == {"result": {"deny": ["theirs"]}}
    assert pscc_document == {}
    added = [policy for policy in policies if policy not in before]  # type: ignore[attr-defined]
    assert len(added) >= 3
    assert all(policy.startswith("pscc_verify_") for policy in added)


@pytest.mark.parametrize("how", ["file", "environment"])
def test_a_token_is_taken_from_a_file_or_the_environment(
    how: str, guarded: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--opa-url", guarded.url]
    if how == "file":
        (tmp_path / "token").write_text(f"{TOKEN}\n")
        monkeypatch.setenv("PSCC_OPA_TOKEN", "another")
        options += ["--opa-token-file", str(tmp_path / "token")]
    else:
        monkeypatch.setenv("PSCC_OPA_TOKEN", TOKEN)
    # what ~/.netrc has for the host is somebody else's
    (tmp_path / ".netrc").write_text("machine localhost login a password b\n")
    before = guarded.policies()
    done = verify(*options)
    assert done.exit_code == 0, done.output
    assert guarded.policies() == before
    assert TOKEN not in done.output


@pytest.mark.parametrize(
    ("token", "message"),
    [("", "wants a token, putting a policy there"), ("wrong", "refuses the token, putting a policy")],
)
def test_wrong_credentials(token: str, message: str, guarded: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSCC_OPA_TOKEN", token)
    before = guarded.policies()
    done = verify("--opa-url", guarded.url)
    assert done.exit_code == 1, done.output
    assert f"opa server failed: {guarded.url} {message}" in done.stdout
    assert ("--opa-token-file FILE, or in PSCC_OPA_TOKEN" in done.stdout) is (token == "")
    assert "may still have" not in done.stdout
    assert guarded.policies() == before


@pytest.mark.parametrize("text", ["", "two words", "two\nlines", "t\u00f6ken"])
def test_what_is_no_token(text: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(text)
    done = verify("--opa-url", "http://localhost:1", "--opa-token-file", str(tmp_path / "token"))
    assert done.exit_code == 2
    assert "--opa-token-file" in done.stderr or "a token is one line" in done.stderr


def test_a_token_in_clear_is_warned_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSCC_OPA_TOKEN", TOKEN)
    done = verify("--opa-url", "http://opa.invalid:8181", "--timeout", "5")
    assert "warning: the token goes to http://opa.invalid:8181 in clear" in done.stderr
    assert done.exit_code == 1
    assert "http://opa.invalid:8181 cannot be reached: " in done.stdout


def test_tls_with_a_certificate_of_the_client(mutual: Tls, monkeypatch: pytest.MonkeyPatch) -> None:
    # somebody's own bundle does not stand in the way of what was asked for
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/dev/null")
    options = ("--opa-url", mutual.server.url, "--opa-cert", mutual.certificate, "--opa-key", mutual.key)
    before = mutual.server.policies()
    for more in (("--opa-ca", mutual.ca), ("--opa-insecure",)):
        done = verify(*options, *more)
        assert done.exit_code == 0, done.output
    assert mutual.server.policies() == before


@pytest.mark.parametrize(
    ("with_certificate", "with_ca", "message"),
    [(True, False, "certificate verify failed"), (False, True, "certificate")],
)
def test_tls_that_fails(mutual: Tls, with_certificate: bool, with_ca: bool, message: str) -> None:
    options = ["--opa-url", mutual.server.url]
    options += ["--opa-cert", mutual.certificate, "--opa-key", mutual.key] if with_certificate else []
    options += ["--opa-ca", mutual.ca] if with_ca else []
    done = verify(*options)
    assert done.exit_code == 1, done.output
    assert f"opa server failed: {mutual.server.url}" in done.stdout
    assert message in done.stdout
    assert "help: trust its certificate with --opa-ca FILE, show one with --opa-cert FILE" in done.stdout


def test_files_that_are_no_certificates(mutual: Tls, tmp_path: Path) -> None:
    (tmp_path / "rubbish.pem").write_text("rubbish")
    rubbish = str(tmp_path / "rubbish.pem")
    for options in (("--opa-ca", rubbish), ("--opa-ca", mutual.ca, "--opa-cert", rubbish)):
        done = verify("--opa-url", mutual.server.url, *options)
        assert done.exit_code == 1, done.output
        assert f"opa server failed: {mutual.server.url}: TLS failed: " in done.stdout


def test_http_where_https_is_spoken_and_the_other_way_round(mutual: Tls, plain: Server) -> None:
    done = verify("--opa-url", mutual.server.url.replace("https", "http"))
    assert done.exit_code == 1
    assert f"opa server failed: {mutual.server.url.replace('https', 'http')} " in done.stdout
    assert "help: is an OPA server running there, and is it http or https?" in done.stdout
    done = verify("--opa-url", plain.url.replace("http", "https"))
    assert done.exit_code == 1
    assert "TLS failed: " in done.stdout


# --- servers that misbehave, and what is left behind ----------------------------


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
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
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
