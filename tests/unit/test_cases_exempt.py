"""Images and names of containers at the boundaries of exemptions, as ``pscc verify`` and the conformance runs draw them."""

from __future__ import annotations

import json

import pytest

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases.draw import draw_pods
from pscc.cases.exempt import boundaries, boundary_pods, renamed
from pscc.controls import CONTROLS
from pscc.driver import analyse
from pscc.meaning.narrowing import looks_at_containers
from pscc.reference import interpreter

IMAGES = 'exempt images registry.example/mesh/*, tools/debug because "r"'
NAMES = 'exempt containers istio-proxy, vault-* because "r"'


def policy_of(*lines: str) -> ir.Policy:
    body = "".join(f"    {line}\n" for line in lines)
    (policy,) = analyse(SourceFile("p.psp", f"policy p {{\n{body}}}\n"))[1].policies
    return policy


def test_boundaries_are_equal_one_more_and_one_less() -> None:
    found = boundaries(policy_of(IMAGES, "deny privileged").checks)
    assert {"tools/debug", "tools/debugx", "tools/debu"} <= set(found.images)
    assert {"registry.example/mesh/x", "registry.example/mesh/", "registry.example/mesh"} <= set(found.images)
    assert found.names == ()
    found = boundaries(policy_of(NAMES, "deny privileged").checks)
    assert {"istio-proxy", "istio-proxyx", "istio-prox", "vault-x", "vault"} <= set(found.names)
    # `vault-` can be no container's name
    assert (found.images, "vault-" in found.names) == ((), False)


def test_what_begins_as_the_values_of_the_check_do_is_not_exempt_and_is_tried() -> None:
    found = boundaries(policy_of(IMAGES, "require seccompProfile runtime/default, localhost/*").checks)
    assert {"localhost/x", "runtime/default"} <= set(found.images)


def test_without_exemptions_there_are_none() -> None:
    plain = policy_of("deny privileged, hostPID")
    assert not boundaries(plain.checks)
    assert list(boundary_pods(plain)) == []
    # a check of the pod has no containers that could be exempt
    assert not boundaries(policy_of(IMAGES, "deny hostPID").checks)


@pytest.mark.parametrize("exemption", [IMAGES, NAMES])
@pytest.mark.parametrize("control", [control.id for control in CONTROLS])
def test_each_check_of_containers_is_tried_on_both_sides_of_the_boundary(control: str, exemption: str) -> None:
    from pscc.controls import control_of
    from support.golden_verdicts import statements

    for statement in statements(control_of(control)):
        policy = policy_of(exemption, statement)
        for check in policy.checks:
            if not looks_at_containers(check):
                continue
            alone = ir.Policy(policy.name, "", "enforce", (check,), (), policy.span)
            verdicts = [interpreter.check(alone, pod) for _, pod in boundary_pods(alone)]
            assert len({len(verdict.reasons) for verdict in verdicts}) > 1, statement
            # what is required of the pod, too, is refused whoever its container is
            assert {verdict.allowed for verdict in verdicts} == {True, False} or "on pod and" in statement, statement


def test_drawn_pods_have_them_and_are_the_same_for_a_seed() -> None:
    policy = policy_of(IMAGES, NAMES, "deny privileged, hostPorts", "allow appArmorProfile runtime/default")
    texts = [json.dumps(pod) for pod in draw_pods(policy, 1, 200)]
    assert texts == [json.dumps(pod) for pod in draw_pods(policy, 1, 200)]
    for name in ('"tools/debug"', '"registry.example/mesh"', '"istio-proxy"', '"vault-x"', '"vault"'):
        assert any(name in text for text in texts), name


def test_a_renamed_container_keeps_its_annotation() -> None:
    key = "container.apparmor.security.beta.kubernetes.io"
    pod: dict[str, object] = {
        "metadata": {"annotations": {f"{key}/main": "localhost/a", "other": "b"}},
        "spec": {"containers": [{"name": "main"}, {"name": "side"}]},
    }
    assert renamed(pod, "main", "vault-x") == {
        "metadata": {"annotations": {f"{key}/vault-x": "localhost/a", "other": "b"}},
        "spec": {"containers": [{"name": "vault-x"}, {"name": "side"}]},
    }
