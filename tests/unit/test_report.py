"""``pscc report``: its facts are the interpreter's and those of ``eval -t``, and each format says them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner, Result

from pscc.cli import main
from pscc.cli._report_formats import FORMATS
from pscc.targets.registry import TARGETS
from support.paths import ROOT

Json = dict[str, Any]
CLUSTER = (str(ROOT / "examples" / "cluster" / "dump.yaml"), "-f", str(ROOT / "examples" / "cluster" / "pods.yaml"))
POLICY = """policy team {
    except namespaces infra
    deny hostPID
    warn deny hostIPC
    require runAsGroup
    default runAsGroup 10
}
"""
FREE = "policy free {\n    in namespaces nowhere\n    deny hostPID\n}\n"


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["report", *arguments], input=stdin)


def pod(name: str, namespace: str = "shop", **spec: Any) -> Json:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [{"name": "c"}], **spec}}


OBJECTS = (
    pod("plain"),
    pod("done", securityContext={"runAsGroup": 3}),
    pod("bad", hostPID=True, hostIPC=True),
    pod("free", "infra"),
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "shop"}},
)


def reported(folder: Path, *arguments: str, objects: tuple[Json, ...] = OBJECTS, policy: str = POLICY) -> Result:
    (folder / "p.psp").write_text(policy, encoding="utf-8")
    (folder / "m.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    return run(str(folder / "p.psp"), "-f", str(folder / "m.yaml"), *arguments)


def facts(folder: Path, *arguments: str, **given: Any) -> Json:
    made: Json = json.loads(reported(folder, "--format", "json", *arguments, **given).stdout)
    return made


# --- facts ----------------------------------------------------------------------


def test_each_workload_has_an_outcome_and_its_cause(tmp_path: Path) -> None:
    made = facts(tmp_path)
    assert made["summary"] == {
        "workloads": 4, "refused": 1, "changed": 1, "unjudged": 1, "admitted": 1,
        "keeps": ["gatekeeper", "kyverno", "kyverno-cel", "vap"],
    }  # fmt: skip
    by_name = {workload["name"]: workload for workload in made["workloads"]}
    assert {name: workload["outcome"] for name, workload in by_name.items()} == {
        "plain": "changed", "done": "admitted", "bad": "refused", "free": "unjudged"
    }  # fmt: skip
    assert [(o["verdict"], o["control"], o["policy"]) for o in by_name["bad"]["objections"]] == [
        ("denied", "hostPID", "team"), ("warned", "hostIPC", "team-warn")
    ]  # fmt: skip
    (change,) = by_name["plain"]["changes"]
    assert (change["path"], change["before"], change["after"], change["policy"]) == (
        "spec.containers[0].securityContext.runAsGroup", None, 10, "team"
    )  # fmt: skip
    assert "not in namespace infra" in by_name["free"]["message"]
    assert made["without-a-pod"] == ["Service shop/s"]
    (default,) = made["defaults"]
    assert (default["statement"], [w["name"] for w in default["workloads"]]) == ("default runAsGroup 10", ["plain"])


@pytest.mark.parametrize("policy", [POLICY, Path(CLUSTER[0]).read_text(encoding="utf-8")])
@pytest.mark.parametrize("target", TARGETS)
def test_a_target_does_what_eval_says_that_it_does(target: str, policy: str, tmp_path: Path) -> None:
    made = facts(tmp_path, policy=policy) if policy == POLICY else json.loads(run(*CLUSTER, "--format", "json").stdout)
    source = (str(tmp_path / "p.psp"), "-f", str(tmp_path / "m.yaml")) if policy == POLICY else CLUSTER
    asked = ["eval", *source, "--format", "json", "--changed"]
    answers: dict[str, dict[str, tuple[bool, Json]]] = {}
    for name, arguments in (("source", asked), (target, [*asked, "-t", target])):
        rows = [json.loads(line) for line in CliRunner().invoke(main, arguments).stdout.splitlines()]
        names = dict.fromkeys(row["name"] for row in rows)
        answers[name] = {
            each: (
                all(row["allowed"] for row in rows if row["name"] == each),
                next(r["pod"] for r in rows if r["name"] == each),
            )
            for each in names
        }
    here, there = answers["source"], answers[target]
    expected = {
        name: "refused" if here[name][0] else "admitted" for name in here if here[name][0] != there[name][0]
    } | {name: "otherwise" for name in here if here[name][0] and there[name][0] and here[name][1] != there[name][1]}
    told = {w["name"]: each["how"] for w in made["workloads"] for each in w["targets"] if each["target"] == target}
    assert told == expected
    (row,) = [row for row in made["targets"] if row["target"] == target]
    assert row["keeps"] is ("refused" not in expected.values())
    assert [workload["name"] for workload in row["refused"]] == [n for n, how in expected.items() if how == "refused"]


def test_a_target_that_takes_no_such_program_keeps_nothing(tmp_path: Path) -> None:
    exempting = POLICY.replace("    deny hostPID", '    exempt users admin because "break glass"\n    deny hostPID')
    made = facts(tmp_path, "--kubernetes", "1.25", "-t", "vap,opa", policy=exempting)
    vap, opa = made["targets"]
    assert not vap["keeps"] and "1.25 is too old" in vap["verdict"]
    assert opa["verdict"] == "refuses 1 workload that the policies admit"
    assert made["summary"]["keeps"] == []


def test_the_releases_of_the_cluster_count(tmp_path: Path) -> None:
    keeps = [facts(tmp_path, "-t", "vap", "--kubernetes", release)["summary"]["keeps"] for release in ("1.30", "1.37")]
    assert keeps == [[], ["vap"]]


def test_stages_say_what_they_would_show(tmp_path: Path) -> None:
    workloads = {w["name"]: w for w in json.loads(run(*CLUSTER, "--format", "json").stdout)["workloads"]}
    controls = {name: [each["control"] for each in workload["warn"]] for name, workload in workloads.items()}
    assert controls == {"controller": [], "kube-proxy": [], "debug": ["privileged", "hostPID"], "web": []}
    # everyone authenticated may use `restricted`, and nobody asks where running pods are audited
    assert [name for name, workload in workloads.items() if workload["scan"]] == ["debug", "web"]


def test_a_rollout_is_reported_as_it_would_be(tmp_path: Path) -> None:
    assert facts(tmp_path, "--exclude-namespace", "shop")["summary"]["unjudged"] == 4
    assert facts(tmp_path, "--mode", "audit")["summary"]["refused"] == 0
    assert reported(tmp_path, "--only-namespace", "infra").exit_code == 1


def owned(name: str, owner: str, digest: str = "", **spec: Any) -> Json:
    one = pod(name, **spec)
    kind = "ReplicaSet" if digest else "StatefulSet"
    one["metadata"]["ownerReferences"] = [{"kind": kind, "name": owner, "controller": True}]
    one["metadata"]["labels"] = {"pod-template-hash": digest} if digest else {}
    return one


def test_running_pods_of_one_owner_are_one_workload(tmp_path: Path) -> None:
    token = [{"name": f"kube-api-access-{n}", "projected": {"sources": []}} for n in "abc"]
    pods = (
        *(owned(f"web-1-{n}", "web-1", "1", nodeName=f"n{n}", volumes=[token[n]]) for n in range(3)),
        owned("web-1-bad", "web-1", "1", hostPID=True),
        owned("db-0", "db"),
        pod("alone"),
    )
    made = facts(tmp_path, objects=pods)["workloads"]
    found = [(w["kind"], w["name"], w["pods"], w["outcome"]) for w in made]
    assert found == [
        ("Deployment", "web", 3, "changed"),
        ("Deployment", "web", 1, "refused"),
        ("Pod", "alone", 0, "changed"),
        ("StatefulSet", "db", 1, "changed"),
    ]


def test_pods_that_differ_in_what_a_policy_reads_are_told_apart(tmp_path: Path) -> None:
    policy = 'policy p {\n    exempt images ok/* from privileged because "built here"\n    deny privileged\n}\n'
    containers = [
        [{"name": "c", "image": f"{where}/x", "securityContext": {"privileged": True}}] for where in ("ok", "no")
    ]
    pods = tuple(pod(f"p{number}", containers=each) for number, each in enumerate(containers))
    made = facts(tmp_path, objects=pods, policy=policy)["workloads"]
    assert [workload["outcome"] for workload in made] == ["admitted", "refused"]


def test_findings_show_the_names_of_their_own_pod(tmp_path: Path) -> None:
    names = ("kube-api-access-aaaaa", "kube-api-access-bbbbb")
    pods = tuple(pod(f"p{n}", volumes=[{"name": name, "hostPath": {"path": "/"}}]) for n, name in enumerate(names))
    made = facts(tmp_path, objects=pods, policy="policy p {\n    deny volumes hostPath\n}\n")["workloads"]
    assert [name in each["objections"][0]["message"] for each, name in zip(made, names, strict=True)] == [True, True]


# --- exit codes and files ---------------------------------------------------------


@pytest.mark.parametrize(
    ("objects", "policy", "arguments", "status"),
    [
        (OBJECTS[:2], POLICY, (), 0),
        (OBJECTS[:2], POLICY, ("-t", "opa"), 1),
        (OBJECTS[1:2], POLICY, ("-t", "opa"), 0),
        (OBJECTS, POLICY, (), 1),
        (OBJECTS[3:], POLICY, (), 1),
        (OBJECTS[:1], FREE, (), 1),
    ],
)
@pytest.mark.parametrize("fmt", FORMATS)
def test_exit_codes(
    objects: tuple[Json, ...], policy: str, arguments: tuple[str, ...], status: int, fmt: str, tmp_path: Path
) -> None:
    assert reported(tmp_path, "--format", fmt, *arguments, objects=objects, policy=policy).exit_code == status


@pytest.mark.parametrize("fmt", FORMATS)
def test_nothing_judged_is_no_success_and_writes_nothing(fmt: str, tmp_path: Path) -> None:
    done = reported(tmp_path, "--format", fmt, "-o", str(tmp_path / "out"), objects=OBJECTS[4:])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "there is no pod to judge" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("p.psp", "-f", "gone.yaml"), 2, "'gone.yaml' cannot be read"),
        (("gone.psp", "-f", "m.yaml"), 2, "'gone.psp' cannot be read"),
        (("p.psp", "-f", "m.yaml", "-o", "m.yaml"), 2, "m.yaml is read by this report: name another file"),
        (("p.psp", "-f", "m.yaml", "-o", "no/such/folder"), 2, "'no/such/folder' cannot be written"),
        (("p.psp", "-f", "m.yaml", "-t", "vapp"), 2, "did you mean vap?"),
        (("p.psp", "-f", "m.yaml", "--as-group", "g"), 2, "--as-group needs --as"),
        (("p.psp", "-f", "broken.yaml"), 1, "error[YML"),
        (("broken.psp", "-f", "m.yaml"), 1, "error[LNG"),
        (("p.psp", "-f", "m.yaml", "--only-namespace", "NO NAME"), 2, "is no name of a namespace"),
    ],
)
def test_what_cannot_be_read_or_written(
    arguments: tuple[str, ...], status: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.yaml").write_text("a: [\n")
    (tmp_path / "broken.psp").write_text("policy p {\n    allow hostPorts http\n}\n")
    reported(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (status, ""), done.stderr
    assert said in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_file_is_written(tmp_path: Path) -> None:
    done = reported(tmp_path, "-o", str(tmp_path / "r.html"))
    assert done.stdout == ""
    assert done.stderr.endswith("4 workloads: 1 refused, 1 admitted once changed, 1 not judged, 1 admitted as it is\n")
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == reported(tmp_path).stdout


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_order_of_files_changes_no_byte_but_their_names(fmt: str, tmp_path: Path) -> None:
    for number, one in enumerate(OBJECTS[:4]):
        (tmp_path / f"{number}.yaml").write_text(yaml.safe_dump(one))
    (tmp_path / "p.psp").write_text(POLICY)
    files = [["-f", str(tmp_path / f"{number}.yaml")] for number in range(4)]
    texts = []
    for order in (files, files[::-1]):
        done = run(str(tmp_path / "p.psp"), *(word for file in order for word in file), "--format", fmt)
        texts.append(re.sub(r"[0-3]\.yaml", "N.yaml", done.stdout))
    assert texts[0] == texts[1] and "N.yaml" in texts[0]


# --- formats ----------------------------------------------------------------------

HOSTILE = "</script><script>owned()</script>\"'><img src=x onerror=owned()>{{7*7}}{% x %}|`*[a](b)\u202e\x07"


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile() -> tuple[Json, ...]:
    bad = pod(HOSTILE, HOSTILE, hostPID=True)
    bad["spec"]["containers"] = [{"name": HOSTILE}]
    other = {**pod(HOSTILE), "kind": HOSTILE}
    return bad, other, pod("plain")


def test_nothing_in_a_page_comes_from_a_manifest_but_text(tmp_path: Path) -> None:
    said = POLICY.replace("deny hostPID", f"deny hostPID because {json.dumps(HOSTILE)}")
    page = Page(reported(tmp_path, objects=hostile(), policy=said).stdout)
    harmless = Page(
        reported(tmp_path, objects=(pod("a", "b", hostPID=True), {**pod("o"), "kind": "Other"}, pod("plain"))).stdout
    )
    names = [tag for tag, _ in page.tags]
    assert {tag for tag, _ in page.tags} == {tag for tag, _ in harmless.tags}
    assert names.count("script") == 1 and "img" not in names
    assert page.text.count("<script>owned()</script>") > 5 and "{{7*7}}" in page.text and "\x07" not in page.text
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert not [
            value for name, value in attributes.items() if name in ("href", "src") and not str(value).startswith("#")
        ]


def test_a_page_runs_its_own_script_alone() -> None:
    import base64
    import hashlib

    text = run(*CLUSTER).stdout
    (policy,) = [a["content"] for tag, a in Page(text).tags if a.get("http-equiv") == "Content-Security-Policy"]
    for tag in ("style", "script"):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none'; ")
    assert "http://" not in text and "https://" not in text
    template = (ROOT / "templates" / "report" / "report.html").read_text(encoding="utf-8")
    assert "safe" not in template and "autoescape" not in template


def test_nothing_in_markdown_is_markup_of_a_manifest(tmp_path: Path) -> None:
    text = reported(tmp_path, "--format", "markdown", objects=hostile()).stdout
    assert "\\<script\\>owned()" in text
    assert not [mark for mark in ("<script", "<img", "[a]", "\x07") if mark in text.replace(f"\\{mark}", "")]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(row.replace("\\|", "").split("|")) for row in rows} == {5, 6, 7, 8}


@pytest.mark.parametrize("fmt", ["json", "sarif", "junit", "openreports"])
def test_hostile_text_is_text_in_every_other_format(fmt: str, tmp_path: Path) -> None:
    text = reported(tmp_path, "--format", fmt, objects=hostile()).stdout
    if fmt == "junit":
        read = "".join(value for element in ElementTree.fromstring(text).iter() for value in element.attrib.values())
    else:
        read = json.dumps(json.loads(text), ensure_ascii=False)
    assert "owned()" in read


def test_a_page_has_every_workload_and_a_printed_form(tmp_path: Path) -> None:
    page = Page(reported(tmp_path).stdout)
    rows = [attributes["data-outcome"] for tag, attributes in page.tags if tag == "tr" and "data-outcome" in attributes]
    assert rows == ["unjudged", "refused", "admitted", "changed"]
    assert [a["id"] for tag, a in page.tags if tag == "section"] == [
        "targets", "refused", "defaults", "uses", "stages", "namespaces", "workloads", "sign"
    ]  # fmt: skip
    for text in (
        "team: pod: hostPID is true, must not be true",
        "warned: team-warn: pod: hostIPC is true, must not be true",
        "spec.containers[0].securityContext.runAsGroup = 10, set by team",
        "team: not in namespace infra",
        "refuses 1 workload that the policies admit",
        "These targets admit every workload that the policies admit: gatekeeper, kyverno, kyverno-cel, vap.",
        "Signature",
    ):
        assert text in page.text


def test_sarif_has_findings_defaults_and_targets(tmp_path: Path) -> None:
    document = json.loads(reported(tmp_path, "--format", "sarif").stdout)
    results = [(r["ruleId"], r["level"]) for r in document["runs"][0]["results"]]
    assert sorted(results) == [
        ("POD005", "error"), ("POD005", "note"), ("POD005", "warning"), ("POD008", "note"), ("POD009", "warning")
    ]  # fmt: skip
    (refused,) = [r for r in document["runs"][0]["results"] if r["ruleId"] == "POD009"]
    assert refused["message"]["text"].startswith("Pod plain in shop is refused on opa: team: container c: runAsGroup")


def test_junit_has_a_suite_for_the_policies_and_for_each_target(tmp_path: Path) -> None:
    root = ElementTree.fromstring(reported(tmp_path, "--format", "junit", "-t", "opa,vap").stdout)
    suites = {suite.get("name"): (suite.get("failures"), suite.get("skipped")) for suite in root}
    # a policy and its warnings are two judgements
    assert suites == {"policies": ("1", "1"), "opa": ("1", "1"), "vap": ("0", "1")}
    assert root.get("failures") == str(sum(len(suite.findall("testcase/failure")) for suite in root))
    outputs = [element.text for element in root.iter("system-out")]
    assert any("runAsGroup = 10, set by team" in str(text) for text in outputs)


def test_openreports_count_what_they_list(tmp_path: Path) -> None:
    made = json.loads(reported(tmp_path, "--format", "openreports").stdout)
    assert [(item["kind"], item["metadata"]["namespace"]) for item in made["items"]] == [
        ("Report", "infra"),
        ("Report", "shop"),
    ]
    for item in made["items"]:
        assert item["apiVersion"] == "openreports.io/v1alpha1"
        found = [result["result"] for result in item["results"]]
        assert item["summary"] == {each: found.count(each) for each in ("pass", "fail", "warn", "error", "skip")}
    shop = made["items"][1]
    told = {(r["resources"][0]["name"], r["policy"], r.get("rule", ""), r["result"]) for r in shop["results"]}
    assert told == {
        ("bad", "team", "hostPID", "fail"), ("bad", "team-warn", "hostIPC", "warn"), ("plain", "team", "", "pass"),
        ("plain", "team-warn", "", "pass"), ("done", "team", "", "pass"), ("done", "team-warn", "", "pass"),
    }  # fmt: skip
    (plain,) = [r for r in shop["results"] if r["resources"][0]["name"] == "plain" and r["policy"] == "team"]
    assert plain["properties"]["refused-on"] == "opa" and "runAsGroup = 10" in plain["message"]


def test_large_openreports_are_parted(tmp_path: Path) -> None:
    pods = tuple(pod(f"pod-{number}", hostPID=True) for number in range(700))
    items = json.loads(reported(tmp_path, "--format", "openreports", objects=pods).stdout)["items"]
    assert [item["metadata"]["name"] for item in items] == [f"pscc-{number}" for number in range(1, len(items) + 1)]
    assert len(items) > 1 and all(len(json.dumps(item)) < 256 * 1024 for item in items)
    assert sum(len(item["results"]) for item in items) == 1400


# --- the whole ---------------------------------------------------------------------


def test_the_readme_shows_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("### A page to sign")[2].partition("\n## ")[0]
    (shown,) = [block.partition("\n")[2] for block in section.split("```")[1::2]]
    command, output = shown.split("\n", 1)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, command.removeprefix("$ pscc ").split())
    assert done.stderr == output
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
