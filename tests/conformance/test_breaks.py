"""The breaks that ``make mutants`` makes of outputs and printers: that each is one, and that the real ones are noticed."""

from __future__ import annotations

import pytest

from conformance.breaks import of_cel, of_documents, of_rego, of_templates
from conformance.breaks.edits import DROPPED, replaced
from conformance.breaks.engines import running
from conformance.breaks.equivalent import PRINTERS, Equivalent, needless, too_wide, why
from conformance.breaks.hunt import Hunter, batches_for
from conformance.breaks.outputs import SHARES, breaks_of, emitted, groups, subject_of
from conformance.breaks.patching import patched, template, unbroken
from conformance.breaks.printers import chosen, everything
from conformance.breaks.programs import FOLDER, SUBJECTS
from conformance.breaks.sample import UNCHANGED, Sample
from conformance.breaks.slipping import always
from conformance.breaks.slips import SLIPS
from conformance.breaks.words import WORDS
from conformance.jsonl import EngineError
from pscc.output.templating import Code, render
from pscc.targets.shared import cel_where
from support.emitted import rego
from support.emitted.cel import parsed
from support.emitted.settings import OUTPUTS

GUARDED = 'has(object.spec.hostPID) && (object.spec.hostPID == true || !variables.a.exists(one, one in ["x", "y"]))'


def test_breaks_of_cel_are_expressions() -> None:
    found = list(of_cel.splices(GUARDED, ("a", "b", "ab")))
    texts = [one.on(GUARDED) for one in found]
    assert GUARDED not in texts
    for text in texts:
        parsed(text)
    assert "has(object.spec.hostPID)" in texts
    assert GUARDED.replace("exists", "all") in texts
    assert GUARDED.replace("!", "") in {text.replace("(variables", "variables").replace(")))", "))") for text in texts}
    assert GUARDED.replace('"x", ', "") in texts
    assert GUARDED.replace("variables.a.", "variables.ab.") in texts
    assert {one.kind for one in found} >= {"an operand of && is dropped", "some is all", "another variable is read"}


MODULE = """package p

import data.lib.pscc as lib

deny contains msg if {
	count(findings) > 0
	not unchanged
	some msg in findings
}

unchanged if input.request.operation == "UPDATE"

findings := [one | some one in ["a", "b"]; one != input.object]
"""


def test_breaks_of_rego_are_modules() -> None:
    texts = {splice.on(MODULE): splice.kind for splice in of_rego.splices(MODULE)}
    assert MODULE not in texts
    for text in texts:
        rego.tree(text)
    assert texts[MODULE.replace("not unchanged", "true")] == "a condition is dropped"
    assert texts[MODULE.replace("not unchanged", "unchanged")] == "a negation is dropped"
    assert texts[MODULE.replace('"a", ', "")] == "a row of an array is dropped"
    assert texts[MODULE.replace("input.object", "input.oldObject")] == "object is oldObject"


def test_a_row_is_dropped_as_it_stands_in_the_text() -> None:
    module = 'package p\n\nrow := {"policy": "a", "namespaces": "b", "users": "c"}\n'
    found = {splice.on(module) for splice in of_rego.splices(module) if splice.kind == "a row of an object is dropped"}
    rows = [one.split("{")[1].rstrip("}\n") for one in sorted(found)]
    assert sorted(rows) == [
        '"namespaces": "b", "users": "c"',
        '"policy": "a", "namespaces": "b"',
        '"policy": "a", "users": "c"',
    ]


def test_breaks_of_a_document() -> None:
    constraint = {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "PsccAllowHostPorts", "metadata": {"name": "p"},
        "spec": {
            "enforcementAction": "deny",
            "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "namespaces": ["a", "b-*"]},
            "parameters": {"values": ["x"], "patterns": ["y*"], "ranges": [{"min": 1, "max": 2}]},
        },
    }  # fmt: skip
    made = {(edit.kind, edit.about): edit.on(constraint) for edit in of_documents.edits(constraint)}
    assert made["a document is dropped", "PsccAllowHostPorts"] is None
    assert made["it says warn", "spec.enforcementAction"]["spec"]["enforcementAction"] == "warn"
    assert made["a prefix is a whole word", "spec.match.namespaces[1]"]["spec"]["match"]["namespaces"] == ["a", "b-"]
    assert made["a field is dropped", "spec.match.namespaces"]["spec"]["match"].keys() == {"kinds"}
    assert made["a number is one more", "spec.parameters.ranges[0].max"]["spec"]["parameters"]["ranges"][0]["max"] == 3
    swapped = made["two parameters are swapped", "values and patterns"]["spec"]["parameters"]
    assert (swapped["values"], swapped["patterns"]) == (["y*"], ["x"])
    assert all(one != constraint for one in made.values())
    assert not any("metadata" in about for _, about in made)


def test_what_is_dropped_is_gone() -> None:
    assert replaced({"a": [1, 2], "b": 3}, ("a", 0), DROPPED) == {"a": [2], "b": 3}
    assert replaced({"a": [1, 2], "b": 3}, ("a",), DROPPED) == {"b": 3}


def test_each_group_has_a_name_of_its_own() -> None:
    found = groups(only="gatekeeper")
    assert len({one.label for one in found}) == len(found) > 400
    assert {group.label for group in groups(1, only="gatekeeper")} < {one.label for one in found}
    assert set(SHARES) == set(OUTPUTS)


def test_every_program_is_a_subject() -> None:
    assert {one.source for one in SUBJECTS} | {"one-switch.psp"} == {path.name for path in FOLDER.iterdir()}


# --- the printers -----------------------------------------------------------------


def test_a_template_s_breaks() -> None:
    text = "a: 1\n{% if one %}\nb: 2\n{% for x in y %}\n- {{ x }}\n{% endfor %}\n{% endif %}\n"
    found = {(one.kind, one.about): one.text for one in of_templates.of_text("vap/x", text)}
    assert found["a line is dropped", "a: 1"] == text.replace("a: 1\n", "")
    assert found["a block is dropped", "if one (1)"] == "a: 1\n"
    assert found["a block is dropped", "for x in y (2)"] == "a: 1\n{% if one %}\nb: 2\n{% endif %}\n"
    assert found["a block is always there", "if one (1)"] == text.replace("if one", "if true")


@pytest.mark.parametrize(
    "text",
    [
        "# {{ note }}\n",
        "{% if note %}\n# {{ note }}\n{% endif %}\n",
        "{% for note in notes %}\n  # {{ note }}\n{% endfor %}\n",
        "    policies.kyverno.io/title: {{ title }}\n    description: >-\n{{ policy.description }}\n",
    ],
)
def test_what_people_alone_read_is_not_broken(text: str) -> None:
    assert not list(of_templates.of_text("vap/x", text))


def test_a_block_that_prints_its_condition_alone_is_not_always_there() -> None:
    kinds = {one.kind for one in of_templates.of_text("vap/x", "{% if match %}\n{{ match }}\n{% endif %}\n")}
    assert kinds == {"a line is dropped", "a block is dropped"}


def test_annotations_that_an_engine_reads_are_broken() -> None:
    assert list(of_templates.of_text("vap/x", "    pod-policies.kyverno.io/autogen-controllers: none\n"))


def test_each_break_of_a_printer_has_a_name_of_its_own() -> None:
    labels = [one.label for one in everything()]
    assert len(set(labels)) == len(labels)
    assert set(WORDS) <= set(labels)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.label)
def test_what_a_slip_replaces_is_there(slip: of_templates.TemplateBreak) -> None:
    with patched(slip.place, lambda real: real):  # type: ignore[attr-defined]
        pass


def test_a_patch_is_taken_back() -> None:
    from pscc.targets.vap import package as vap

    real = cel_where.where
    with patched("targets.shared.cel_where.where", always(None)):
        assert cel_where.where is vap.where is not real
    assert cel_where.where is vap.where is real


def test_the_compiler_is_whole_where_the_interpreter_is_asked() -> None:
    from pscc.targets.vap import package as vap

    real = vap.where
    with patched("targets.shared.cel_where.where", always(None)):
        with unbroken():
            assert vap.where is real
        assert vap.where is not real


def test_a_share_is_drawn_by_its_seed() -> None:
    labels = [{one.label for one in chosen(0.2, seed)} for seed in (1, 1, 2)]
    assert labels[0] == labels[1] != labels[2]
    assert {one.label for one in chosen(0.1, 1)} < labels[0]


def test_patterns_of_equivalent_breaks() -> None:
    patterns = (Equivalent("a: .*", "it is no break"),)
    assert why("a: b", patterns) == "it is no break"
    assert not why("b: a: b", patterns)
    assert too_wide(["a: b", "b: c"], patterns) == ["a: b"]
    assert needless(["b: c"], patterns) == ["a: .*"]
    assert not needless([one.label for one in everything()], PRINTERS)


def test_what_no_api_server_takes_is_refused() -> None:
    whole = emitted(subject_of("switches"), "gatekeeper")
    assert isinstance(whole, tuple)
    with running("gatekeeper") as engine:
        engine.load(whole)
        for name in ("apiVersion", "kind", "metadata"):
            with pytest.raises(EngineError, match="no object"):
                engine.load(({key: value for key, value in whole[0].items() if key != name},))


def test_a_template_is_taken_back() -> None:
    given = {"paths": [Code("a")], "configuration": Code(""), "version": Code("1"), "releases": Code("none")}
    before = render("shared/kustomization.yaml.j2", **given)
    with template("shared/kustomization.yaml.j2", "nothing\n"):
        assert render("shared/kustomization.yaml.j2", **given) == "nothing\n"
    assert render("shared/kustomization.yaml.j2", **given) == before


def test_the_sample_notices() -> None:
    with Sample() as sample:
        assert sample.notices(("gatekeeper",)) == UNCHANGED
        with patched("targets.gatekeeper.match.match_lines", always(Code(""))):
            assert "expected" in sample.notices(("gatekeeper",))
        with patched("targets.gatekeeper.match.match_lines", lambda _: lambda *_: 1 / 0):  # type: ignore[misc]
            assert sample.notices(("gatekeeper",)) == "ZeroDivisionError"


def test_the_engines_notice() -> None:
    subject = subject_of("scopes")
    wanted = {
        "spec.match.excludedNamespaces": "noticed", "spec.match.namespaces": "noticed", "spec.applyTo": "refused",
    }  # fmt: skip
    with running("gatekeeper") as engine:
        hunter = Hunter(engine, batches_for(subject, "gatekeeper"))
        hunter.learn(emitted(subject, "gatekeeper"))
        assert hunter.outcome(emitted(subject, "gatekeeper")) == "unnoticed"
        for one in breaks_of(subject, "gatekeeper"):
            pods = not one.place.endswith("-workloads")
            if pods and one.kind == "a field is dropped" and one.about in wanted:
                assert hunter.outcome(one.make()) == wanted[one.about], one.label


def test_a_template_that_an_update_changes_is_noticed() -> None:
    subject = subject_of("choose alone")
    updates = [b for b in batches_for(subject, "vap") if b[0].operation == "UPDATE" and b[0].object["kind"] != "Pod"]
    comparisons = [
        one
        for one in breaks_of(subject, "vap")
        if one.kind == "another variable is read" and one.place.endswith("-workloads unchanged")
    ]
    assert len(comparisons) > 5
    with running("vap") as engine:
        hunter = Hunter(engine, updates)
        hunter.learn(emitted(subject, "vap"))
        assert {hunter.outcome(one.make()) for one in comparisons} == {"noticed"}
