"""A compiled program answers as the interpreter does: over drawn programs and pods, malformed ones among them."""

from __future__ import annotations

import json
import random
from itertools import islice

import pytest

from conformance.space import requests, sources
from pscc import api, ir
from pscc.base.source import SourceFile, Span
from pscc.reference.admission import decide
from pscc.reference.compiled import CompiledProgram
from pscc.reference.generated import changes, objects
from pscc.reference.interpreter import check, with_defaults
from support.paths import ROOT
from support.pods import awkward
from support.targets import Json

ODD: tuple[object, ...] = (
    None,
    "",
    "x",
    0,
    1,
    True,
    False,
    1.0,
    2.5,
    [],
    {},
    [None],
    ["ALL", 3],
    {"name": None},
    [[]],
    -1,
)
SPAN = Span("x", 1, 1, 1, 1)


def broken(rng: random.Random, value: object) -> object:
    """``value`` with something of another type in it."""
    if rng.random() < 0.08:
        return rng.choice(ODD)
    if isinstance(value, dict):
        return {key: broken(rng, inside) for key, inside in value.items()}
    return [broken(rng, inside) for inside in value] if isinstance(value, list) else value


def pods_of(rng: random.Random, pod: Json) -> list[Json]:
    mistaken = (broken(rng, pod) for _ in range(3))
    return [pod, *(one for one in mistaken if isinstance(one, dict))]


@pytest.mark.parametrize("seed", range(3))
def test_drawn_programs(seed: int) -> None:
    rng = random.Random(seed)
    denied = allowed = changed = 0
    for source in islice(sources.programs(rng), 25):
        compiled = CompiledProgram(source.program)
        names = frozenset(policy.name for policy in source.program.policies if rng.random() < 0.5)
        for asked in requests.draw(rng, source.program, 8):
            for pod in pods_of(rng, asked.pod):
                expected = decide(source.program, asked.who, pod, widely=names)
                found = compiled.decide(asked.who, pod, widely=names)
                assert found == expected, (source.text, asked.who, json.dumps(pod))
                assert json.dumps(found.pod) == json.dumps(expected.pod)
                refused = any(not verdict.allowed for _, verdict in expected.judged)
                denied, allowed = denied + refused, allowed + (not refused)
                changed += expected.pod != pod
    assert min(denied, allowed, changed) > 60


@pytest.mark.parametrize("source", ["psp-default.yaml", "restricted.yaml", "team.psp", "cluster/dump.yaml", "platform"])
def test_examples(source: str) -> None:
    program = api.load(ROOT / "examples" / source).program
    compiled = CompiledProgram(program)
    rng = random.Random(source)
    policies = (*program.policies, *(policy for choice in program.choices for policy in choice.policies))
    for pod in (one for whole in awkward() for one in pods_of(rng, whole)):
        for policy in policies:
            assert compiled.check(policy, pod) == check(policy, pod)
            assert compiled.with_defaults(policy, pod) == with_defaults(policy, pod)


def test_each_question_is_compiled() -> None:
    """No check of the examples is left to the interpreter, which would be right, and slow."""
    program = api.load(*(ROOT / "examples" / name for name in ("team.psp", "restricted.yaml"))).program
    assert all(objects(check) is not None for policy in program.policies for check in policy.checks)
    assert all(changes(default) is not None for policy in program.policies for default in policy.defaults)


def test_a_condition_that_is_nested_too_deep_is_left_to_the_interpreter() -> None:
    condition: ir.Condition = ir.Has(ir.Path(ir.POD, ("spec",)))
    for _ in range(401):
        condition = ir.Not(condition)
    requirement = ir.Requirement((), condition, ("no spec",), ir.Path(ir.POD, ("spec",)))
    deep = ir.Check("x", "X", "", "", (requirement,), (), SPAN)
    assert objects(deep) is None
    compiled = CompiledProgram(ir.Program((ir.Policy("p", "", "enforce", (deep,), (), SPAN),)))
    (policy,) = compiled.program.policies
    for pod in ({}, {"spec": {}}):
        assert compiled.check(policy, pod) == check(policy, pod)


def test_ranges_that_touch_overlap_or_are_empty() -> None:
    rng = random.Random(3)
    for _ in range(200):
        ranges = tuple(ir.Range(*(rng.randint(0, 12) for _ in range(2))) for _ in range(rng.randint(0, 5)))
        port = ir.Path("port", ("hostPort",))
        each = (ir.Each("port", ir.Path(ir.POD, ("ports",))),)
        requirement = ir.Requirement(each, ir.InRanges(port, ir.Param("ranges", "ranges")), ("no",), port)
        one = ir.Check("x", "X", "", "", (requirement,), (("ranges", ranges),), SPAN)
        policy = ir.Policy("p", "", "enforce", (one,), (), SPAN)
        compiled = CompiledProgram(ir.Program((policy,)))
        for number in (*range(-1, 14), 3.0, 3.5, True, "3", None):
            pod: Json = {"ports": [{"hostPort": number}]}
            assert compiled.check(policy, pod) == check(policy, pod), (ranges, number)


def test_evaluate_is_as_before() -> None:
    """The API's `evaluate`, which compiles, says what the interpreter says of the same manifests."""
    from pscc.reference.evaluate import SOMEBODY, judgements

    loaded = api.load(ROOT / "examples" / "cluster" / "dump.yaml")
    text = (ROOT / "examples" / "cluster" / "pods.yaml").read_text(encoding="utf-8")
    contents, _ = api.contents_of([SourceFile("pods.yaml", text)])
    expected = [one for manifest in contents.manifests for one in judgements(loaded.program, manifest, SOMEBODY)]
    assert list(api.evaluate(loaded, SourceFile("pods.yaml", text)).judgements) == expected
