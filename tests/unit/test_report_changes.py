"""What a report says that defaults change is all that they change, whatever policy and pod."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from pscc import ir
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.pod.normalising import normalise
from pscc.reference.interpreter import with_defaults
from pscc.reporting.changes import changes
from support.paths import ROOT

PODS: list[dict[str, Any]] = [
    {"spec": {"containers": [{"name": "a"}, {"name": "b", "securityContext": {"capabilities": {"drop": ["KILL"]}}}]}},
    {"spec": {"containers": [{"name": "a"}], "initContainers": [{"name": "i"}], "securityContext": {"runAsUser": 5}}},
    {
        "spec": {
            "containers": [{"name": "a", "securityContext": {"privileged": True, "runAsNonRoot": False}}],
            "os": {"name": "windows"},
        }
    },
]
POLICIES = sorted((ROOT / "golden" / "policies").glob("*/policy.*")) + sorted(
    (ROOT / "golden" / "controls").glob("*/*/policy.psp")
)


def put(pod: Any, path: str, value: object) -> None:
    """Set the field ``path`` of ``pod``."""
    *steps, last = re.findall(r"[^.\[\]]+", path)
    for step in steps:
        pod = pod[int(step)] if step.isdigit() else pod.setdefault(step, {})
    pod[last] = value


def policies(path: Path) -> tuple[ir.Policy, ...]:
    """The policies of a source, those of its choices too."""
    _, program, _ = analyse(SourceFile(path.name, path.read_text(encoding="utf-8")))
    return (*program.policies, *(member for choice in program.choices for member in choice.policies))


def test_many_of_the_policies_set_defaults() -> None:
    assert sum(any(policy.defaults for policy in policies(path)) for path in POLICIES) > 15


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
def test_the_changes_make_the_pod_that_the_defaults_make(path: Path) -> None:
    for policy in policies(path):
        for one in PODS:
            before = normalise(one)
            after = with_defaults(policy, before)
            made = copy.deepcopy(before)
            for change in changes((policy,), before, after):
                assert change.policy == policy.name and change.before != change.after
                put(made, change.path, change.after)
            assert made == after
