"""Outputs of the other targets in CEL: proven equal to their sources, and never once they are altered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pscc.lowering.rollout import Rollout
from pscc.output.options import DEFAULTS, Options
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.prove import claims
from pscc.proving.question import Differs, Equal
from pscc.proving.readers import READERS
from pscc.targets.registry import TARGETS, target_named
from support.proofs import Proven, answers, golden, of_text

OPTIONS = {"kyverno": DEFAULTS, "kyverno-cel": DEFAULTS, "gatekeeper": Options(engine="cel")}
SCOPED = """policy p {
    deny hostPID
    allow hostPorts 1-10, 20-30
    in namespaces web-*, shop
    except namespaces team=a
    exempt users admin because "x"
    exempt groups ops because "y"
    exempt serviceaccounts shop/cni because "z"
}
"""


def _proven(target: str, text: str = SCOPED, rollout: Rollout | None = None) -> Proven:
    return of_text(text, rollout or Rollout(), target, OPTIONS[target])


def test_each_target_that_declares_a_kind_has_a_reader() -> None:
    engines = (DEFAULTS, Options(engine="cel"))
    declared = {target_named(name).capabilities(options).proven_from for name in TARGETS for options in engines}
    assert declared - {""} == READERS.keys()


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("kyverno", "psp-default"),
        ("kyverno-cel", "psp-default"),
        ("gatekeeper", "psp-default"),
        pytest.param("kyverno", "team", marks=pytest.mark.slow),
        pytest.param("kyverno", "restricted", marks=pytest.mark.slow),
        pytest.param("kyverno-cel", "team", marks=pytest.mark.slow),
        pytest.param("gatekeeper", "restricted", marks=pytest.mark.slow),
    ],
)
def test_golden_policies_are_proven(target: str, name: str) -> None:
    assert set(answers(_proven(target, Path(golden(name)).read_text()))) == {Equal()}


@pytest.mark.parametrize("target", OPTIONS)
@pytest.mark.parametrize("mode", ["enforce", "warn", "audit"])
def test_scopes_exemptions_and_modes(target: str, mode: str) -> None:
    assert set(answers(_proven(target, rollout=Rollout(mode=mode)))) == {Equal()}  # type: ignore[arg-type]


PATTERNS = "policy p {\n    allow seccompProfile runtime/default, localhost/audit-*, localhost/strict\n}\n"


@pytest.mark.parametrize("target", ["vap", "gatekeeper"])
def test_patterns_are_proven(target: str) -> None:
    assert set(answers(of_text(PATTERNS, Rollout(), target, Options(engine="cel")))) == {Equal()}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("localhost/audit-*", "localhost/audit*"),
        ('patterns:\n      - "localhost/audit-*"', "patterns: []"),
        ("pattern.size() - 1)", "pattern.size() - 2)"),
        ("substring(0, pattern.size() - 1)", "substring(0, pattern.size())"),
        ("substring(0, pattern.size() - 1)", "substring(1, pattern.size() - 1)"),
        ("substring(0, pattern.size() - 1)", "substring(0, pattern.size() + 1)"),
        ('pattern.endsWith("*")', 'pattern.endsWith("t")'),
    ],
)
def test_altered_patterns_are_not_equal(right: str, wrong: str) -> None:
    altered = of_text(PATTERNS, Rollout(), "gatekeeper", OPTIONS["gatekeeper"]).changed(right, wrong)
    asked = claims(altered.program, altered.texts, altered.kind, ("CREATE",)).claims
    assert any(isinstance(claim.answered(60), Differs) for claim in asked)


ALTERED = [
    ("kyverno", "failureAction: Enforce", "failureAction: Audit"),
    ("kyverno", "                - CREATE\n", ""),
    ("kyverno", "                - UPDATE\n", ""),
    (
        "kyverno",
        "kinds:\n                - Pod\n              operations",
        "kinds:\n                - Node\n              operations",
    ),
    (
        "kyverno",
        "kinds:\n                - Pod\n              namespaceSelector",
        "kinds:\n                - Node\n              namespaceSelector",
    ),
    ("kyverno", "                  team: a", "                  tier: a"),
    ("kyverno", "                  team: a", "                  team: b"),
    ("kyverno", "                  team: a", "                  team: a\n                  tier: b"),
    ("kyverno", "              namespaceSelector:\n                matchLabels:\n                  team: a\n", ""),
    ("kyverno", '- "web-*"', '- "web*"'),
    ("kyverno", '- "web-*"', "- web-"),
    ("kyverno", "                - shop\n", ""),
    ("kyverno", '              namespaces:\n                - shop\n                - "web-*"\n', ""),
    ("kyverno", 'username == "admin"', 'username.startsWith("admin")'),
    ("kyverno", 'group == "ops"', "true"),
    ("kyverno", '"shop/cni")', '"shop/cnis")'),
    ("kyverno", "port.hostPort <= 30", "port.hostPort < 30"),
    ("kyverno", "object.spec.hostPID == true", "object.spec.hostPID == false"),
    ("kyverno", "oldObject != null &&", "oldObject == null ||"),
    ("kyverno", 'variables.denyHostPID == "" ||', "true ||"),
    ("kyverno", 'variables.denyHostPID == "" ||', 'oldObject.spec.hostPID == true || variables.denyHostPID == "" ||'),
    ("kyverno-cel", "validationActions: [Deny]", "validationActions: [Audit]"),
    ("kyverno-cel", "operations: [CREATE, UPDATE]", "operations: [UPDATE]"),
    ("kyverno-cel", "resources: [pods]", "resources: [deployments]"),
    ("kyverno-cel", "key: team", "key: tier"),
    ("kyverno-cel", "operator: NotIn", "operator: In"),
    ("kyverno-cel", "- a\n", "- a\n            - b\n"),
    ("kyverno-cel", 'startsWith("web-")', 'startsWith("web")'),
    ("kyverno-cel", '== "shop"', '== "shops"'),
    ("kyverno-cel", '"admin", ', '"admin", "other", '),
    ("kyverno-cel", 'group == "ops"', "true"),
    ("kyverno-cel", '"shop/cni")', '"shop/cnis")'),
    ("kyverno-cel", "port.hostPort <= 30", "port.hostPort <= 31"),
    ("kyverno-cel", "object.spec.hostPID == true", "object.spec.hostPID == false"),
    ("kyverno-cel", "variables.findings.size() == 0", "'true || true'"),
    ("kyverno-cel", "operations: [UPDATE]", "operations: [CREATE]"),
    ("gatekeeper", "enforcementAction: deny", "enforcementAction: warn"),
    ("gatekeeper", "kinds: [Pod]", "kinds: [Node]"),
    ("gatekeeper", "kinds: [Pod]\n    namespaces:", "kinds: [Pod]\n    excludedNamespaces:"),
    ("gatekeeper", '- "web-*"', '- "web*"'),
    ("gatekeeper", "- shop\n", ""),
    ("gatekeeper", "key: team", "key: tier"),
    ("gatekeeper", "operator: NotIn", "operator: In"),
    ("gatekeeper", "max: 30", "max: 31"),
    ("gatekeeper", "min: 20", "min: 21"),
    ("gatekeeper", "            - admin\n", "            - admin\n            - other\n"),
    ("gatekeeper", "            - ops\n          prefixes: []", "            - ops\n          prefixes: [o]"),
    ("gatekeeper", "- shop/cni", "- shop/cnis"),
    ("gatekeeper", 'request.operation == "DELETE" ||', "true ||"),
    ("gatekeeper", "variables.pod.spec.hostPID == true", "variables.pod.spec.hostPID == false"),
    ("gatekeeper", "port.hostPort <= range.max", "port.hostPort < range.max"),
]


FIRST = {
    "failureAction: Enforce",
    "validationActions: [Deny]",
    "operator: NotIn",
    "enforcementAction: deny",
    "max: 30",
    'group == "ops"',
}
"""The alterations that are tried in each run; the others take minutes."""


@pytest.mark.parametrize(
    ("target", "right", "wrong"),
    [pytest.param(*each, marks=() if each[1] in FIRST else pytest.mark.slow) for each in ALTERED],
)
def test_an_altered_output_is_not_equal(target: str, right: str, wrong: str) -> None:
    altered = _proven(target).changed(right, wrong)
    asked = claims(altered.program, altered.texts, altered.kind).claims
    assert any(not isinstance(claim.answered(20), Equal) for claim in asked)


NAMED = [
    ("kyverno", "  background: true\n", "  background: true\n  applyRules: One\n", "applyRules"),
    ("kyverno", "  background: true\n", "  admission: false\n", "admission False"),
    ("kyverno", "  background: true\n", "  failurePolicy: Ignore\n", "failurePolicy Ignore"),
    ("kyverno", "  background: true\n", "  webhookConfiguration: {matchConditions: []}\n", "webhookConfiguration"),
    ("kyverno", "  background: true\n", "  validationFailureActionOverrides: []\n", "validationFailureActionOverrides"),
    ("kyverno", "  background: true\n", "  emitWarning: maybe\n", "emitWarning maybe"),
    ("kyverno", "kind: ClusterPolicy", "kind: Policy", "the kind Policy"),
    ("kyverno", "kyverno.io/v1\n", "kyverno.io/v2beta1\n", "kyverno.io/v2beta1"),
    ("kyverno", "name: allow-host-ports", "name: deny-host-pid", "the name deny-host-pid, as another has"),
    ("kyverno", "name: allow-host-ports", "name: other\n      mutate: {}", "rules that change pods beside others"),
    ("kyverno", "failureAction: Enforce\n        message: \"Host ports", "failureAction: Audit\n        message: \"Host ports",
     "different failureAction"),
    ("kyverno", "failureAction: Enforce", "failureAction: Deny", "failureAction Deny"),
    ("kyverno", "failureAction: Enforce\n", "failureAction: Enforce\n        failureActionOverrides: []\n", "failureActionOver"),
    ("kyverno", "failureAction: Enforce\n", "failureAction: Enforce\n        pattern: {}\n", "validate.pattern"),
    ("kyverno", "        cel:\n", "        cel:\n          generate: true\n", "validate.cel.generate"),
    ("kyverno", "        cel:\n", "        cel:\n          paramKind: {}\n", "validate.cel.paramKind"),
    ("kyverno", "        cel:\n          variables:", "        deny:\n          variables:", "validate.deny"),
    ("kyverno", "      match:\n", "      preconditions: {}\n      match:\n", "preconditions"),
    ("kyverno", "      match:\n", "      context: []\n      match:\n", "context"),
    ("kyverno", "      match:\n        any:", "      match:\n        all: []\n        any:", "match without one of any and all"),
    ("kyverno", "          - resources:\n", "          - subjects: []\n            resources:\n", "match.any.subjects"),
    ("kyverno", "              operations:\n", "              names: [a]\n              operations:\n", "resources.names"),
    ("kyverno", "              operations:\n", "              selector: {}\n              operations:\n", "resources.selector"),
    ("kyverno", "              operations:\n", "              annotations: {}\n              operations:\n", "annotations"),
    ("kyverno", "                - CREATE\n", "                - PATCH\n", "operations PATCH"),
    ("kyverno", "                - Pod\n", "                - Pod*\n", "kinds Pod*"),
    ("kyverno", "                - Pod\n", "                - Pod/status\n", "kinds Pod/status"),
    ("kyverno", '- "web-*"', '- "web-?"', "the namespaces web-?"),
    ("kyverno", "team: a", 'team: "a*"', "team: a*, which has a wildcard"),
    ("kyverno", "name: not-exempt-2", "name: not-exempt-1", "the name not-exempt-1, as another has"),
    ("kyverno", "          expressions:\n", "          auditAnnotations: []\n          expressions:\n", "auditAnnotations"),
    ("kyverno", "object.spec.hostPID == true", "'{{ request.object }}' == ''", "a variable, `{{`"),
    ("kyverno", 'message: "Host ports: the pod does not meet this policy."', 'message: ""', "without a message"),
    ("kyverno-cel", "  matchConstraints:\n", "  matchConstraints:\n    excludeResourceRules: []\n", "excludeResourceRules"),
    ("kyverno-cel", "  matchConstraints:\n", "  matchConstraints:\n    objectSelector: {}\n", "objectSelector"),
    ("kyverno-cel", "  matchConstraints:\n", "  matchConstraints:\n    matchPolicy: Exact\n", "matchPolicy"),
    ("kyverno-cel", "  evaluation:\n", "  evaluation:\n    admission: {enabled: false}\n", "evaluation.admission"),
    ("kyverno-cel", "  evaluation:\n", "  evaluation:\n    mode: JSON\n", "evaluation.mode"),
    ("kyverno-cel", "spec:\n", "spec:\n  webhookConfiguration: {matchConditions: []}\n", "webhookConfiguration"),
    ("kyverno-cel", "spec:\n", "spec:\n  failurePolicy: Maybe\n", "failurePolicy Maybe"),
    ("kyverno-cel", "kind: ValidatingPolicy", "kind: NamespacedValidatingPolicy", "NamespacedValidatingPolicy"),
    ("kyverno-cel", "validationActions: [Deny]", "validationActions: []", "validationActions"),
    ("kyverno-cel", "operator: NotIn", "operator: Exists", "the operator Exists with 1 values"),
    ("kyverno-cel", "resources: [pods]", "resources: [pods]\n        scope: Cluster", "scope"),
    ("kyverno-cel", "resources: [pods]", "resources: [pods]\n        resourceNames: [a]", "resourceNames"),
    ("kyverno-cel", "variables.findings.size() == 0", "'{\"a\": 1, \"a\": 2}.a == 2'", "the key `a` twice"),
    ("gatekeeper", "enforcementAction: deny", "enforcementAction: maybe", "enforcementAction maybe"),
    ("gatekeeper", "Action: deny", "Action: scoped\n  scopedEnforcementActions: []", "0 actions in the webhook"),
    ("gatekeeper", "  match:\n", "  match:\n    labelSelector: {}\n", "match.labelSelector"),
    ("gatekeeper", "  match:\n", "  match:\n    scope: Cluster\n", "match.scope"),
    ("gatekeeper", "  match:\n", "  match:\n    source: Generated\n", "match.source"),
    ("gatekeeper", "            ranges:\n  ", "            range:\n  ", "ranges, which its template does not describe"),
    ("gatekeeper", "            ranges:\n", "            limit: {type: integer, default: 3}\n            ranges:\n", "default"),
    ("gatekeeper", "max: 30", "max: '30'", "is not of the type integer"),
    ("gatekeeper", "        max: 30\n", "", "max is not there"),
    ("gatekeeper", "kind: PsccDenyHostPIDUnlessExempt\n", "kind: PsccDenyHostPods\n", "small letters"),
    ("gatekeeper", "engine: K8sNativeValidation", "engine: Rego", "the engines Rego"),
    ("gatekeeper", "            failurePolicy: Fail\n", "            matchConditions: []\n", "matchConditions"),
    ("gatekeeper", "            failurePolicy: Fail\n", "            generateVAP: true\n", "generateVAP"),
    ("gatekeeper", "target: admission.k8s.gatekeeper.sh", "target: other", "the target other"),
    ("gatekeeper", "- name: askingUser\n", "- name: params\n", "Gatekeeper's own"),
    ("gatekeeper", '- "web-*"', '- "*-web"', "the namespaces *-web"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "right", "wrong", "named"), NAMED)
def test_what_is_not_understood_is_named(target: str, right: str, wrong: str, named: str) -> None:
    broken = _proven(target).changed(right, wrong)
    with pytest.raises(NotUnderstoodError) as raised:
        claims(broken.program, broken.texts, broken.kind)
    assert named in str(raised.value)


@pytest.mark.parametrize("target", OPTIONS)
def test_a_document_that_is_added_or_left_out_is_not_equal(target: str) -> None:
    proven = _proven(target)
    of_pods = next(path for path in proven.texts if path.startswith("policies/") and "ephemeral" not in path)
    without = {path: text for path, text in proven.texts.items() if path != of_pods}
    shorter = claims(proven.program, without, proven.kind, ("CREATE",)).claims
    assert [type(claim.answered(60)) for claim in shorter] == [Differs]
    twice = {**proven.texts, "other.yaml": proven.texts[of_pods]}
    with pytest.raises(NotUnderstoodError, match="2 times"):
        claims(proven.program, twice, proven.kind)
    name = "name: p-deny-host-pid\n" if target == "gatekeeper" else "name: p\n"
    wider = proven.texts[of_pods].replace(name, "name: another\n")
    wider = re.sub(r"( *)- shop\n", r"\1- shop\n\1- all\n", wider)
    stricter = wider.replace('"shop" ||', '"shop" || request.namespace == "all" ||')
    assert stricter != proven.texts[of_pods]
    added = {**proven.texts, "other.yaml": stricter}
    assert [type(claim.answered(60)) for claim in claims(proven.program, added, proven.kind, ("CREATE",)).claims] == [
        Differs
    ]


def test_a_failing_condition_of_kyverno_lets_a_pod_pass_where_failures_are_ignored() -> None:
    proven = _proven("kyverno-cel", "policy p {\n    deny hostPID\n}\n")
    condition = "  matchConditions:\n    - name: fails\n      expression: object.spec.nodeName != ''\n"
    failing = proven.changed("  matchConditions:\n", condition)
    ignoring = failing.changed("spec:\n", "spec:\n  failurePolicy: Ignore\n")
    for altered, does in ((failing, "shuts out"), (ignoring, "lets in")):
        (claim,) = claims(altered.program, altered.texts, altered.kind, ("CREATE",)).claims
        answer = claim.answered(60)
        assert isinstance(answer, Differs)
        assert answer.question.does == does
