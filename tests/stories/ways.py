"""The ways of running an output that stories are told about: a target with its options, and the engine that it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stories.cluster import EngineName

STEPS = ("templates", "mutators", "policies", "workloads")
"""The folders of an output for Gatekeeper, in the order in which they are applied."""


@dataclass(frozen=True, slots=True)
class Way:
    """A target, the options of the compile that make it this way, and the cluster's policy engine."""

    name: str
    target: str
    engine: EngineName
    options: dict[str, Any] = field(default_factory=dict)


WAYS = {
    way.name: way
    for way in (
        Way("vap", "vap", ""),
        Way("gatekeeper", "gatekeeper", "gatekeeper"),
        Way("gatekeeper --engine cel", "gatekeeper", "gatekeeper", {"engine": "cel"}),
        Way("kyverno-cel", "kyverno-cel", "kyverno"),
        Way("kyverno", "kyverno", "kyverno"),
    )
}
ON_GATEKEEPER = ("gatekeeper", "gatekeeper --engine cel")
ON_WEBHOOKS = (*ON_GATEKEEPER, "kyverno-cel", "kyverno")
