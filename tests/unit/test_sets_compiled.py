"""Several PodSecurityPolicies with their RBAC, compiled: plain policies or one object, modes, ignored groups, sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import analyse, compile_program, packaged
from pscc.ir.access import Request
from pscc.lowering.choice_forms import lowered
from pscc.lowering.rollout import Rollout
from pscc.reference.admission import admit
from pscc.targets.registry import TARGETS, target_named
from support.paths import ROOT
from support.rbac import ALL, BOTH, CLOSED, OPEN, RBAC, Json, binding, dump, group, psp, role


def forms(*objects: Json) -> tuple[list[str], ir.Program]:
    _, program, _ = analyse(dump(*objects))
    made = compile_program(program, ("gatekeeper",))
    return [d.message for d in made.diagnostics if d.code == "SET020"], program


def test_namespaces_part_a_choice_into_plain_policies() -> None:
    private = binding("o", "o", group("system:serviceaccounts:sys"), namespace="sys")
    wide = psp("open", privileged=True, hostNetwork=True, hostPorts=[{"min": 0, "max": 65535}], volumes=["*"])
    messages, _ = forms(wide, CLOSED, role("o", "open"), role("t", "tight"), private,
                        binding("t", "t", group("system:authenticated")))  # fmt: skip
    assert "2 plain policies" in messages[0]
    assert "who may ask for pods" in messages[1]


def test_an_update_that_nobody_may_ask_for_is_refused_where_a_choice_is_parted() -> None:
    text = (
        "policy a {\n    deny hostPID\n}\n\npolicy b {\n    deny hostIPC\n}\n\n"
        "choose {\n    a for groups system:authenticated in namespaces x\n"
        "    b for groups system:authenticated in namespaces y\n}\n"
    )
    _, program, _ = analyse(SourceFile("p.psp", text))
    (guard,) = lowered(program)[0].choices
    old = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}}
    changed = {**old, "spec": {**old["spec"], "hostPID": False}}
    labelled = {**old, "metadata": {"name": "p", "labels": {"a": "b"}}}
    request = Request("elsewhere", "jane", ("system:authenticated",))
    assert not admit(guard, request, changed, old).allowed
    assert admit(guard, request, labelled, old).allowed


def test_what_the_user_decides_stays_a_choice() -> None:
    messages, _ = forms(OPEN, CLOSED, role("o", "open"), role("t", "tight"), binding("o", "o", group("ops")),
                        binding("t", "t", group("system:authenticated")))  # fmt: skip
    assert "one object: in most namespaces several may be chosen: open, tight" in messages[0]


@pytest.mark.parametrize("target", ["gatekeeper", "opa"])
def test_what_a_target_cannot_see_is_told(target: str) -> None:
    text = (
        'policy a {\n    in namespaces tier=edge\n    exempt users jane because "ci"\n'
        "    require seccompProfile runtime/default\n    default seccompProfile runtime/default\n}\n"
    )
    _, program, _ = analyse(SourceFile("p.psp", text))
    found = {d.code for d in compile_program(program, (target,)).outputs[target].diagnostics}
    assert ("TGT005" if target == "gatekeeper" else "TGT004") in found


def test_every_target_knows_a_namespace_by_the_label_with_its_name() -> None:
    text = "policy a {{\n in namespaces {0}shop\n except namespaces {0}web\n deny privileged\n}}\n"
    programs = [analyse(SourceFile("a.psp", text.format(key)))[1] for key in ("", "kubernetes.io/metadata.name=")]
    by_name, by_label = (compile_program(program, tuple(TARGETS)).outputs for program in programs)
    for target in TARGETS:
        assert by_label[target].files == by_name[target].files, target
        assert by_label[target].shortfalls == by_name[target].shortfalls, target


EXAMPLE = ROOT / "examples" / "cluster"


def test_the_example_can_ask_the_cluster(tmp_path: Path) -> None:
    arguments = ["compile", str(EXAMPLE), "-o", str(tmp_path), "-t", "vap", "--rbac", "live"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.stderr
    assert "asks the cluster who may use which policy" in done.stderr
    assert "SET013" not in done.stderr
    text = (tmp_path / "policies" / "pod-security-policies.yaml").read_text(encoding="utf-8")
    assert text.count('.check("use")') == 3 * 4


# --- rollout ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (
            "audit",
            {"gatekeeper": "enforcementAction: dryrun", "kyverno": "failureAction: Audit", "opa": "warn contains"},
        ),
        ("warn", {"gatekeeper": "enforcementAction: warn", "kyverno": "emitWarning: true", "opa": "warn contains"}),
        (
            "enforce",
            {"gatekeeper": "enforcementAction: deny", "kyverno": "failureAction: Enforce", "opa": "deny contains"},
        ),
    ],
)
def test_modes_in_each_engines_words(mode: Any, words: dict[str, str]) -> None:
    _, program, _ = analyse(dump(*BOTH, ALL, binding("o", "r", {"kind": "User", "apiGroup": RBAC, "name": "jane"})))
    for target, word in words.items():
        output = compile_program(program, (target,), Rollout(mode)).outputs[target]
        found = [file.path for file in output.files if word in file.text]
        assert any("pod-security-policies" in path for path in found), (target, word)


def test_a_group_that_is_ignored_parts_the_choice() -> None:
    masters = binding("m", "r", group("system:masters"))
    wide = psp("open", privileged=True, volumes=["*"], hostPorts=[{"min": 0, "max": 65535}])
    _, program, _ = analyse(dump(wide, CLOSED, role("r", "open", "tight"), role("t", "tight"), masters,
                                 binding("t", "t", group("system:authenticated"))))  # fmt: skip
    made = compile_program(program, ("opa",), Rollout(ignored_groups=("system:masters",)))
    told = [d.code for d in made.diagnostics]
    assert told[:2] == ["SET021", "SET020"]


def test_an_object_too_large_for_an_annotation_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _, program, _ = analyse(dump(*BOTH, ALL, binding("o", "r", {"kind": "User", "apiGroup": RBAC, "name": "jane"})))
    for limit, severity, word in (
        ("ANNOTATION", "note", "--server-side"),
        ("LARGEST", "error", "no object of a cluster"),
    ):
        monkeypatch.setattr(f"pscc.output.sizes.{limit}", 3000)
        (told,) = [
            d for d in compile_program(program, ("gatekeeper",)).outputs["gatekeeper"].diagnostics if d.code == "TGT006"
        ]
        assert (told.severity, word in told.help) == (severity, True)
        assert ("psccpodsecuritypolicies.yaml" if severity == "note" else "pod-security-policies") in told.message


def test_a_policy_too_large_for_a_cluster_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _, program, _ = analyse(dump(*BOTH, ALL))
    monkeypatch.setattr("pscc.output.sizes.LARGEST", 1000)
    output = packaged(target_named("kyverno"), program)
    assert "TGT006" in [d.code for d in output.diagnostics if d.severity == "error"]
