"""A lint of our own outputs: what is declared is read, and what is read is declared, whatever the options of the compile."""

from __future__ import annotations

import json

import pytest

from conformance.breaks.programs import Subject
from conformance.breaks.programs import outputs as broken_outputs
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.output.contents import Output
from support.emitted.cel import CelError, free_names, parsed, variables_read
from support.emitted.documents import Document, documents
from support.emitted.names import of_documents, of_output, of_packages
from support.emitted.settings import CEL, OUTPUTS, SETTINGS, Setting, compiled, golden_program
from support.paths import ROOT

EVERY = [(setting, output) for setting in SETTINGS for output in setting.outputs]


def named(value: object) -> str:
    return value.name if isinstance(value, (Setting, Subject)) else str(value)


@pytest.mark.grid
@pytest.mark.slow
@pytest.mark.parametrize(("setting", "output"), EVERY, ids=named)
def test_every_name_is_declared_and_read(setting: Setting, output: str) -> None:
    program = golden_program(setting.lines, "" if setting is SETTINGS[0] else "many")
    assert of_output(compiled(program, output, setting)) == []


@pytest.mark.grid
@pytest.mark.parametrize(("subject", "output"), list(broken_outputs()), ids=named)
def test_of_the_programs_that_are_broken(subject: Subject, output: str) -> None:
    assert of_output(subject.compiled(output).output) == []


@pytest.mark.parametrize("output", OUTPUTS)
def test_of_a_set(output: str) -> None:
    text = (ROOT / "golden" / "sets" / "two" / "policy.psp").read_text(encoding="utf-8")
    program = analyse(SourceFile("policy.psp", text))[1]
    assert of_output(compiled(program, output, SETTINGS[0])) == []


# --- the lint itself --------------------------------------------------------------


def made(text: str, output: str) -> Output:
    return compiled(analyse(SourceFile("p.psp", text))[1], output, SETTINGS[0])


def told(text: str, output: str, old: str, new: str, count: int = -1) -> str:
    """What is said of the output of ``text`` once ``new`` stands for ``old`` in it."""
    found = [
        Document(one.path, json.loads(json.dumps(one.body).replace(old, new, count)))
        for one in documents(made(text, output))
    ]
    assert json.dumps([one.body for one in found]) != json.dumps([one.body for one in documents(made(text, output))])
    return "\n".join(of_documents(found))


PORTS = 'policy p { allow hostPorts 80 because "why" }'
EXEMPT = 'policy p { exempt images a/* because "why"\n allow capabilities.add CHOWN, NET_* }'
USERS = 'policy p { exempt users jane because "why"\n deny privileged }'
IN_CEL = (CEL, "vap", "kyverno-cel", "kyverno")


@pytest.mark.parametrize("output", IN_CEL)
def test_a_variable_that_nothing_reads(output: str) -> None:
    found = told("policy p { deny privileged }", output, "variables.oldContainers", "variables.allContainers")
    assert "oldContainers is declared and never read" in found


@pytest.mark.parametrize("output", IN_CEL)
def test_a_variable_that_is_not_declared(output: str) -> None:
    found = told("policy p { deny privileged }", output, "variables.allContainers", "variables.containers")
    assert "reads containers, which is not declared" in found


def test_the_prefixes_of_another_parameter_are_not_those_that_are_exempt() -> None:
    """What was wrong once: a parameter for exempt images that nothing read, and the control's own in its place."""
    (template,) = [d for d in documents(made(EXEMPT, CEL)) if d.kind == "ConstraintTemplate"]
    prefixes = [name for name in variables_of(template) if "mages" in name and "refix" in name]
    assert prefixes, "the prefixes of exempt images are no variable"
    own = [
        name for name in variables_of(template) if "refix" in name and name not in prefixes and "ontainers" not in name
    ]
    found = told(EXEMPT, CEL, f"variables.{prefixes[0]}.", f"variables.{own[0]}.")
    assert f"the variable {prefixes[0]} is declared and never read" in found


def variables_of(template: Document) -> list[str]:
    code = template.body["spec"]["targets"][0]["code"][0]
    return [one["name"] for one in code["source"]["variables"]]


@pytest.mark.parametrize("output", ["gatekeeper", CEL])
def test_parameters(output: str) -> None:
    assert "ranges is read and not declared" in told(PORTS, output, '"ranges": {', '"areas": {')
    assert "areas is declared and never read" in told(PORTS, output, '"ranges": {', '"areas": {')
    assert "p-allow-host-ports has parameters.areas" in told(PORTS, output, '"ranges": [', '"areas": [')
    assert "of ranges, most is declared and never read" in told(PORTS, output, '"max": {', '"most": {')
    assert "there is no template of PsccAllowPorts" in told(
        PORTS, output, '"kind": "PsccAllowHostPorts", "metadata"', '"kind": "PsccAllowPorts", "metadata"'
    )
    assert "has the field people, which its template does not read" in told(USERS, output, '"users": {', '"people": {')


def test_a_rule_that_nothing_reads() -> None:
    assert "the rule old_pod is declared and never read" in told(PORTS, "gatekeeper", "pod, old_pod", "pod, pod")
    found = told(USERS, "gatekeeper", "not lib.exempt(request, pod, input.parameters.exemptions)", "true")
    assert "the rule exempt is declared and never read" in found
    assert "the parameter exemptions is declared and never read" in found


def test_a_package_that_reads_what_is_not_there() -> None:
    main = "package main\n\ndeny contains msg if some msg in data.pscc.policy_q.deny\n"
    policy = 'package pscc.policy_p\n\ndeny contains "no"\n'
    assert of_packages([main, policy]) == ["main: deny reads data.pscc.policy_q.deny, which there is not"]
    assert of_packages([main.replace("_q", "_p"), policy]) == []


def test_a_policy_that_nothing_binds() -> None:
    found = documents(made("policy p { deny privileged }", "vap"))
    assert of_documents([one for one in found if one.kind != "ValidatingAdmissionPolicyBinding"]) != []
    assert "it binds q, which there is not" in told(
        "policy p { deny privileged }", "vap", '"policyName": "p"', '"policyName": "q"'
    )


# --- CEL's syntax -------------------------------------------------------------------


def test_a_tree_knows_its_places() -> None:
    text = 'variables.a.exists(one, has(one.b) && one.b == "x") ? [1, 2].map(n, n + 1).size() > 0 : !(object.c in {"k": 1})'
    tree = parsed(text)
    assert (tree.kind, text[tree.start : tree.end]) == ("?:", text)
    assert [text[one.start : one.end] for one in tree.children] == text.replace(" : ", " ? ").split(" ? ")
    assert set(free_names(tree)) == {"variables", "object"}
    assert list(variables_read(tree)) == ["a"]


@pytest.mark.parametrize("text", ["a &&", "(a", "a b", '"a', "a ? b", "[1, 2", "a.b(c"])
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(CelError):
        parsed(text)
