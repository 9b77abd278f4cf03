"""``unless`` with several conditions and with ``not``: which pods are left out, what is printed, and what is an error."""

from __future__ import annotations

from itertools import product

import pytest

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases.suite import cases_for
from pscc.driver import analyse
from pscc.explain.reference import controls_reference
from pscc.language.formatting import formatted
from pscc.meaning.narrowing import FIELDS, Field
from pscc.reference import interpreter

SYSTEMS: tuple[str | None, ...] = (None, "linux", "windows")
FLAGS: tuple[bool | None, ...] = (None, False, True)
PODS = tuple(product(SYSTEMS, FLAGS, FLAGS))
"""``os.name``, ``hostUsers`` and ``hostNetwork`` of a pod; None is unset."""


def policy(tail: str) -> ir.Policy:
    (found,) = analyse(SourceFile("p.psp", f"policy p {{\n    deny hostPID unless {tail}\n}}\n"))[1].policies
    return found


def left_out(tail: str) -> set[tuple[str | None, bool | None, bool | None]]:
    """The pods of `PODS` that the statement does not judge."""
    judging = policy(tail)

    def admitted(system: str | None, users: bool | None, network: bool | None) -> bool:
        spec = {"hostPID": True, "os": system and {"name": system}, "hostUsers": users, "hostNetwork": network}
        return interpreter.check(judging, {"spec": {k: v for k, v in spec.items() if v is not None}}).allowed

    return {pod for pod in PODS if admitted(*pod)}


@pytest.mark.parametrize(
    ("tail", "meant"),
    [
        ("os.name windows", lambda s, u, n: s == "windows"),
        ("os.name not windows", lambda s, u, n: s == "linux"),
        ("hostUsers not true", lambda s, u, n: u is False),
        ("hostNetwork true", lambda s, u, n: n is True),
        ("hostNetwork false", lambda s, u, n: n is not True),
        ("hostNetwork not true", lambda s, u, n: n is not True),
        ("hostNetwork not false", lambda s, u, n: n is True),
        ("os.name windows and hostNetwork true", lambda s, u, n: s == "windows" and n is True),
        ("os.name windows or hostUsers false", lambda s, u, n: s == "windows" or u is False),
        ("hostUsers not true and os.name not windows", lambda s, u, n: u is False and s == "linux"),
        ("os.name linux and hostUsers false and hostNetwork false",
         lambda s, u, n: s == "linux" and u is False and n is not True),
    ],
)  # fmt: skip
def test_who_is_left_out(tail: str, meant) -> None:  # type: ignore[no-untyped-def]
    assert left_out(tail) == {pod for pod in PODS if meant(*pod)}


@pytest.mark.parametrize(("name", "field"), FIELDS.items(), ids=FIELDS)
def test_the_reference_says_what_unset_means(name: str, field: Field) -> None:
    unset = (None, None, None)
    values = [value for value in field.values if unset in left_out(f"{name} {value}")]
    negated = [value for value in field.values if unset in left_out(f"{name} not {value}")]
    assert values == ([field.unset] if field.unset else [])
    assert negated == ([value for value in field.values if value != field.unset] if field.unset else [])
    (row,) = (line for line in controls_reference().splitlines() if line.startswith(f"| `unless {name} "))
    assert row.endswith(f"| {field.unset or 'neither'} |")


def test_the_order_of_conditions_makes_no_other_check() -> None:
    one, other = (
        policy(tail).checks[0] for tail in ("os.name linux or hostUsers false", "hostUsers false or os.name linux")
    )
    assert (one.shape, one.requirements) == (other.shape, other.requirements)


def test_two_conditions_have_one_shape_only_where_they_are_the_same() -> None:
    conditions: dict[str, set[object]] = {}
    for word, network in product(("and", "or"), ("true", "false")):
        for system, users in product(("linux", "windows"), ("true", "false")):
            for first, second in product(("", "not "), repeat=2):
                tail = f"os.name {first}{system} {word} hostUsers {second}{users} {word} hostNetwork {network}"
                check = policy(tail).checks[0]
                conditions.setdefault(check.shape, set()).add(check.requirements)
    assert len(conditions) == 16 and all(len(one) == 1 for one in conditions.values())


def test_the_layout_keeps_them() -> None:
    text = 'policy p {\n    deny hostPID unless os.name not windows or hostUsers false because "a or b"\n}\n'
    assert formatted(SourceFile("p.psp", text.replace(" or hostUsers", "   or   hostUsers"))) == text


def test_the_suite_has_pods_on_both_sides_of_each_condition() -> None:
    judging = policy("os.name windows and hostUsers not true")
    bad = [case for case in cases_for(judging) if case.pod["spec"].get("hostPID") and case.old_pod is None]  # type: ignore[attr-defined]
    assert {(c.pod["spec"].get("os", {}).get("name"), c.pod["spec"].get("hostUsers"), c.allowed) for c in bad} >= {  # type: ignore[attr-defined]
        ("windows", False, True),
        ("windows", True, False),
        ("windows", None, False),
        ("linux", False, False),
        (None, None, False),
    }


@pytest.mark.parametrize("tail", ["os.name not windows", "hostNetwork false", "os.name windows or hostNetwork true"])
def test_a_default_follows_them(tail: str) -> None:
    text = f"policy p {{\n    require runAsUser 1-9 unless {tail}\n    default runAsUser 5\n}}\n"
    (judging,) = analyse(SourceFile("p.psp", text))[1].policies
    left = left_out(tail)
    for pod in PODS:
        spec = dict(zip(("os", "hostUsers", "hostNetwork"), (pod[0] and {"name": pod[0]}, *pod[1:]), strict=True))
        given = {"spec": {"containers": [{"name": "c"}], **{k: v for k, v in spec.items() if v is not None}}}
        verdict = interpreter.judge(judging, given)
        assert verdict.allowed and (verdict.pod == given) is (pod in left)
