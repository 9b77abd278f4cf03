"""The names of Rego's helper rules say what they check, in reading order, whatever the values of a policy are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pscc import ir
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.ir.passes import specialise
from pscc.printers.rego.naming import subject_of
from pscc.printers.rego.rules import check_rules
from pscc.printers.rego.text import prefix_of
from support.paths import ROOT

SOURCES = sorted((*ROOT.glob("golden/controls/*/*/policy.*"), *ROOT.glob("golden/policies/*/policy.*")))
HELPER = re.compile(r"\b\w+_(?:ok|denied)\b")
DEFINED = re.compile(rf"^({HELPER.pattern})", re.MULTILINE)


def checks() -> Iterator[ir.Check]:
    """A check of each shape that the golden policies have, and with the values of each."""
    for path in SOURCES:
        program = analyse(SourceFile(path.name, path.read_text(encoding="utf-8")))[1]
        for policy in program.policies:
            for check in policy.checks:
                yield check
                yield specialise(check)


CHECKS = {(check.shape, check.requirements): check for check in checks()}


def printed(check: ir.Check) -> str:
    return check_rules(check, prefix_of(check.shape)).rules


def test_there_is_something_to_name() -> None:
    assert sum(bool(HELPER.search(printed(check))) for check in CHECKS.values()) > 20


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.shape)
def test_no_helper_is_numbered_and_each_stands_behind_what_calls_it(check: ir.Check) -> None:
    text = printed(check)
    assert not re.search(r"_(ok|denied|findings)_\d+\b", text)
    for name in dict.fromkeys(DEFINED.findall(text)):
        called = re.search(rf"^.*[^\w\n].*\b{name}\b|^\s+(not )?{name}\b", text, re.MULTILINE)
        defined = re.search(rf"^{name}\b", text, re.MULTILINE)
        assert called and defined and called.start() < defined.start(), name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("allow volumes configMap, secret", "allow volumes secret, nfs, emptyDir"),
        ("allow hostPath /var/log (read-only)", "allow hostPath /tmp (read-only), /opt (read-only)"),
        ("require seccompProfile localhost/a", "require seccompProfile localhost/b*"),
        ("require seLinuxOptions type=a_t", "require seLinuxOptions type=b_t"),
    ],
)
def test_other_values_rename_no_helper(one: str, other: str) -> None:
    def helpers(statement: str) -> list[str]:
        program = analyse(SourceFile("p.psp", f"policy p {{\n    {statement}\n}}\n"))[1]
        (check,) = program.policies[0].checks
        return DEFINED.findall(printed(check))

    assert helpers(one) == helpers(other)


A, B = (ir.Path("source", ("token", name)) for name in ("path", "audience"))


@pytest.mark.parametrize(
    ("condition", "name"),
    [
        (ir.Or((ir.Not(ir.Has(ir.Path("source", ("token",)))), ir.Equals(A, ir.Const("x")))), "token"),
        (ir.Or((ir.Has(A), ir.Equals(A, ir.Const("x")))), "path"),
        (ir.Or((ir.Has(A), ir.Has(B))), "path_or_audience"),
        (ir.Or(tuple(ir.Has(ir.Path("pod", ("spec", name))) for name in "abcd")), ""),
        (
            ir.Any("one", ir.Param("paths", "hostPaths"), ir.Under(A, ir.Path("one", ("pathPrefix",)))),
            "one_path_prefix",
        ),
        (ir.Any("one", ir.Keys(ir.Path("volume", ("x",)), ()), ir.TRUE), "one"),
        (ir.In(ir.Const("runtime/default"), ir.Param("values", "strings")), "runtime_default"),
    ],
)
def test_a_condition_is_named_after_the_fields_that_it_is_about(condition: ir.Condition, name: str) -> None:
    assert subject_of(condition) == name
