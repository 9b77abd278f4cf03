"""Makes a difference small: statement by statement of the policy, field by field of the pod, as long as it stays one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.check import on_targets, on_the_plugin
from conformance.jsonl import EngineError, Json
from conformance.result import Difference
from conformance.targets import TARGETS
from conformance.targets._base import Request
from pscc.diagnostics import SourceError

_NEEDED = ("apiVersion", "kind", "metadata", "name", "namespace", "spec", "containers", "image", "rule")


def shrunk(difference: Difference, differs: Callable[[Difference], bool] | None = None) -> Difference:
    """The smallest difference of the same kind that leaving things out one by one leads to."""
    still = differs or reproduced
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(difference):
            if still(candidate):
                difference, smaller = candidate, True
                break
    return difference


def reproduced(difference: Difference) -> bool:
    """Whether ``difference`` is one when it is asked again: of the same kind, by the same engine."""
    request = Request(difference.pod, difference.old_pod, debug=_debugs(difference))
    try:
        if difference.who == "psp":
            again = list(on_the_plugin(difference.policy, [request]))
        else:
            again = list(on_targets(difference.policy, [request], [t for t in TARGETS if t.name == difference.who]))
    except (AssertionError, SourceError, EngineError, KeyError):
        return False
    return any(other.kind == difference.kind for other in again)


def _debugs(difference: Difference) -> bool:
    old = difference.old_pod
    return (
        old is not None and "ephemeralContainers" in difference.pod["spec"] and "ephemeralContainers" not in old["spec"]
    )


def _smaller(difference: Difference) -> Iterator[Difference]:
    if isinstance(difference.policy, str):
        lines = difference.policy.splitlines(keepends=True)
        for index in range(1, len(lines) - 1):
            yield replace(difference, policy="".join(lines[:index] + lines[index + 1 :]))
    else:
        for policy in _without_each(difference.policy):
            yield replace(difference, policy=policy)
    for pod in _without_each(difference.pod):
        yield replace(difference, pod=pod)
    if difference.old_pod is not None:
        for pod in _without_each(difference.old_pod):
            yield replace(difference, old_pod=pod)


def _without_each(whole: Json) -> Iterator[Json]:
    """``whole`` without one field or one element, outermost first."""
    for path in sorted(_paths(whole, ()), key=len):
        copy: Json = json.loads(json.dumps(whole))
        at: object = copy
        for key in path[:-1]:
            at = at[key]  # type: ignore[index]
        del at[path[-1]]  # type: ignore[attr-defined]
        yield copy


def _paths(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _NEEDED:
                yield (*path, key)
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if len(value) > 1 or path[-1] != "containers":
                yield (*path, index)
            yield from _paths(inner, (*path, index))
