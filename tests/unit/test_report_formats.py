"""The formats of ``pscc report``: each has the facts, and text of a manifest is text in all of them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.paths import ROOT
from support.reports import CLUSTER, POLICY, Json, pod, reported, run

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
        "team: pod: hostPID must not be true",
        "warned: team-warn: pod: hostIPC must not be true",
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
