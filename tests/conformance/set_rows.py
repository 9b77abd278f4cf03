"""The rows of a run that are about sets of policies: the choice of the plugin, and what each target makes of it."""

from __future__ import annotations

from conformance import set_targets, sets
from conformance.jsonl import Process
from conformance.result import Difference, Tally

ROWS = ("sets psp", "sets gatekeeper", "sets opa", "sets kyverno")
"""The plugin, where an update is compared beside each creation, and the targets that take a user."""

_REQUESTERS = {"sets psp": 4}


def target_of(row: str) -> str:
    """The target of ``row``, ``psp`` for the plugin."""
    return row.removeprefix("sets ")


def compare(row: str, seed: int, clusters: int, pods: int) -> tuple[Tally, list[Difference]]:
    """Draws ``clusters`` sets by ``seed``, with ``pods`` pods for each who asks, and compares on the engine of ``row``."""
    requesters = _REQUESTERS.get(row, 2)
    with Process("psp-admission") as plugin:
        if row == "sets psp":
            count, wrong = sets.compare(plugin, seed, clusters, requesters, pods)
            tally = Tally(clusters, pairs=count.requests, admitted=count.admitted)
            return _ended(row, tally, wrong)
        held, wrong = set_targets.Held(), []
        with Process("gatekeeper-review") as reviews:
            ask = {
                "gatekeeper": set_targets.gatekeeper(reviews),
                "opa": set_targets.opa,
                "kyverno": set_targets.kyverno,
            }[target_of(row)]
            for asked in sets.draw(plugin, seed, clusters, requesters, pods):
                wrong += set_targets.held(target_of(row), ask, asked, held)
                if row == "sets gatekeeper":
                    wrong += set_targets.parted("gatekeeper", ask, asked, held)
    tally = Tally(clusters, pairs=held.requests, stricter=held.announced, admitted=held.admitted)
    return _ended(row, tally, wrong)


def _ended(row: str, tally: Tally, wrong: list[str]) -> tuple[Tally, list[Difference]]:
    tally.wrong = len(wrong)
    tally.agreed = tally.pairs - tally.stricter - tally.wrong
    return tally, [Difference(row, "set", text, {}, "", "") for text in wrong]
