"""The order in which a cluster's namespaces can get a policy: those first in which nothing has to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.lowering.prepared import Prepared
from pscc.mending.records import Mending, Programs
from pscc.mending.settings import Mender, passes, with_settings
from pscc.output.options import Options
from pscc.pod.manifests import Manifest
from pscc.pod.normalising import normalise
from pscc.pod.validity import Refusal, refusals
from pscc.reference.evaluate import judgements, works
from pscc.reporting.records import OnTarget
from pscc.reporting.targets import on_target

State = Literal["ready", "patch", "blocked"]
STATES: tuple[State, ...] = ("ready", "patch", "blocked")
Requested = Sequence[tuple[Request, Manifest]]


@frozen
class Namespace:
    """A namespace with workloads that a policy judges.

    - ``ready``: the target's output admits these workloads as they are.
    - ``patch``: it admits them once they are mended.
    - ``blocked``: nothing mends them, so somebody has to decide.
    """

    name: str
    ready: tuple[Mending, ...]
    patch: tuple[Mending, ...]
    blocked: tuple[Mending, ...]

    @property
    def state(self) -> State:
        """What has to come before the policy enforces there."""
        return "blocked" if self.blocked else "patch" if self.patch else "ready"

    @property
    def count(self) -> int:
        """How many workloads it has."""
        return len(self.ready) + len(self.patch) + len(self.blocked)


@frozen
class OfTarget:
    """How many workloads the output of the target ``name`` refuses that the source admits; ``fits``: it takes the program."""

    name: str
    refused: int
    fits: bool


@frozen
class Plan:
    """The ``target`` to compile for, how each target does, and the ``namespaces``, in the order of their turns.

    ``unjudged`` counts the workloads that no policy judges.
    """

    target: str
    targets: tuple[OfTarget, ...]
    namespaces: tuple[Namespace, ...]
    unjudged: int

    def of(self, state: State) -> tuple[Namespace, ...]:
        """The namespaces in ``state``."""
        return tuple(each for each in self.namespaces if each.state == state)


def plan(
    ready: Prepared, programs: Programs, requested: Requested, targets: Sequence[str], options: Options
) -> Plan | None:
    """The plan for the manifests ``requested``, each with its request; None where no target takes the program.

    Of ``targets`` it is for the one that refuses the fewest workloads which the source admits, the first of them.
    """
    mender = Mender(programs)
    mendings = [mender.mending(request, manifest) for request, manifest in requested]
    outputs = [on_target(name, ready, options) for name in targets]
    passing = [asked for asked in requested if _admits(OnTarget("", ready.written), *asked)]
    results = tuple(_of_target(output, passing) for output in outputs)
    fitting = [(each.refused, index) for index, each in enumerate(results) if each.fits]
    if not fitting:
        return None
    output = outputs[min(fitting)[1]]
    states: dict[str, dict[State, list[Mending]]] = {}
    for (request, manifest), mending in zip(requested, mendings, strict=True):
        if mending.outcome != "unjudged":
            of_namespace = states.setdefault(mending.namespace, {state: [] for state in STATES})
            of_namespace[_state(output, request, manifest, mending)].append(mending)
    namespaces = (Namespace(name, *(tuple(mine[state]) for state in STATES)) for name, mine in states.items())
    order = sorted(namespaces, key=lambda each: (STATES.index(each.state), each.count, each.name))
    unjudged = sum(mending.outcome == "unjudged" for mending in mendings)
    return Plan(output.name, results, tuple(order), unjudged)


def _of_target(output: OnTarget, passing: Requested) -> OfTarget:
    """How ``output`` does with the workloads ``passing``, which the source admits."""
    if output.errors:
        return OfTarget(output.name, 0, False)
    return OfTarget(output.name, sum(not _admits(output, *asked) for asked in passing), True)


def _admits(output: OnTarget, request: Request, manifest: Manifest) -> bool:
    """Whether ``output`` admits the workload, and its defaults make no pod of it that the API server refuses."""
    judged = judgements(output.program, manifest, request, output.widely)
    return works(judged, _known(manifest))


def _known(manifest: Manifest) -> frozenset[Refusal]:
    """What the API server refuses of the pod without defaults."""
    return frozenset(refusals(normalise(manifest.pod)))


def _state(output: OnTarget, request: Request, manifest: Manifest, mending: Mending) -> State:
    if _admits(output, request, manifest):
        return "ready"
    if mending.outcome != "mended":
        return "blocked"
    mended = replace(manifest, pod=with_settings(manifest.pod, mending.settings))
    judged = judgements(output.program, mended, request, output.widely)
    return "patch" if passes(judged, _known(manifest)) else "blocked"


def names_of(namespaces: Iterable[Namespace]) -> tuple[str, ...]:
    """The names of ``namespaces``."""
    return tuple(each.name for each in namespaces)
