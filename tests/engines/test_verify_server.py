"""``pscc verify --opa-url`` on stock OPA servers."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from support.opa_servers import (
    TOKEN,
    Server,
    opa,
    server_row,
    verify,
    without_surroundings,
)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_surroundings(monkeypatch, tmp_path)


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
