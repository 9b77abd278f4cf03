"""The classes of requests that scopes, exemptions and grants of two programs distinguish: who asks, in which namespace.

Two requests are of one class if the same policies of both programs judge them. A set of names distinguishes the names and the
prefixes that it lists; one name stands for each case.

A requester is a user, the pod's service account, and any number of groups. It may use each policy that one of them may use, and
is exempt where one of them is. So a request needs no more of them than there are policies with exemptions, and choices: if the
programs differ for a request with more groups, they differ for one with some of these groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, product

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import (
    ANONYMOUS,
    AUTHENTICATED,
    SERVICE_ACCOUNT_USER,
    SERVICE_ACCOUNTS,
    UNAUTHENTICATED,
    Identity,
    Names,
    Request,
    Subjects,
    requested_by,
)
from pscc.ir.passes import Reads, reads_of_all
from pscc.reasoning.difference.domains import texts
from pscc.reasoning.difference.fields import Constants
from pscc.reasoning.difference.meaning import Meanings
from pscc.reasoning.difference.sides import Option, Side, side_of

MOST_REQUESTS = 60_000
"""The most requests that are drawn before giving up; each costs microseconds."""
MOST_NAMED = 5_000
"""The most names that are looked at for others of whom a difference is known, too."""
SOMEBODY, DEFAULT = "somebody", "default"
"""The plain requester, and the plain namespace and service account."""
Labels = tuple[tuple[str, str], ...]


@frozen
class RequestClass:
    """Requests that the same policies judge in each program, the plainest first."""

    requests: tuple[Request, ...]
    old: Side
    new: Side

    @property
    def request(self) -> Request:
        """The plainest of the requests."""
        return self.requests[0]


@dataclass(slots=True)
class Classes:
    """The ``classes`` of requests for which two programs are not the same; all of them unless ``gave_up``."""

    old: ir.Program
    new: ir.Program
    classes: tuple[RequestClass, ...] = ()
    gave_up: bool = False
    _meanings: Meanings = field(default_factory=Meanings)
    _reads: dict[int, Reads] = field(default_factory=dict)
    _sides: dict[int, Side] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw requests, and put those of one class together."""
        drawn: list[tuple[tuple[int, int, int], Request, tuple[int, int]]] = []
        namespaces: list[_Namespace] = []
        for at, (name, labels) in enumerate(self._namespaces()):
            namespace = _Namespace(self.old, self.new, name, labels)
            namespaces.append(namespace)
            for picks, request, on in namespace.requests():
                if len(drawn) >= MOST_REQUESTS:
                    self.gave_up = True
                    break
                drawn.append(((picks, len(labels), at), request, self._key(namespace, on)))
        by_key: dict[tuple[int, int], dict[int, tuple[int, list[Request]]]] = {}
        for (picks, _, at), request, key in sorted(drawn, key=lambda entry: entry[0]):
            if key[0] != key[1]:
                least, requests = by_key.setdefault(key, {}).setdefault(at, (picks, []))
                requests += [request] if picks == least else []
        self._name_others(namespaces, by_key)
        self.classes = tuple(
            RequestClass(
                tuple(request for _, requests in by_namespace.values() for request in requests),
                self._sides[old],
                self._sides[new],
            )
            for (old, new), by_namespace in by_key.items()
        )

    def _name_others(
        self, namespaces: list[_Namespace], by_key: dict[tuple[int, int], dict[int, tuple[int, list[Request]]]]
    ) -> None:
        """Add further requests by one named requester to the classes that need only one. Readers want to see all of these names."""
        left = MOST_NAMED
        known = {
            request for by_namespace in by_key.values() for _, requests in by_namespace.values() for request in requests
        }
        for at in sorted({at for by_namespace in by_key.values() for at in by_namespace}):
            for request, on in namespaces[at].singles():
                left -= 1
                if left < 0:
                    return
                picks, requests = by_key.get(self._key(namespaces[at], on), {}).get(at, (0, []))
                if picks == 1 and request not in known:
                    known.add(request)
                    requests.append(request)

    def _key(self, namespace: _Namespace, on: frozenset[int]) -> tuple[int, int]:
        """The numbers of the sides of both programs where these switches are ``on``."""
        return self._side(namespace.old, on), self._side(namespace.new, on)

    def _side(self, held: _Held, on: frozenset[int]) -> int:
        policies = tuple(policy for policy, switch in held.policies if switch not in on)
        options = []
        for choice, members in held.options:
            usable = tuple(policy for policy, switch in members if switch in on)
            options.append(Option(choice.mode, usable, choice.concerns, self._reads_of(choice)))
        numbers = (self._meanings.option(o.mode, o.policies, o.reads) for o in options)
        key = self._meanings.number(("side", self._meanings.policies(policies), tuple(numbers)))
        if key not in self._sides:
            self._sides[key] = side_of(policies, tuple(options))
        return key

    def _reads_of(self, choice: ir.Choice) -> Reads:
        if id(choice) not in self._reads:
            self._reads[id(choice)] = reads_of_all(choice.concerns)
        return self._reads[id(choice)]

    def _namespaces(self) -> Iterator[tuple[str, Labels]]:
        """A name and labels for each kind of namespace that the programs distinguish."""
        programs = (self.old, self.new)
        choices = [c for program in programs for c in program.choices]
        policies = [p for program in programs for p in program.policies]
        scopes = [p.scope for p in (*policies, *(p for c in choices for p in c.policies))]
        scopes += [choice.scope for choice in choices]
        grants = [grant for choice in choices for grant in choice.grants]
        constants = _constants([*(n for s in scopes for n in (s.namespaces, s.except_namespaces))])
        _add(constants, (grant.namespaces for grant in grants))
        subjects = [e.subjects for p in policies for e in p.exemptions] + [g.subjects for g in grants]
        for some_subjects in subjects:
            _add_namespaces(constants, some_subjects)
        pairs = dict.fromkeys(pair for s in scopes for pair in (*s.labels, *s.except_labels))
        by_key: dict[str, list[tuple[str, str] | None]] = {}
        for key, value in pairs:
            by_key.setdefault(key, [None]).append((key, value))
        all_labels = [tuple(pair for pair in pairs if pair) for pairs in product(*by_key.values())]
        for namespace in texts(constants, DEFAULT):
            for labels in sorted(all_labels, key=len):
                yield namespace, labels


@frozen
class _Held:
    """The policies and choices of one program that hold in a namespace, each policy with its switch.

    A switch is the number of some subjects, and is on for a request by one of them. A policy outside choices does not judge
    where its switch is on: they are exempt. A policy of a choice may be used where its switch is on: they have a grant.
    """

    policies: tuple[tuple[ir.Policy, int], ...]
    options: tuple[tuple[ir.Choice, tuple[tuple[ir.Policy, int], ...]], ...]


class _Namespace:
    """A namespace with labels: the policies of two programs that hold there, and the requests that may come from there."""

    def __init__(self, old: ir.Program, new: ir.Program, namespace: str, labels: Labels) -> None:
        self.namespace, self.labels = namespace, labels
        self._switches: dict[tuple[Subjects, ...], int] = {}
        self._exempting: set[int] = set()
        self.old, self.new = self._held(old), self._held(new)

    def _held(self, program: ir.Program) -> _Held:
        policies = []
        for policy in program.policies:
            if policy.scope.holds_in(self.namespace, self.labels):
                switch = self._switch(tuple(exemption.subjects for exemption in policy.exemptions))
                if policy.exemptions:
                    self._exempting.add(switch)
                policies.append((policy, switch))
        options = []
        for choice in program.choices:
            if not choice.scope.holds_in(self.namespace, self.labels):
                continue
            members = []
            for policy in choice.policies:
                if policy.scope.holds_in(self.namespace, self.labels):
                    grants_here = (
                        g for g in choice.grants if g.policy == policy.name and self.namespace in g.namespaces
                    )
                    members.append((policy, self._switch(tuple(grant.subjects for grant in grants_here))))
            options.append((choice, tuple(members)))
        return _Held(tuple(policies), tuple(options))

    def _switch(self, subjects: tuple[Subjects, ...]) -> int:
        return self._switches.setdefault(subjects, len(self._switches))

    def requests(self) -> Iterator[tuple[int, Request, frozenset[int]]]:
        """(number of names, request, switches that are on) for each class of requests. A class may come several times."""
        subjects = [subject for alternatives in self._switches for subject in alternatives]
        users = self._distinct((name, self._on(Identity(name, requested_by(name, ())))) for name in _users(subjects))
        accounts = self._distinct(
            (name, self._on(_account(self.namespace, name)) if name else frozenset())
            for name in (*_accounts(subjects, self.namespace), "")
        )
        plain = users[0][1] | accounts[0][1]
        groups = self._distinct((name, self._on(Identity("", (name,)))) for name in _groups(subjects))
        groups = [(name, on) for name, on in groups if not on <= plain]
        most = max(1, len(self._exempting) + len(self.old.options) + len(self.new.options))
        drawn: set[frozenset[int]] = set()
        for size in range(min(most, len(groups)) + 1):
            for chosen in combinations(groups, size):
                for (user, by_user), (account, by_account) in product(users, accounts):
                    picks = size + (user != users[0][0]) + (account != accounts[0][0])
                    if picks > most or (chosen and user == ANONYMOUS):  # the anonymous user is in no group
                        continue
                    on = by_user.union(by_account, *(by_group for _, by_group in chosen))
                    if on in drawn and picks:
                        continue
                    drawn.add(on)
                    named = tuple(name for name, _ in chosen)
                    yield picks, Request(self.namespace, user, requested_by(user, named), account, self.labels), on

    def singles(self) -> Iterator[tuple[Request, frozenset[int]]]:
        """(request, switches that are on) for each name that the programs distinguish here. The request has that name alone.

        A service account of the namespace asks as the pod's account, and not as the user as well.
        """
        own = f"{SERVICE_ACCOUNT_USER}{self.namespace}:"
        subjects = [subject for alternatives in self._switches for subject in alternatives]
        users, accounts = list(_users(subjects)), [*_accounts(subjects, self.namespace)]
        for user, groups, account in (
            *((user, (), accounts[0]) for user in users if not user.startswith(own)),
            *((users[0], (), account) for account in accounts),
            *((users[0], (group,), accounts[0]) for group in _groups(subjects)),
        ):
            request = Request(self.namespace, user, requested_by(user, groups), account, self.labels)
            yield request, frozenset[int]().union(*(self._on(identity) for identity in request.identities))

    def _on(self, identity: Identity) -> frozenset[int]:
        return frozenset(
            switch
            for subjects, switch in self._switches.items()
            if any(subject.include(identity) for subject in subjects)
        )

    @staticmethod
    def _distinct(named: Iterable[tuple[str, frozenset[int]]]) -> list[tuple[str, frozenset[int]]]:
        by_switches: dict[frozenset[int], str] = {}
        for name, on in named:
            by_switches.setdefault(on, name)
        return [(name, on) for on, name in by_switches.items()]


def _account(namespace: str, name: str) -> Identity:
    account, *_ = Request(namespace, service_account=name).identities
    return account


# --- names ------------------------------------------------------------------------


def _constants(sets: Iterable[Names]) -> Constants:
    constants = Constants()
    _add(constants, sets)
    return constants


def _add(constants: Constants, sets: Iterable[Names]) -> None:
    for names in sets:
        constants.words.update(dict.fromkeys(names.exact))
        constants.prefixes.update(dict.fromkeys(prefix for prefix in names.prefixes if prefix))


def _as_users(subjects: Subjects) -> Names:
    """The users that ``subjects`` distinguish: named users, named service accounts, and accounts of their groups."""
    accounts, groups = subjects.service_accounts, subjects.groups
    of_group = f"{SERVICE_ACCOUNTS}:"
    exact = [f"{SERVICE_ACCOUNT_USER}{name.replace('/', ':', 1)}" for name in accounts.exact]
    exact += [
        f"{SERVICE_ACCOUNT_USER}{name.removeprefix(of_group)}:{DEFAULT}"
        for name in groups.exact
        if name.startswith(of_group)
    ]
    exact += [f"{SERVICE_ACCOUNT_USER}other:{DEFAULT}"] if SERVICE_ACCOUNTS in groups.exact else []
    prefixes = [f"{SERVICE_ACCOUNT_USER}{prefix.replace('/', ':', 1)}" for prefix in accounts.prefixes]
    prefixes += [f"{SERVICE_ACCOUNT_USER}{p.removeprefix(of_group)}" for p in groups.prefixes if p.startswith(of_group)]
    return Names((*subjects.users.exact, *exact), (*subjects.users.prefixes, *prefixes))


def _users(subjects: Iterable[Subjects]) -> Iterator[str]:
    named = list(texts(_constants(map(_as_users, subjects)), SOMEBODY))
    for name in (*named, ANONYMOUS):
        account = name.removeprefix(SERVICE_ACCOUNT_USER)
        yield f"{name}:{DEFAULT}" if account != name and ":" not in account else name


def _accounts(subjects: Iterable[Subjects], namespace: str) -> Iterator[str]:
    constants, inside = Constants(), f"{SERVICE_ACCOUNT_USER}{namespace}:"
    for users in map(_as_users, subjects):
        constants.words.update((n.removeprefix(inside), None) for n in users.exact if n.startswith(inside))
        constants.prefixes.update((p.removeprefix(inside), None) for p in users.prefixes if p.startswith(inside))
    constants.prefixes.pop("", None)
    return iter(texts(constants, "other" if DEFAULT in constants.words else DEFAULT))


def _groups(subjects: Iterable[Subjects]) -> Iterator[str]:
    """Groups that a user may or may not be a member of. Groups of authentication and of service accounts come with the user."""
    for name in texts(_constants(named.groups for named in subjects), "nobodys"):
        if name not in (AUTHENTICATED, UNAUTHENTICATED) and not name.startswith(SERVICE_ACCOUNTS):
            yield name


def _add_namespaces(constants: Constants, subjects: Subjects) -> None:
    """Add the namespaces whose service accounts ``subjects`` distinguish."""
    users = _as_users(subjects)
    for name in users.exact:
        account = Identity(name, ()).service_account
        if account:
            constants.words[account.partition("/")[0]] = None
    for prefix in users.prefixes:
        account = prefix.removeprefix(SERVICE_ACCOUNT_USER)
        if account not in (prefix, ""):
            namespace, colon, _ = account.partition(":")
            (constants.words if colon else constants.prefixes)[namespace] = None
