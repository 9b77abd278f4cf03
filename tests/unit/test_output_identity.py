"""Whose an object is, and what becomes of it: labels, source, releases, objects that a folder no longer has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pscc import api
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.output.contents import ObjectName
from pscc.output.stale import deletions, objects_of, rows
from pscc.targets.registry import TARGETS

SOURCE = """\
policy web {
    deny privileged
    require nonRoot
    default readOnlyRootFilesystem true
    exempt users system:node:* because "static pods"
}
policy tls {
    allow hostPorts 443
}
choose who {
    tls for groups web
}
"""
PLAIN = [target for target in TARGETS if target != "opa"]
"""The targets whose output is objects of a cluster."""


def compiled(text: str, *targets: str, **options: Any) -> api.Compiled:
    return api.compile(api.load(SourceFile("folder/team.psp", text)), targets, **options)


def objects(output: api.Compiled) -> Iterator[dict[str, Any]]:
    """The objects of ``output`` that a cluster gets."""
    for path in output.resources:
        yield from yaml.load_all(output.files[path], yaml.CSafeLoader)


@pytest.mark.parametrize("target", PLAIN)
def test_every_object_says_that_pscc_made_it_and_of_what(target: str) -> None:
    output = compiled(SOURCE, target)
    named = {each for listed in output.objects.values() for each in listed}
    shared = {(each.kind, each.name) for each in named if each.shared}
    owners = set()
    for document in objects(output):
        metadata = document["metadata"]
        assert metadata["labels"]["app.kubernetes.io/managed-by"] == "pscc"
        if (document["kind"], metadata["name"]) in shared:
            assert "app.kubernetes.io/part-of" not in metadata["labels"]
            continue
        owners.add(metadata["labels"]["app.kubernetes.io/part-of"])
        if not document["kind"].endswith("Binding"):
            assert metadata["annotations"]["pscc/source"] == "team.psp"
    assert owners == {"web", "tls", "who"}


@pytest.mark.parametrize("target", PLAIN)
def test_kustomizations_say_the_version_and_the_releases(target: str) -> None:
    output = compiled(SOURCE, target, kubernetes="1.34")
    found = [path for path in output.files if path.endswith("kustomization.yaml")]
    assert found
    for path in found:
        annotations = yaml.load(output.files[path], yaml.CSafeLoader)["commonAnnotations"]
        assert annotations["pscc/compiled-for"] == ", ".join(output.releases)
        assert annotations["pscc/version"]
    assert "Kubernetes 1.34" in output.releases


def test_a_comment_in_a_source_changes_no_output() -> None:
    commented = "# a comment\n\n" + SOURCE.replace("    deny", "    # why\n    deny")
    assert compiled(commented, *TARGETS).files == compiled(SOURCE, *TARGETS).files


# --- objects that are no longer there ---------------------------------------------


def ran(folder: Path, text: str, *options: str) -> Result:
    source = folder / "team.psp"
    source.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["compile", str(source), "-o", str(folder / "out"), *options])


def test_a_compile_lists_what_the_cluster_still_has(tmp_path: Path) -> None:
    first = ran(tmp_path, SOURCE, "-t", "vap")
    assert first.exit_code == 0 and "kubectl delete" not in first.stderr
    again = ran(tmp_path, SOURCE, "-t", "vap")
    assert "kubectl delete" not in again.stderr
    less = ran(tmp_path, SOURCE.replace("    default readOnlyRootFilesystem true\n", ""), "-t", "vap")
    lines = less.stderr.splitlines()
    start = lines.index("no longer in this folder: apply the rest, then delete from the cluster:")
    assert lines[start + 1 :] == [
        "  kubectl delete mutatingadmissionpolicybinding.admissionregistration.k8s.io web-defaults",
        "  kubectl delete mutatingadmissionpolicy.admissionregistration.k8s.io web-defaults",
    ]
    assert "kubectl delete" not in ran(tmp_path, SOURCE, "-t", "vap").stderr


def test_templates_that_other_folders_may_use_are_listed_apart(tmp_path: Path) -> None:
    ran(tmp_path, SOURCE)
    lines = ran(tmp_path, SOURCE.replace("    require nonRoot\n", "")).stderr.splitlines()
    own = lines.index("no longer in this folder: apply the rest, then delete from the cluster:")
    shared = lines.index("no longer needed here: delete from the cluster if no other folder has them:")
    assert lines[own + 1] == (
        "  kubectl delete psccrequirenonrootunlessexempt.constraints.gatekeeper.sh web-require-non-root-workloads "
        "web-require-non-root"
    )
    assert lines[shared + 1] == (
        "  kubectl delete constrainttemplate.templates.gatekeeper.sh psccrequirenonrootunlessexempt"
    )


def test_a_folder_of_before_the_list_has_none(tmp_path: Path) -> None:
    ran(tmp_path, SOURCE, "-t", "vap")
    manifest = tmp_path / "out" / ".pscc-manifest"
    kept = {key: value for key, value in yaml.safe_load(manifest.read_text()).items() if key != "objects"}
    manifest.write_text(json.dumps(kept))
    assert "kubectl delete" not in ran(tmp_path, "policy web { deny hostPID }", "-t", "vap").stderr


def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    ran(tmp_path, SOURCE, "-t", "vap")
    manifest = tmp_path / "out" / ".pscc-manifest"
    manifest.write_text(manifest.read_text().replace('"kind"', '"sort"'))
    refused = ran(tmp_path, SOURCE, "-t", "vap")
    assert refused.exit_code == 2 and "cannot be read" in refused.stderr


def test_objects_survive_a_manifest() -> None:
    listed = (ObjectName("a.b/v1", "Kind", "x"), ObjectName("v1", "Other", "y", shared=True))
    assert objects_of(rows(listed)) == listed
    assert list(deletions(listed)) == ["kubectl delete other. y", "kubectl delete kind.a.b x"]


# --- folders that share a cluster --------------------------------------------------


def test_a_name_prefix_is_part_of_the_names_of_policies() -> None:
    """It makes the output that policies with these names would make."""
    plain = SOURCE[: SOURCE.index("choose")]
    renamed = plain.replace("policy ", "policy team-a-")
    for target in TARGETS:
        assert compiled(plain, target, name_prefix="team-a-").files == compiled(renamed, target).files


@pytest.mark.parametrize("target", PLAIN)
def test_every_object_but_the_shared_has_the_prefix(target: str) -> None:
    first, second = (
        {each for listed in compiled(SOURCE, target, name_prefix=prefix).objects.values() for each in listed}
        for prefix in ("one-", "two-")
    )
    assert all(each.shared for each in first & second)
    for each in first | second:
        words = each.name.removeprefix("psccchoice")
        assert each.shared or words.startswith(("one", "two"))


@pytest.mark.parametrize("prefix", ["-a", "A", "a_b", "a/b", "a" * 31, "ä"])
def test_what_no_name_begins_with_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="--name-prefix"):
        compiled(SOURCE, "vap", name_prefix=prefix)
    done = CliRunner().invoke(main, ["compile", "pss/baseline", "-o", "-", "-t", "vap", f"--name-prefix={prefix}"])
    assert done.exit_code == 2


WEBHOOK, AUDIT, GATOR = "validation.gatekeeper.sh", "audit.gatekeeper.sh", "gator.gatekeeper.sh"


def test_constraints_in_force_at_some_points_alone() -> None:
    """Gatekeeper's command line is always one of them: it tests what is applied. Nothing else of the output differs."""
    plain = compiled(SOURCE, "gatekeeper").files
    scoped = compiled(SOURCE, "gatekeeper", enforcement_points=[AUDIT, WEBHOOK]).files
    constraints = {p for p in plain if p.startswith(("policies/", "workloads/")) and "kust" not in p}
    assert {path for path in plain if plain[path] != scoped[path]} == {*constraints, "suite/applied.yaml"}
    points = [{"name": WEBHOOK}, {"name": AUDIT}, {"name": GATOR}]
    for path in constraints:
        spec = yaml.load(scoped[path], yaml.CSafeLoader)["spec"]
        assert spec["enforcementAction"] == "scoped"
        action = "deny" if path.startswith("policies/") else "warn"
        assert spec["scopedEnforcementActions"] == [{"action": action, "enforcementPoints": points}]


def test_a_point_is_no_way_to_judge_nothing() -> None:
    """Without the webhook no request is judged, which is what the mode audit is for."""
    with pytest.raises(ValueError, match="admits every pod"):
        compiled(SOURCE, "gatekeeper", enforcement_points=[AUDIT])
    texts = compiled(SOURCE, "gatekeeper", enforcement_points=[AUDIT], mode="audit").files.values()
    assert any("- action: dryrun" in text for text in texts) and not any(WEBHOOK in text for text in texts)
    with pytest.raises(ValueError, match="--enforcement-point changes nothing for opa"):
        compiled(SOURCE, "opa", enforcement_points=[WEBHOOK])
    with pytest.raises(ValueError, match=r"vap\.k8s\.io"):
        compiled(SOURCE, "gatekeeper", enforcement_points=["vap.k8s.io"])


def test_templates_apart_from_the_rest() -> None:
    whole, only, without = (compiled(SOURCE, "gatekeeper", templates=which) for which in ("with", "only", "without"))
    assert set(only.resources).isdisjoint(without.resources)
    assert set(only.resources) | set(without.resources) == set(whole.resources)
    for part in (only, without):
        assert all(part.files[path] == whole.files[path] for path in part.resources)
    assert all(each.shared for listed in only.objects.values() for each in listed)
    assert not any(each.shared for listed in without.objects.values() for each in listed)
    for document in objects(only):
        annotations = document["metadata"]["annotations"]
        assert annotations["argocd.argoproj.io/sync-options"] == "Prune=false"
        assert annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled"


@pytest.mark.parametrize("target", [target for target in TARGETS if target != "gatekeeper"])
def test_targets_without_templates_refuse_to_part_them(target: str) -> None:
    with pytest.raises(ValueError, match=f"--templates changes nothing for {target}: it is for gatekeeper"):
        compiled(SOURCE, target, templates="only")
