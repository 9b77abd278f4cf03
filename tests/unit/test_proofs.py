"""Outputs that are proven equal to their sources, and outputs with a fault, for which there is a pod."""

from __future__ import annotations

from pathlib import Path

import pytest

from pscc.lowering.rollout import Rollout
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.prove import claims
from pscc.proving.question import Answer, Equal, Undecided
from support.proofs import answers, difference, golden, of_text

BOTH = [Equal(), Equal()]
"""Of pods that are created, and of pods that are changed."""
GOLDEN = ["privileged", "psp-default", "restricted", "team", pytest.param("everything", marks=pytest.mark.slow)]


def _text(name: str) -> str:
    return Path(golden(name)).read_text()


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_policies_are_proven(name: str) -> None:
    assert answers(of_text(_text(name))) == BOTH


@pytest.mark.parametrize("mode", ["warn", "audit"])
def test_a_mode_assumes_its_defaults(mode: str) -> None:
    assert answers(of_text(_text("team"), Rollout(mode=mode))) == BOTH  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "policy p { deny privileged; in namespaces web-*, shop; except namespaces web-test }",
        "policy p { deny privileged; in namespaces tier=web; except namespaces team=a }",
        'policy p { deny privileged; exempt users admin because "x"; exempt groups ops because "y" }',
        'policy p { deny privileged; exempt serviceaccounts kube-system/cni because "x" }',
        "policy p { deny capabilities.add SYS_ADMIN, NET_* }",
        'policy p { require seLinuxOptions level="s0:c3,c1,c2" }',
        "policy p { allow hostPath /, /var/, /a (read-only) }",
    ],
)
def test_who_and_where_and_odd_values(text: str) -> None:
    assert answers(of_text(text.replace(";", "\n"))) == BOTH


MUTANTS = [
    # a guard is dropped
    ("has(object.spec.hostPID) && object.spec.hostPID == true", "object.spec.hostPID == true"),
    ("has(container.securityContext) && has(container.securityContext.privileged) &&\n", "has(container.securityContext) &&\n"),
    # a comparison is turned, or is off by one
    ("object.spec.hostPID == true", "object.spec.hostPID == false"),
    ("object.spec.securityContext.fsGroup <= 65535", "object.spec.securityContext.fsGroup < 65535"),
    ("object.spec.securityContext.fsGroup >= 1", "object.spec.securityContext.fsGroup >= 2"),
    ("port.hostPort >= 10000", "port.hostPort > 10000"),
    ("port.hostPort <= 14000", "port.hostPort <= 14001"),
    # another field
    ("has(object.spec.hostIPC) && object.spec.hostIPC", "has(object.spec.hostPID) && object.spec.hostPID"),
    ("container.runAsUser == 0", "container.runAsUser == 1"),
    ("container.securityContext.allowPrivilegeEscalation == false", "container.securityContext.allowPrivilegeEscalation == true"),
    # another constant
    ('"NET_BIND_SERVICE"', '"NET_RAW"'),
    ('startsWith("/tmp/")', 'startsWith("/tmp")'),
    ('"configMap", "secret"', '"secret"'),
    # a quantifier, a connective, a list
    ("variables.allContainers\n", "object.spec.containers\n"),
    ("container.runAsNonRoot == null && container.", "container.runAsNonRoot == null || container."),
    ('!(has(container.seccompProfile.type) && container.seccompProfile.type == "RuntimeDefault")', "true"),
    # what the API server makes of it
    ("variables.findings.size() == 0", "variables.findings.size() > 0"),
    ("validationActions: [Deny]", "validationActions: [Warn]"),
    ("operations: [CREATE, UPDATE]", "operations: [UPDATE]"),
    ('request.operation != "UPDATE" ||', 'request.operation == "UPDATE" ||'),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong"), MUTANTS)
def test_a_faulty_output_has_a_witness(right: str, wrong: str) -> None:
    found = difference(of_text(_text("team")).changed(right, wrong))
    assert found is not None
    assert bool(found.reasons) is (found.does == "lets in")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("&& variables.sameImages", "&& true"),
        (".oldContainers.map(container, has(container.image)", ".allContainers.map(container, has(container.image)"),
        ("object.spec != oldObject.spec", "object.spec.hostPID != oldObject.spec.hostPID"),
        ("[container.image]", "[container.name]"),
    ],
)  # fmt: skip
def test_a_fault_about_updates_is_never_equal(right: str, wrong: str) -> None:
    try:
        created, changed = answers(of_text(_text("team")).changed(right, wrong))
    except NotUnderstoodError:
        return
    assert created == Equal()
    assert isinstance(changed, Undecided)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("object.spec.hostPID == true", "object.spec.hostPID != false"),
        ("variables.findings.size() == 0", "variables.findings.size() < 1"),
        ("failurePolicy: Fail", "failurePolicy: Ignore"),
        # no port is 0, and every projected volume is allowed whatever its sources
        ("port.hostPort != 0 &&", ""),
        ('"kube-root-ca.crt"', '"kube-root-ca"'),
        ("volume.projected.sources.all(", "volume.projected.sources.exists("),
    ],
)
def test_a_change_that_changes_nothing_is_equal(right: str, wrong: str) -> None:
    assert difference(of_text(_text("team")).changed(right, wrong)) is None


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("variables.findings.size() == 0", "variables.findings.sum() == 0", "`sum`"),
        ("object.spec.hostPID == true", "object.spec.hostPod == true", "spec.hostPod"),
        ("variables.allContainers\n", "variables.everyContainer\n", "variables.everyContainer"),
        ("variables.findings.size() == 0", "variables.findings.frobnicate(f, f == '')", "the function `frobnicate`"),
        ("failurePolicy: Fail", "failurePolicy: Perhaps", "failurePolicy Perhaps"),
        ("  failurePolicy: Fail", "  paramKind: {}\n  failurePolicy: Fail", "paramKind"),
        ("kind: ValidatingAdmissionPolicy\n", "kind: Policy\n", "the kind Policy"),
        ("variables.findings.size() == 0", "variables.findings.size( == 0", "line 1"),
        # what is added to a running pod, and what is deleted
        ("[pods, pods/ephemeralcontainers]", "[pods, pods/ephemeralcontainers, pods/status]", "a resource rule about pods"),
        ("operations: [CREATE, UPDATE]", "operations: [CREATE, UPDATE, DELETE]", "the operation DELETE"),
        # what the API server refuses, or passes over
        ("admissionregistration.k8s.io/v1\n", "admissionregistration.k8s.io/v9\n", "k8s.io/v9"),
        ("validationActions: [Deny]", "validationActions: [Deny, Deny]", "validationActions"),
        ("reason: Forbidden", "reason: Banana", "reason Banana"),
        ("failurePolicy: Fail", "failurePolicy: Fail\n  failurePolicy: Fail", "is there twice"),
        ("name: created-or-changed", "name: created\n      when: now", "matchConditions[0].when"),
        ("  matchConditions:", "  matchConditions: {}\n  unused:", "spec.unused"),
        ("variables.findings.size() == 0", "variables.findings.exists(object, object.kind == '')", "the name `object`"),
        ("variables.findings.size() == 0", "variables.?findings.hasValue()", "the name `variables`"),
        ("request.operation != \"UPDATE\" ||", "variables.findings == [] ||", "not declared before"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named(right: str, wrong: str, named: str) -> None:
    broken = of_text(_text("team")).changed(right, wrong)
    with pytest.raises(NotUnderstoodError) as raised:
        claims(broken.program, broken.texts, broken.kind)
    assert named in str(raised.value)


EMPTY = [
    ("allow capabilities.add CHOWN", 'capability != "CHOWN"', 'capability != "CHOWN" && capability != ""'),
    ("allow sysctls kernel.shm_rmid_forced", "sysctl.name !=", 'sysctl.value != "" && sysctl.name !='),
]


@pytest.mark.parametrize(("statement", "right", "wrong"), EMPTY)
def test_an_element_and_what_an_object_needs_may_be_empty(statement: str, right: str, wrong: str) -> None:
    found = difference(of_text(f"policy p {{\n    {statement}\n}}\n").changed(right, wrong))
    assert found is not None and found.does == "lets in"


SAME = (
    "variables.allContainers.filter(c, c.name == {0}).map(c, c.image) == "
    "variables.oldContainers.filter(c, c.name == {0}).map(c, c.image)"
)


def altered(condition: str) -> list[Answer]:
    """The answers where ``vap`` of a policy admits a pod under ``condition`` alone."""
    right = "- expression: variables.findings.size() == 0"
    return answers(of_text("policy p {\n    deny privileged\n}\n").changed(right, f"{right} && {condition}"))


def test_claims_about_updates_are_told_apart_by_their_constants() -> None:
    same = f"({SAME.format(repr('e1'))}) == ({SAME.format(repr('e2'))})"
    _, changed = altered(f'(request.operation != "UPDATE" || {same})')
    assert isinstance(changed, Undecided)


def test_a_claim_about_one_element_is_none_about_all() -> None:
    same = SAME.format("container.name")
    both = (f"variables.allContainers.{word}(container, {same})" for word in ("all", "exists"))
    with pytest.raises(NotUnderstoodError, match="about one element of a list"):
        altered(f'(request.operation != "UPDATE" || {" == ".join(f"({one})" for one in both)})')
