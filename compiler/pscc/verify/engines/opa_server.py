"""A running OPA server, through opa-python-client.

The policies get ids and packages that nobody else uses, and are removed again whatever happens. So decisions of the server
for others do not change.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from pscc.base.frozen import frozen
from pscc.output.contents import OutputFile
from pscc.verify.engines import _rego
from pscc.verify.engines._base import Answer, EngineError, Review, Tick
from pscc.verify.engines._process import shown
from pscc.verify.engines._rerooting import rerooted

if TYPE_CHECKING:
    import requests
    from opa_client import OpaClient
    from opa_client.errors import DeletePolicyError, RegoParseError

_PORTS = {"http": 80, "https": 443}
_TOKEN_HELP = "give its token in a file with --opa-token-file FILE, or in PSCC_OPA_TOKEN"
_TLS_HELP = "trust its certificate with --opa-ca FILE, show one with --opa-cert FILE; --opa-insecure trusts any server"
_IS_IT_OPA = "is an OPA server running there, and is it http or https?"


@frozen
class Access:
    """How to reach a server. ``token`` is a bearer token. The others are for TLS, and empty where the system's roots are enough.

    ``ca`` is a file of certificates to trust. ``certificate`` and ``key`` are those of the client. ``insecure`` trusts any server.
    """

    token: str = field(default="", repr=False)
    ca: str = ""
    certificate: str = ""
    key: str = ""
    insecure: bool = False


@frozen
class OpaServer:
    """The OPA server at ``url``; it has ``timeout`` seconds for each answer."""

    url: str
    access: Access
    timeout: float
    name: str = "opa server"
    target: str = "opa"
    changes_pods: bool = False
    takes_updates: bool = True
    takes_users: bool = True
    takes_workloads: bool = True
    joins_messages: bool = False
    is_own: bool = True
    runs_in_cel: str = ""
    note: str = ""

    def runs(self, path: str) -> bool:
        """Every module."""
        return _rego.is_module(path)

    def version(self) -> str:
        """Empty: a server does not report its version."""
        return ""

    def ask(self, files: Sequence[OutputFile], reviews: Sequence[Review], tick: Tick) -> tuple[Answer, ...]:
        """The server's answers to each review."""
        answers = []
        with self._client() as client, self._pushed(client, _rego.modules(files)) as package:
            for review in reviews:
                with self._errors("asking it about a pod"):
                    body = client.query_rule(_rego.document(review), package)
                if not isinstance(body, dict) or "result" not in body:
                    raise EngineError(f"{self.url} has no answer: its `data.{package}` is undefined")
                answers.append(_rego.answer_in(body["result"]))
                tick(1)
        return tuple(answers)

    @contextmanager
    def _client(self) -> Iterator[OpaClient]:
        from opa_client import OpaClient

        parts = address(self.url)
        secure = parts.scheme == "https"
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        access = self.access
        certificate = (access.certificate, access.key) if access.key else access.certificate or None
        client = OpaClient(
            host=host,
            port=parts.port or _PORTS[parts.scheme],
            ssl=secure,
            cert=certificate if secure else None,
            token=access.token or None,
            retries=0,
            timeout=self.timeout,
        )
        if parts.path.strip("/"):
            client.root_url = f"{parts.scheme}://{host}:{client.port}/{parts.path.strip('/')}/v1"
        session = client._session
        # the environment's own settings (~/.netrc, REQUESTS_CA_BUNDLE) would win over what was asked for
        import requests.utils

        session.proxies = requests.utils.get_environ_proxies(self.url)
        session.trust_env = False
        session.verify = False if access.insecure else access.ca or True
        if access.insecure:
            import urllib3

            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        with client:
            yield client

    @contextmanager
    def _pushed(self, client: OpaClient, modules: Sequence[OutputFile]) -> Iterator[str]:
        """The package to ask, while ``modules`` are on the server."""
        root = f"pscc_verify_{secrets.token_hex(6)}"
        sent: list[str] = []
        try:
            for module in modules:
                sent.append(f"{root}-{module.path.replace('/', '-')}")
                self._push(client, sent, rerooted(module.text, root))
            yield f"{root}.main"
        except EngineError as error:
            raise EngineError(f"{error}{self._removed(client, sent)}", error.help) from None
        except BaseException as error:
            error.add_note(self._removed(client, sent).strip())
            raise
        if left := self._removed(client, sent):
            raise EngineError(left.strip())

    def _push(self, client: OpaClient, sent: list[str], text: str) -> None:
        try:
            with self._errors("putting a policy there"):
                client.update_policy_from_string(text, sent[-1], rego_compat=False)
        except _NotThereError:
            sent.pop()
            raise

    def _removed(self, client: OpaClient, names: Sequence[str]) -> str:
        """Remove the policies ``names``. Returns a text about policies that may still be there, empty if none may."""
        left = []
        # callers first: the server compiles what is left
        for name in reversed(names):
            try:
                with self._errors("removing a policy"):
                    client.delete_policy(name)
            except EngineError:
                left.append(name)
        if not left:
            return ""
        listed = ", ".join(sorted(left))
        return (
            f"\n    {self.url} may still have the policies {listed}: remove each with DELETE {self.url}/v1/policies/ID"
        )

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        """Turns the client's exceptions into `EngineError`, and those where the server took nothing into `_NotThereError`."""
        import requests
        import urllib3
        from opa_client.errors import DeletePolicyError, RegoParseError

        try:
            yield
        except requests.exceptions.JSONDecodeError:
            raise EngineError(f"{self.url} answered with something that is not JSON, {doing}", _IS_IT_OPA) from None
        except requests.HTTPError as error:
            response = error.response
            assert response is not None
            raise self._refusal(doing, _code(response), response.text) from None
        except (RegoParseError, DeletePolicyError) as error:
            if error.expression != "resource_not_found":
                raise self._refusal(doing, str(error.expression), _text(error)) from None
        except requests.exceptions.SSLError as error:
            raise _NotThereError(f"{self.url}: TLS failed: {_reason(error)}", _TLS_HELP) from None
        except requests.exceptions.ConnectTimeout:
            raise _NotThereError(f"{self.url} cannot be reached within {self.timeout:g} s") from None
        except requests.exceptions.Timeout:
            raise self._late(doing) from None
        except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            # where a request could be repeated, urllib3 wraps its timeouts into an error of the connection
            if isinstance(_innermost(error), urllib3.exceptions.ReadTimeoutError):
                raise self._late(doing) from None
            reason = _reason(error)
            kind = _NotThereError if "establish a new connection" in reason else EngineError
            raise kind(f"{self.url} cannot be reached: {reason}", _IS_IT_OPA) from None
        except OSError as error:
            raise _NotThereError(f"{self.url}: {error}") from None
        except (AttributeError, KeyError, TypeError, ValueError):
            raise EngineError(f"{self.url} answered with something unknown, {doing}", _IS_IT_OPA) from None

    def _late(self, doing: str) -> EngineError:
        late = f"{self.url} gave no answer within {self.timeout:g} s, {doing}"
        return EngineError(late, "give it longer with --timeout SECONDS")

    def _refusal(self, doing: str, code: str, text: str) -> EngineError:
        if code == "unauthorized":
            what = "refuses the token" if self.access.token else "wants a token"
            return _NotThereError(f"{self.url} {what}, {doing}", "" if self.access.token else _TOKEN_HELP)
        return _NotThereError(f"{self.url} refused, {doing}: {code}{shown(text)}")


class _NotThereError(EngineError):
    """The server certainly does not have what was sent to it."""


def _code(response: requests.Response) -> str:
    """OPA's word for what went wrong."""
    return "unauthorized" if response.status_code in (401, 403) else f"HTTP {response.status_code}"


def _text(error: RegoParseError | DeletePolicyError) -> str:
    errors = getattr(error, "errors", [])
    details = [str(detail.get("message", "")) for detail in errors if isinstance(detail, dict)]
    return "\n".join([str(error.message), *details])


def _innermost(error: Exception) -> object:
    """The first of the exceptions that requests and urllib3 wrap around each other."""
    inner: object = error
    while isinstance(inner, Exception):
        deeper = getattr(inner, "reason", None) or (inner.args[0] if inner.args else None)
        if not isinstance(deeper, Exception):
            break
        inner = deeper
    return inner


def _reason(error: Exception) -> str:
    """The root cause of ``error``, in words."""
    return str(_innermost(error)).split(">: ", 1)[-1].split("): ", 1)[-1]


def address(url: str) -> SplitResult:
    """The parts of ``url``. Raises `ValueError`, saying why, where it is not the address of a server."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("give it as http://HOST:PORT or https://HOST:PORT")
    if parts.username or parts.password:
        raise ValueError("leave user and password out of it: OPA takes tokens")
    if parts.query or parts.fragment:
        raise ValueError("leave out what stands behind the path")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("its port is not a number from 0 to 65535") from None
    return parts
