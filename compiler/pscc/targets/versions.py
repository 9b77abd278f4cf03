"""Which release of Kubernetes, Gatekeeper and Kyverno has what the targets emit.

Sources: ``kube_features.go`` in Kubernetes 1.37 (MutatingAdmissionPolicy), KEP-3488 (ValidatingAdmissionPolicy);
Gatekeeper's releases 3.18 (CEL on), 3.19 (Rego v1), 3.23 (operations of mutators); Kyverno's
documentation, "Policy Types" (1.17), and releases 1.13 (an action for each rule), 1.20 (ClusterPolicies refused).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, SourceError
from pscc.lowering.shortfalls import DefaultNotSet
from pscc.output.options import Version
from pscc.pod.fields import since
from pscc.targets.demanding import Unsettable, cannot_set

VALIDATING: tuple[tuple[Version, str], ...] = (((1, 30), "v1"), ((1, 28), "v1beta1"))
MUTATING: tuple[tuple[Version, str], ...] = (((1, 36), "v1"), ((1, 34), "v1beta1"), ((1, 32), "v1alpha1"))
"""The first release that serves each version of Kubernetes' admission policies; all but ``v1`` have to be switched on."""
GATEKEEPER_REGO: Version = (3, 19)
GATEKEEPER_CEL: Version = (3, 18)
GATEKEEPER_OPERATIONS: Version = (3, 23)
KYVERNO_CLASSIC: Version = (1, 13)
KYVERNO_CLASSIC_GONE: Version = (1, 20)
KYVERNO_CEL: Version = (1, 17)


def spelled(version: Version) -> str:
    """``1.30``."""
    return ".".join(map(str, version))


def served(versions: tuple[tuple[Version, str], ...], release: Version) -> str:
    """The version of an API that ``release`` serves, the best one; empty where it has none."""
    return next((version for since, version in versions if release >= since), "")


def needs(program: ir.Program, what: str, least: Version, given: Version, help: str) -> None:
    """Raises `SourceError` where the release ``given`` of ``what`` is older than ``least``."""
    if given < least:
        message = f"{what} {spelled(given)} is too old: this output needs {spelled(least)}"
        raise SourceError((Diagnostic("TGT007", message, place(program), help=help),))


def costs(program: ir.Program, message: str, help: str) -> Diagnostic:
    """What an older release costs."""
    return Diagnostic("TGT008", message, place(program), severity="warning", help=help)


def place(program: ir.Program) -> Span:
    """Where ``program`` begins."""
    spans = [policy.span for policy in program.policies] + [choice.span for choice in program.choices]
    return spans[0]


def all_unsettable(cause: str) -> Unsettable:
    """That no default can be set."""
    return lambda policy: [cannot_set(cause, policy, default) for default in policy.defaults]


def unknown_fields(release: Version, others: Unsettable) -> Unsettable:
    """The defaults that ``others`` finds, and those whose field Kubernetes ``release`` does not have."""

    def found(policy: ir.Policy) -> Iterator[DefaultNotSet]:
        told = list(others(policy))
        yield from told
        rest = [default for default in policy.defaults if default not in [one.default for one in told]]
        yield from _unknown(policy, rest, release)

    return found


def _unknown(policy: ir.Policy, defaults: Iterable[ir.Default], release: Version) -> Iterator[DefaultNotSet]:
    for default in defaults:
        first, field = since("pod" if default.site == "pod" else "container", default.path)
        if release < first:
            cause = f"Kubernetes {spelled(release)} has no field `{field}`, so nothing can set"
            yield cannot_set(cause, policy, default)
