"""A default leaves alone the pods that all rules of its policy on its control leave out."""

from __future__ import annotations

import random

import pytest

from conformance.space import grammar, words
from pscc import ir
from pscc.base.source import SourceFile
from pscc.controls import CONTROLS
from pscc.controls._base import Control
from pscc.driver import analyse, compile_program
from pscc.ir.once_defaulted import assumed
from pscc.lowering.default_checks import choice_without, without
from pscc.lowering.rollout import AS_WRITTEN
from pscc.lowering.shortfalls import DefaultNotSet, DefaultSetWidely
from pscc.output.options import Options
from pscc.reasoning.subsumption import decides_before
from pscc.reference import interpreter

Json = dict[str, object]
DEFAULTABLE = [control for control in CONTROLS if control.default is not None and control.shapes]


def program(text: str) -> ir.Program:
    _, read, diagnostics = analyse(SourceFile("p.psp", text))
    assert not [d for d in diagnostics if d.severity == "error"], text
    return read


def pod(system: str = "") -> Json:
    spec: Json = {"containers": [{"name": "main", "image": "app:1"}]}
    return {"metadata": {"name": "p"}, "spec": {**spec, **({"os": {"name": system}} if system else {})}}


def default_of(control: Control) -> str:
    assert control.default is not None
    if control.default.takes == "nothing":
        return f"default {control.id}"
    manner = " add" if control.default.takes == "add" else ""
    return f"default {control.id}{manner} {words.values(control, random.Random(1), single=not manner, literal=True)}"


def rule_of(control: Control) -> str:
    shape = next((s for s in control.shapes if s.takes == "nothing"), control.shapes[0])
    on = f" on {shape.on}" if shape.on else ""
    if shape.takes == "nothing":
        return f"{shape.verb} {control.id}{on}"
    manner = f" {shape.takes}" if shape.takes in grammar.words("MANNER") else ""
    values = words.values(control, random.Random(1), single=False, literal=bool(manner))
    return f"{shape.verb} {control.id}{manner} {values}{on}"


def source(control: Control, *rules: str) -> str:
    lines = "".join(f"    {line}\n" for line in (default_of(control), *rules))
    return f"policy a {{\n{lines}}}\n"


@pytest.mark.parametrize("control", DEFAULTABLE, ids=lambda control: control.id)
def test_each_control(control: Control) -> None:
    rule = rule_of(control)
    (narrowed,) = program(source(control, f"{rule} unless os.name windows")).policies
    (plain,) = program(source(control, rule)).policies
    windows, linux, unsaid = pod("windows"), pod("linux"), pod()
    assert interpreter.with_defaults(narrowed, windows) == windows
    assert interpreter.with_defaults(plain, windows) != windows
    for other in (linux, unsaid):
        assert interpreter.with_defaults(narrowed, other) == interpreter.with_defaults(plain, other) != other
    # where nothing sets the default, pods for Linux have to come with it, and others need not
    (check,) = without(narrowed, narrowed.defaults).checks[len(narrowed.checks) :] or (None,)
    if check is not None:
        alone = ir.Policy("a", "", "enforce", (check,), (), narrowed.span)
        assert interpreter.check(alone, windows).allowed
        assert not interpreter.check(alone, linux).allowed
    for subject in (windows, linux, unsaid):
        changed = interpreter.with_defaults(narrowed, subject)
        assert interpreter.check(assumed(narrowed), subject).allowed is interpreter.check(narrowed, changed).allowed


RULE = "require seccompProfile runtime/default"
DEFAULT = "default seccompProfile runtime/default"


@pytest.mark.parametrize(
    ("lines", "windows", "linux"),
    [
        ((f"{RULE} unless os.name windows",), True, False),
        ((f"{RULE} unless os.name linux",), False, True),
        ((f"{RULE} unless hostUsers false",), False, False),
        ((f"audit {RULE} unless os.name windows",), True, False),
        (("deny hostPID unless os.name windows",), False, False),
    ],
)
def test_what_all_rules_leave_out(lines: tuple[str, ...], windows: bool, linux: bool) -> None:
    policy = program("policy a {\n" + "".join(f"    {line}\n" for line in (DEFAULT, *lines)) + "}\n").policies[0]
    for system, alone in (("windows", windows), ("linux", linux)):
        assert (interpreter.with_defaults(policy, pod(system)) == pod(system)) is alone


@pytest.mark.parametrize(
    ("condition", "windows"), [(" unless os.name windows", True), (" unless os.name linux", False), ("", False)]
)
def test_a_rule_with_a_mode_counts_beside_the_one_that_is_inherited(condition: str, windows: bool) -> None:
    parent = f"policy a {{\n    {RULE} unless os.name windows\n}}\n"
    child = program(parent + f"policy b extends a {{\n    audit {RULE}{condition}\n    {DEFAULT}\n}}\n").policies[1]
    assert child.defaults
    assert (interpreter.with_defaults(child, pod("windows")) == pod("windows")) is windows


def test_a_child_follows_the_rule_that_it_inherits() -> None:
    (policy,) = program(f"policy a extends pss/restricted@1.30 {{\n    {DEFAULT}\n}}\n").policies
    assert interpreter.with_defaults(policy, pod("windows")) == pod("windows")


def gatekeeper(text: str) -> dict[str, str]:
    compiled = compile_program(program(text), ("gatekeeper",), AS_WRITTEN, Options(workloads="off"))
    kinds = {DefaultNotSet: "left unset", DefaultSetWidely: "set widely"}
    return {
        s.default.control: kinds[type(s)]
        for s in compiled.outputs["gatekeeper"].shortfalls
        if isinstance(s, DefaultNotSet | DefaultSetWidely)
    }


NON_ROOT = "policy a {\n    require runAsNonRoot true unless os.name windows\n    default runAsNonRoot true\n}\n"
SECCOMP = f"policy a {{\n    {RULE} unless os.name windows\n    {DEFAULT}\n}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NON_ROOT, "set widely"),
        (NON_ROOT + "policy b {\n    require runAsNonRoot true unless os.name windows\n}\n", "set widely"),
        # without its default, b refuses the Windows pod; set there, b would admit it
        (NON_ROOT + "policy b {\n    require runAsNonRoot true\n}\n", "left unset"),
        (NON_ROOT + "policy b {\n    require runAsNonRoot true unless hostUsers false\n}\n", "left unset"),
        # no API server takes a Windows pod with this field
        (SECCOMP + f"policy b {{\n    {RULE}\n}}\n", "set widely"),
        (SECCOMP.replace("os.name windows", "hostUsers false") + f"policy b {{\n    {RULE}\n}}\n", "left unset"),
    ],
)
def test_gatekeeper_sets_no_default_by_which_another_check_admits_more(text: str, expected: str) -> None:
    assert list(gatekeeper(text).values()) == [expected]


def test_a_policy_with_other_conditions_does_not_decide_before() -> None:
    rule, default = "require runAsNonRoot true", "default runAsNonRoot true"
    first, second = (
        program(f"policy {name} {{\n    {rule}{condition}\n    {default}\n}}\n").policies[0]
        for name, condition in (("a", " unless os.name windows"), ("b", ""))
    )
    assert decides_before(first, first)
    assert not decides_before(first, second)
    assert not decides_before(second, first)


def test_members_of_a_choice_ask_alike_for_what_is_not_set() -> None:
    text = (
        f"policy a {{\n    {RULE} unless os.name windows\n    {DEFAULT}\n}}\npolicy b {{\n    {DEFAULT}\n    deny hostPID\n}}\n"
        "choose {\n    a for groups x\n    b for everyone\n}\n"
    )
    (choice,) = program(text).choices
    asked = {check.shape: check.requirements for member in choice_without(choice).policies for check in member.checks}
    assert len(asked) == len({repr(requirements) for requirements in asked.values()})
