"""One policy and given pods on everything: the interpreter, the plugin where it is a PSP, and every target's engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from conformance import engines, truth
from conformance.jsonl import Json, Process
from conformance.policies import meaning, statements_meaning
from conformance.result import Difference, Tally
from conformance.targets import TARGETS
from conformance.targets._base import Request, Target
from pscc.ir import Policy


def policy_of(source: Json | str) -> Policy:
    """What a PSP, or the text of a policy of the language, means."""
    if isinstance(source, str):
        return statements_meaning(source)
    policy = meaning(source)
    assert policy is not None, json.dumps(source)
    return policy


def on_the_plugin(source: Json | str, requests: Sequence[Request]) -> Iterator[Difference]:
    """Where the plugin differs from the interpreter; nothing of a policy that is no PSP, of updates, and of what 1.24 never saw."""
    if isinstance(source, str):
        return
    pods = [r.pod for r in requests if r.old_pod is None and not r.pod["spec"].get("ephemeralContainers")]
    with Process("psp-admission") as process:
        yield from truth.judged(process, source, policy_of(source), pods, Tally())


def on_targets(
    source: Json | str, requests: Sequence[Request], targets: Sequence[Target] = TARGETS
) -> Iterator[Difference]:
    """Where a target's engine differs from the interpreter."""
    for target in targets:
        asked = [request for request in requests if target.updates or request.old_pod is None]
        with target.run() as running:
            yield from engines.judged(target.name, running, source, policy_of(source), asked, Tally()) if asked else ()
