"""Sources that several tests read, and what they mean whatever their place."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pscc import ir
from pscc.base.source import Span
from pscc.diagnostics import SourceError
from pscc.driver import analyse, decode
from support.paths import ROOT, SHARED

PSP = """\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: p}
spec:
  seLinux: {rule: RunAsAny}
  runAsUser: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  fsGroup: {rule: RunAsAny}
"""


def meaning(program: ir.Program) -> list[object]:
    """The program without what depends on where it was written."""
    nowhere = Span("", 0, 0, 0, 0)
    return [
        (
            policy.name,
            policy.mode,
            [dataclasses.replace(check, span=nowhere) for check in policy.checks],
            [dataclasses.replace(default, span=nowhere) for default in policy.defaults],
        )
        for policy in program.policies
    ]


def valid_sources() -> list[Path]:
    """Every PSP of the examples, and of the corpus where it is at hand, that is one valid document."""
    paths = []
    for path in sorted([*(ROOT / "examples").glob("*.yaml"), *(SHARED / "corpus" / "psp").glob("*.y*ml")]):
        try:
            analyse(decode(str(path), path.read_bytes()))
        except SourceError:
            continue
        paths.append(path)
    return paths
