"""What ``pscc eval`` computes: what every policy of a program says of every pod. Must not import the CLI."""

from __future__ import annotations

from collections.abc import Iterable

from pscc import ir, oracle
from pscc.pods import Manifest, normalise

Row = dict[str, object]


def evaluate(program: ir.Program, manifests: Iterable[Manifest]) -> tuple[Row, ...]:
    """One row for each policy and manifest, in the order of the manifests; JSON as it is.

    A pod is admitted when every policy's row says ``allowed``.
    """
    rows: list[Row] = []
    for manifest in manifests:
        pod = normalise(manifest.pod)
        for policy in program.policies:
            rows.append(_row(policy, manifest, oracle.judge(policy, pod)))
    return tuple(rows)


def _row(policy: ir.Policy, manifest: Manifest, verdict: oracle.Verdict) -> Row:
    return {
        "file": manifest.span.file,
        "kind": manifest.kind,
        "namespace": manifest.namespace,
        "name": manifest.name,
        "policy": policy.name,
        "allowed": verdict.allowed,
        "reasons": [
            {
                "control": reason.control,
                "path": reason.path,
                "value": reason.value,
                "message": reason.message,
                "source": str(reason.span),
            }
            for reason in verdict.reasons
        ],
        "pod": verdict.pod,
    }
