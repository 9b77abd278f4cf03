"""The generated suite of a choice: requests for pods of its policies, by users with a grant and by users without one.

The interpreter decides what is expected of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pscc import ir
from pscc.cases.suite import Case, OwnPod, cases_for, unique
from pscc.ir.access import AUTHENTICATED, SERVICE_ACCOUNT_USER, Names, Request, Scope, Subjects, requested_by
from pscc.reference.admission import accepts_as_it_is, admit
from pscc.reference.interpreter import Json

MOST_CASES = 60
_MOST_POLICIES = 6
_MOST_REQUESTS = 8
_MOST_OF_NAME = 16
_MEMBER = "member"
"""The user who has a grant through a group alone."""
AUDIT = Request(groups=(AUTHENTICATED,))
"""A review that names no user: somebody who had been authenticated made the pod."""
NOBODY = Request(user="nobody", groups=requested_by("nobody", ()))


def choice_cases(choice: ir.Choice) -> tuple[Case, ...]:
    """The suite of ``choice``: at most `MOST_CASES` requests and one update, in a stable order, each with a name of its own."""
    pods = [(policy, case) for policy in choice.policies[:_MOST_POLICIES] for case in _pods(policy)]
    asking = (_inside(choice.scope, request) for request in (*_requests(choice), NOBODY, AUDIT))
    requests = list(dict.fromkeys(request for request in asking if request is not None))[:_MOST_REQUESTS]
    cases: list[Case] = []
    for request in requests:
        for policy, case in pods:
            if len(cases) < MOST_CASES:
                label = f"{_part(policy.name)}-{_part(case.name)}-by-{_part(_who(request))}"
                name = unique(label, {case.name for case in cases})
                cases.append(_case(choice, name, case.pod, request))
    refused = next((case for case in cases if not case.allowed), None)
    if refused is not None and refused.request is not None:
        metadata = {**_object(refused.pod.get("metadata")), "labels": {"changed": "yes"}}
        changed = {**refused.pod, "metadata": metadata}
        cases.append(_case(choice, "update-of-nothing-looked-at", changed, refused.request, refused.pod))
    return tuple(cases)


def own_choice_cases(choice: ir.Choice, pods: Iterable[OwnPod]) -> Iterator[Case]:
    """The cases of ``pods`` that are in a namespace of ``choice``. Each has a name of its own.

    A case that does not say who asks gets a user without any grant: engines need a user.
    """
    named: dict[str, Case] = {}
    for own in pods:
        if choice.scope.holds_in(own.request.namespace, own.request.namespace_labels):
            name = unique(own.label, named)
            by_nobody = replace(own.request, user=NOBODY.user, groups=NOBODY.groups)
            named[name] = _case(choice, name, own.pod, own.request if own.request.user else by_nobody, own.old_pod)
    yield from named.values()


def _case(choice: ir.Choice, name: str, pod: Json, request: Request, old_pod: Json | None = None) -> Case:
    changed, before = (
        _as_requested(name, pod, request),
        _as_requested(name, old_pod, request) if old_pod is not None else None,
    )
    admission = (
        admit(choice, request, changed, before) if before is not None else accepts_as_it_is(choice, request, changed)
    )
    return Case(name, changed, admission.allowed, admission.message, old_pod=before, request=request)


def _who(request: Request) -> str:
    """The requester of ``request`` in a name: the group of a mere member, the pod's account beside nobody's, or the user."""
    if not request.user:
        return "no-user"
    if request.user == NOBODY.user and request.service_account != NOBODY.service_account:
        return request.service_account
    return request.groups[0] if request.user == _MEMBER else request.user


def _part(name: str) -> str:
    """``name`` as a part of a case's name, in small letters: its last words where it is long."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    end = words[-_MOST_OF_NAME:]
    return end if end == words else (end.partition("-")[2] or end)


def _as_requested(name: str, pod: Json, request: Request) -> Json:
    """``pod`` with this name, and with the namespace and the service account of ``request``."""
    metadata = {**_object(pod.get("metadata")), "name": name, "namespace": request.namespace}
    return {
        **pod,
        "metadata": metadata,
        "spec": {**_object(pod.get("spec")), "serviceAccountName": request.service_account},
    }


def _pods(policy: ir.Policy) -> Iterator[Case]:
    """A pod that the policy accepts, and some that it refuses, each for another reason."""
    created = [case for case in cases_for(policy) if case.old_pod is None]
    yield from [case for case in created if case.allowed][:1]
    refused = {case.shapes: case for case in reversed(created) if not case.allowed}
    yield from list(refused.values())[-2:]


def _requests(choice: ir.Choice) -> Iterator[Request]:
    """For each grant, requests by users who have it."""
    for grant in choice.grants:
        yield from requests_of(grant.subjects, grant.namespaces)


def requests_of(who: Subjects, namespaces: Names) -> Iterator[Request]:
    """A request by one user of each kind in ``who``, in one of ``namespaces``."""
    place = Request(_name_in(namespaces, "default"))
    if who.users:
        user = _name_in(who.users, "somebody")
        yield replace(place, user=user, groups=requested_by(user, ()))
    if who.groups:
        group = _name_in(who.groups, "some-group")
        yield replace(place, user=_MEMBER, groups=requested_by(_MEMBER, (group,)))
    if who.service_accounts:
        namespace, _, name = _name_in(who.service_accounts, "default/default").partition("/")
        user = f"{SERVICE_ACCOUNT_USER}{namespace}:{name or 'default'}"
        yield replace(place, user=user, groups=requested_by(user, ()))
        if namespace == place.namespace or not namespaces.exact:
            yield Request(namespace, "nobody", NOBODY.groups, name or "default")
    if who.everyone:
        yield replace(place, user="anyone", groups=requested_by("anyone", ()))


def _inside(scope: Scope, request: Request) -> Request | None:
    """``request``, moved into a namespace of ``scope`` where it is in none; None where ``scope`` has none to name."""
    if scope.holds_in(request.namespace):
        return request
    places = (*scope.namespaces.exact, *(f"{prefix}x" for prefix in scope.namespaces.prefixes), "default")
    place = next((name for name in places if scope.holds_in(name)), None)
    return replace(request, namespace=place) if place is not None else None


def _name_in(names: Names, fallback: str) -> str:
    """A name among ``names``; ``fallback`` where every name is."""
    if names.exact:
        return names.exact[0]
    return f"{names.prefixes[0]}x" if names.prefixes and names.prefixes[0] else fallback


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, dict) else {}


def admission_review(case: Case) -> Json:
    """The ``AdmissionReview`` of ``case``; the bare pod where the request names no user, as in an audit."""
    if case.request is None or not case.request.user:
        return case.pod
    request: Json = {
        "uid": "pscc",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "operation": "CREATE" if case.old_pod is None else "UPDATE",
        "name": case.name,
        "namespace": case.request.namespace,
        "userInfo": {"username": case.request.user, "groups": list(case.request.groups)},
        "object": case.pod,
    }
    if case.old_pod is not None:
        request["oldObject"] = case.old_pod
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
