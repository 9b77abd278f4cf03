"""The peers: where each one's checkout is said to be, what is read of it, and what is held to something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from peers import (
    gatekeeper_rego,
    gatekeeper_suites,
    kyverno_tests,
    overrides_gatekeeper,
    overrides_kyverno,
    pod_security,
)
from peers.case import Case, CheckoutError


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer. ``variable`` is the environment variable that gives the path of its checkout.

    ``left_out`` says what of a checkout is not read; ``needs_opa`` whether OPA runs the peer's own tests to read them.
    """

    name: str
    repository: str
    variable: str
    read: tuple[Callable[[Path], list[Case]], ...]
    left_out: Callable[[Path], str]
    needs_opa: bool = False

    @property
    def option(self) -> str:
        """The option of the command line that gives the path."""
        return "--" + self.variable.lower().replace("_", "-")

    def cases(self, checkout: Path) -> list[Case]:
        """All its cases. Raises `CheckoutError` where ``checkout`` is not one of its repository, or a file lacks a field."""
        try:
            return [case for read in self.read for case in read(checkout)]
        except KeyError as error:
            raise CheckoutError(f"{checkout}: a file lacks the field {error}") from error


def _kyverno_left_out(checkout: Path) -> str:
    return f"{len(kyverno_tests.left_out(checkout))} tests of policies that are not about the security of pods"


def _pod_security_left_out(checkout: Path) -> str:
    return f"the fixtures of {', '.join(pod_security.left_out(checkout))}, which the library does not have"


PEERS = (
    Peer(
        gatekeeper_suites.PEER,
        "open-policy-agent/gatekeeper-library",
        "GATEKEEPER_LIBRARY",
        (gatekeeper_suites.cases, gatekeeper_rego.cases),
        lambda checkout: "everything outside pod-security-policy/",
        needs_opa=True,
    ),
    Peer(kyverno_tests.PEER, "kyverno/policies", "KYVERNO_POLICIES", (kyverno_tests.cases,), _kyverno_left_out),
    Peer(
        pod_security.PEER,
        "kubernetes/pod-security-admission",
        "POD_SECURITY_ADMISSION",
        (pod_security.cases,),
        _pod_security_left_out,
    ),
)

OVERRIDES = (*overrides_gatekeeper.OVERRIDES, *overrides_kyverno.OVERRIDES)
