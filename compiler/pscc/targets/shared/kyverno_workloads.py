"""What Kyverno does with workloads: it writes rules for them itself, which act as those for pods do."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.output.options import Workloads


def as_pods(program: ir.Program, workloads: Workloads) -> Iterator[Diagnostic]:
    """That a policy which refuses pods refuses workloads, where a warning is asked for."""
    for policy in program.policies if workloads == "warn" else ():
        if policy.checks and policy.mode == "enforce":
            message = f"Kyverno refuses workloads whose pods {policy.name} would refuse, and cannot just warn of them"
            help = "say `--workloads enforce` where you mean that, or `--workloads off`: their pods are judged all the same"
            yield Diagnostic("TGT009", message, policy.span, severity="note", help=help)
