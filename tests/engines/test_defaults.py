"""What Gatekeeper makes of pods is what the source's defaults make of them, but where the compiler said otherwise."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import analyse, packaged
from pscc.ir import Policy, Program
from pscc.lowering.default_checks import without
from pscc.lowering.prepared import prepared
from pscc.lowering.shortfalls import DefaultNotSet, DefaultSetWidely
from pscc.output.options import Options
from pscc.pod.fields import INHERITED
from pscc.pod.normalising import normalise
from pscc.reference import interpreter
from pscc.targets.registry import TARGETS, target_named
from support.paths import SHARED
from support.pods import awkward, bare, pruned
from support.policies import EVERY_DEFAULT, POLICIES
from support.targets import Json, gatekeeper_mutated, output_of, program_of, questions, single

CORPUS = single(SHARED / "corpus" / "psp")


def effective(pod: Json) -> Any:
    """``pod`` with what containers inherit written on them, and capabilities in order: equal for pods that run alike."""
    spec = json.loads(json.dumps(pruned(pod)["spec"]))
    context = spec.get("securityContext", {})
    inherited = {field: context.pop(field) for field in INHERITED if field in context}
    for kind in ("initContainers", "containers"):
        for container in spec.get(kind, []):
            own = {**inherited, **container.get("securityContext", {})}
            capabilities = own.get("capabilities", {})
            own["capabilities"] = {key: sorted(set(words)) for key, words in capabilities.items()}
            container["securityContext"] = own
    return pruned(spec)


def pods_for(policy: Policy) -> list[Json]:
    """Awkward pods, and those of the suite as they are and bare; no ephemeral containers, which none is created with."""
    pods: list[Json] = [normalise(pod) for pod in awkward()]
    for question in questions(policy):
        if question.old_pod is None:
            pods += [normalise(question.pod), normalise(bare(question.pod))]
    for pod in pods:
        pod["spec"].pop("ephemeralContainers", None)
    return pods


def widened(expected: Any, found: Any, fields: set[str]) -> None:
    """``found`` differs from ``expected`` in that containers have ``fields`` beyond it, and in nothing else."""
    for kind in ("initContainers", "containers"):
        for one, other in zip(expected.get(kind, []), found.get(kind, []), strict=True):
            want, got = one.get("securityContext", {}), other.get("securityContext", {})
            more = got.keys() - want.keys()
            assert more <= fields, more
            assert {key: got[key] for key in want} == want
            other["securityContext"] = want
    assert pruned(found) == pruned(expected)


def assert_same(policy: Policy, told: set[str], pods: list[Json], found: list[Json]) -> None:
    """Every difference between ``found`` and what the interpreter makes of ``pods`` was told by a diagnostic."""
    wide = {"nonRoot": "runAsNonRoot", "appArmorProfile": "appArmorProfile"}
    for pod, got in zip(pods, found, strict=True):
        want = effective(dict(interpreter.with_defaults(policy, pod)))
        if effective(got) != want:
            widened(want, effective(got), {wide[control] for control in told})


def assert_gatekeeper_agrees(program: Program) -> None:
    """Gatekeeper changes pods as the policy of ``program`` does, but for what the compiler said it would not."""
    (policy,) = program.policies
    output = output_of(program, "gatekeeper")
    unset, wide = (
        {one.default.control for one in output.shortfalls if isinstance(one, kind)}
        for kind in (DefaultNotSet, DefaultSetWidely)
    )
    exact = replace(policy, defaults=tuple(d for d in policy.defaults if d.control not in unset))
    pods = pods_for(policy)
    assert_same(exact, wide, pods, gatekeeper_mutated(output, pods))


@pytest.mark.parametrize("text", [*POLICIES.values(), EVERY_DEFAULT], ids=[*POLICIES, "every-default"])
def test_gatekeeper_makes_the_pods_that_the_interpreter_makes(text: str) -> None:
    program = analyse(SourceFile("policy.psp" if text.startswith("policy") else "psp.yaml", text))[1]
    assert_gatekeeper_agrees(program)


@pytest.mark.parametrize("path", CORPUS[::8], ids=lambda path: path.name)
def test_corpus_policies_make_the_same_pods(path: Path) -> None:
    try:
        program = program_of(path)
    except SourceError:
        return
    if program.choices:
        # who may use the policy is in the same file: conformance of sets asks about that
        return
    assert_gatekeeper_agrees(program)


def test_a_wider_default_admits_no_pod_that_the_source_refuses() -> None:
    text = "policy p { default nonRoot\n require runAsNonRoot true }"
    program = analyse(SourceFile("p.psp", text))[1]
    output = output_of(program, "gatekeeper")
    assert [(d.code, d.severity) for d in output.diagnostics] == [
        ("TGT001", "warning"),
        ("TGT015", "note"),
        ("TGT016", "note"),
    ]
    assert not any(path.startswith("mutators/") for path in output.resources)


def test_what_another_default_drops_does_not_spare_a_container_from_a_demand() -> None:
    lines = ("default capabilities.add add CHOWN", "default capabilities.drop add CHOWN", "deny capabilities.add")
    text = "policy p {\n" + "\n".join(lines) + "\n}\n"
    _, program, _ = analyse(SourceFile("p.psp", text))
    (policy,) = program.policies
    add, drop = (next(d for d in policy.defaults if d.control == f"capabilities.{name}") for name in ("add", "drop"))
    pod = {"spec": {"containers": [{"name": "c"}]}}
    assert not interpreter.judge(policy, pod).allowed
    for unset in ((add,), (add, drop)):
        held = without(policy, unset)
        assert not interpreter.judge(held, pod).allowed
    shapes = [{check.shape for check in without(policy, unset).checks} for unset in ((add,), (add, drop))]
    assert shapes[0] - {"DenyCapabilitiesAdd"} == {"DefaultCapabilitiesAddInAnyCase"}
    assert "DefaultCapabilitiesAdd" in shapes[1]


WATCHED = """\
policy watch {
    MODE
    default readOnlyRootFilesystem true
    require readOnlyRootFilesystem true
    default runAsUser 1000
    require runAsUser 1-2000 unless os.name windows
}
"""


@pytest.mark.parametrize("mode", ["warn", "audit"])
@pytest.mark.parametrize("options", [Options(), Options(engine="cel")], ids=["rego", "cel"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("chosen", [False, True], ids=["plain", "chosen"])
def test_what_does_not_enforce_emits_nothing_that_changes_pods(
    target: str, options: Options, mode: str, chosen: bool
) -> None:
    text = WATCHED.replace("MODE", "" if chosen else mode)
    text += f"choose {mode} {{\n    watch for groups ops\n}}\n" if chosen else ""
    ready = prepared(analyse(SourceFile("p.psp", text))[1])
    output = packaged(target_named(target), ready.formed, options)
    assert [d.code for d in ready.diagnostics if d.code == "LNG071"] == ["LNG071"]
    assert [d.code for d in output.diagnostics if d.code in ("TGT001", "TGT002")] == []
    texts = "\n".join(file.text for file in output.files)
    assert not re.search(r"^kind: (Assign|ModifySet|Mutating)|^ *mutate:|JSONPatch", texts, re.MULTILINE)


@pytest.mark.parametrize(("mode", "kinds"), [("enforce", [DefaultNotSet]), ("audit", [DefaultSetWidely])])
def test_a_default_that_another_policy_could_be_met_by_is_not_set(mode: str, kinds: list[type]) -> None:
    text = f"policy a {{\n    default nonRoot\n}}\npolicy b {{\n    {mode}\n    require runAsNonRoot true\n}}\n"
    output = output_of(analyse(SourceFile("p.psp", text))[1], "gatekeeper")
    assert [type(one) for one in output.shortfalls] == kinds
