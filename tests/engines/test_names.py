"""Names: no policy's can collide with another file or object of an output, and all fit what they are given to."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path, PurePath

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.jsonl import Json, Process
from conformance.targets._base import documents
from pscc.base.source import SourceFile
from pscc.controls import CONTROLS
from pscc.diagnostics import SourceError
from pscc.driver import analyse, compile_program, packaged
from pscc.ir import Program
from pscc.lowering.rollout import Rollout
from pscc.meaning.narrowing import FIELDS
from pscc.output.contents import ClashError, ObjectName, Output, OutputFile
from pscc.output.emit import emit
from pscc.output.options import Options
from pscc.targets.registry import TARGETS, target_named
from pscc.targets.shared.names import Names
from support.engines import run
from support.golden_verdicts import statements
from support.targets import Question, opa, regopy, written

_WORDS = """
main workloads cronjobs kustomization suite lib defaults templates policies pscc test 9 0day
p p-choice p-request-1 p-workloads choice-p pod-security-policies
a a-defaults a-workloads a-cronjobs a-audit a-ephemeral-containers a.b a-b a--test a-no2
a-default-run-as-user a-default-read-only-root-filesystem-containers
"""
WORDS = (
    *_WORDS.split(),
    *("x" * 63, "x" * 62, f"{'x' * 63}.y", f"{'x' * 53}-defaults"),
    *(".".join(["x" * 62] * 4), ".".join([*["x" * 62] * 3, "x" * 60, "y"])),
)
"""Words of our own, names that others are derived to, names that begin with a digit, and long ones."""
LABEL = 63
"""The longest DNS label. Source: ``k8s.io/apimachinery/pkg/util/validation/validation.go``."""
FILE = 255
"""The longest name of a file, in bytes: ``NAME_MAX`` of Linux, and of macOS."""
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
BODIES = ("default runAsUser 1000", "default readOnlyRootFilesystem true", "default seccompProfile runtime/default")
EXEMPT = ('exempt images mesh/* because "x"', 'exempt users bob because "x"')
PORT = 21000
"""The port that the first policy of a program denies, the next one the second; so a policy can be found in an output."""


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, int]:
    """A source of one to four policies, and how many there are."""
    names = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
    chosen = draw(st.sets(st.sampled_from(names))) if draw(st.booleans()) else set()
    texts = []
    for number, name in enumerate(names):
        lines = [f"deny hostPorts {PORT + number}"]
        lines += draw(st.sets(st.sampled_from(BODIES)).map(sorted))
        if name not in chosen:
            lines += draw(st.sets(st.sampled_from(EXEMPT)).map(sorted))
            lines += draw(st.sampled_from([[], ["warn"], ["audit"], ["audit deny hostPID"]]))
        texts.append(f"policy {name} {{\n" + "".join(f"    {line}\n" for line in lines) + "}\n")
    if chosen:
        grants = "".join(f"    {name} for groups g{number}\n" for number, name in enumerate(sorted(chosen)))
        texts.append(f"choose {{\n{grants}}}\n")
    return "".join(texts), len(names)


OPTIONS = st.builds(
    Options,
    engine=st.sampled_from(["rego", "cel"]),
    workloads=st.sampled_from(["warn", "enforce", "off"]),
    kubernetes=st.sampled_from([(1, 37), (1, 30)]),
)


def program_of(text: str) -> Program:
    return analyse(SourceFile("p.psp", text))[1]


@pytest.mark.slow
@settings(max_examples=40)
@given(programs(), OPTIONS, st.sampled_from([Rollout(), Rollout(mode="audit")]))
def test_whatever_policies_are_called(drawn: tuple[str, int], options: Options, rollout: Rollout) -> None:
    text, count = drawn
    try:
        program = program_of(text)
    except SourceError as error:
        # a statement with a mode of its own makes a policy NAME-audit, which the author is told of
        assert {d.code for d in error.diagnostics} == {"LNG017"}
        return
    for target in TARGETS:
        output = compile_program(program, (target,), rollout, options).outputs[target]
        files_are_apart(output)
        objects_are_apart(output)
        for number in range(count):
            holds(output, PORT + number)


def files_are_apart(output: Output) -> None:
    """No two files share a path, none is the folder of another, and each can be written."""
    paths = [file.path for file in output.files]
    assert [path for path, times in Counter(path.casefold() for path in paths).items() if times > 1] == []
    folders = {str(folder) for path in paths for folder in PurePath(path).parents}
    assert folders.isdisjoint(paths)
    assert not [part for path in paths for part in PurePath(path).parts if len(part.encode()) > FILE]
    assert len(set(output.resources)) == len(output.resources) and set(output.resources) <= set(paths)


def objects_are_apart(output: Output) -> None:
    """No two objects share a name, and each name fits; a kustomization has all that is applied."""
    found = Counter(map(identity, documents(output)))
    assert [name for name, times in found.items() if times > 1] == []
    declared = ((one.api_version, one.kind, one.name) for file in output.files for one in file.objects)
    assert Counter(declared) == found
    for _, kind, name in found:
        assert SUBDOMAIN.fullmatch(name) and len(name) <= LABEL, (kind, name)
    if output.resources:
        assert sorted(applied(output, "")) == sorted(output.resources)


def identity(document: Json) -> tuple[str, str, str]:
    """What an object goes by in a cluster; none that is compiled has a namespace."""
    assert "namespace" not in document["metadata"]
    return document["apiVersion"], document["kind"], document["metadata"]["name"]


def applied(output: Output, folder: str) -> list[str]:
    """The files that ``kubectl apply -k`` of ``folder`` takes."""
    texts = {file.path: file.text for file in output.files}
    found = []
    for path in yaml.safe_load(texts[f"{folder}kustomization.yaml"])["resources"]:
        inside = f"{folder}{path}"
        found += [inside] if inside in texts else applied(output, f"{inside}/")
    return found


def holds(output: Output, port: int) -> None:
    """The policy that denies ``port`` is in what is applied, or asked."""
    resources = [file for file in output.files if file.path in output.resources]
    modules = [f for f in output.files if f.path.endswith(".rego") and not f.path.endswith("_test.rego")]
    texts = [file.text for file in resources or modules if re.search(rf"\b{port}\b", file.text)]
    assert texts, port
    if not resources:
        (main,) = [file.text for file in modules if file.path == "main.rego"]
        packages = [re.search(r"^package (\S+)$", text, re.M) for text in texts]
        assert any(found and f"data.{found[1]}." in main for found in packages), port


# --- lengths ----------------------------------------------------------------------


TAILS = ("", *(f" unless {name} {value}" for name, field in FIELDS.items() for value in field.values),
        " unless os.name not windows", " unless os.name linux and hostUsers not false and hostNetwork false")  # fmt: skip


def every_statement() -> list[str]:
    """A statement of each form that checks something, with each ``unless``."""
    found = []
    for control in CONTROLS:
        for statement in statements(control):
            if not statement.startswith("default"):
                plain = statement.partition(" because ")[0]
                found += [f"{plain}{tail}" for tail in TAILS]
    return found


@pytest.fixture(scope="module")
def shapes() -> dict[str, Program]:
    """Programs of one policy for each of `every_statement`, by what is exempt."""

    def one(number: int, statement: str, exempt: tuple[str, ...]) -> str:
        return f"policy p{number} {{\n    {statement}\n" + "".join(f"    {line}\n" for line in exempt) + "}\n"

    listed = list(enumerate(every_statement()))
    kinds = {"nothing": (), "images": EXEMPT[:1], "users": EXEMPT[1:], "both": EXEMPT}
    return {name: program_of("".join(one(*each, exempt) for each in listed)) for name, exempt in kinds.items()}


@pytest.mark.slow
def test_every_kind_fits_and_is_the_only_one_of_its_name(shapes: dict[str, Program]) -> None:
    """Its list's kind is a label, and so is its plural.

    Source: ``ValidateCustomResourceDefinitionNames`` in ``k8s.io/apiextensions-apiserver``
    ``pkg/apis/apiextensions/validation/validation.go``, and Gatekeeper's ``createCRD``.
    """
    kinds: dict[str, object] = {}
    for exempt, program in shapes.items():
        output = packaged(target_named("gatekeeper"), program)
        for template in documents(output):
            if template["kind"] == "ConstraintTemplate":
                kind = template["spec"]["crd"]["spec"]["names"]["kind"]
                assert template["metadata"]["name"] == kind.lower()
                assert len(f"{kind}List") <= LABEL, kind
                assert re.fullmatch("[A-Z][A-Za-z0-9]*", kind)
                kinds.setdefault(kind.lower(), template)
                assert kinds[kind.lower()] == template, (exempt, kind)
        shapes_here = {check.shape for policy in program.policies for check in policy.checks}
        defined = [named for file in output.files for named in file.objects if named.kind == "ConstraintTemplate"]
        assert len(defined) == len(shapes_here)
    assert len(kinds) > 1000


def test_a_shape_means_one_thing(shapes: dict[str, Program]) -> None:
    """Templates are made of the shape alone."""
    found: dict[str, object] = {}
    for program in shapes.values():
        for check in (check for policy in program.policies for check in policy.checks):
            assert found.setdefault(check.shape, check.requirements) == check.requirements, check.shape


RULE = 63
"""The longest name of a rule of a ClusterPolicy. Source: Kyverno ``api/kyverno/v1/rule_types.go``."""


def autogen(rule: str) -> str:
    """What Kyverno calls the rule that it makes for CronJobs. Source: ``getAutogenRuleName`` in ``pkg/autogen/v1/rule.go``."""
    return f"autogen-cronjob-{rule}"[:RULE]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["p", ".".join(["x" * 62] * 4), "x" * 253], ids=["short", "in-parts", "longest"])
@pytest.mark.parametrize("target", TARGETS)
def test_every_name_fits(name: str, target: str) -> None:
    """Of each form of statement with what makes its name longest, in a policy of its own; all of them in one output.

    Each policy has a namespace of its own, so that defaults of different policies do not meet.
    """
    program = program_of(
        "".join(
            f"policy {name[:-4]}{number:04} {{\n    in namespaces n{number}\n    {body}\n    deny hostNetwork\n"
            + "".join(f"    {exempt}\n" for exempt in EXEMPT)
            + "}\n"
            for number, body in enumerate(bodies())
        )
    )
    for engine in ("rego", "cel") if target == "gatekeeper" else ("rego",):
        output = packaged(target_named(target), program, Options(engine="cel" if engine == "cel" else "rego"))
        files_are_apart(output)
        objects_are_apart(output)
        for document in documents(output):
            rules = [rule["name"] for rule in document["spec"].get("rules", [])]
            assert all(len(rule) <= RULE for rule in rules), rules
            assert len(set(map(autogen, rules))) == len(rules), rules
            for label, value in document["metadata"].get("labels", {}).items():
                assert len(label) <= LABEL and len(value) <= LABEL


@cache
def bodies() -> tuple[str, ...]:
    """A statement for each shape, with the longest ``unless``, and one for each default."""
    longest = max(TAILS, key=len)
    found: dict[str, str] = {}
    for control in CONTROLS:
        for statement in statements(control):
            text = statement if statement.startswith("default") else f"{statement.partition(' because ')[0]}{longest}"
            (policy,) = program_of(f"policy p {{ {text} }}").policies
            if "hostNetwork" not in statement:
                found.setdefault(policy.checks[0].shape if policy.checks else text, text)
    return tuple(found.values())


LONGEST = "x" * 253
TAKEN_BY = {"gatekeeper": "gatekeeper-review", "kyverno-cel": "kyverno-review", "vap": "vap-review"}


@pytest.mark.parametrize("target", TAKEN_BY)
def test_engines_take_the_longest_names(target: str) -> None:
    """Each applies the rules of the API server, or of its own webhook, to what is loaded."""
    texts = [f"policy {LONGEST} {{\n    {body}\n    {EXEMPT[0]}\n    {EXEMPT[1]}\n}}\n" for body in bodies()]
    checks = sorted(
        (t for t in texts if "    default" not in t), key=lambda t: -len(program_of(t).policies[0].checks[0].shape)
    )
    with Process(TAKEN_BY[target]) as process:
        for text in (*checks[:6], *(t for t in texts if "    default" in t)):
            for engine in ("rego", "cel") if target == "gatekeeper" else ("rego",):
                output = packaged(
                    target_named(target), program_of(text), Options(engine="cel" if engine == "cel" else "rego")
                )
                assert process.ask({"op": "load", "documents": documents(output)}).get("ok"), text


TEAM = """\
policy team extends pss/restricted {
    exempt serviceaccounts platform/backup because "restores volumes as root"
}
"""


def test_gator_verifies_what_exempts_beside_the_library(tmp_path: Path) -> None:
    output = compile_program(program_of(TEAM), ("gatekeeper",)).outputs["gatekeeper"]
    done = run("gator", "verify", written(output, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["main", "workloads"])
def test_a_policy_named_as_a_file_of_opa_decides(name: str, tmp_path: Path) -> None:
    pod: Json = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}}
    pod["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    output = compile_program(program_of(f"policy {name} {{ deny privileged }}"), ("opa",)).outputs["opa"]
    messages = ["container c: privileged must not be true"]
    assert opa(written(output, tmp_path), [Question(pod)]) == regopy(output, [Question(pod)]) == [messages]
    done = run("opa", "test", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_kyverno_takes_the_longest_names(tmp_path: Path) -> None:
    checks = [b for b in bodies() if not b.startswith("default")]
    text = "".join(
        f"policy p{n} {{\n    {body}\n    {EXEMPT[0]}\n}}\n" for n, body in enumerate(checks[:: len(checks) // 8])
    )
    program = program_of(text)
    output = compile_program(program, ("kyverno",)).outputs["kyverno"]
    done = run("kyverno", "test", written(output, tmp_path))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


# --- what is refused ----------------------------------------------------------------


FILES = OutputFile("a/b.yaml", "b\n"), OutputFile("c.yaml", "c\n")


@pytest.mark.parametrize("path", ["c.yaml", "C.yaml", "a", "c.yaml/d"])
def test_an_output_has_no_two_files_of_one_path(path: str, tmp_path: Path) -> None:
    with pytest.raises(ClashError, match=r"(?i)c\.yaml|a is a file and a folder"):
        Output((*FILES, OutputFile(path, "")), (), ())
    with pytest.raises(ClashError):
        emit(tmp_path / "out", (*FILES, OutputFile(path, "")))
    assert not (tmp_path / "out").exists()
    assert Output(FILES, (), ()).files == FILES


def test_an_output_has_no_two_objects_of_one_name() -> None:
    one, other, apart = (ObjectName("v1", kind, "a") for kind in ("K", "K", "L"))
    with pytest.raises(ClashError, match="K a"):
        Output((OutputFile("a", "", (one,)), OutputFile("b", "", (other, apart))), (), ())
    Output((OutputFile("a", "", (one, apart)),), (), ())


def test_what_is_derived_gives_way_and_can_be_told_apart() -> None:
    names = Names(["a", "a-defaults", LONGEST, "main"], reserved=["main"])
    assert (names["a"], names["a-defaults"]) == ("a", "a-defaults")
    assert names["main"].startswith("main-") and names[LONGEST].startswith("x" * 54 + "-")
    derived = names.derived("a", "defaults")
    assert re.fullmatch("a-[0-9a-f]{8}-defaults", derived)
    assert names.derived("a", "defaults") != derived
    assert names.derived("b", "ephemeral-containers", "ephemeral") == "b-ephemeral-containers"
    assert names.derived("b" * 50, "ephemeral-containers", "ephemeral") == f"{'b' * 50}-ephemeral"
    assert names.derived(LONGEST, "ephemeral-containers", "ephemeral").endswith("-ephemeral")
    assert names.first("y" * 64, "y", "z") == "y"
    assert names.first("y" * 64, "y", "z") == "z"
