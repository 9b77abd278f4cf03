"""Defaults of two policies that meet: an error where a pod's fate would hang on the order of the policies."""

from __future__ import annotations

from itertools import permutations

import pytest

from conformance.policies import says_default
from pscc.base.source import SourceFile
from pscc.controls import CONTROLS
from pscc.diagnostics import SourceError
from pscc.driver import analyse
from pscc.ir import Program
from pscc.ir.access import ALL, NONE, Names, Scope
from pscc.reasoning.default_conflicts import conflicts, meet
from pscc.reference import interpreter


def codes(text: str) -> list[str]:
    try:
        analyse(SourceFile("p.psp", text))
    except SourceError as error:
        return [d.code for d in error.diagnostics]
    return []


def two(first: str, second: str, where: str = "", there: str = "") -> list[str]:
    return codes(f"policy a {{\n{where}\n{first}\n}}\npolicy b {{\n{there}\n{second}\n}}\n")


ONE, OTHER = "default runAsUser 1", "default runAsUser 2"


@pytest.mark.parametrize(
    ("where", "there", "is_one"),
    [
        ("", "", True),
        ("in namespaces a", "in namespaces b", False),
        ("in namespaces a, b", "in namespaces b", True),
        ("in namespaces team-*", "in namespaces team-a", True),
        ("in namespaces team-*", "in namespaces team-a*", True),
        ("in namespaces team-*", "except namespaces team-*", False),
        ("in namespaces team-a", "except namespaces team-*", False),
        ("in namespaces team-*", "except namespaces team-a", True),
        ("except namespaces *", "", False),
        ("in namespaces tier=a", "in namespaces tier=b", False),
        ("in namespaces tier=a", "except namespaces tier=a", False),
        ("in namespaces tier=a", "in namespaces zone=b", True),
    ],
)
def test_policies_meet_where_both_may_hold(where: str, there: str, is_one: bool) -> None:
    assert two(ONE, OTHER, where, there) == ["LNG068"] * is_one
    assert two(ONE, OTHER, there, where) == ["LNG068"] * is_one


def test_equal_defaults_and_lists_that_both_add_to_do_not_conflict() -> None:
    assert two(ONE, ONE) == []
    assert two("default capabilities.drop add ALL", "default capabilities.drop add KILL") == []
    assert two(f"{ONE}\ndefault nonRoot", f"default nonRoot\n{ONE}") == []
    assert two(f"{ONE}\ndefault nonRoot", ONE) == ["LNG068"]
    assert two("default nonRoot", ONE) == ["LNG068"]
    assert two("default capabilities.add add KILL", "default capabilities.drop add KILL") == ["LNG068"]


def test_members_of_one_choice_do_not_meet_each_other_but_every_other_policy() -> None:
    members = f"policy a {{\n{ONE}\n}}\npolicy b {{\n{OTHER}\n}}\nchoose {{\na for users x\nb for everyone\n}}\n"
    assert codes(members) == []
    assert codes(f"{members}policy c {{\n{ONE}\n}}\n") == ["LNG068"]


def defaults() -> list[str]:
    import random

    return [says_default(c, random.Random(seed)) for c in CONTROLS if c.default for seed in range(2)]


def test_where_there_is_no_conflict_the_order_of_policies_does_not_matter() -> None:
    """Each two forms of default, on pods that say nothing, that say a part, and that say all."""
    plain: interpreter.Json = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}, {"name": "d"}]}}
    drops = {"capabilities": {"drop": ["KILL"]}, "runAsUser": 7}
    some: interpreter.Json = {"spec": {"securityContext": {"runAsUser": 5}, "containers": [{"securityContext": drops}]}}
    found = {True: 0, False: 0}
    for first in defaults():
        for second in defaults():
            programs = [
                analyse(SourceFile(f"{n}.psp", f"policy {n} {{\n{t}\n}}"))[1] for n, t in (("a", first), ("b", second))
            ]
            pair = tuple(policy for program in programs for policy in program.policies)
            clash = bool(list(conflicts(Program(pair))))
            found[clash] += 1
            for pod in (plain, some):
                made = []
                for order in permutations(pair):
                    result = pod
                    for policy in order:
                        result = interpreter.with_defaults(policy, result)
                    made.append(_sorted(result))
                assert clash or made[0] == made[1], (first, second)
    assert min(found.values()) > 10


def _sorted(value: object) -> object:
    """Without the order of lists that are sets."""
    if isinstance(value, dict):
        return {k: sorted(v, key=str) if k in ("add", "drop") else _sorted(v) for k, v in value.items()}
    return [_sorted(v) for v in value] if isinstance(value, list) else value


def test_meeting_is_found_by_example() -> None:
    assert meet(Scope(), Scope())
    assert not meet(Scope(Names(("a",))), Scope(ALL, Names((), ("",))))
    assert meet(Scope(Names((), ("a",))), Scope(ALL, Names(("a", "ab"))))
    assert not meet(Scope(Names((), ("ab",)), NONE), Scope(Names((), ("a",)), Names((), ("ab",))))


UNLIKE = (
    ("default runAsUser 0", "default runAsUser 1000", "SET019"),
    ("default capabilities.add add KILL", "default capabilities.drop add KILL", "SET019"),
    ("default allowPrivilegeEscalation true", "allow allowPrivilegeEscalation false", "SET019"),
    ("default runAsUser 0", "default nonRoot\n    require runAsNonRoot true", "SET019"),
    ("default runAsUser 1000", "require runAsUser 1000", "SET019"),
    ("deny hostPID", "default runAsUser 1000", ""),
    ("default runAsUser 1000", "default runAsUser 1000", "SET019"),
)


@pytest.mark.parametrize(("first", "second", "code"), UNLIKE)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_two_choices_do_not_decide_each_other(first: str, second: str, code: str, turned: bool, apart: bool) -> None:
    left, right = (second, first) if turned else (first, second)
    places = ("    in namespaces a\n", "    in namespaces b\n") if apart else ("", "")
    text = (
        f"policy m1 {{\n{places[0]}    {left}\n}}\npolicy m2 {{\n{places[1]}    {right}\n}}\npolicy w {{\n    deny hostIPC\n}}\n"
        "choose one {\n    m1 for everyone\n    w for groups ops\n}\nchoose other {\n    m2 for everyone\n    w for groups ops\n}\n"
    )
    try:
        analyse(SourceFile("two.psp", text))
        codes = []
    except SourceError as error:
        codes = [diagnostic.code for diagnostic in error.diagnostics if diagnostic.severity == "error"]
    assert codes == ([code] if code and not apart else [])


def test_one_policy_with_defaults_is_in_one_choice() -> None:
    text = "policy m {\n    default runAsUser 1000\n}\nchoose one {\n    m for everyone\n}\nchoose other {\n    m for users a\n}\n"
    assert codes(text) == ["SET019"]
