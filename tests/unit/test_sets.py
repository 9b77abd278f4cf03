"""Several PodSecurityPolicies with their RBAC: sources, diagnostics, the round trip."""

from __future__ import annotations

import dataclasses
import json
import random

import pytest

from conformance.clusters import draw_cluster
from conformance.policies import draw_statements, statements_meaning
from conformance.sets import source
from pscc.base.source import SourceFile, Span
from pscc.cases.draw import draw_pods
from pscc.diagnostics import Diagnostic, SourceError
from pscc.driver import analyse
from pscc.ir.access import Request
from pscc.language.printer import print_document
from pscc.lowering.default_checks import choice_without
from pscc.reference.admission import accepts_as_it_is, admit
from support.rbac import ALL, BOTH, CLOSED, OPEN, Json, binding, dump, group, psp, role


def told(*sources: SourceFile, everyone: bool = False, list_ignored: bool = False) -> tuple[Diagnostic, ...]:
    try:
        return analyse(*sources, everyone=everyone, list_ignored=list_ignored)[2]
    except SourceError as error:
        return error.diagnostics


def codes(*sources: SourceFile) -> list[str]:
    return [f"{d.code} {d.severity}" for d in told(*sources)]


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
