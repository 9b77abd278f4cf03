"""Where a policy holds, and who may use it: the parts of the IR that are about the request and not about the pod.

Kubernetes decides these by names, so they are tables and not conditions, and every target prints them to its
engine's own words (a Constraint's ``match``, Kyverno's ``match`` and ``exclude``, a binding's selectors).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pscc.base.frozen import frozen
from pscc.base.source import Span


@frozen
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

    def within(self, other: Names) -> bool:
        """Whether every name of this set is in ``other``. A yes is certain. A no may be wrong if there are prefixes."""
        return all(name in other for name in self.exact) and all(
            prefix.startswith(other.prefixes) for prefix in self.prefixes
        )

    def meet(self, other: Names) -> Names:
        """The names that are in both sets."""
        exact = [name for name in (*self.exact, *other.exact) if name in self and name in other]
        longer = (
            max(prefix, other_prefix, key=len)
            for prefix in self.prefixes
            for other_prefix in other.prefixes
            if _overlap(prefix, other_prefix)
        )
        return Names(tuple(dict.fromkeys(exact)), tuple(dict.fromkeys(longer)))


def _overlap(prefix: str, other_prefix: str) -> bool:
    return prefix.startswith(other_prefix) or other_prefix.startswith(prefix)


SERVICE_ACCOUNT_USER = "system:serviceaccount:"
SERVICE_ACCOUNTS = "system:serviceaccounts"
AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
ANONYMOUS = "system:anonymous"
"""Kubernetes' users and groups. Source: ``k8s.io/apiserver/pkg/authentication/user/user.go``, ``serviceaccount/util.go``."""

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label of each namespace with its name, which the API server sets and sets again.

Sources: ``LabelMetadataName`` in ``k8s.io/api/core/v1/types.go``, and KEP-2161.
"""

NONE = Names()
ALL = Names(prefixes=("",))


@frozen
class Subjects:
    """Who: ``everyone``, or users, groups and service accounts by name. A service account is spelled ``NS/NAME``."""

    everyone: bool = False
    users: Names = NONE
    groups: Names = NONE
    service_accounts: Names = NONE

    def include(self, identity: Identity) -> bool:
        """Whether ``identity`` is one of these: by its name, one of its groups, or as a service account."""
        return (
            self.everyone
            or identity.user in self.users
            or any(group in self.groups for group in identity.groups)
            or (bool(identity.service_account) and identity.service_account in self.service_accounts)
        )


@frozen
class Identity:
    """A user as RBAC knows it. ``service_account`` is ``NS/NAME`` where the user is one, else empty."""

    user: str
    groups: tuple[str, ...]

    @property
    def service_account(self) -> str:
        """``NS/NAME``, or empty."""
        namespace, colon, name = self.user.removeprefix(SERVICE_ACCOUNT_USER).partition(":")
        return f"{namespace}/{name}" if self.user.startswith(SERVICE_ACCOUNT_USER) and colon else ""


EVERYONE = Subjects(everyone=True)


_FRESH = "\0"
"""A character that no namespace's name has."""


@frozen
class Scope:
    """The namespaces in which a policy holds: those of ``namespaces``, less the exceptions.

    ``labels`` are further conditions on the Namespace object, all of which must hold; ``except_labels`` are pairs each
    of which takes a namespace out. `NAMESPACE_NAME` is never among them: a scope by that label is one by name (`scoped`).
    """

    namespaces: Names = ALL
    except_namespaces: Names = NONE
    labels: tuple[tuple[str, str], ...] = ()
    except_labels: tuple[tuple[str, str], ...] = ()

    def holds_in(self, namespace: str, labels: tuple[tuple[str, str], ...] = ()) -> bool:
        """Whether ``namespace``, with these labels on its Namespace object, is inside."""
        return (
            self.names(namespace)
            and all(label in labels for label in self.labels)
            and not any(label in labels for label in self.except_labels)
        )

    def within(self, other: Scope) -> bool:
        """Whether ``other`` holds wherever this scope does."""
        required = dict(self.labels)
        inside = self.namespaces
        tried = (*self.examples, *other.examples) if inside.prefixes else inside.exact
        return (
            all(other.names(name) for name in tried if self.names(name))
            and set(other.labels) <= set(self.labels)
            and all(
                label in self.except_labels or required.get(label[0], label[1]) != label[1]
                for label in other.except_labels
            )
        )

    def names(self, namespace: str) -> bool:
        """Whether ``namespace`` is inside by its name, whatever labels it has."""
        return namespace in self.namespaces and namespace not in self.except_namespaces

    @property
    def examples(self) -> tuple[str, ...]:
        """Each name that the scope mentions. For each prefix, also a name that begins with it and that no scope mentions.

        If two scopes agree about the examples of both, they agree about every name.
        """
        mentioned = (self.namespaces, self.except_namespaces)
        names = [name for mention in mentioned for name in mention.exact]
        return (*names, *(f"{prefix}{_FRESH}" for mention in mentioned for prefix in ("", *mention.prefixes)))

    @property
    def nowhere(self) -> bool:
        """Whether no namespace is inside: all are taken out again, or no one has the labels."""
        return (
            self.namespaces.within(self.except_namespaces)
            or any(label in self.except_labels for label in self.labels)
            or len({key for key, _ in self.labels}) < len(set(self.labels))
        )

    @property
    def example(self) -> str:
        """The name of a namespace inside, ``default`` if that is inside; empty where the names give no example."""
        names = ("default", *self.namespaces.exact, *(f"{prefix}x" for prefix in self.namespaces.prefixes), "other")
        return next((name for name in names if self.names(name)), "")


EVERYWHERE = Scope()


def scoped(
    namespaces: Names,
    except_namespaces: Names,
    labels: Collection[tuple[str, str]],
    except_labels: Collection[tuple[str, str]],
) -> Scope:
    """The scope of these names and labels. One by the label `NAMESPACE_NAME` holds in the namespace of that name."""
    named = tuple(value for key, value in labels if key == NAMESPACE_NAME)
    taken_out = tuple(value for key, value in except_labels if key == NAMESPACE_NAME)
    if named:
        # a namespace has one name: where several are asked for, or one that is not inside, none is
        taken_out += tuple(name for name in named if len(named) > 1 or name not in namespaces)
        namespaces = Names(named)
    return Scope(
        namespaces,
        replace(except_namespaces, exact=tuple(dict.fromkeys((*except_namespaces.exact, *taken_out)))),
        tuple(pair for pair in labels if pair[0] != NAMESPACE_NAME),
        tuple(pair for pair in except_labels if pair[0] != NAMESPACE_NAME),
    )


@frozen
class Exemption:
    """Requests that a policy does not judge: by the requesting user or the pod's service account.

    ``until`` is an ISO date after which the exemption is an error, empty where there is none.
    """

    subjects: Subjects
    reason: str
    span: Span
    until: str = ""


@frozen
class ContainerExemption:
    """Containers that a check does not look at, by their name or their image. ``until`` is as in `Exemption`.

    This is for those who review an output. What decides is the parameters of the check.
    """

    containers: Names
    images: Names
    reason: str
    span: Span
    until: str = ""


@frozen
class Grant:
    """``subjects`` may use the policy named ``policy`` in ``namespaces``, as by a role binding to ``use`` a PSP."""

    policy: str
    subjects: Subjects
    span: Span
    namespaces: Names = ALL


@frozen
class Request:
    """An admission request without the pod.

    ``groups`` are complete: nothing is added to them. ``service_account`` is the name of the pod's service account in
    ``namespace``, empty where the pod has none (a static pod's mirror). ``user`` is empty where there is none (an audit).
    """

    namespace: str = "default"
    user: str = ""
    groups: tuple[str, ...] = ()
    service_account: str = "default"
    namespace_labels: tuple[tuple[str, str], ...] = ()

    @property
    def identities(self) -> tuple[Identity, ...]:
        """Who may use a policy for this request: the pod's service account, and the user.

        PSP's plugin gives the account two groups alone, not ``system:authenticated``. Source: ``UserInfo`` in
        ``k8s.io/apiserver/pkg/authentication/serviceaccount/util.go``.
        """
        user = (Identity(self.user, self.groups),) if self.user or self.groups else ()
        if not self.service_account:
            return user
        name = f"{SERVICE_ACCOUNT_USER}{self.namespace}:{self.service_account}"
        return (Identity(name, (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{self.namespace}")), *user)


def requested_by(user: str, groups: tuple[str, ...]) -> tuple[str, ...]:
    """The groups of ``user`` as the API server completes them on impersonation, ``groups`` first.

    Source: ``WithImpersonation`` in ``k8s.io/apiserver/pkg/endpoints/filters/impersonation.go``. Without a user it is
    somebody who was authenticated: nobody else makes pods.
    """
    if user == ANONYMOUS:
        implied: tuple[str, ...] = (UNAUTHENTICATED,)
    else:
        account = Identity(user, ()).service_account
        of_account = (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{account.partition('/')[0]}") if account else ()
        implied = (*of_account, AUTHENTICATED)
    return tuple(dict.fromkeys((*groups, *implied)))
