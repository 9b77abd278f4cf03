"""Gatekeeper's engine CEL: the same kinds, parameters and words as the templates in Rego, on Gatekeeper itself."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from conformance.policies import statements_meaning
from pscc.cases.suite import cases_for
from pscc.cli import main
from pscc.controls import CONTROLS
from pscc.driver import packaged
from pscc.ir import Policy, Program
from pscc.output.contents import Output
from pscc.output.options import Options
from pscc.reference import interpreter
from pscc.targets.gatekeeper.package import TARGET
from support.engines import run
from support.golden_verdicts import statements
from support.pods import large_pod
from support.policies import POLICIES
from support.targets import Json, ask_gatekeeper, only, program_of_text, resources, whole, written

CEL = Options(engine="cel")


@cache
def compiled(text: str, options: Options = CEL) -> tuple[Program, Output]:
    program = program_of_text(text)
    return program, packaged(TARGET, program, options, {})


def reviewed(output: Output, *pods: Json, **more: object) -> list[Json]:
    loaded, answer = ask_gatekeeper(
        {"op": "load", "documents": resources(output)}, {"op": "review", "pods": list(pods), **more}
    )
    assert loaded.get("ok"), loaded
    results: list[Json] = answer["results"]
    return results


def said(result: Json) -> list[str]:
    assert not result.get("error"), result
    return sorted(violation["message"] for violation in result["violations"])


@pytest.mark.parametrize("name", POLICIES)
def test_a_template_has_one_engine_and_the_constraint_is_the_same(name: str) -> None:
    _, cel = compiled(POLICIES[name])
    _, rego = compiled(POLICIES[name], Options())
    assert [file.path for file in cel.files] == [file.path for file in rego.files]
    for one, other in zip(cel.files, rego.files, strict=True):
        if not one.path.startswith("templates/psc"):
            assert one == other
            continue
        ours, theirs = (yaml.safe_load(file.text) for file in (one, other))
        (code,) = ours["spec"]["targets"][0].pop("code")
        theirs["spec"]["targets"][0].pop("code")
        assert code["engine"] == "K8sNativeValidation"
        assert ours == theirs


@pytest.mark.parametrize("name", POLICIES)
def test_gator_verifies_the_suite(name: str, tmp_path: Path) -> None:
    _, output = compiled(POLICIES[name])
    done = run("gator", "verify", written(output, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("PASS")


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("update", [False, True], ids=["create", "update"])
def test_webhook_says_what_the_interpreter_says(name: str, update: bool) -> None:
    program, output = compiled(POLICIES[name])
    cases = [case for case in cases_for(only(program)) if (case.old_pod is not None) is update]
    more: Json = {"operation": "UPDATE", "oldPods": [whole(case.old_pod) for case in cases]} if update else {}
    for case, result in zip(cases, reviewed(output, *(whole(case.pod) for case in cases), **more), strict=True):
        verdict = interpreter.check(only(program), case.pod, case.old_pod)
        assert result["allowed"] is verdict.allowed, case.name
        assert said(result) == sorted(verdict.messages), case.name


def every_form() -> list[Policy]:
    """A policy for each form of statement that checks something."""
    forms = [statements_meaning(f"policy p {{ {one} }}") for control in CONTROLS for one in statements(control)]
    return [policy for policy in forms if policy.checks]


def test_every_form_of_statement_says_what_the_interpreter_says() -> None:
    """In one load after another, on the pods of its own suite; updates and debug containers among them."""
    policies = every_form()
    requests: list[Json] = []
    for policy in policies:
        cases = cases_for(policy)
        created = [case for case in cases if case.old_pod is None]
        updated = [case for case in cases if case.old_pod is not None]
        documents = resources(packaged(TARGET, Program((policy,)), CEL))
        requests += [
            {"op": "load", "documents": documents},
            {"op": "review", "pods": [whole(case.pod) for case in created]},
            {
                "op": "review", "operation": "UPDATE", "pods": [whole(case.pod) for case in updated],
                "oldPods": [whole(case.old_pod) for case in updated],
            },
        ]  # fmt: skip
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = run("gatekeeper-review", stdin=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(requests)
    refused = 0
    for number, policy in enumerate(policies):
        loaded, creations, updates = answers[3 * number : 3 * number + 3]
        assert loaded.get("ok"), (policy.checks[0].statement, loaded)
        cases = cases_for(policy)
        for results, mine in (
            (creations["results"], [case for case in cases if case.old_pod is None]),
            (updates["results"], [case for case in cases if case.old_pod is not None]),
        ):
            for case, result in zip(mine, results, strict=True):
                words = interpreter.check(policy, case.pod, case.old_pod).messages
                assert said(result) == sorted(words), (policy.checks[0].statement, case.name)
                refused += bool(words)
    assert refused > len(policies)


ODD = """\
policy odd {
    allow   hostPorts 1, 3, 5-7, 9, 11 because "see \\"the wiki\\" {{ here }} $(there)"
    allow   hostPath /var/log (read-only), /tmp
    require runAsUser 1000660000-1000669999
    require fsGroup 1000660000-1000669999
    require supplementalGroups 1000660000-1000669999
    allow   capabilities.add NET_ADMIN, "it's", "a\\\\b"
    require seccompProfile runtime/default, localhost/a*
    require seLinuxOptions level="s0:c26,c20", user="ü"
    allow   sysctls net.*
    allow   volumes secret, hostPath
}
"""


def odd_pods() -> list[Json]:
    """Pods with several findings of one check, characters that need care, ids of OpenShift's size."""
    odd = 'quote " back \\ line\nreturn\rtab\t{{x}} $(y) ü \u2028 object.spec'
    containers: list[Json] = [
        {
            "name": f"c{n}", "image": "app:1",
            "ports": [{"containerPort": 80, "hostPort": port} for port in (2, 4, 60000 + n)],
            "securityContext": {
                "runAsUser": uid, "capabilities": {"add": [odd, "KILL", "NET_ADMIN"]},
                "seccompProfile": {"type": "Localhost", "localhostProfile": odd},
                "seLinuxOptions": {"level": level, "user": odd},
            },
            "volumeMounts": [{"name": "v", "mountPath": "/v"}, {"name": "w", "mountPath": "/w"}],
        }
        for n, (uid, level) in enumerate([(1000650000, "s0:c20,c26"), (1000660000, "s0:c26"), (0, odd)])
    ]  # fmt: skip
    volumes = [
        {"name": "v", "hostPath": {"path": f"/{odd}"}}, {"name": "w", "hostPath": {"path": "/var/log"}},
        {"name": "x", "nfs": {}},
    ]  # fmt: skip
    context = {
        "fsGroup": 1000650000, "supplementalGroups": [1000650000, 1000670000, 5],
        "sysctls": [{"name": odd, "value": "1"}],
    }  # fmt: skip
    bare: Json = {"containers": containers, "volumes": volumes, "securityContext": context}
    hosts = {**bare, "hostNetwork": True, "initContainers": [{"name": "init", "image": "app:1"}]}
    return [whole({"metadata": {"name": "odd", "namespace": "default"}, "spec": spec}) for spec in (bare, hosts)]


def test_both_engines_say_the_same_word_for_word() -> None:
    program, cel = compiled(ODD)
    _, rego = compiled(ODD, Options())
    pods = odd_pods()
    for pod, ours, theirs in zip(pods, reviewed(cel, *pods), reviewed(rego, *pods), strict=True):
        words = sorted(interpreter.check(only(program), pod).messages)
        assert said(ours) == said(theirs) == words
        assert len(words) == len(only(program).checks)
        assert any("1000650000" in text for text in words)


LONGEST = 5 * 1024
"""Of a message, in bytes; a longer one gives way to a general one. Source: ``validator.go`` in ``k8s.io/apiserver``."""


@pytest.mark.parametrize("text", [*POLICIES.values(), ODD], ids=[*POLICIES, "odd"])
def test_a_large_pod_is_within_the_budget(text: str) -> None:
    """A review may cost 1,000,000, all of a constraint's expressions together; beyond that it is an error."""
    program, output = compiled(text)
    (result,) = reviewed(output, large_pod())
    words = interpreter.check(only(program), large_pod()).messages
    assert len(said(result)) == len(words)
    shown = [text for text in said(result) if not text.endswith("the pod does not meet this policy.")]
    assert shown == sorted(text for text in words if len(text.encode()) <= LONGEST)


def test_where_a_policy_holds_is_the_constraints() -> None:
    _, output = compiled("policy p { in namespaces team-*\nexcept namespaces team-x\ndeny hostPID }")
    pod = whole({"metadata": {"name": "a"}, "spec": {"hostPID": True, "containers": [{"name": "c"}]}})
    for name, allowed in (("team-a", False), ("team-x", True), ("other", True)):
        (result,) = reviewed(output, pod, namespace={"name": name})
        assert result["allowed"] is allowed


def test_a_constraint_without_parameters_is_as_in_rego() -> None:
    """One that somebody wrote: what it leaves out is empty."""
    pods = odd_pods()
    for policy in every_form():
        if policy.checks[0].params:
            texts = []
            for options in (CEL, Options()):
                documents = resources(packaged(TARGET, Program((policy,)), options))
                for document in documents:
                    if document["apiVersion"].startswith("constraints"):
                        document["spec"].pop("parameters")
                loaded, answer = ask_gatekeeper({"op": "load", "documents": documents}, {"op": "review", "pods": pods})
                assert loaded.get("ok"), loaded
                texts.append([said(result) for result in answer["results"]])
            assert texts[0] == texts[1], policy.checks[0].statement


EXEMPT = """\
policy p {
    deny hostPID
    require fsGroup 1-5
    exempt users bob, system:serviceaccount:ci:builder because "a"
    exempt groups ops, system:serviceaccounts:kube-* because "b"
    exempt serviceaccounts web/*, monitoring/agent because "c"
}
"""


def test_exemptions_are_those_of_the_templates_in_rego() -> None:
    _, cel = compiled(EXEMPT)
    _, rego = compiled(EXEMPT, Options())
    assert [file.path for file in cel.files] == [file.path for file in rego.files]
    exempt = {True: 0, False: 0}
    asked: list[tuple[Json, Json]] = []
    for user in (
        "",
        "bob",
        "alice",
        "system:serviceaccount:ci:builder",
        "system:serviceaccount:web:x",
        "system:serviceaccount:",
    ):
        for groups in ([], ["ops", "system:authenticated"], ["other"]):
            for namespace in ("default", "web", "kube-system", "monitoring"):
                for account in (None, "default", "agent", ""):
                    spec: Json = {"hostPID": True, "containers": [{"name": "c", "image": "app:1"}]}
                    if account is not None:
                        spec["serviceAccountName"] = account
                    pod = whole({"metadata": {"name": "p", "namespace": namespace}, "spec": spec})
                    asking = {"user": {"name": user, "groups": groups}, "namespace": {"name": namespace}}
                    asked.append((pod, asking))
    answers = []
    for output in (cel, rego):
        requests = [{"op": "load", "documents": resources(output)}]
        requests += [{"op": "review", "pods": [pod], **asking} for pod, asking in asked]
        answers.append([answer["results"][0] for answer in ask_gatekeeper(*requests)[1:]])
    for (pod, asking), ours, theirs in zip(asked, *answers, strict=True):
        assert said(ours) == said(theirs), (asking, pod)
        exempt[not said(ours)] += 1
    assert min(exempt.values()) > 20


CHOICE = """\
policy edge {
    in namespaces ingress, web-*
    except namespaces web-x
    allow hostPorts 80 because "the load balancer"
    default readOnlyRootFilesystem true
}

policy labelled {
    in namespaces tier=edge
    allow hostPorts 1-65535
}

policy tight {
    deny hostPorts, hostPID
}

policy tighter {
    deny hostPorts, hostPID
    require fsGroup 1-5
}

choose {
    edge     for users bob, groups ops, serviceaccounts web-a/agent in namespaces ingress, web-*
    edge     for groups system:serviceaccounts:kube-*, serviceaccounts monitoring/*
    labelled for everyone
    tight    for users alice, system:serviceaccount:ci:builder, groups system:authenticated in namespaces web-a, ingress
    tighter  for serviceaccounts web-a/agent, kube-*
}
"""


def chosen(text: str, options: Options) -> Output:
    program = program_of_text(text)
    return packaged(TARGET, program, options, {})


def test_a_choice_is_one_template_and_its_suite_passes(tmp_path: Path) -> None:
    cel, rego = chosen(CHOICE, CEL), chosen(CHOICE, Options())
    others = [[file for file in output.files if not file.path.startswith("templates/p")] for output in (cel, rego)]
    assert others[0] == others[1]
    (template,) = [file.text for file in cel.files if file.path.startswith("templates/p")]
    (code,) = yaml.safe_load(template)["spec"]["targets"][0]["code"]
    assert (code["engine"], len(code["source"]["validations"])) == ("K8sNativeValidation", 1)
    assert [d for d in cel.diagnostics if d.code != "TGT011"] == list(rego.diagnostics)
    assert {d.code for d in cel.diagnostics} == {"TGT001", "TGT004", "TGT011", "TGT013", "TGT015", "TGT016"}
    done = run("gator", "verify", written(cel, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_who_may_use_what_is_as_in_rego_word_for_word() -> None:
    """Whoever asks, audits among them, for pods that come and pods that change."""
    specs: list[Json] = [
        {
            "containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80, "hostPort": port}]}],
            "hostPID": pid,
        }
        for port, pid in ((80, False), (81, False), (0, True), (0, False))
    ]
    ready = {"securityContext": {"fsGroup": 3}}
    specs.append(
        {"containers": [{"name": "c", "image": "i", "securityContext": {"readOnlyRootFilesystem": True}}], **ready}
    )
    reviews: list[Json] = []
    for user in ("", "bob", "alice", "system:serviceaccount:ci:builder", "system:serviceaccount:", "o\ndd"):
        for groups in ([], ["ops", "system:authenticated"]):
            for namespace in ("default", "ingress", "web-a", "web-x", "kube-system", "monitoring"):
                for account in (None, "default", "agent"):
                    own = {} if account is None else {"serviceAccountName": account}
                    pods = [
                        whole({"metadata": {"name": "p", "namespace": namespace}, "spec": {**s, **own}}) for s in specs
                    ]
                    who = {"user": {"name": user, "groups": groups}, "namespace": {"name": namespace}}
                    reviews.append({"op": "review", "pods": pods, **who})
                    old = [*pods[1:], pods[-1]]
                    reviews.append({"op": "review", "operation": "UPDATE", "pods": pods, "oldPods": old, **who})
    answers = []
    for options in (CEL, Options()):
        loaded, *answered = ask_gatekeeper({"op": "load", "documents": resources(chosen(CHOICE, options))}, *reviews)
        assert loaded.get("ok"), loaded
        answers.append([said(result) for answer in answered for result in answer["results"]])
    ours, theirs = answers
    assert len(ours) == len(reviews) * len(specs)
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        assert one == other, reviews[number // len(specs)]
    assert min(sum(not one for one in ours), len({text for one in ours for text in one})) > 50
    assert any("no user in this review" in text for one in ours for text in one)


def test_a_pod_too_large_for_a_choice_is_refused_and_that_is_told() -> None:
    """Each policy has 1,000 things to say of the pod. The last one accepts it, which Gatekeeper does not find out."""
    names = [f"p{number}" for number in range(5)]
    bodies = [f"policy {name} {{\n    allow hostPorts {number}\n}}\n" for number, name in enumerate(names, 1)]
    grants = "".join(f"    {name} for everyone\n" for name in (*names, "open"))
    text = f"{''.join(bodies)}policy open {{\n    allow hostPorts 1-65535\n}}\nchoose {{\n{grants}}}\n"
    output = chosen(text, CEL)
    assert [d.severity for d in output.diagnostics if d.code == "TGT011"] == ["note"]
    small = large_pod()
    small["spec"] = {**small["spec"], "containers": small["spec"]["containers"][:5]}
    large, other = reviewed(output, large_pod(), small)
    assert other["allowed"]
    (words,) = said(large)
    assert "budget" in words
    assert "TGT011" not in {d.code for d in chosen(text, Options()).diagnostics}


def test_the_command_line(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text("policy p { deny hostPID }", encoding="utf-8")
    done = CliRunner().invoke(main, ["compile", str(source), "--engine", "cel", "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "out" / "templates" / "psccdenyhostpid.yaml").read_text(encoding="utf-8")
    assert "engine: K8sNativeValidation" in text
    assert "engine: Rego" not in text
