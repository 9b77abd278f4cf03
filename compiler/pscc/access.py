"""Where a policy holds, and who may use it: the parts of the IR that are about the request and not about the pod.

Kubernetes decides these by names, so they are tables and not conditions, and every backend lowers them to its
engine's own words (a Constraint's ``match``, Kyverno's ``match`` and ``exclude``, a binding's selectors). Must not
import anything but the spans.
"""

from __future__ import annotations

from dataclasses import dataclass

from pscc.source import Span


@dataclass(frozen=True, slots=True)
class Names:
    """A set of names: the ``exact`` ones, and all that begin with one of ``prefixes`` (written ``PREFIX*``)."""

    exact: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def __contains__(self, name: object) -> bool:
        """Whether ``name`` is in the set."""
        return isinstance(name, str) and (name in self.exact or name.startswith(self.prefixes))

    def __bool__(self) -> bool:
        """Whether any name is in the set."""
        return bool(self.exact or self.prefixes)


NONE = Names()
ALL = Names(prefixes=("",))


@dataclass(frozen=True, slots=True)
class Subjects:
    """Who: ``everyone``, or users, groups and service accounts by name. A service account is spelled ``NS/NAME``."""

    everyone: bool = False
    users: Names = NONE
    groups: Names = NONE
    service_accounts: Names = NONE


EVERYONE = Subjects(everyone=True)


@dataclass(frozen=True, slots=True)
class Scope:
    """The namespaces in which a policy holds: those of ``namespaces``, less the exceptions.

    ``labels`` are further conditions on the Namespace object, all of which must hold; ``except_labels`` are pairs each
    of which takes a namespace out.
    """

    namespaces: Names = ALL
    except_namespaces: Names = NONE
    labels: tuple[tuple[str, str], ...] = ()
    except_labels: tuple[tuple[str, str], ...] = ()


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Exemption:
    """Requests that a policy does not judge: by the requesting user or the pod's service account.

    ``until`` is an ISO date after which the exemption is an error, empty where there is none.
    """

    subjects: Subjects
    reason: str
    span: Span
    until: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """``subjects`` may use the policy named ``policy`` in ``namespaces``: what a role binding to ``use`` a PSP says."""

    policy: str
    subjects: Subjects
    span: Span
    namespaces: Names = ALL


@dataclass(frozen=True, slots=True)
class Request:
    """What an admission request says beside the pod.

    ``groups`` are taken as they are (nothing is added); ``service_account`` is the name of the pod's, in ``namespace``;
    ``user`` is empty where nobody asks (an audit), and then the service account alone decides.
    """

    namespace: str = "default"
    user: str = ""
    groups: tuple[str, ...] = ()
    service_account: str = "default"
    namespace_labels: tuple[tuple[str, str], ...] = ()
