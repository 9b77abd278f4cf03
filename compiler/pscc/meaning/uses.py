"""Who may use which PodSecurityPolicy of a cluster, by its RBAC, and what people overlook in that.

A pod that no PodSecurityPolicy admits is refused, so the policy of a single application shuts out the pods of all others. The
pods of a Deployment are made by a controller: what it may use counts, besides what the pods' service account may use. Source:
``computeSecurityContext`` in Kubernetes 1.24 ``plugin/pkg/admission/security/podsecuritypolicy/admission.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pscc.base.source import Span
from pscc.diagnostics import Diagnostic
from pscc.ir.access import AUTHENTICATED, SERVICE_ACCOUNTS, Identity
from pscc.psp.rbac import Subject
from pscc.psp.reading import Psp
from pscc.reference.side_by_side import CONTROLLERS, controllers

RBAC_DUMP = "kubectl get psp,clusterroles,clusterrolebindings,roles,rolebindings -A -o yaml"
_MOST_NAMES = 4
_EVERY_POD = (Subject("Group", AUTHENTICATED), Subject("Group", SERVICE_ACCOUNTS))
"""Who ask for every pod, or are its service account."""
_WORDS = {"User": "user", "Group": "group", "ServiceAccount": "service account"}


@dataclass(slots=True)
class Use:
    """Where a subject may use a policy: in ``namespaces``, or everywhere if an empty name is among them."""

    span: Span
    namespaces: dict[str, None] = field(default_factory=dict)
    bindings: dict[str, None] = field(default_factory=dict)

    @property
    def places(self) -> tuple[str, ...]:
        """The namespaces, in order; none where it is everywhere."""
        return () if "" in self.namespaces else tuple(sorted(self.namespaces))


Uses = Mapping[str, Mapping[Subject, Use]]
"""The uses of each policy by its name, each by whoever may."""


def spelled(subject: Subject) -> str:
    """The name of ``subject``: ``NAMESPACE/NAME`` of a service account."""
    return f"{subject.namespace}/{subject.name}" if subject.kind == "ServiceAccount" else subject.name


def some(names: Sequence[str]) -> str:
    """The first few of ``names``, and the number of the others."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def shut_out(uses: Uses) -> Iterator[Diagnostic]:
    """A warning that says who may run pods at all, where some may not use any policy."""
    used = [(subject, use) for by_subject in uses.values() for subject, use in by_subject.items()]
    if not used or any(subject in _EVERY_POD and not use.places for subject, use in used):
        return
    who = tuple(dict.fromkeys(_in_words(subject, use) for subject, use in used))
    message = f"only these may run pods: {some(who)}. Every other pod will be refused"
    help = f"if this is a part of a cluster, give all of it: `{RBAC_DUMP}`; or say `--assume-everyone-may-use`"
    yield Diagnostic("SET024", message, used[0][1].span, severity="warning", help=help)


def made_privileged(psps: Sequence[Psp], uses: Uses) -> Iterator[Diagnostic]:
    """A warning for each privileged policy that controllers may use in every namespace, while not everyone may."""
    for psp in psps:
        by_subject = uses[psp.name]
        everywhere = {subject: use for subject, use in by_subject.items() if not use.places}
        if not psp.flag("privileged") or any(subject in everywhere for subject in _EVERY_POD):
            continue
        makers = {kind: use for subject, use in everywhere.items() for kind in _made_by(subject)}
        if makers:
            kinds = tuple(kind for kind in CONTROLLERS if kind in makers)
            every = "workload" if len(kinds) == len(CONTROLLERS) else " and every ".join(kinds)
            message = f"every {every} may be privileged: the controllers that make the pods may use {psp.name}"
            help = "bind it to the service accounts of the pods that need it, in their namespaces"
            span = makers[kinds[0]].span
            yield Diagnostic(
                "SET025", message, span, severity="warning", notes=((psp.name_span, "the policy"),), help=help
            )


def _made_by(subject: Subject) -> Iterator[str]:
    """The kinds of workloads whose pods are made by ``subject``, or by a member of it."""
    return (kind for kind, identity in controllers() if _is(subject, identity))


def _is(subject: Subject, identity: Identity) -> bool:
    match subject.kind:
        case "Group":
            return subject.name in identity.groups
        case "ServiceAccount":
            return spelled(subject) == identity.service_account
        case _:
            return subject.name == identity.user


def _in_words(subject: Subject, use: Use) -> str:
    where = f" in {some(use.places)}" if use.places else ""
    return f"{_WORDS[subject.kind]} {spelled(subject)}{where}"
