"""A parent that enforces and a child that audits and warns of a stricter value: every engine does all three."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from conformance.result import Tally
from conformance.space import meaning
from conformance.space.options import Chosen
from conformance.space.requests import Asked
from conformance.space.rows import ROWS, Row, judged, started
from conformance.space.sources import Source, read
from conformance.workloads import workload
from pscc.ir.access import Request
from pscc.output.options import Options
from support.engines import engine

SOMEBODY = Request("team-a", "jane", ("system:authenticated",), "default")
NEEDS = {"gatekeeper": "gatekeeper-review", "kyverno-cel": "kyverno-review", "vap": "vap-review"}
PROGRAM = """abstract policy base {
    allow hostPorts 80, 443, 8000-8080
    require runAsUser 1-65535
    default runAsUser 1000
}
policy team extends base {
    audit allow hostPorts 443, 8000-8010
    warn  deny hostPorts
    warn  require runAsUser 1000
}
"""
SAYS = {None: set(), 443: {"warn"}, 8000: {"warn"}, 80: {"audit", "warn"}, 9000: {"deny", "audit", "warn"}}
"""What is done with a pod that has this host port."""


def pod(port: int | None, user: int = 1000) -> dict[str, object]:
    ports = {} if port is None else {"ports": [{"containerPort": port, "hostPort": port, "protocol": "TCP"}]}
    container = {"name": "main", "image": "app:1", "securityContext": {"runAsUser": user}, **ports}
    spec = {"containers": [container], "serviceAccountName": "default"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "team-a"}, "spec": spec}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_engine_does_all_three(row: Row) -> None:
    engine(NEEDS.get(row.target, row.target))
    document, program = read(PROGRAM)
    source = Source(PROGRAM, "", document, program)
    made = meaning.compiled(program, Chosen(row.target, Options(engine=row.engine)))
    for port, says in SAYS.items():
        asked = Asked(SOMEBODY, pod(port), pod(port))
        assert {action for action, _ in meaning.by_source(made, asked).says} == says, port
    pods = [pod(port, user) for port in SAYS for user in (0, 1, 1000)]
    with ExitStack() as stack:
        ask, stored = started(row, stack)
        requests = [stored(Asked(SOMEBODY, each, each)) for each in pods]
        if not row.slow:  # Kyverno's command line is asked about pods alone
            requests += [Asked(SOMEBODY, workload(1, each), each, kind="DaemonSet") for each in pods]
        tally = Tally()
        assert list(judged(row, ask, source, made, requests, tally)) == []
    assert tally.agreed == len(requests)
