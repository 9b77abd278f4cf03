"""Emitted Rego is answered alike by every OPA that runs it: OPA's own, Gatekeeper's, and regopy, which is written in C++.

regopy 1.5.2 compares numbers as text in ``min``, ``max`` and ``sort``, so no emitted Rego calls these on numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program
from pscc.ir import Program
from pscc.ir.access import Request
from pscc.reference.admission import accepts_as_it_is
from pscc.verify.engines._base import Review
from pscc.verify.engines.opa import Opa
from pscc.verify.engines.regopy_ import Regopy
from support.engines import engine
from support.paths import ROOT
from support.targets import ask_gatekeeper, resources

Json = dict[str, Any]

# --- what is emitted ------------------------------------------------------------

_TEXT = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|#[^\n]*')
_ORDERED = re.compile(r"(?<![\w.])(?:min|max)\(|(?<![\w.])sort\((?!object\.keys\(|split\()")
"""Calls that order numbers. ``object.keys`` and ``split`` give strings, which all three sort."""


def emitted() -> Iterator[tuple[str, str]]:
    """All Rego of the golden trees and the library that it calls, each module with its path."""
    for path in sorted([*(ROOT / "golden").rglob("*.rego"), *(ROOT / "templates" / "rego" / "lib").glob("*.rego")]):
        yield str(path), path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "golden").rglob("templates/*.yaml")):
        for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            if document and document["kind"] == "ConstraintTemplate":
                yield from ((str(path), text) for text in rego_of(document))


def rego_of(template: Json) -> Iterator[str]:
    """The Rego of a ConstraintTemplate."""
    for code in template["spec"]["targets"][0]["code"]:
        if code["engine"] == "Rego":
            yield from (code["source"]["rego"], *code["source"].get("libs", ()))


def test_no_emitted_rego_orders_numbers_by_a_builtin() -> None:
    modules = list(emitted())
    wrong = [f"{path}: {call}" for path, text in modules for call in _ORDERED.findall(_TEXT.sub('""', text))]
    assert wrong == []
    # what it is about is there: both the rules of a choice, which count, and what sorts names
    assert sum("lib.least(" in text for _, text in modules) >= 2
    assert sum("sort(object.keys(" in text for _, text in modules) >= 2


@pytest.mark.parametrize("call", ["x := min([1])", "x := max(found)", "x := sort([2, 1])", "x := sort(counts)"])
def test_a_call_that_orders_numbers_is_noticed(call: str) -> None:
    assert _ORDERED.search(call)


# --- what is answered -----------------------------------------------------------

REQUEST = Request("team", "jane", ("system:authenticated",))


def ranked(lacking: list[int]) -> Program:
    """A choice for everyone of policies, in this order, each of which asks for so many capabilities of its own."""
    policies = []
    for number, count in enumerate(lacking):
        names = ", ".join(f"P{number}_C{one}" for one in range(count))
        policies.append(f"policy p{number} {{\n    require capabilities.drop all of {names}\n}}\n")
    grants = "".join(f"    p{number} for everyone\n" for number in range(len(lacking)))
    return analyse(SourceFile("p.psp", f"{''.join(policies)}choose {{\n{grants}}}\n"))[1]


def pod(containers: int) -> Json:
    """A pod of so many containers, each of which lacks all that a policy asks for."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "pod-1", "namespace": REQUEST.namespace},
        "spec": {
            "serviceAccountName": "default",
            "containers": [{"name": f"c{number}", "image": "app:1"} for number in range(containers)],
        },
    }


def on_gatekeeper(program: Program, asked: Json) -> tuple[str, ...]:
    """What Gatekeeper says of the pod."""
    (output,) = compile_program(program, ("gatekeeper",)).outputs.values()
    user = {"name": REQUEST.user, "groups": list(REQUEST.groups)}
    review = {"op": "review", "user": user, "namespace": {"name": REQUEST.namespace}, "pods": [asked]}
    loaded, answer = ask_gatekeeper({"op": "load", "documents": resources(output)}, review)
    assert loaded.get("ok"), loaded
    return tuple(violation["message"] for violation in answer["results"][0]["violations"])


def on_opa(program: Program, asked: Json, how: Opa | Regopy) -> tuple[str, ...]:
    """What ``how`` says of the pod."""
    (output,) = compile_program(program, ("opa",)).outputs.values()
    (answer,) = how.ask(output.files, [Review("pod-1", asked, None, REQUEST)], lambda _: None)
    assert not answer.warnings
    return answer.denials


@pytest.mark.parametrize("runner", ["opa", "gatekeeper", "regopy"])
@pytest.mark.parametrize(
    ("containers", "lacking", "nearest"),
    [
        (2, [9, 1], "p1"),
        (2, [1, 9], "p0"),
        (1, [10, 9], "p1"),
        (10, [10, 3, 2], "p2"),
        (1, [3, 4, 2, 4, 3, 3, 3, 3, 3, 3, 2, 3], "p2"),
        (11, [1] * 12, "p0"),
    ],
    ids=["18 and 2", "2 and 18", "10 and 9", "100, 30 and 20", "2 at 2 and at 10", "11 everywhere"],
)
def test_the_nearest_policy_is_the_same_on_all(containers: int, lacking: list[int], nearest: str, runner: str) -> None:
    program, asked = ranked(lacking), pod(containers)
    (choice,) = program.choices
    expected = accepts_as_it_is(choice, REQUEST, asked).message
    assert expected.startswith(f"{nearest}: ")
    match runner:
        case "gatekeeper":
            said = on_gatekeeper(program, asked)
        case "opa":
            said = on_opa(program, asked, Opa(engine("opa"), 120))
        case _:
            said = on_opa(program, asked, Regopy(120))
    assert said == (expected,)
