"""A `choose` names policies of the library as they are: no policy of the author's has to extend them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pscc import ir
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import SourceError
from pscc.driver import analyse, checked
from pscc.language.formatting import formatted

CHOICE = "choose {\n    pss/baseline@1.30 for groups ops\n    pss/restricted    for everyone\n}\n"
WRITTEN = (
    "policy pss-baseline-1.30 extends pss/baseline@1.30 {\n}\npolicy pss-restricted extends pss/restricted {\n}\n"
    "choose {\n    pss-baseline-1.30 for groups ops\n    pss-restricted for everyone\n}\n"
)


def choice(text: str) -> ir.Choice:
    (found,) = analyse(SourceFile("p.psp", text))[1].choices
    return found


def test_it_means_what_a_policy_that_extends_it_means() -> None:
    here = Span("", 1, 1, 1, 1)
    one, other = choice(CHOICE), choice(WRITTEN)
    assert [(g.policy, g.subjects, g.namespaces) for g in one.grants] == [
        (g.policy, g.subjects, g.namespaces) for g in other.grants
    ]
    plain = [tuple(replace(policy, title="", span=here) for policy in each.policies) for each in (one, other)]
    assert plain[0] == plain[1]


def test_the_pods_are_judged_by_the_choice_alone_and_nothing_is_warned_of() -> None:
    program = analyse(SourceFile("p.psp", CHOICE))[1]
    assert program.policies == ()
    assert checked(SourceFile("p.psp", CHOICE))[2] == ()


def test_a_policy_that_is_granted_twice_is_one() -> None:
    found = choice(CHOICE.replace("for groups ops", "for groups ops\n    pss/baseline@1.30 for users ann"))
    assert [policy.name for policy in found.policies] == ["pss-baseline-1.30", "pss-restricted"]


@pytest.mark.parametrize(
    ("name", "help"),
    [("pss/restrcted", "did you mean `pss/restricted`?"), ("pss/restricted@1.99", "pinnable to 1.24 to 1.37")],
)
def test_what_the_library_does_not_have_is_an_error(name: str, help: str) -> None:
    with pytest.raises(SourceError) as caught:
        analyse(SourceFile("p.psp", f"choose {{\n    {name} for everyone\n}}\n"))
    (error,) = caught.value.diagnostics
    assert error.code == "LNG031" and help in error.help


def test_the_layout_keeps_the_name() -> None:
    assert formatted(SourceFile("p.psp", CHOICE)) == CHOICE
