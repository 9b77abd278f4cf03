"""Programs that are loaded with an output's resources and then review pods, a batch at a time."""

from __future__ import annotations

import yaml

from conformance.jsonl import Json, Process
from conformance.targets._base import Request, resources
from pscc.output.contents import Output


def reviewed(process: Process, output: Output, requests: list[Request]) -> list[Json]:
    """What ``process`` says of each request: creations, updates and debug containers, each kind in one batch.

    Raises `EngineError` where it cannot load ``output``.
    """
    texts = (text for _, text in resources(output))
    documents = [d for text in texts for d in yaml.load_all(text, Loader=yaml.CSafeLoader)]
    process.ask({"op": "load", "documents": documents})
    results: dict[int, Json] = {}
    for update, debug in ((False, False), (True, False), (True, True)):
        chosen = [i for i, r in enumerate(requests) if (r.old_pod is not None, r.debug) == (update, debug)]
        if chosen:
            asked: Json = {"op": "review", "mutate": True, "pods": [requests[i].pod for i in chosen]}
            if update:
                asked |= {"operation": "UPDATE", "oldPods": [requests[i].old_pod for i in chosen]}
            if debug:
                asked["subresource"] = "ephemeralcontainers"
            results |= zip(chosen, process.results(asked), strict=True)
    return [results[i] for i in range(len(requests))]
