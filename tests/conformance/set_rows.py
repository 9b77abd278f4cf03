"""The rows of a run that are about sets of policies: the choice of the plugin, and what each target makes of it."""

from __future__ import annotations

from dataclasses import replace

from conformance import set_engines, set_targets, sets
from conformance.jsonl import Json, Process
from conformance.result import Difference, Tally
from conformance.set_targets import Held
from conformance.sets import Asked
from conformance.workloads import of_workloads, words_with_defaults, words_without
from pscc.ir.access import AUTHENTICATED
from pscc.output.options import Options

ROWS = (
    "sets psp",
    "sets gatekeeper",
    "sets opa",
    "sets kyverno",
    "sets vap",
    "sets gatekeeper --engine cel",
    "sets kyverno-cel",
)
"""The plugin, where an update is compared beside each creation, and the targets that take a user."""

_GATEKEEPER_CEL = "sets gatekeeper --engine cel"
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
        in_cel = {
            "sets vap": ("vap-review", _on_the_api_server),
            _GATEKEEPER_CEL: ("gatekeeper-review", _on_gatekeeper),
            "sets kyverno-cel": ("kyverno-review", _on_kyverno),
        }
        if row in in_cel:
            engine, compared = in_cel[row]
            with Process(engine) as process:
                for asked in sets.draw(plugin, seed, clusters, requesters, pods):
                    wrong += compared(process, asked, held)
            return _ended(row, _tally(clusters, held), wrong)
        with Process("gatekeeper-review") as reviews:
            ask = {
                "gatekeeper": set_engines.gatekeeper(reviews),
                "opa": set_engines.opa,
                "kyverno": set_engines.kyverno,
            }[target_of(row)]
            for asked in sets.draw(plugin, seed, clusters, requesters, pods):
                wrong += set_targets.held(target_of(row), ask, asked, held)
                if row == "sets gatekeeper":
                    wrong += set_targets.parted("gatekeeper", ask, asked, held)
    return _ended(row, _tally(clusters, held), wrong)


def _on_the_api_server(process: Process, asked: Asked, count: Held) -> list[str]:
    """A set on the API server's plugins: created pods and how they are left, updates, namespaces apart, live RBAC, workloads."""
    stored = set_engines.stored_by(process)
    ask = set_engines.plugins(process)
    seen = replace(asked, pods=tuple(stored(list(asked.pods))))
    return [
        *set_targets.exactly("vap", ask, asked, count, stored),
        *set_targets.updated("vap", lambda old: set_engines.plugins(process, old=old), seen, count),
        *set_targets.parted("vap", ask, seen, count),
        *set_targets.live(process, asked, count),
        *of_workloads("vap", ask, seen, count, words_with_defaults),
    ]


def _on_gatekeeper(process: Process, asked: Asked, count: Held) -> list[str]:
    """A set on Gatekeeper's CEL engine: created pods, pods that an audit finds, updates, workloads."""
    options = Options(engine="cel")
    ask = set_engines.gatekeeper(process)
    audit = replace(asked, requester=replace(asked.requester, user="", groups=(AUTHENTICATED,)))
    return [
        *set_targets.held("gatekeeper", ask, asked, count, options),
        *set_targets.held("gatekeeper", ask, audit, count, options),
        *set_targets.updated("gatekeeper", lambda old: set_engines.gatekeeper(process, old), asked, count, options),
        *of_workloads("gatekeeper", ask, asked, count, words_without, options),
    ]


def _on_kyverno(process: Process, asked: Asked, count: Held) -> list[str]:
    """A set in Kyverno's webhooks: created pods and how they are left, updates."""

    def as_they_come(pods: list[Json]) -> list[Json]:
        return pods

    with Process("vap-review") as plugins:
        seen = replace(asked, pods=tuple(set_engines.stored_by(plugins)(list(asked.pods))))
    ask = set_engines.kyverno_webhooks(process)
    return [
        *set_targets.exactly("kyverno-cel", ask, seen, count, as_they_come, set_targets.chosen_once),
        *set_targets.updated("kyverno-cel", lambda old: set_engines.kyverno_webhooks(process, old), seen, count),
    ]


def _tally(clusters: int, held: Held) -> Tally:
    return Tally(clusters, pairs=held.requests, stricter=held.announced, admitted=held.admitted)


def _ended(row: str, tally: Tally, wrong: list[str]) -> tuple[Tally, list[Difference]]:
    tally.wrong = len(wrong)
    tally.agreed = tally.pairs - tally.stricter - tally.wrong
    return tally, [Difference(row, "set", text, {}, "", "") for text in wrong]
