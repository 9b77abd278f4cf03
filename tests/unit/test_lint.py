"""The warnings of ``pscc check``: each where it belongs, none where all is well."""

from __future__ import annotations

import json
import random

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic, Report
from pscc.driver import analyse
from pscc.meaning.library import library_source
from pscc.meaning.lint import lint, weaker
from pscc.pod.manifests import read_manifests
from pscc.reference.evaluate import judgements
from support.paths import ROOT


def warned(text: str) -> list[str]:
    """``CODE:LINE`` of each warning."""
    document, program, _ = analyse(SourceFile("p.psp", text))
    return [f"{d.code}:{d.span.line if d.span else 0}" for d in lint(document, program)]


def linted(text: str) -> list[Diagnostic]:
    """The warnings themselves."""
    document, program, _ = analyse(SourceFile("p.psp", text))
    return list(lint(document, program))


CONTROLLERS_EXEMPT = {
    "serviceaccounts kube-system/*": "every workload",
    "serviceaccounts kube-*": "every workload",
    "serviceaccounts kube-system/replicaset-controller": "every Deployment and every ReplicaSet",
    "serviceaccounts kube-system/daemon-set-controller": "every DaemonSet",
    "groups system:serviceaccounts:kube-system": "every workload",
    "users system:serviceaccount:kube-system:job-controller": "every Job and every CronJob",
}


@pytest.mark.parametrize("who", CONTROLLERS_EXEMPT)
def test_an_exemption_of_controllers_is_one_of_every_workload(who: str) -> None:
    text = f'policy p {{\n exempt {who} because "r"\n deny hostPID\n}}\n'
    document, program, _ = analyse(SourceFile("p.psp", text))
    (warning,) = lint(document, program)
    assert (warning.code, warning.severity) == ("LNG091", "warning")
    assert warning.message == (
        f"`{who}` exempts the pods of {CONTROLLERS_EXEMPT[who]} in every namespace: their controllers ask for them"
    )
    ((_, note),) = warning.notes
    pod = json.loads(note.partition("exempt: ")[2])
    (kind,) = [kind for kind in ("Deployment", "DaemonSet", "Job") if f"as the pod of a {kind}," in note]
    manifests = read_manifests(SourceFile("m.yaml", json.dumps({"kind": kind, "spec": {"template": pod}})), Report())
    assert [j.verdict for j in judgements(program, manifests[0])] == ["unjudged"]
    bare = read_manifests(SourceFile("m.yaml", json.dumps({"kind": "Pod", **pod})), Report())
    assert [j.verdict for j in judgements(program, bare[0])] == ["denied"]


@pytest.mark.parametrize(
    ("body", "why", "noted"),
    [
        ('exempt images * because "x"\n deny privileged', "every container is exempt from it", [2]),
        ('exempt images a/*, * because "x"\n deny privileged', "every container is exempt from it", [2]),
        (
            'exempt images a/* because "x"\n exempt containers * from privileged because "x"\n deny privileged',
            "every container is exempt from it",
            [3],
        ),
        ("allow sysctls *\n deny hostPID", "it refuses no pod", []),
        ("deny volumes\n deny hostPath", "`deny volumes` already refuses the same pods", [2]),
    ],
)
def test_a_statement_without_effect_says_why(body: str, why: str, noted: list[int]) -> None:
    document, program, _ = analyse(SourceFile("p.psp", f"policy p {{\n {body}\n}}\n"))
    (idle,) = [d for d in lint(document, program) if d.code == "LNG062"]
    assert idle.message.endswith(f"changes nothing: {why}")
    assert [span.line for span, _ in idle.notes if span] == noted
    assert ("name the images" in idle.help) == ("exempt" in why)


def test_the_manager_is_every_controller_where_these_have_no_accounts() -> None:
    text = (
        'policy p {\n except namespaces a\n exempt users system:kube-controller-manager because "r"\n deny hostPID\n}\n'
    )
    document, program, _ = analyse(SourceFile("p.psp", text))
    (warning,) = lint(document, program)
    assert warning.code == "LNG091" and "every workload wherever the policy holds" in warning.message
    assert "without --use-service-account-credentials" in warning.notes[0][1]


@pytest.mark.parametrize(
    "lines",
    [
        'in namespaces kube-system\n exempt serviceaccounts kube-system/* because "r"',
        'exempt serviceaccounts kube-system/kube-proxy because "r"',
        'exempt groups system:nodes, system:masters because "r"',
        'exempt users system:serviceaccount:ci:deployer because "r"',
    ],
)
def test_an_exemption_of_others_is_none_of_every_workload(lines: str) -> None:
    assert warned(f"policy p {{\n {lines}\n deny hostPID\n}}\n") == []


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("allow hostPorts 1-100, 50", ["LNG060:2"]),
        ("allow hostPorts 1-100, 101", []),
        ("allow sysctls net.core.*, net.*", ["LNG060:2"]),
        ("allow hostPath /var, /var/log", ["LNG060:2"]),
        ("allow hostPath /var (read-only), /var/log", []),
        ("require runAsUser 1-5\n default runAsUser 9", ["LNG061:3"]),
        ("require runAsUser 1-5\n default runAsUser 2", []),
        ("deny capabilities.add\n default capabilities.add add KILL", ["LNG061:3"]),
        ("require nonRoot\n default nonRoot", []),
        ("deny pods\n deny hostPID", ["LNG063:1"]),
        ("require runAsUser 0\n require nonRoot", ["LNG063:1"]),
        ("require runAsUser 5\n require nonRoot", []),
        ("require runAsUser 1-9\n allow runAsGroup 1-9", []),
        ("deny volumes\n deny hostPath", ["LNG062:3"]),
        ('exempt users x because "r"\n default nonRoot', []),
        ('exempt users x because "r"', ["LNG064:2"]),
        ('in namespaces a\n exempt serviceaccounts b/c because "r"\n deny hostPID', ["LNG064:3"]),
        ('in namespaces a\n exempt serviceaccounts a/c because "r"\n deny hostPID', []),
        ('exempt users x because "r"\n exempt users x because "s"\n deny hostPID', ["LNG064:3"]),
        ('exempt images x/* because "r"\n exempt images x/y from hostPorts because "s"\n deny hostPorts', ["LNG064:3"]),
        ('exempt images x/y from hostPorts because "r"\n exempt images x/* because "s"\n deny hostPorts', ["LNG064:2"]),
        ('exempt containers a because "r"\n exempt images a because "s"\n deny hostPorts', []),
        ('exempt images a/*, b:*, c@* because "r"\n deny hostPorts', []),
        ('exempt images a/b* because "r"\n deny hostPorts', ["LNG084:2"]),
        ('exempt groups system:*, ops because "r"\n deny hostPID', ["LNG084:2"]),
        ('exempt serviceaccounts * because "r"\n deny hostPID', ["LNG084:2"]),
        ('exempt users system:* because "r"\n deny hostPID', ["LNG084:2"]),
        ('exempt users system:serviceaccount:* because "r"\n deny hostPID', ["LNG084:2"]),
        ('exempt groups system:serviceaccounts* because "r"\n deny hostPID', ["LNG084:2"]),
        ("allow runAsUser 1-9", ["LNG083:2"]),
        ("allow runAsUser 0-9", []),
        ("deny runAsUser 0\n require nonRoot", ["LNG062:2"]),
        ("deny runAsUser 7\n require nonRoot", []),
        ("allow runAsUser 1-9\n default runAsUser 5", []),
        ("allow allowPrivilegeEscalation true", []),
        ("allow seccompProfile runtime/default, unconfined", []),
        ("audit allow readOnlyRootFilesystem true\n deny hostPID", ["LNG083:2"]),
        ("deny capabilities.add NET_*, ALL\n require capabilities.drop all of ALL", []),
        ("allow capabilities.add net_admin", ["LNG082:2"]),
        ('exempt images x/* from hostPorts because "r"\n exempt images x/y because "s"\n deny hostPorts', []),
        ("in namespaces x, x*\n except namespaces x*\n deny hostPID", ["LNG067:3", "LNG060:2"]),
        ("in namespaces x, y\n except namespaces x*\n deny hostPID", []),
        ("except namespaces *\n deny hostPID", ["LNG067:2"]),
        ("in namespaces tier=a, tier=b\n deny hostPID", ["LNG067:2"]),
        ("in namespaces tier=a\n except namespaces tier=a\n deny hostPID", ["LNG067:3"]),
        ("in namespaces tier=a\n except namespaces tier=b\n deny hostPID", []),
        ("in namespaces x\n in namespaces x*, y\n deny hostPID", ["LNG060:2"]),
        ("except namespaces x, x\n deny hostPID", ["LNG060:2"]),
        ("in namespaces tier=x, team=x\n deny hostPID", []),
        ('exempt images a/*, a/b because "r"\n deny hostPorts', ["LNG060:2"]),
        ('exempt images a/b, a/* because "r"\n deny hostPorts', ["LNG060:2"]),
        ('exempt users a, b, a* because "r"\n deny hostPID', ["LNG060:2"]),
        ('exempt users a, groups a because "r"\n deny hostPID', []),
    ],
)
def test_one_policy(body: str, codes: list[str]) -> None:
    assert warned(f"policy p {{\n {body}\n}}\n") == codes


@pytest.mark.parametrize(
    ("grants", "codes"),
    [
        ("a for users x\n a for users x\n b for everyone", ["SET023:8"]),
        ("a for users x\n a for users x*\n b for everyone", ["SET023:7"]),
        ("a for groups x\n a for everyone in namespaces n\n b for everyone", []),
        ("a for groups x in namespaces n, m\n a for groups x in namespaces n\n b for everyone", ["SET023:8"]),
        ("b for users x\n a for users x", []),
        ("a for users x, x*\n b for everyone in namespaces n-*, n-1", ["LNG060:7", "LNG060:8"]),
    ],
)
def test_the_grants_of_a_choice(grants: str, codes: list[str]) -> None:
    policies = "policy a {\n deny hostPID\n}\npolicy b {\n deny hostIPC }\n"
    assert warned(f"{policies}choose {{\n {grants}\n}}\n") == codes


def test_a_child_that_its_parent_undoes() -> None:
    parent, child = "policy a {\n{}deny hostPorts\n}\n", "policy b extends a {\n allow hostPorts 80\n}\n"
    assert warned(parent.replace("{}", "") + child) == ["LNG065:4"]
    assert warned(parent.replace("{}", "in namespaces x\n ") + child) == []


def test_a_statement_of_a_parent_is_judged_in_the_parent() -> None:
    child, parent = "policy b extends a {\n require nonRoot\n}\n", "policy a {\n deny runAsUser 0\n}\n"
    assert "LNG083:5" in warned(child + parent)
    assert "LNG083:2" in warned(parent + child)


def test_a_parent_that_holds_beside_a_choice() -> None:
    base, child = "policy base {\n deny hostPID\n}\n", "policy apps extends base {\n deny hostIPC\n}\n"
    choice = "choose {\n apps for everyone\n}\n"
    assert warned(base + child + choice) == ["LNG085:1"]
    assert warned(base.replace("{\n", "{\n audit\n", 1) + child + choice) == []
    assert warned(base + child + choice.replace("}", " base for everyone\n}")) == []
    assert warned(base + child) == []


def test_weaker_than_baseline_is_told_when_asked() -> None:
    source = library_source("pss/baseline")
    assert source is not None
    floor = analyse(source)[1]
    text = (ROOT / "examples" / "team.psp").read_text()
    found = list(weaker(analyse(SourceFile("t.psp", text))[1], floor, "pss/baseline"))
    assert {d.code for d in found} == {"LNG066"}
    told = [d.message for d in found]
    assert "weaker than pss/baseline in hostPath" in told and all("weaker than pss/baseline" in m for m in told)
    assert not list(weaker(floor, floor, "pss/baseline"))


def test_the_library_and_what_extends_it_are_clean() -> None:
    for name in ("pss/baseline", "pss/restricted"):
        source = library_source(name)
        assert source is not None
        document, program, _ = analyse(source)
        assert not list(lint(document, program))
    assert warned("policy web extends pss/restricted@1.30 {\n    allow hostPorts 80\n}\n") == []


def test_a_name_is_covered_by_the_first_that_spans_it_whatever_the_order() -> None:
    rng = random.Random(1)
    words = ["a", "ab", "abc", "b", "a*", "ab*", "abc*", "*", "b*"]
    for _ in range(300):
        names = rng.choices(words, k=rng.randrange(1, 7))
        shown = {
            (d.span.column if d.span else 0): d.message
            for d in linted(f"policy p {{\n    in namespaces {', '.join(names)}\n    deny privileged\n}}\n")
            if d.code == "LNG060"
        }
        expected: dict[int, str] = {}
        for at, name in enumerate(names):
            column = len("    in namespaces ") + sum(len(word) + 2 for word in names[:at]) + 1
            for other, wide in enumerate(names):
                spans = name.removesuffix("*").startswith(wide[:-1]) if wide.endswith("*") else wide == name
                if other != at and spans and not (wide == name and other > at):
                    expected[column] = f"`{name}` is covered by `{wide}`"
                    break
        assert shown == expected, names


def test_an_exemption_is_covered_by_the_first_that_exempts_as_much() -> None:
    rng = random.Random(2)
    for _ in range(200):
        images = rng.choices(["a/*", "a/b:*", "a/b:1", "c:1"], k=rng.randrange(2, 6))
        lines = "\n".join(f'    exempt images {image} from privileged because "x"' for image in images)
        covered = [
            at
            for at, image in enumerate(images)
            if any(
                other != at
                and (image.removesuffix("*").startswith(wide[:-1]) if wide.endswith("*") else wide == image)
                and not (wide == image and other > at)
                for other, wide in enumerate(images)
            )
        ]
        found = linted(f"policy p {{\n    deny privileged\n{lines}\n}}\n")
        assert [d.span.line - 3 for d in found if d.code == "LNG064" and d.span] == covered, images
