"""What the command line knows of the engines before any is asked: their names, the targets that they judge, their options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pscc.base.frozen import frozen


@frozen
class Option:
    """An option of an engine. ``parameter`` is its name among the arguments, ``kind`` the type of its value."""

    flag: str
    parameter: str
    kind: Literal["file", "text", "switch"]
    help: str
    metavar: str | None = None


@frozen
class Program:
    """An engine that is a program: its ``names`` on the path, and the ``option`` that says where it is instead."""

    names: tuple[str, ...]
    option: Option


def _program(flag: str, parameter: str, what: str, *names: str) -> Program:
    return Program(names, Option(flag, parameter, "file", f"The path of {what}. [default: the one on $PATH]", "PATH"))


PROGRAMS: Mapping[str, Program] = {
    "opa": _program("--opa", "opa_program", "OPA", "opa"),
    "gator": _program("--gator", "gator_program", "Gatekeeper's gator", "gator"),
    "kyverno": _program("--kyverno-cli", "kyverno_program", "Kyverno's command line", "kyverno", "kubectl-kyverno"),
}
"""krew installs Kyverno's as a plugin of kubectl. ``--kyverno`` is a release."""
TARGETS_OF: Mapping[str, tuple[str, ...]] = {
    "regopy": ("opa",),
    "opa": ("opa",),
    "gator": ("gatekeeper",),
    "kyverno": ("kyverno", "kyverno-cel", "vap"),
}
"""The targets that each engine judges."""
ALIASES = {"gatekeeper": "gator"}
"""Other names under which ``--require`` takes an engine."""
SERVER = "opa"
"""The program whose place a server takes."""
TOKEN_VARIABLE = "PSCC_OPA_TOKEN"
URL = Option("--opa-url", "opa_url", "text", "Also ask this OPA server. Its own policies are not touched.", "URL")
TOKEN = Option(
    "--opa-token-file",
    "opa_token_file",
    "file",
    f"A file with the bearer token of the OPA server. [default: ${TOKEN_VARIABLE}]",
)
CA = Option("--opa-ca", "opa_ca", "file", "The certificates to trust, for the OPA server (PEM).")
CERTIFICATE = Option("--opa-cert", "opa_cert", "file", "The client certificate for the OPA server (PEM).")
KEY = Option("--opa-key", "opa_key", "file", "The key of the client certificate, if it is in another file (PEM).")
INSECURE = Option(
    "--opa-insecure", "opa_insecure", "switch", "Trust any OPA server, without a check of its certificate."
)
OPTIONS = (*(program.option for program in PROGRAMS.values()), URL, TOKEN, CA, CERTIFICATE, KEY, INSECURE)
"""All of them, in the order of ``--help``."""


def required_names() -> list[str]:
    """The names that ``--require`` takes: each engine, with its other names behind it."""
    other = [(engine, alias) for alias, engine in ALIASES.items()]
    return [name for engine in TARGETS_OF for name in (engine, *(alias for named, alias in other if named == engine))]
