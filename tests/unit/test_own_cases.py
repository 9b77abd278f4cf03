"""``pscc test``: what a file of cases may say, what is said of it, and where its cases go."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from pscc.cli import main
from pscc.testing.paths import PathError, changed, steps_of, value_at
from support.paths import ROOT

POLICY = """policy team {
    deny privileged
    allow hostPorts 80, 443
    default allowPrivilegeEscalation false
    exempt images registry.example/agent:* from privileged because "the agent"
    exempt users admin because "break glass"
}
"""
POD = 'pod: {spec: {containers: [{name: app, image: "registry.example/app:1"}]}}\n'
PRIVILEGED = '  set: {"spec.containers[0].securityContext.privileged": true}\n'


def run(folder: Path, cases: str, *arguments: str, policy: str = POLICY, head: str = POD) -> Result:
    (folder / "team.psp").write_text(policy, encoding="utf-8")
    (folder / "team_test.yaml").write_text(f"{head}cases:\n{cases}", encoding="utf-8")
    return CliRunner().invoke(main, ["test", str(folder), *arguments])


def test_the_examples_pass() -> None:
    done = CliRunner().invoke(main, ["test", str(ROOT / "examples"), "--coverage"])
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "not exercised" not in done.stdout


def test_a_case_that_holds(tmp_path: Path) -> None:
    done = run(tmp_path, f"- denied: a privileged container\n{PRIVILEGED}  controls: [privileged]\n  policy: team\n")
    assert (done.exit_code, done.stdout) == (0, "1 case in 1 file: all passed\n")


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (f"- allowed: p\n{PRIVILEGED}", "expected allowed, is denied"),
        (f"- denied: p\n{PRIVILEGED}  controls: [hostPorts]\n", "controls: expected hostPorts, are privileged"),
        (f"- denied: p\n{PRIVILEGED}  policy: other\n", "policy: expected other, is team"),
        (
            '- allowed: p\n  changed: {"spec.containers[0].securityContext.allowPrivilegeEscalation": true}\n',
            'changed: expected {"spec.containers[0].securityContext.allowPrivilegeEscalation": true}, '
            'is {"spec.containers[0].securityContext.allowPrivilegeEscalation": false}',
        ),
        ("- allowed: p\n  as: admin\n", "expected allowed, is unjudged"),
    ],
)
def test_an_expectation_that_does_not_hold(case: str, said: str, tmp_path: Path) -> None:
    done = run(tmp_path, case)
    assert done.exit_code == 1
    assert said in done.stdout and "FAILED  p " in done.stdout
    assert done.stdout.endswith("1 case in 1 file: 1 failed\n")


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ("- refused: p\n", "`refused` is nothing that a case has"),
        ("- allowed: p\n  denied: q\n", "a case has one of `allowed`"),
        ("- allowed: p\n  contrls: []\n", "did you mean `controls`?"),
        ("- allowed: p\n  groups: [a]\n", "`groups` are those of a user"),
        ("- allowed: p\n  set:\n    spec.containers[7].image: a\n", "there is no element [7]: the list has 1"),
        ("- allowed: p\n  set:\n    spec.containers[0].image.tag: a\n", "there is no object around `tag`"),
        ("- allowed: p\n  set: {.spec: a}\n", "write a path like spec.containers[0].image"),
        ('- allowed: p\n  changed:\n    "spec[": a\n', "write a path like spec.containers[0].image"),
        ("- allowed: p\n  set: {spec.hostPidd: true}\n", "a pod has no `hostPidd` there: did you mean `hostPID`?"),
        ("- allowed: p\n  set: {foo.bar: 1}\n", "a pod has `metadata` and `spec`, and no `foo`"),
        ("- allowed: p\n  set: {spec.securityContext: {runAsUsr: 1}}\n", "did you mean `runAsUser`?"),
        (
            "- allowed: p\n  set: {spec.template.spec.hostPID: true}\n",
            "paths are those of the pod, of a workload's, too",
        ),
        ("- allowed: p\n  changed: {spec.fsGroup: 1}\n", "a pod has no `fsGroup` there"),
        ("- allowed: p\n  file: none.yaml\n", "cannot be read"),
        ("- allowed: p\n  file: a\n  pod: {}\n", "from `pod` or from `file`, not from both"),
        ("- allowed: p\n  pod: {containers: []}\n", "this pod has no `spec`"),
        ("- allowed: p\n  controls: {a: b}\n", "`controls` is a list of texts"),
        ("- allowed\n", "a case is an object"),
        ("- allowed: p\n  update: [a]\n", "fields to change are an object"),
        ("- allowed: p\n  update: {spec.hostPidd: true}\n", "did you mean `hostPID`?"),
        (
            "- allowed: p\n  pod: {apiVersion: apps/v1, kind: Deployment, spec: {template: {spec: {containers: []}}}}\n"
            "  update: {spec.hostPID: true}\n",
            "the pods of a changed Deployment are new ones",
        ),
        ("  []\n", "there are no cases"),
        ("- allowed: p\n  as: [jane]\n", "`as` is a text"),
        ("- allowed: p\n  allowed: q\n", "twice"),
        (
            "- allowed: p\n  namespace: a\n  namespace-labels: {kubernetes.io/metadata.name: b}\n",
            "is the namespace's name: write it as `namespace` instead",
        ),
    ],
)
def test_an_error_is_at_its_place(cases: str, said: str, tmp_path: Path) -> None:
    done = run(tmp_path, cases)
    assert done.exit_code == 1
    assert said in done.stderr and "team_test.yaml:" in done.stderr
    assert "[TST001]" in done.stderr or "[TST002]" in done.stderr or "[YML" in done.stderr
    assert "0 cases in 1 file: none was run, 1 of the files has errors" in done.stdout


def test_an_error_of_the_policy_is_one_of_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, "- allowed: p\n", policy="policy team {\n    deny privilged\n}\n")
    assert done.exit_code == 1 and "LNG010" in done.stderr
    report = ElementTree.fromstring(run(tmp_path, "- allowed: p\n", "--format", "junit", policy="policy {").stdout)
    assert report.attrib["errors"] == "1"


def test_who_asks_and_where(tmp_path: Path) -> None:
    policy = "policy team {\n    in namespaces tier=edge\n    deny privileged\n}\n"
    cases = f"- unjudged: elsewhere\n{PRIVILEGED}- denied: here\n{PRIVILEGED}  namespace: a\n  namespace-labels: {{tier: edge}}\n"
    assert run(tmp_path, cases, policy=policy).exit_code == 0


def test_the_name_of_a_namespace_as_a_label(tmp_path: Path) -> None:
    policy = "policy team {\n    in namespaces kubernetes.io/metadata.name=a\n    deny privileged\n}\n"
    cases = f"- unjudged: elsewhere\n{PRIVILEGED}- denied: here\n{PRIVILEGED}  namespace: a\n"
    cases += f"- denied: as kubectl shows it\n{PRIVILEGED}  namespace: a\n"
    cases += "  namespace-labels: {kubernetes.io/metadata.name: a}\n"
    assert run(tmp_path, cases, policy=policy).exit_code == 0


UPDATED = """- denied: at first
  set: {"spec.containers[0].securityContext.privileged": true}
- allowed: another label, the pod is as it was before the policy
  set: {"spec.containers[0].securityContext.privileged": true}
  update: {'metadata.labels["a.example/b"]': c}
- denied: another image, all is judged again
  set: {"spec.containers[0].securityContext.privileged": true}
  update: {"spec.containers[0].image": "registry.example/app:2"}
  controls: [privileged]
- denied: a debug container
  update: {spec.ephemeralContainers: [{name: debug, image: busybox, securityContext: {privileged: true}}]}
"""


def test_an_update_of_a_pod(tmp_path: Path) -> None:
    done = run(tmp_path, UPDATED, "--coverage", policy="policy team {\n    deny privileged\n}\n")
    assert done.exit_code == 0, done.stdout + done.stderr


def test_an_update_alone_exercises_its_check(tmp_path: Path) -> None:
    last = UPDATED.split("- denied: another image", 1)[1].join(("- denied: another image", ""))
    done = run(tmp_path, last, "--coverage", policy="policy team {\n    deny privileged\n}\n")
    assert "1 of 1 statements and exemptions exercised" in done.stdout


def test_a_part_is_exercised_by_the_cases_of_any_file(tmp_path: Path) -> None:
    policy = "policy team {\n    deny privileged\n    deny hostPID\n    deny hostIPC\n}\n"
    run(tmp_path, f"- denied: a\n{PRIVILEGED}", policy=policy)
    (tmp_path / "more_test.yaml").write_text(
        f"source: team.psp\n{POD}cases:\n- denied: b\n  set: {{spec.hostPID: true}}\n", encoding="utf-8"
    )
    done = CliRunner().invoke(main, ["test", str(tmp_path), "--coverage"])
    assert done.stdout.count("not exercised") == 1 and "deny hostIPC" in done.stdout
    assert "team.psp: 2 of 3 statements and exemptions exercised" in done.stdout


def test_the_suites_have_updates(tmp_path: Path) -> None:
    run(tmp_path, UPDATED, policy="policy team {\n    deny privileged\n}\n")
    done = CliRunner().invoke(main, ["compile", str(tmp_path / "team.psp"), "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.stdout + done.stderr
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert "own-another-image-all-is-judged-again" in written


def test_the_namespace_of_a_case_wins(tmp_path: Path) -> None:
    policy = "policy team {\n    in namespaces a\n    deny privileged\n}\n"
    head = POD.replace("{spec", "{metadata: {namespace: b}, spec")
    cases = f"- unjudged: as the pod says\n{PRIVILEGED}- denied: as the case says\n{PRIVILEGED}  namespace: a\n"
    cases += PRIVILEGED.replace("{", "{metadata.namespace: a, ", 1).join(("- denied: as it sets\n", ""))
    done = run(tmp_path, cases, policy=policy, head=head)
    assert done.exit_code == 0, done.stdout + done.stderr


def test_coverage_of_a_choice_is_of_whom_it_judges(tmp_path: Path) -> None:
    policy = (
        "policy apps {\n    deny hostPID\n    deny privileged\n}\n\n"
        "policy node extends apps {\n    without hostPID\n    deny hostIPC\n}\n\n"
        "choose {\n    node for serviceaccounts a/b in namespaces a\n    apps for everyone\n}\n"
    )
    done = run(tmp_path, f"- denied: p\n{PRIVILEGED}", "--coverage", policy=policy)
    missed = {line.partition("  ")[0] for line in done.stdout.splitlines() if line.startswith("not exercised")}
    expected = {"apps: deny hostPID", "node: deny privileged", "node: deny hostIPC"}
    assert missed == {f"not exercised in {text}" for text in expected}


def test_pods_of_a_file_each_count(tmp_path: Path) -> None:
    pods = ["{kind: Pod, apiVersion: v1, metadata: {name: a}, spec: {containers: [{name: c, image: i}]}}"]
    pods.append("{kind: Deployment, apiVersion: apps/v1, metadata: {name: b}, spec: {template: {spec: "
                "{containers: [{name: c, image: i, securityContext: {privileged: true}}]}}}}")  # fmt: skip
    (tmp_path / "pods.yaml").write_text("\n---\n".join(pods), encoding="utf-8")
    assert "expected allowed, is denied" in run(tmp_path, "- allowed: both\n  file: pods.yaml\n").stdout


def test_a_source_of_another_name(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(f"{POD}cases: [{{allowed: p}}]\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["test", str(tmp_path / "cases.yaml")])
    assert done.exit_code == 1 and "name the policy with `source: FILE`" in done.stderr
    assert run(tmp_path, "- allowed: p\n", head=f"source: pss/restricted\n{POD}").stdout.endswith("1 failed\n")


def test_json_and_junit_say_the_same(tmp_path: Path) -> None:
    cases = f"- allowed: a\n- allowed: b\n{PRIVILEGED}"
    rows = [json.loads(line) for line in run(tmp_path, cases, "--format", "json").stdout.splitlines()]
    assert [(row["name"], row["passed"]) for row in rows] == [("a", True), ("b", False)]
    assert rows[1]["mismatches"] == [{"key": "outcome", "expected": "allowed", "actual": "denied"}]
    suites = ElementTree.fromstring(run(tmp_path, cases, "--format", "junit").stdout)
    assert (suites.attrib["tests"], suites.attrib["failures"]) == ("2", "1")


def test_coverage_names_what_no_case_exercises(tmp_path: Path) -> None:
    done = run(tmp_path, f"- denied: a\n{PRIVILEGED}- unjudged: b\n  as: admin\n", "--coverage")
    missed = [line.partition("  ")[0] for line in done.stdout.splitlines() if line.startswith("not exercised")]
    assert missed == [
        f"not exercised in team: {text}" for text in ("allow hostPorts 80, 443", 'exemption because "the agent"')
    ]
    assert "3 of 5 statements and exemptions exercised" in done.stdout
    row = json.loads(run(tmp_path, "- allowed: a\n", "--coverage", "--format", "json").stdout.splitlines()[-1])
    assert [part["text"] for part in row["exercised"]] == ["default allowPrivilegeEscalation false"]


def test_update_writes_what_is_and_keeps_the_rest(tmp_path: Path) -> None:
    cases = f"- allowed: a  # why\n{PRIVILEGED}  controls:\n  - hostPorts\n# between\n- unjudged: b\n"
    done = run(tmp_path, cases, "--update")
    assert done.exit_code == 0 and done.stdout.endswith("2 cases in 1 file: 2 changed\n")
    written = (tmp_path / "team_test.yaml").read_text(encoding="utf-8")
    expected = f'{POD}cases:\n- denied: a  # why\n{PRIVILEGED}  controls: ["privileged"]\n# between\n- allowed: b\n'
    assert written == expected
    assert CliRunner().invoke(main, ["test", str(tmp_path)]).exit_code == 0


def test_a_folder_without_cases_is_an_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["test", str(tmp_path)])
    assert done.exit_code == 2 and "its name ends in _test.yaml" in done.stderr


def test_a_folder_of_cases_shows_no_file_from_outside(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "policies"
    secret.write_text("hunter2\n", encoding="utf-8")
    folder.mkdir()
    (folder / "team_test.yaml").symlink_to(secret)
    done = CliRunner().invoke(main, ["test", str(folder)])
    assert done.exit_code == 2 and "links to a file outside of" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize("source", ["../secret", "../policies/link.psp", "ABSOLUTE", "team.psp"])
def test_a_source_lies_in_the_folder_that_was_given(source: str, tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "policies"
    secret.write_text("hunter2\n", encoding="utf-8")
    folder.mkdir()
    (folder / "link.psp").symlink_to(secret)
    cases = folder / "other_test.yaml"
    cases.write_text(
        f"{POD}source: {source.replace('ABSOLUTE', str(secret))}\ncases: [{{allowed: p}}]\n", encoding="utf-8"
    )
    (folder / "team.psp").symlink_to(secret)
    for given in (cases, folder):
        done = CliRunner().invoke(main, ["test", str(given)])
        assert done.exit_code == 1 and "[TST002]" in done.stderr
        assert f"lies outside of '{folder}'" in done.stderr and "other_test.yaml:2:9" in done.stderr
        assert "hunter2" not in done.stdout + done.stderr


def test_a_folder_that_both_are_in_is_given(tmp_path: Path) -> None:
    (tmp_path / "base.psp").write_text("policy base {\n    deny privileged\n}\n", encoding="utf-8")
    (tmp_path / "team").mkdir()
    cases = tmp_path / "team" / "team_test.yaml"
    cases.write_text(f"{POD}source: ../base.psp\ncases: [{{allowed: p}}]\n", encoding="utf-8")
    assert CliRunner().invoke(main, ["test", str(cases)]).exit_code == 1
    assert CliRunner().invoke(main, ["test", str(tmp_path)]).exit_code == 0


def test_the_policy_beside_the_cases_is_no_link_to_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n", encoding="utf-8")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "team.psp").symlink_to(tmp_path / "secret")
    (tmp_path / "policies" / "team_test.yaml").write_text(f"{POD}cases: [{{allowed: p}}]\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["test", str(tmp_path / "policies")])
    assert done.exit_code == 1 and "`team.psp` lies outside of" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_errors_of_a_folder_of_sources_show_its_lines(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "a.psp").write_text("policy a {\n    deny privilged\n}\n", encoding="utf-8")
    done = run(tmp_path, "- allowed: p\n", head=f"source: policies\n{POD}")
    assert done.exit_code == 1 and "LNG010" in done.stderr and "2 |     deny privilged" in done.stderr


def test_a_file_of_cases_is_no_source_and_no_manifest(tmp_path: Path) -> None:
    run(tmp_path, "- allowed: p\n")
    assert CliRunner().invoke(main, ["check", str(tmp_path)]).exit_code == 0


def test_cases_with_errors_stop_a_compile(tmp_path: Path) -> None:
    run(tmp_path, "- refused: p\n")
    done = CliRunner().invoke(main, ["compile", str(tmp_path / "team.psp"), "-o", str(tmp_path / "out")])
    assert done.exit_code == 1 and "TST001" in done.stderr
    assert not (tmp_path / "out").exists()


def test_paths() -> None:
    pod = {"spec": {"containers": [{"image": "a"}]}, "metadata": {"annotations": {"a.example/b": "c"}}}
    assert steps_of('metadata.annotations["a.example/b"]') == ("metadata", "annotations", "a.example/b")
    assert value_at(pod, steps_of("metadata.annotations['a.example/b']")) == "c"
    assert value_at(pod, steps_of("spec.containers[3].image")) is None
    assert changed(pod, steps_of("spec.containers[0].image"), None)["spec"] == {"containers": [{}]}
    assert changed(pod, steps_of("spec.containers[1].image"), "b")["spec"] == {
        "containers": [{"image": "a"}, {"image": "b"}]
    }
    assert changed(pod, steps_of("spec.containers[0]"), None)["spec"] == {"containers": []}
    assert pod["spec"] == {"containers": [{"image": "a"}]}
    with pytest.raises(PathError):
        steps_of("")
