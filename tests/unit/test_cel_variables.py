"""The variables of policies in CEL: each that is read is there, each that is there is read, and none stands for two things."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from conformance.policies import statements_meaning
from pscc import ir
from pscc.controls import CONTROLS
from pscc.printers.cel.checks import Validation
from pscc.printers.cel.exempt import EXEMPT, asking_variables
from pscc.printers.cel.parameters import template_of
from pscc.printers.cel.pending import Pending
from pscc.printers.cel.text import text_of
from pscc.printers.cel.tree import Expression, Number
from pscc.printers.cel.variables import once
from pscc.targets.shared.cel_policy import validations
from pscc.targets.shared.layouts import checks_of
from support.golden_verdicts import statements

EXEMPTIONS = ("", 'exempt images mesh/p*, mesh/q, containers side* because "x"')
GIVEN = {"params"}
"""What Gatekeeper binds itself."""
UNREAD = {name for name, _ in asking_variables()}
"""Who asks is one block of variables, whatever an exemption names."""


def policies() -> Iterator[ir.Policy]:
    """A policy for each form of statement, and each that looks at containers again with exempt ones."""
    for control in CONTROLS:
        for statement in statements(control):
            for exempt in EXEMPTIONS:
                if not exempt or "container" in str(statements_meaning(f"policy p {{ {statement} }}").checks):
                    yield statements_meaning(f"policy p {{\n{statement}\n{exempt}\n}}")


def read(expression: Expression) -> set[str]:
    """The variables that CEL reads."""
    return set(re.findall(r"\bvariables\.(\w+)", re.sub(r'"(?:[^"\\]|\\.)*"', '""', text_of(expression))))


def hold(printed: Validation, statement: str) -> None:
    names = [name for name, _ in printed.variables]
    assert len(set(names)) == len(names), statement
    seen = {*GIVEN}
    used: set[str] = set()
    for name, value in printed.variables:
        assert read(value) <= seen, (statement, name)
        seen.add(name)
        used |= read(value)
    used |= read(printed.expression) | read(printed.message)
    assert used <= seen, statement
    assert {*names} - used <= UNREAD, statement


@pytest.mark.slow
@pytest.mark.parametrize("exempt", [False, True])
def test_a_template_reads_what_it_declares_and_declares_what_it_reads(exempt: bool) -> None:
    count = 0
    for policy in policies():
        for check in policy.checks:
            printed = template_of(check, exempt)
            hold(printed, f"{check.statement} ({check.shape})")
            assert exempt is (EXEMPT in dict(printed.variables))
            count += 1
    assert count > 180


def test_no_variable_of_a_policy_stands_for_two_things() -> None:
    """All forms of checks in one policy, each shape once, alone and with every default yet to be set."""
    checks = {check.shape: check for policy in policies() for check in policy.checks}
    defaults = {d.control: d for policy in policies() for d in policy.defaults}
    whole = ir.Policy("p", "", "enforce", tuple(checks.values()), (), next(iter(checks.values())).span)
    for pending in (Pending(), Pending(tuple(defaults.values()))):
        printed = validations(checks_of(whole), pending=pending)
        assert len(printed.variables) > 300


def test_two_variables_of_one_name_are_refused() -> None:
    first, second = Number(1), Number(2)
    assert once([("a", first), ("b", second), ("a", first)]) == {"a": first, "b": second}
    with pytest.raises(ValueError, match="two variables are called a"):
        once([("a", first), ("a", second)])
