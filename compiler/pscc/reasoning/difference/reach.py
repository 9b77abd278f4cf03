"""Finds the requests for which a difference holds, beside the one of its witness."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from pscc.ir.access import Request, requested_by
from pscc.reasoning.difference.changed import Change
from pscc.reasoning.difference.requests import DEFAULT, SOMEBODY, RequestClass
from pscc.reasoning.difference.sides import RANK, Opinion, Side, opinion
from pscc.reasoning.difference.witness import Witness, is_about
from pscc.reference.interpreter import Json


@dataclass(slots=True)
class Reach:
    """Asks the interpreter about a pod in each of ``classes``, once for each side."""

    classes: tuple[RequestClass, ...]
    _opinions: dict[int, Opinion] = field(default_factory=dict)

    def of_witness(self, witness: Witness, objects: Callable[[RequestClass], tuple[Side, Side]]) -> Witness:
        """``witness`` with every request that its pod differs for. ``objects`` returns the side that objects, then the other."""
        self._opinions = {}

        def holds(case: RequestClass) -> bool:
            mine, theirs = (self._opinion(side, witness.pod, witness.old_pod) for side in objects(case))
            return mine.rank == RANK[witness.mode] > theirs.rank and is_about(witness.control, mine, witness.mode)

        return replace(witness, requests=self._requests(witness.request, holds))

    def of_change(self, change: Change) -> Change:
        """``change`` with every request for which both programs admit its pod, and leave it different."""
        self._opinions = {}

        def holds(case: RequestClass) -> bool:
            before, after = (self._opinion(side, change.pod, None) for side in (case.old, case.new))
            return RANK["enforce"] not in (before.rank, after.rank) and before.pod != after.pod

        return replace(change, requests=self._requests(change.request, holds))

    def _opinion(self, side: Side, pod: Json, old_pod: Json | None) -> Opinion:
        if id(side) not in self._opinions:
            self._opinions[id(side)] = opinion(side, pod, old_pod)
        return self._opinions[id(side)]

    def _requests(self, shown: Request, holds: Callable[[RequestClass], bool]) -> tuple[Request, ...]:
        requests = [request for case in self.classes if holds(case) for request in case.requests]
        return tuple(dict.fromkeys((shown, *_plainest(requests))))


def _plainest(requests: Iterable[Request]) -> Iterable[Request]:
    """``requests`` without those that name everybody whom another request names, and somebody else.

    Only requests in the same namespace with the same labels are compared.
    """
    by_namespace: dict[object, list[tuple[frozenset[str], Request]]] = {}
    for request in requests:
        named = by_namespace.setdefault((request.namespace, request.namespace_labels), [])
        named.append((frozenset(names(request)), request))
    for named in by_namespace.values():
        for own, request in named:
            if not any(other < own for other, _ in named):
                yield request


def names(request: Request) -> tuple[str, ...]:
    """The requesters that ``request`` names: ``user NAME``, ``group NAME``, ``serviceaccount NS/NAME``."""
    who = [f"user {request.user}"] if request.user != SOMEBODY else []
    own = requested_by(request.user, ())
    who += [f"group {group}" for group in request.groups if group not in own]
    if request.service_account not in (DEFAULT, ""):
        who.append(f"serviceaccount {request.namespace}/{request.service_account}")
    return (*who, *(() if request.service_account else ("no serviceaccount",)))
