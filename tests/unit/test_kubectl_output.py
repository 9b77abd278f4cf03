"""What ``kubectl get psp NAME -o yaml`` (or ``-o json``) prints is a source like any other, and means what was applied."""

from __future__ import annotations

import json

import pytest
import yaml

from pscc.driver import analyse, decode
from support.sources import PSP, meaning

APPLIED = yaml.safe_load(PSP + "  privileged: false\n  hostPorts: [{min: 10000, max: 11000}]\n")
DUMPED = {
    **APPLIED,
    "metadata": {
        "name": "p",
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(APPLIED) + "\n"},
        "creationTimestamp": "2022-05-04T10:00:00Z",
        "managedFields": [
            {"apiVersion": "policy/v1beta1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:hostPorts": {}}},
             "manager": "kubectl-client-side-apply", "operation": "Update", "time": "2022-05-04T10:00:00Z"},
        ],
        "resourceVersion": "712",
        "uid": "c3a1b2f0-0000-4000-8000-000000000001",
    },
    "spec": {key: value for key, value in APPLIED["spec"].items() if value is not False},
    "status": {},
}  # fmt: skip


@pytest.mark.parametrize("version", ["policy/v1beta1", "extensions/v1beta1"])
@pytest.mark.parametrize(
    ("name", "write"), [("p.yaml", yaml.safe_dump), ("p.json", json.dumps), ("-", yaml.safe_dump), ("-", json.dumps)]
)
def test_a_dump_means_what_was_applied(name: str, write: object, version: str) -> None:
    assert callable(write)
    text = str(write({**DUMPED, "apiVersion": version}))
    _, program, warnings = analyse(decode(name, text.encode()))
    assert warnings == ()
    assert meaning(program) == meaning(analyse(decode("p.yaml", yaml.safe_dump(APPLIED).encode()))[1])
    assert [check.shape for check in program.policies[0].checks][:1] == ["DenyPrivileged"]
