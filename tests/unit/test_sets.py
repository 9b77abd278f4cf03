"""Several PodSecurityPolicies with their RBAC: sources, diagnostics, the round trip, which policy admits a request."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from conformance.clusters import draw_cluster
from conformance.policies import draw_statements, statements_meaning
from conformance.sets import source
from pscc import ir
from pscc.base.source import SourceFile, Span
from pscc.cases.draw import draw_pods
from pscc.cli import main
from pscc.diagnostics import Diagnostic, SourceError
from pscc.driver import analyse, compile_program, packaged
from pscc.ir.access import Request
from pscc.language.printer import print_document
from pscc.lowering.choice_forms import lowered
from pscc.lowering.default_checks import choice_without
from pscc.lowering.rollout import Rollout
from pscc.reference.admission import accepts_as_it_is, admit
from pscc.targets.registry import target_named
from support.paths import ROOT

RBAC = "rbac.authorization.k8s.io"
ANY = {"rule": "RunAsAny"}
Json = dict[str, Any]


def psp(name: str, **spec: object) -> Json:
    strategies = {field: ANY for field in ("seLinux", "runAsUser", "supplementalGroups", "fsGroup")}
    metadata = {"name": name}
    return {
        "apiVersion": "policy/v1beta1",
        "kind": "PodSecurityPolicy",
        "metadata": metadata,
        "spec": strategies | spec,
    }


def role(name: str, *policies: str, **fields: object) -> Json:
    rule = {
        "apiGroups": ["policy"],
        "resources": ["podsecuritypolicies"],
        "verbs": ["use"],
        "resourceNames": [*policies],
    }
    return {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule], **fields}


def binding(name: str, bound: str, *subjects: Json, namespace: str = "", kind: str = "ClusterRole") -> Json:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    reference = {"apiGroup": RBAC, "kind": kind, "name": bound}
    object_kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    return {
        "apiVersion": f"{RBAC}/v1", "kind": object_kind, "metadata": metadata,
        "roleRef": reference, "subjects": [*subjects],
    }  # fmt: skip


def group(name: str) -> Json:
    return {"kind": "Group", "apiGroup": RBAC, "name": name}


def dump(*objects: Json, name: str = "dump.yaml") -> SourceFile:
    return SourceFile(name, "---\n".join(yaml.safe_dump(one, sort_keys=False) for one in objects))


def told(*sources: SourceFile, everyone: bool = False, list_ignored: bool = False) -> tuple[Diagnostic, ...]:
    try:
        return analyse(*sources, everyone=everyone, list_ignored=list_ignored)[2]
    except SourceError as error:
        return error.diagnostics


def codes(*sources: SourceFile) -> list[str]:
    return [f"{d.code} {d.severity}" for d in told(*sources)]


OPEN, CLOSED = psp("open", privileged=True), psp("tight", volumes=["secret"])
BOTH = (OPEN, CLOSED, role("r", "open", "tight"))
ALL = binding("all", "r", group("system:authenticated"))


# --- sources ------------------------------------------------------------------


@pytest.mark.parametrize(
    "sources",
    [
        (dump(*BOTH, ALL),),
        (dump({"apiVersion": "v1", "kind": "List", "items": [*BOTH, ALL]}),),
        (dump(OPEN, name="a.yaml"), dump(CLOSED, BOTH[2], name="b.yaml"), dump(ALL, name="c.yaml")),
        (SourceFile("dump.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": [*BOTH, ALL]})),),
        (dump({"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicyList", "items": [OPEN, CLOSED]}), dump(BOTH[2], ALL)),
    ],
    ids=["stream", "list", "files", "json", "typed list"],
)  # fmt: skip
def test_the_same_set_from_any_form_of_source(sources: tuple[SourceFile, ...]) -> None:
    _, program, _ = analyse(*sources)
    (choice,) = program.choices
    assert not program.policies
    assert [policy.name for policy in choice.policies] == ["open", "tight"]
    assert [(grant.policy, grant.subjects.groups.exact) for grant in choice.grants] == [
        ("open", ("system:authenticated",)),
        ("tight", ("system:authenticated",)),
    ]


def test_other_objects_are_counted_and_listed() -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "other"}}
    (note,) = told(dump(*BOTH, ALL, config, config))
    assert (note.code, note.severity) == ("SET001", "note")
    assert "2 ConfigMaps" in note.message
    listed = told(dump(*BOTH, ALL, config), list_ignored=True)
    assert [d.message for d in listed if d.span] == ["ignored: ConfigMap other/x"]


def test_what_two_sources_say_alike_counts_once() -> None:
    assert codes(dump(*BOTH, ALL, name="a.yaml"), dump(*BOTH[2:], ALL, name="b.yaml")) == codes(dump(*BOTH, ALL))


def test_an_error_names_its_own_file() -> None:
    bad = dump(psp("q", privileged="no"), name="second.yaml")
    (error,) = [d for d in told(dump(OPEN, name="first.yaml"), bad) if d.severity == "error"]
    assert error.span is not None
    assert (error.span.file, bad.text.splitlines()[error.span.line - 1].strip()) == ("second.yaml", "privileged: 'no'")


def test_one_policy_without_rbac_binds_every_pod() -> None:
    _, program, _ = analyse(dump(OPEN))
    assert ([p.name for p in program.policies], program.choices) == (["open"], ())


def test_several_without_rbac_are_refused_or_for_everyone() -> None:
    assert codes(dump(OPEN, CLOSED)) == ["SET002 error"]
    _, program, _ = analyse(dump(CLOSED, OPEN), everyone=True)
    (choice,) = program.choices
    assert [(g.policy, g.subjects.everyone) for g in choice.grants] == [("open", True), ("tight", True)]


@pytest.mark.parametrize(
    ("objects", "code"),
    [
        ((OPEN, OPEN), "SET003 warning"),
        ((OPEN, psp("open")), "SET003 error"),
        ((*BOTH, ALL, psp("unused")), "SET004 warning"),
        ((*BOTH,), "SET005 error"),
        ((*BOTH, ALL, binding("lost", "gone", group("g"))), "SET006 warning"),
        ((*BOTH, ALL, role("s", "gone")), "SET007 warning"),
        ((*BOTH, binding("b", "")), "RBC001 error"),
        ((*BOTH, binding("b", "r", kind="Role")), "RBC001 error"),
        ((*BOTH, {**binding("b", "r", namespace="x"), "metadata": {"name": "b"}}), "RBC002 error"),
        ((*BOTH, ALL, role("s", rules=["use"])), "RBC003 error"),
        ((*BOTH, ALL, role("s", rules=[{"resources": ["*"], "apiGroups": ["*"], "verbs": "use"}])), "RBC003 error"),
        ((*BOTH, ALL, {**role("s", "open"), "rules": "all"}), "RBC003 error"),
        ((*BOTH, ALL, role("s", "open"), role("s", "tight")), "RBC006 error"),
        ((*BOTH, ALL, binding("b", "s", group("g")), binding("b", "s", group("h"))), "RBC006 error"),
        ((*BOTH, binding("b", "r", {"kind": "Robot", "name": "x"})), "RBC004 error"),
        ((*BOTH, binding("b", "r", {"kind": "ServiceAccount", "name": "x"})), "RBC004 error"),
        ((*BOTH, ALL, role("s", rules=[{"resources": ["*"], "apiGroups": ["*"], "verbs": ["*"], "resourceName": ["a"]}])),
         "RBC005 error"),
        ((OPEN, {**OPEN, "kind": "PodSecurityPolcy"}), "PSP001 error"),
        ((psp("a"), psp("b"), role("r", "a", "b"), ALL), "SET013 warning"),
        ((*BOTH, psp("zero", runAsUser={"rule": "MustRunAs"}), role("r2", "zero"), ALL, binding("z", "r2", group("g"))),
         "SET015 warning"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_set_is_told(objects: tuple[Json, ...], code: str) -> None:
    assert code in codes(dump(*objects))


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ("choose {\n}\n", "SET010 error"),
        ("choose {\n    opne for everyone\n}\n", "SET011 error"),
        ("choose {\n    loud for everyone\n}\n", "SET012 error"),
        ("choose {\n    spared for everyone\n}\n", "SET012 error"),
        ("choose {\n    open for everyone in namespaces tier=edge\n}\n", "SET014 error"),
        ("choose {\n    open for everyone\n    tight for groups g\n}\n", "SET013 warning"),
        ("choose {\n    fifth for everyone\n}\n", "SET016 warning"),
    ],
)
def test_what_is_wrong_with_a_choice_is_told(choice: str, code: str) -> None:
    policies = (
        "policy open {\n    deny hostPID\n}\n\npolicy tight {\n    deny hostPID, privileged\n}\n\n"
        "policy loud {\n    warn\n    deny hostPID\n}\n\n"
        "policy fifth {\n    allow runAsUser 5\n    default runAsUser 1\n}\n\n"
        'policy spared {\n    exempt users jane because "she asked"\n    deny hostPID\n}\n\n'
    )
    assert code in codes(SourceFile("p.psp", policies + choice))


@pytest.mark.slow
def test_where_no_default_is_set_a_choice_admits_no_more() -> None:
    rng = random.Random(5)
    admitted = 0
    for number in range(120):
        text = draw_statements(rng, f"p{number}") + f"\nchoose {{\n    p{number} for everyone\n}}\n"
        _, program, _ = analyse(SourceFile("p.psp", text))
        (choice,) = program.choices
        demanding = choice_without(choice)
        for pod in draw_pods(statements_meaning(text.split("\nchoose")[0]), number, 40, ephemeral=False):
            if accepts_as_it_is(demanding, Request(), pod).allowed:
                admitted += 1
                assert admit(choice, Request(), pod).allowed, (text, pod)
    assert admitted > 100


# --- meaning --------------------------------------------------------------------


def without_places(node: object) -> object:
    """``node`` without where it was written."""
    if isinstance(node, Span):
        return None
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        return (type(node).__name__, *(without_places(getattr(node, f.name)) for f in dataclasses.fields(node)))
    return tuple(without_places(one) for one in node) if isinstance(node, tuple) else node


def test_importing_a_dump_means_what_the_dump_means() -> None:
    rng = random.Random(3)
    compared = 0
    while compared < 25:
        try:
            document, program, _ = analyse(source(draw_cluster(rng)))
        except SourceError:
            continue
        _, again, _ = analyse(SourceFile("imported.psp", print_document(document)))
        assert without_places(again) == without_places(program)
        compared += 1


def test_a_policy_that_a_choice_leaves_out_binds_nobody() -> None:
    zero = psp("zero", runAsUser={"rule": "MustRunAs"})
    _, program, _ = analyse(dump(*BOTH, ALL, zero, role("r2", "zero"), binding("z", "r2", group("g"))))
    assert program.policies == ()
    assert [p.name for choice in program.choices for p in choice.policies] == ["open", "tight"]


def test_policies_outside_a_choice_bind_beside_it() -> None:
    text = "policy a {\n    deny hostPID\n}\n\npolicy b {\n    deny hostIPC\n}\n\nchoose {\n    b for everyone\n}\n"
    _, program, _ = analyse(SourceFile("p.psp", text))
    assert [p.name for p in program.policies] == ["a"]
    assert [p.name for choice in program.choices for p in choice.policies] == ["b"]


# --- the command line ---------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    objects = (
        psp("open", privileged=True, volumes=["*"]), CLOSED, role("o", "open"), role("t", "tight"),
        binding("o", "o", group("ops")), binding("o", "o", group("system:serviceaccounts:sys"), namespace="sys"),
        binding("t", "t", group("system:authenticated")),
    )  # fmt: skip
    for number, one in enumerate(objects):
        path = tmp_path / "dump" / f"{number}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(one))
    container = {"name": "c", "image": "i", "securityContext": {"privileged": True}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container]}}
    (tmp_path / "pod.yaml").write_text(yaml.safe_dump(pod))
    template = {"metadata": {"name": "d"}, "spec": {"template": pod}}
    (tmp_path / "deployment.yaml").write_text(
        yaml.safe_dump({"apiVersion": "apps/v1", "kind": "Deployment", **template})
    )
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "policy"),
    [
        (["-f", "pod.yaml"], ""),
        (["-f", "pod.yaml", "--as", "jane", "--as-group", "ops"], "open"),
        (["-f", "pod.yaml", "-n", "sys"], "open"),
        (["-f", "pod.yaml", "--as", "system:serviceaccount:sys:builder", "-n", "sys"], "open"),
        (["-f", "pod.yaml", "--as", "system:serviceaccount:sys:builder"], ""),
        (["-f", "deployment.yaml", "--as", "jane", "--as-group", "ops"], ""),
    ],
)
def test_eval_says_which_policy_admits(
    folder: Path, arguments: list[str], policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, ["eval", "dump", "--format", "json", *arguments])
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (row["policy"], row["allowed"], done.exit_code) == (policy, bool(policy), 0 if policy else 1)


def test_eval_gives_every_policys_reasons(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, ["eval", "dump", "-f", "pod.yaml"])
    assert "tight: container c: privileged is true, must not be true" in done.stdout
    anonymous = CliRunner().invoke(main, ["eval", "dump", "-f", "pod.yaml", "--as", "system:anonymous"])
    assert "no policy may be used in namespace default by user system:anonymous" in anonymous.stdout


def test_a_group_needs_a_user(folder: Path) -> None:
    done = CliRunner().invoke(main, ["eval", str(folder / "dump"), "-f", str(folder / "pod.yaml"), "--as-group", "ops"])
    assert done.exit_code == 2


# --- the form that is compiled ------------------------------------------------------


def forms(*objects: Json) -> tuple[list[str], ir.Program]:
    _, program, _ = analyse(dump(*objects))
    made = compile_program(program, ("gatekeeper",))
    return [d.message for d in made.diagnostics if d.code == "SET020"], program


def test_namespaces_part_a_choice_into_plain_policies() -> None:
    private = binding("o", "o", group("system:serviceaccounts:sys"), namespace="sys")
    wide = psp("open", privileged=True, hostNetwork=True, hostPorts=[{"min": 0, "max": 65535}], volumes=["*"])
    messages, _ = forms(wide, CLOSED, role("o", "open"), role("t", "tight"), private,
                        binding("t", "t", group("system:authenticated")))  # fmt: skip
    assert "2 plain policies" in messages[0]
    assert "who may ask for pods" in messages[1]


def test_an_update_that_nobody_may_ask_for_is_refused_where_a_choice_is_parted() -> None:
    text = (
        "policy a {\n    deny hostPID\n}\n\npolicy b {\n    deny hostIPC\n}\n\n"
        "choose {\n    a for groups system:authenticated in namespaces x\n"
        "    b for groups system:authenticated in namespaces y\n}\n"
    )
    _, program, _ = analyse(SourceFile("p.psp", text))
    (guard,) = lowered(program)[0].choices
    old = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}}
    changed = {**old, "spec": {**old["spec"], "hostPID": False}}
    labelled = {**old, "metadata": {"name": "p", "labels": {"a": "b"}}}
    request = Request("elsewhere", "jane", ("system:authenticated",))
    assert not admit(guard, request, changed, old).allowed
    assert admit(guard, request, labelled, old).allowed


def test_what_the_user_decides_stays_a_choice() -> None:
    messages, _ = forms(OPEN, CLOSED, role("o", "open"), role("t", "tight"), binding("o", "o", group("ops")),
                        binding("t", "t", group("system:authenticated")))  # fmt: skip
    assert "one object: in most namespaces several may be chosen: open, tight" in messages[0]


@pytest.mark.parametrize("target", ["gatekeeper", "opa"])
def test_what_a_target_cannot_see_is_told(target: str) -> None:
    text = (
        'policy a {\n    in namespaces tier=edge\n    exempt users jane because "ci"\n'
        "    require seccompProfile runtime/default\n    default seccompProfile runtime/default\n}\n"
    )
    _, program, _ = analyse(SourceFile("p.psp", text))
    found = {d.code for d in compile_program(program, (target,)).outputs[target].diagnostics}
    assert ("TGT005" if target == "gatekeeper" else "TGT004") in found


EXAMPLE = ROOT / "examples" / "cluster"


def test_the_example_can_ask_the_cluster(tmp_path: Path) -> None:
    arguments = ["compile", str(EXAMPLE), "-o", str(tmp_path), "-t", "vap", "--rbac", "live"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.stderr
    assert "asks the cluster who may use which policy" in done.stderr
    assert "SET013" not in done.stderr
    text = (tmp_path / "policies" / "pod-security-policies.yaml").read_text(encoding="utf-8")
    assert text.count('.check("use")') == 3 * 4


def test_the_example_admits_what_the_cluster_admitted() -> None:
    done = CliRunner().invoke(
        main, ["eval", str(EXAMPLE / "dump.yaml"), "-f", str(EXAMPLE / "pods.yaml"), "--format", "json"]
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["policy"] for row in rows] == ["restricted", "ingress", "privileged", ""]


# --- rollout ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (
            "audit",
            {"gatekeeper": "enforcementAction: dryrun", "kyverno": "failureAction: Audit", "opa": "warn contains"},
        ),
        ("warn", {"gatekeeper": "enforcementAction: warn", "kyverno": "emitWarning: true", "opa": "warn contains"}),
        (
            "enforce",
            {"gatekeeper": "enforcementAction: deny", "kyverno": "failureAction: Enforce", "opa": "deny contains"},
        ),
    ],
)
def test_modes_in_each_engines_words(mode: Any, words: dict[str, str]) -> None:
    _, program, _ = analyse(dump(*BOTH, ALL, binding("o", "r", {"kind": "User", "apiGroup": RBAC, "name": "jane"})))
    for target, word in words.items():
        output = compile_program(program, (target,), Rollout(mode)).outputs[target]
        found = [file.path for file in output.files if word in file.text]
        assert any("pod-security-policies" in path for path in found), (target, word)


def test_a_group_that_is_ignored_parts_the_choice() -> None:
    masters = binding("m", "r", group("system:masters"))
    wide = psp("open", privileged=True, volumes=["*"], hostPorts=[{"min": 0, "max": 65535}])
    _, program, _ = analyse(dump(wide, CLOSED, role("r", "open", "tight"), role("t", "tight"), masters,
                                 binding("t", "t", group("system:authenticated"))))  # fmt: skip
    made = compile_program(program, ("opa",), Rollout(ignored_groups=("system:masters",)))
    told = [d.code for d in made.diagnostics]
    assert told[:2] == ["SET021", "SET020"]


def test_an_object_too_large_for_an_annotation_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _, program, _ = analyse(dump(*BOTH, ALL, binding("o", "r", {"kind": "User", "apiGroup": RBAC, "name": "jane"})))
    for limit, severity, word in (("ANNOTATION", "note", "--server-side"), ("LARGEST", "error", "opa")):
        monkeypatch.setattr(f"pscc.output.sizes.{limit}", 3000)
        (told,) = [
            d for d in compile_program(program, ("gatekeeper",)).outputs["gatekeeper"].diagnostics if d.code == "TGT006"
        ]
        assert (told.severity, word in told.help) == (severity, True)
        assert ("psccpodsecuritypolicies.yaml" if severity == "note" else "pod-security-policies") in told.message


def test_a_policy_too_large_for_a_cluster_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _, program, _ = analyse(dump(*BOTH, ALL))
    monkeypatch.setattr("pscc.output.sizes.LARGEST", 1000)
    output = packaged(target_named("kyverno"), program)
    assert "TGT006" in [d.code for d in output.diagnostics if d.severity == "error"]


def test_a_policy_that_is_not_given_is_told_of_once() -> None:
    labels = {"metadata": {"name": "part", "labels": {"sums": "up"}}}
    part = {**role("part", "tight", "gone"), **labels}
    selector = {"clusterRoleSelectors": [{"matchLabels": {"sums": "up"}}]}
    whole = {**role("whole"), "rules": [], "aggregationRule": selector}
    assert codes(dump(CLOSED, part, whole, binding("b", "whole", group("system:authenticated")))) == ["SET007 warning"]


def test_a_list_without_items_is_not_called_an_empty_file() -> None:
    (error,) = told(dump({"apiVersion": "v1", "kind": "List", "items": []}))
    assert (error.code, error.message) == ("PSP001", "this list has no items")
    (error,) = told(SourceFile("dump.yaml", "# nothing\n"))
    assert error.message == "the file is empty"
