"""Files hold what no API server hands to a policy: nulls, and objects that are left out. Both mean unset, on every engine.

`gatekeeper-review` and `vap-review` see what an API server sees, so here it is the command lines that read files.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from conformance.jsonl import Json
from conformance.policies import statements_meaning
from pscc.base.source import SourceFile
from pscc.cases.draw import draw_pods
from pscc.controls import CONTROLS
from pscc.driver import analyse, compile_program, packaged
from pscc.ir import Policy, Program
from pscc.ir.access import Request, requested_by
from pscc.output.contents import Output
from pscc.output.options import DEFAULTS, Options
from pscc.pod.normalising import without_nulls
from pscc.reference import interpreter
from pscc.reference.admission import accepts_as_it_is, judges
from pscc.targets.registry import target_named
from support.engines import run
from support.golden_verdicts import statements
from support.manifests import as_written, named, sweep, workload
from support.messages import joined
from support.pods import awkward, pruned
from support.policies import EVERY_DEFAULT
from support.targets import Question, opa, regopy, written

CEL = Options(engine="cel")
ON_DISK = Options(kubernetes=(1, 32))
"""Kyverno's command line knows MutatingAdmissionPolicies of ``v1alpha1`` alone."""


@cache
def every_form() -> tuple[Policy, ...]:
    """A policy of each form of statement of each control."""
    texts = dict.fromkeys(text for control in CONTROLS for text in statements(control))
    return tuple(statements_meaning(f"policy p{number} {{ {text} }}") for number, text in enumerate(texts))


@cache
def files() -> tuple[Json, ...]:
    """Pods with nulls everywhere, and pods with nulls somewhere around the boundaries of every other policy."""
    rng = random.Random(12)
    drawn = [as_written(rng, dict(pod)) for policy in every_form()[::2] for pod in draw_pods(policy, 12, 1)]
    return tuple(named([*sweep(), *drawn]))


def some(count: int) -> list[Json]:
    """The pods with nulls everywhere, and ``count`` others."""
    few = len(list(sweep()))
    rest = files()[few:]
    return [*files()[:few], *(rest[len(rest) * number // count] for number in range(count))]


def said(policy: Policy, pod: Json) -> list[str]:
    """What the checks of ``policy`` say of the pod as it is."""
    return sorted(set(interpreter.check(policy, pod).messages))


Said = dict[tuple[str, str], list[str]]
"""What is said of each pod, by the name of the policy and of the pod; nothing of those that pass."""


def differences(found: Said, policies: tuple[Policy, ...], pods: list[Json], joining: bool = False) -> Iterator[str]:
    """Where what was ``found`` is not what the interpreter says; ``joining``: one message joins a policy's findings."""
    for policy in policies:
        for pod in pods:
            findings = interpreter.check(policy, pod).messages
            expected = list(joined(findings)) if joining else sorted(set(findings))
            answer = found.get((policy.name, pod["metadata"]["name"]), [])
            if answer != expected:
                yield f"{policy.checks[0].statement}: {answer}, not {expected}: {json.dumps(pod)}"


def placed(outputs: list[Output], folder: Path, *wanted: str) -> list[Path]:
    """The files of ``outputs`` whose paths begin with one of ``wanted``, written into ``folder``."""
    paths: dict[Path, None] = {}
    for output in outputs:
        for file in output.files:
            if file.path.startswith(wanted) and not file.path.endswith("kustomization.yaml"):
                path = folder / file.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(file.text, encoding="utf-8")
                paths[path] = None
    return list(paths)


def stream(folder: Path, objects: list[Json]) -> Path:
    """A file of ``objects``."""
    path = folder / "manifests.yaml"
    path.write_text("---\n".join(json.dumps(one) + "\n" for one in objects), encoding="utf-8")
    return path


def outputs_of(target: str, policies: tuple[Policy, ...], options: Options = DEFAULTS) -> list[Output]:
    """Each policy compiled by itself."""
    return [packaged(target_named(target), Program((policy,)), options) for policy in policies]


# --- engines --------------------------------------------------------------------


def gator(folder: Path, paths: list[Path], objects: list[Json]) -> Said:
    """What ``gator test`` says, by policy: a constraint is named after its own."""
    chosen = [f"--filename={path}" for path in [*paths, stream(folder, objects)]]
    done = run("gator", "test", "--output", "json", *chosen)
    assert done.returncode in (0, 1), done.stderr
    found: Said = {}
    for result in json.loads(done.stdout) or []:
        policy = result["constraint"]["metadata"]["name"].split("-")[0]
        found.setdefault((policy, result["violatingObject"]["metadata"]["name"]), []).append(result["msg"])
    return {key: sorted(set(messages)) for key, messages in found.items()}


def kyverno(folder: Path, paths: list[Path], objects: list[Json]) -> tuple[Said, set[tuple[str, str]]]:
    """What ``kyverno apply`` says, errors too, and which policy it ran on which object."""
    policies = [path for path in paths if not path.stem.endswith(("-defaults", "-ephemeral-containers"))]
    done = run("kyverno", "apply", *policies, "-r", stream(folder, objects), "-p", "--output-format", "json")
    assert "{" in done.stdout, done.stdout + done.stderr
    found: Said = {}
    ran: set[tuple[str, str]] = set()
    for result in json.loads(done.stdout[done.stdout.index("{") :])["results"]:
        policy = result["policy"].removesuffix("-workloads").removesuffix("-cronjobs")
        key = (policy, result["resources"][0]["name"])
        ran.add(key)
        if result["result"] not in ("pass", "skip"):
            found.setdefault(key, []).append(result.get("message", ""))
    return {key: sorted(set(messages)) for key, messages in found.items()}, ran


# --- tests ----------------------------------------------------------------------


@pytest.mark.slow
def test_a_null_is_unset_for_the_interpreter() -> None:
    for policy in every_form():
        for pod in files():
            verdict, plain = (
                interpreter.judge(policy, pod),
                interpreter.judge(policy, dict(_object(without_nulls(pod)))),
            )
            assert verdict.messages == plain.messages, (policy, pod)
            assert without_nulls(verdict.pod) == plain.pod, (policy, pod)


def _object(value: object) -> Json:
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("options", [DEFAULTS, CEL], ids=["rego", "cel"])
def test_gator(options: Options, tmp_path: Path) -> None:
    paths = placed(outputs_of("gatekeeper", every_form(), options), tmp_path, "templates/", "policies/")
    pods = list(files())
    assert not list(differences(gator(tmp_path, paths, pods), every_form(), pods))


def test_opa_and_regopy(tmp_path: Path) -> None:
    output = packaged(target_named("opa"), Program(every_form()), DEFAULTS)
    folder = written(output, tmp_path)
    query = "[found | some one in input; found := {name: rules.deny | rules := data.pscc[name]} with input as one]"
    done = run("opa", "eval", "--format", "json", "--data", folder, "--stdin-input", query, stdin=json.dumps(files()))
    assert done.returncode == 0, done.stdout + done.stderr
    answers = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    found = {
        (name.removeprefix("policy_"), pod["metadata"]["name"]): sorted(messages)
        for pod, rules in zip(files(), answers, strict=True)
        for name, messages in rules.items()
    }
    assert not list(differences(found, output.program.policies, list(files())))


@pytest.mark.slow
def test_regopy() -> None:
    policy = statements_meaning("policy a extends pss/restricted { require appArmorProfile runtime/default }")
    pods = list(files())
    output = packaged(target_named("opa"), Program((policy,)), DEFAULTS)
    assert regopy(output, [Question(pod) for pod in pods]) == [said(policy, pod) for pod in pods]


@pytest.mark.parametrize(("target", "more"), [("kyverno", 0), ("kyverno-cel", 0), ("vap", 8)])
def test_kyvernos_command_line(target: str, more: int, tmp_path: Path) -> None:
    policies = tuple(policy for policy in every_form() if policy.checks)
    paths = placed(outputs_of(target, policies, Options(workloads="off")), tmp_path, "policies/")
    pods = some(more)
    found, ran = kyverno(tmp_path, paths, pods)
    assert ran == {(policy.name, pod["metadata"]["name"]) for policy in policies for pod in pods}
    assert not list(differences(found, policies, pods, joining=target != "kyverno"))


# --- defaults -----------------------------------------------------------------------

OTHERS = """\
policy others {
    default runAsNonRoot true
    default capabilities.drop add KILL
    default capabilities.add add CHOWN
    default seccompProfile runtime/default
}
"""


@pytest.mark.parametrize("target", ["kyverno", "kyverno-cel", "vap"])
def test_defaults_are_set_where_there_is_a_null(target: str, tmp_path: Path) -> None:
    rng = random.Random(12)
    for policy in map(statements_meaning, (EVERY_DEFAULT, OTHERS)):
        paths = placed(outputs_of(target, (policy,), ON_DISK), tmp_path, "policies/", "bindings/")
        drawn = [as_written(rng, dict(pod)) for pod in draw_pods(policy, 12, 6, ephemeral=False)]
        pods = named([*map(without_debugging, sweep()), *drawn, *(as_written(rng, pod) for pod in awkward())])
        out = tmp_path / f"changed-{policy.name}"
        done = run(
            "kyverno", "apply", *(p for p in paths if policy.name in p.stem), "-r", stream(tmp_path, pods), "-o", out
        )
        assert "error: 0" in done.stdout, done.stdout + done.stderr
        changed = [p for path in out.glob("*.yaml") for p in yaml.safe_load_all(path.read_text(encoding="utf-8")) if p]
        found = {pod["metadata"]["name"]: pod for pod in changed}
        for pod in pods:
            expected = interpreter.with_defaults(policy, pod)
            assert pruned(found.get(pod["metadata"]["name"], pod)) == pruned(expected), pod


def without_debugging(pod: Json) -> Json:
    """``pod`` as it can be created: without ephemeral containers."""
    return {**pod, "spec": {**pod["spec"], "ephemeralContainers": None}}


# --- workloads ----------------------------------------------------------------------


@cache
def of_workloads() -> tuple[Policy, ...]:
    """The library's baseline, and statements that read annotations: metadata that a template need not have."""
    texts = (
        "extends pss/baseline {}",
        "{ require appArmorProfile runtime/default, localhost/* }",
        "{ deny appArmorProfile }",
        "{ require runAsUser 1-65535 }",
    )
    return tuple(statements_meaning(f"policy w{number} {text}") for number, text in enumerate(texts))


@cache
def workloads() -> tuple[list[Json], list[Json]]:
    """Workloads whose templates have no metadata, and the pods that these would make."""
    rng = random.Random(4)
    drawn = [as_written(rng, dict(pod)) for pod in draw_pods(of_workloads()[0], 4, 8, ephemeral=False)]
    pods = named([*map(without_debugging, sweep()), *drawn])
    return [workload(number, pod) for number, pod in enumerate(pods)], [
        {**pod, "metadata": {key: pod["metadata"][key] for key in ("name", "namespace")}} for pod in pods
    ]


@pytest.mark.parametrize("target", ["kyverno", "kyverno-cel", "vap"])
def test_templates_without_metadata_on_kyvernos_command_line(target: str, tmp_path: Path) -> None:
    objects, pods = workloads()
    paths = placed(outputs_of(target, of_workloads()), tmp_path, "policies/")
    found, ran = kyverno(tmp_path, paths, objects)
    assert ran == {(policy.name, pod["metadata"]["name"]) for policy in of_workloads() for pod in pods}
    assert not list(differences(found, of_workloads(), pods, joining=target != "kyverno"))


@pytest.mark.parametrize("options", [DEFAULTS, CEL], ids=["rego", "cel"])
def test_templates_without_metadata_on_gator(options: Options, tmp_path: Path) -> None:
    objects, pods = workloads()
    outputs = outputs_of("gatekeeper", of_workloads(), options)
    paths = placed(outputs, tmp_path, "templates/", "policies/", "workloads/")
    assert not list(differences(gator(tmp_path, paths, objects), of_workloads(), pods))


def test_templates_without_metadata_on_opa(tmp_path: Path) -> None:
    objects, pods = workloads()
    for policy in of_workloads():
        (output,) = outputs_of("opa", (policy,), Options(workloads="enforce"))
        answers = opa(written(output, tmp_path / policy.name), [Question(one) for one in objects])
        assert answers == [said(policy, pod) for pod in pods]


# --- who asks, and where ------------------------------------------------------------

SCOPED = {
    "a name": 'in namespaces "default"',
    "an exception": 'except namespaces "default"',
    "another name": "in namespaces team",
    "a prefix": "in namespaces def*",
    "an account": 'exempt serviceaccounts team/builder because "x"',
    "an account by its group": 'exempt groups system:serviceaccounts:team because "x"',
    "the default account": 'exempt serviceaccounts default/default because "x"',
}
CHOICE = """\
policy open { deny hostPID }
policy closed { deny hostNetwork }
choose {
    open   for serviceaccounts team/builder, team/plain
    closed for groups system:authenticated
}
"""


ABSENT = "-"
"""Stands for an account that a pod does not name."""


def placed_pods() -> list[Json]:
    """Pods in the host's network, in each place and of each account, or with a null for either; an account may be empty."""
    pods: list[Json] = []
    for namespace in ("team", "default", None, ""):
        for account in ("builder", "default", None, "", ABSENT):
            metadata: Json = {"name": f"pod-{len(pods)}"}
            spec: Json = {"hostNetwork": True, "containers": [{"name": "main", "image": "app:1"}]}
            metadata |= {} if namespace == "" else {"namespace": namespace}
            spec |= {} if account == ABSENT else {"serviceAccountName": account}
            pods.append({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    return pods


def request_for(pod: Json, bare_has_account: bool) -> Request:
    """Who asks for ``pod`` where nobody says so, and in which namespace: what is null is as good as left out."""
    unset = "default" if bare_has_account else ""
    account = pod["spec"].get("serviceAccountName") or unset
    groups = requested_by("", ()) if bare_has_account else ()
    return Request(pod["metadata"].get("namespace") or "default", "", groups, account)


def refused(program: Program, pod: Json, bare_has_account: bool) -> bool:
    """Whether the interpreter keeps ``pod`` out as it is."""
    request = request_for(pod, bare_has_account)
    plain = any(judges(one, request) and not interpreter.check(one, pod).allowed for one in program.policies)
    return plain or any(not accepts_as_it_is(one, request, pod).allowed for one in program.choices)


@pytest.mark.grid
@pytest.mark.parametrize("told", [*SCOPED, "a choice"])
def test_a_null_is_no_place_and_no_account(told: str, tmp_path: Path) -> None:
    text = CHOICE if told == "a choice" else f"policy p {{ {SCOPED[told]}\n deny hostNetwork }}"
    program = analyse(SourceFile("scoped.psp", text))[1]
    pods = placed_pods()
    names = [str(pod["metadata"]["name"]) for pod in pods]
    # gator and OPA take a manifest that names no account for one of the account `default`
    expected = {name for name, pod in zip(names, pods, strict=True) if refused(program, pod, True)}
    for label, options in (("rego", DEFAULTS), ("cel", CEL)):
        folder = tmp_path / label
        paths = placed([packaged(target_named("gatekeeper"), program, options)], folder, "templates/", "policies/")
        assert {name for _, name in gator(folder, paths, pods)} == expected, label
    answers = opa(
        written(packaged(target_named("opa"), program, DEFAULTS), tmp_path / "opa"), [Question(pod) for pod in pods]
    )
    assert {name for name, messages in zip(names, answers, strict=True) if messages} == expected
    # Kyverno sees admission requests, where only the pod of a static one has no account
    expected = {name for name, pod in zip(names, pods, strict=True) if refused(program, pod, False)}
    for target in ("kyverno", "kyverno-cel", "vap"):
        folder = tmp_path / target
        paths = placed([packaged(target_named(target), program, Options(workloads="off"))], folder, "policies/")
        found, _ = kyverno(folder, paths, pods)
        assert {name for _, name in found} == expected, target


@pytest.mark.parametrize("language", ["rego", "cel"])
def test_gator_judges_a_pod_without_metadata_by_its_account(language: str, tmp_path: Path) -> None:
    text = 'policy p {\n    exempt serviceaccounts default/robot because "y"\n    deny privileged\n}\n'
    options = Options(engine="cel" if language == "cel" else "rego")
    output = compile_program(analyse(SourceFile("p.psp", text))[1], ("gatekeeper",), options=options).outputs[
        "gatekeeper"
    ]
    written(output, tmp_path / "p")
    context = {"securityContext": {"privileged": True}}
    pods = [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "spec": {"serviceAccountName": account, "containers": [{"name": "c", **context}]},
        }
        for account in ("robot", "other")
    ]
    for pod, refused in zip(pods, (False, True), strict=True):
        path = tmp_path / "pod.json"
        path.write_text(json.dumps(pod), encoding="utf-8")
        done = run("gator", "test", "-f", tmp_path / "p" / "templates", "-f", tmp_path / "p" / "policies", "-f", path)
        assert ("privileged must not be true" in done.stdout) is refused, done.stdout + done.stderr
        assert "no such key" not in done.stdout + done.stderr
