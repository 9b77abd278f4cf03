"""Pods that leave everything unset, and what the defaults of a policy make of them."""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases.suite import Json, beside, minimal
from pscc.reference import interpreter


@frozen
class Defaulted:
    """A created pod ``before`` and ``after`` the defaults are set."""

    before: Json
    after: Json

    @property
    def name(self) -> str:
        """The pod's name."""
        metadata = self.before.get("metadata")
        return str(metadata.get("name")) if isinstance(metadata, dict) else ""


def defaulted(policy: ir.Policy) -> tuple[Defaulted, ...]:
    """Pods that the defaults of ``policy`` change: with a container, with an init container, and with empty contexts."""
    pod = minimal("nothing-set", policy.scope.example)
    init = beside(minimal("nothing-set-init", policy.scope.example), "initContainers", "init")
    empty = _with_empty_contexts(minimal("empty-contexts", policy.scope.example))
    all_pods = (Defaulted(before, interpreter.with_defaults(policy, before)) for before in (pod, init, empty))
    return tuple(pod for pod in all_pods if pod.after != pod.before)


def _with_empty_contexts(pod: Json) -> Json:
    spec = pod["spec"]
    assert isinstance(spec, dict)
    containers = [{**container, "securityContext": {}} for container in spec["containers"]]
    return {**pod, "spec": {**spec, "containers": containers, "securityContext": {}}}
