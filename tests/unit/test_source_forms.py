"""Sources as kubectl, the API server and charts give them: lists of one kind, JSON values in a row, objects that decide nothing."""

from __future__ import annotations

import json

import pytest
import yaml

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.driver import analyse
from pscc.pod.manifests import read_manifests
from support.sources import PSP, meaning

POLICY = yaml.safe_load(PSP)
ROLE = {
    "metadata": {"name": "u"},
    "rules": [{"apiGroups": ["policy"], "resources": ["podsecuritypolicies"], "verbs": ["use"]}],
}
BINDING = {
    "metadata": {"name": "b", "namespace": "team"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "u"},
    "subjects": [{"kind": "ServiceAccount", "name": "s", "namespace": "team"}],
}
RBAC = "rbac.authorization.k8s.io/v1"


def bare(item: dict[str, object]) -> dict[str, object]:
    """``item`` as a list of its kind has it."""
    return {key: value for key, value in item.items() if key not in ("kind", "apiVersion")}


def listed(kind: str, version: str, *items: dict[str, object]) -> dict[str, object]:
    """A list of one kind, whose items name no kind."""
    return {"kind": f"{kind}List", "apiVersion": version, "metadata": {}, "items": [bare(item) for item in items]}


def full(kind: str, version: str, item: dict[str, object]) -> dict[str, object]:
    """``item`` as a file of its own has it."""
    return {"kind": kind, "apiVersion": version, **bare(item)}


def errors(text: str, name: str = "p.yaml") -> list[Diagnostic]:
    """The errors of the source ``text``."""
    with pytest.raises(SourceError) as caught:
        analyse(SourceFile(name, text))
    return [d for d in caught.value.diagnostics if d.severity == "error"]


def place(diagnostic: Diagnostic, above: int = 0) -> str:
    """``CODE:LINE:COLUMN``, without the lines ``above``."""
    assert diagnostic.span is not None
    return f"{diagnostic.code}:{diagnostic.span.line - above}:{diagnostic.span.column}"


CLUSTER = {
    ("PodSecurityPolicy", "policy/v1beta1"): (POLICY, {**POLICY, "metadata": {"name": "q"}}),
    ("ClusterRole", RBAC): (ROLE,),
    ("RoleBinding", RBAC): (BINDING,),
}
ONE_BY_ONE = [full(*of, item) for of, items in CLUSTER.items() for item in items]


@pytest.mark.parametrize(
    "forms",
    [
        [listed(*of, *items) for of, items in CLUSTER.items()],
        [{"kind": "List", "apiVersion": "v1", "items": [listed(*of, *items) for of, items in CLUSTER.items()]}],
        [listed("ConfigMap", "v1"), {"kind": "SecretList", "items": None}, *ONE_BY_ONE],
        [{**listed("PodSecurityPolicy", "policy/v1beta1"), "items": ONE_BY_ONE}],
    ],
)
@pytest.mark.parametrize("separator", ["\n", "", "\n---\n", "  \n\n\n"])
def test_lists_and_rows_mean_what_their_objects_mean(forms: list[dict[str, object]], separator: str) -> None:
    plain = "\n---\n".join(map(json.dumps, ONE_BY_ONE))
    _, program, _ = analyse(SourceFile("c.json", separator.join(map(json.dumps, forms))))
    assert meaning(program) == meaning(analyse(SourceFile("c.json", plain))[1])
    assert {grant.policy for grant in program.choices[0].grants} == {"p", "q"}


def test_an_item_keeps_the_kind_that_it_names() -> None:
    items = [POLICY, full("ConfigMap", "v1", {"metadata": {"name": "c"}})]
    _, program, notes = analyse(
        SourceFile("c.json", json.dumps({**listed("PodSecurityPolicy", "policy/v1beta1"), "items": items}))
    )
    assert [policy.name for policy in program.policies] == ["p"]
    assert [note.code for note in notes] == ["SET001"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"kind": "List", "items": [{"metadata": {}}]}', "PSP001:1:28"),
        ("kind: PodSecurityPolicyList\nitems: {metadata: {}}\n", "PSP001:2:8"),
        ("kind: PodSecurityPolicyList\nitems: []\nitems: []\n", "YML004:3:1"),
        ("kind: PodSecurityPolicyLits\nitems: []\n", "PSP001:1:7"),
        ("kind: PodSecurtyPolicyList\nitems: [{metadata: {}}]\n", "PSP001:1:7"),
        ("kind: list\nitems:\n- kind: PodSecurityPolicy\n", "PSP001:3:3"),
        ("kind: Template\nobjects:\n- {kind: ClusterRoleBinding}\n", "PSP001:3:3"),
        ("kind: RoleBinding\nmetadata: {name: b}\n", "RBC007:1:1"),
        (f"kind: ClusterRole\napiVersion: {RBAC}alpha1\n", "RBC007:2:13"),
        ("kind: ConfigMap\nkind: PodSecurityPolicy\n", "YML004:2:1"),
        ("kind: {}\n", "PSP001:1:1"),
        ("kind: PodSecurityPolicyList\nitems: [{metadata: {name: x}}]\n", "PSP001:2:9"),
    ],
)
def test_nothing_that_may_decide_is_passed_over(text: str, where: str) -> None:
    above = PSP + "---\n"
    assert place(errors(above + text)[0], above.count("\n")) == where


def test_errors_of_values_in_a_row_stand_at_their_place() -> None:
    bad = {**POLICY, "metadata": {"name": "Q"}}
    text = f"{json.dumps(POLICY)}\n  {json.dumps(bad)} {json.dumps(bad)}\n{json.dumps(bad, indent=1)}\n"
    lines = text.splitlines()
    for error in errors(text, "p.json"):
        assert error.span is not None
        assert lines[error.span.line - 1][error.span.column - 1 :].startswith('"Q"')
        assert error.span.end_column == error.span.column + 3
    assert [error.span.line for error in errors(text, "p.json") if error.span] == [2, 2, 7]


@pytest.mark.parametrize(
    "unrelated",
    [
        "kind: ConfigMap\ndata:\n  a: 1\n  a: 2\n",
        "kind: ConfigMap\ndata: {}\ndata: {}\n",
        "kind: Deployment\nspec: &s {a: 1}\nstatus:\n  <<: *s\n",
        "kind: Secret\ndata: {k: !!binary aGk=}\n",
        "kind: Secret\ndata: {? [a] : b, !!binary k: v}\n",
        'kind: ConfigMap\ndata: {a: "{{ .Values.x }}"}\n',
        "kind: Role\napiVersion: iam.aws.crossplane.io/v1beta1\n",
        "kind: Template\nobjects: [{kind: Service}]\n",
    ],
)
def test_an_object_that_decides_nothing_is_no_error(unrelated: str) -> None:
    _, program, notes = analyse(SourceFile("p.yaml", PSP + "---\n" + unrelated))
    assert [policy.name for policy in program.policies] == ["p"]
    assert [note.code for note in notes] == ["SET001"]


@pytest.mark.parametrize(
    "flawed", ["labels: {a: b, a: c}", "labels: {<<: {a: b}}", "name: !!binary aGk=", "!!str name: x, !t a: b"]
)
def test_an_object_that_decides_has_to_be_plain(flawed: str) -> None:
    for kind, version in CLUSTER:
        text = f"kind: {kind}\napiVersion: {version}\nmetadata: {{{flawed}}}\n"
        assert errors(text)[0].code in ("YML004", "YML006", "YML002")


# --- manifests --------------------------------------------------------------------


def test_the_items_of_a_pod_list_are_pods() -> None:
    pods = [{"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "i"}]}} for name in "ab"]
    report = Report()
    found = read_manifests(SourceFile("m.json", json.dumps(listed("Pod", "v1", *pods))), report)
    assert [(manifest.kind, manifest.name) for manifest in found] == [("Pod", "a"), ("Pod", "b")]


def test_a_pod_that_readers_take_in_different_ways_is_refused() -> None:
    with pytest.raises(SourceError) as caught:
        read_manifests(
            SourceFile("m.yaml", "kind: Pod\nspec: {hostPID: false, hostPID: true, containers: []}\n"), Report()
        )
    assert [d.code for d in caught.value.diagnostics] == ["YML004"]


# --- templates --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where", "help"),
    [
        ("{{- if .Values.psp }}\n" + PSP + "{{- end }}\n", "YML009:1:1", "helm template"),
        (PSP + "{{ end }}\n", "YML009:9:1", "helm template"),
        (PSP.replace("name: p", 'name: {{ include "n" . }}'), "YML009:3:18", "helm template"),
        (PSP.replace("{name: p}", "\n  name: {{ .Release.Name }}\n"), "YML009:4:9", "helm template"),
        (PSP.replace("{name: p}", '\n  name: "{{ .Release.Name }}-psp"'), "YML009:4:9", "helm template"),
        (PSP.replace("{name: p}", "\n  labels:\n    {{- include \"l\" . | nindent 4 }}\n"), "YML009:5:5", "helm template"),
        ("{% if psp %}\n" + PSP + "{% endif %}\n", "YML009:1:1", "the tool that it is written for"),
        (PSP.replace("name: p", "name: '{% n %}'"), "YML009:3:18", "the tool that it is written for"),
    ],
)  # fmt: skip
def test_a_template_is_to_be_rendered_first(text: str, where: str, help: str) -> None:
    (error,) = errors(text)
    assert place(error) == where
    assert help in error.help


def test_a_mistake_far_from_a_template_is_no_template() -> None:
    text = "kind: ConfigMap\ndata:\n  a: |\n    {{ range }}\n    b\n    c\n    d\n  e: [\n"
    assert [error.code for error in errors(text)] == ["YML001"]
