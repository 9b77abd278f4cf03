"""The options of the engines as the user gave them."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pscc.base.frozen import frozen
from pscc.verify.engines.declared import (
    CA,
    CERTIFICATE,
    INSECURE,
    KEY,
    PROGRAMS,
    SERVER,
    TARGETS_OF,
    TOKEN,
    TOKEN_VARIABLE,
    URL,
    Option,
)
from pscc.verify.engines.opa_server import Access, address

_SYSTEM = Access()


@frozen
class EngineOptions:
    """The user's options: ``programs`` are paths by engine, ``url`` is an OPA server, ``timeout`` is in seconds for each answer.

    ``warning`` is what the user should know of them, empty where there is nothing.
    """

    programs: Mapping[str, str]
    timeout: float
    url: str = ""
    access: Access = _SYSTEM
    warning: str = ""


def engine_options(values: Mapping[str, object], timeout: float, targets: Sequence[str]) -> EngineOptions:
    """The options of which ``values`` has the values, by parameter.

    Raises `ValueError`, in the words of the command line, where they contradict each other or ``targets``.
    """

    def text(option: Option) -> str:
        value = values[option.parameter]
        return value if isinstance(value, str) else ""

    programs: dict[str, str] = {}
    for name, program in PROGRAMS.items():
        if path := text(program.option):
            _require_target(program.option.flag, "it", TARGETS_OF[name], targets)
            programs[name] = os.path.abspath(path)
    url = text(URL)
    if not url:
        if any(values[option.parameter] for option in (TOKEN, CA, CERTIFICATE, KEY, INSECURE)):
            raise ValueError(f"{TOKEN.flag} and the TLS options are for a server: say {URL.flag} URL")
        return EngineOptions(programs, timeout)
    _require_target(URL.flag, "a server", TARGETS_OF[SERVER], targets)
    try:
        parts = address(url)
    except ValueError as error:
        raise ValueError(f"{URL.flag} {url}: {error}") from None
    if text(KEY) and not text(CERTIFICATE):
        raise ValueError(f"{KEY.flag} is the key of a certificate: say {CERTIFICATE.flag} FILE too")
    access = Access(_token(text(TOKEN)), text(CA), text(CERTIFICATE), text(KEY), bool(values[INSECURE.parameter]))
    in_clear = access.token and parts.scheme == "http" and not _is_near(parts.hostname or "")
    warning = f"the token goes to {url} in clear, since it is http" if in_clear else ""
    return EngineOptions(programs, timeout, url.rstrip("/"), access, warning)


def not_verified(judged: Sequence[str]) -> str:
    """What to say of an engine that judges the targets ``judged``, where none of them is verified."""
    if len(judged) == 1:
        return f"judges the target {judged[0]}, which is not verified"
    return f"judges the targets {', '.join(judged)}, none of which is verified"


def _require_target(flag: str, what: str, judged: Sequence[str], targets: Sequence[str]) -> None:
    if not set(judged) & set(targets):
        raise ValueError(f"{flag}: {what} {not_verified(judged)}")


def _token(path: str) -> str:
    if not path:
        token, where = os.environ.get(TOKEN_VARIABLE, ""), TOKEN_VARIABLE
    else:
        where = path
        try:
            token = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ValueError(f"{TOKEN.flag} {path}: it cannot be read as text") from None
        if not token:
            raise ValueError(f"{TOKEN.flag} {path}: it is empty")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError(f"{where}: a token is one line of printable characters, without spaces")
    return token


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
