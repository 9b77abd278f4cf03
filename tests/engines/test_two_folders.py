"""Two teams that compile apart, in one cluster: one kustomization builds both, and either can leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from pscc import api
from pscc.base.source import SourceFile
from support.engines import run

TEAMS = {
    "web": "policy web {\n    in namespaces web\n    deny privileged\n}",
    "tls": "policy tls {\n    in namespaces tls\n    deny privileged\n    allow hostPorts 443\n}",
}
CHOICE = "policy {0} {{\n    deny privileged\n}}\nchoose {{\n    {0} for everyone in namespaces {0}\n    {0} for groups x\n}}\n"


def compiled(folder: Path, name: str, target: str, text: str, **options: str) -> None:
    loaded = api.load(SourceFile(f"{name}.psp", text))
    api.compile(loaded, target, **options).write(folder / name)  # type: ignore[arg-type]


def together(folder: Path, *names: str) -> list[dict[str, object]]:
    """What kustomize builds of the folders ``names`` as one."""
    (folder / "kustomization.yaml").write_text(json.dumps({"resources": list(names)}))
    done = run("kustomize", "build", folder)
    assert (done.returncode, done.stderr) == (0, "")
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def refused(folder: Path, documents: list[dict[str, object]], namespace: str) -> bool:
    """Whether gator refuses a privileged pod in ``namespace`` under ``documents``."""
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": namespace},
        "spec": {"containers": [{"name": "main", "image": "app", "securityContext": {"privileged": True}}]},
    }  # fmt: skip
    names = ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in {*TEAMS, namespace})
    stream = folder / "all.yaml"
    stream.write_text(yaml.safe_dump_all([*documents, *names, pod]))
    done = run("gator", "test", "-f", stream, "-o", "json")
    assert not done.stderr, done.stderr
    return bool(json.loads(done.stdout or "null"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with both teams' outputs for Gatekeeper, and the templates apart."""
    for name, text in TEAMS.items():
        compiled(tmp_path, name, "gatekeeper", text, templates="without")
    compiled(tmp_path, "templates", "gatekeeper", "\n".join(TEAMS.values()), templates="only")
    return tmp_path


def test_both_hold(folder: Path) -> None:
    documents = together(folder, "templates", "web", "tls")
    assert refused(folder, documents, "web") and refused(folder, documents, "tls")
    assert not refused(folder, documents, "elsewhere")


@pytest.mark.parametrize(("stays", "leaves"), [("web", "tls"), ("tls", "web")])
def test_one_leaves_and_the_other_still_holds(folder: Path, stays: str, leaves: str) -> None:
    documents = together(folder, "templates", stays)
    assert refused(folder, documents, stays) and not refused(folder, documents, leaves)


@pytest.mark.parametrize("target", ["kyverno", "kyverno-cel", "vap"])
def test_other_targets_share_nothing(target: str, tmp_path: Path) -> None:
    for name, text in TEAMS.items():
        compiled(tmp_path, name, target, text)
    documents = together(tmp_path, *TEAMS)
    owners = [document["metadata"]["labels"]["app.kubernetes.io/part-of"] for document in documents]  # type: ignore[index]
    assert set(owners) == set(TEAMS)


@pytest.mark.parametrize("target", ["gatekeeper", "kyverno", "kyverno-cel", "vap"])
def test_choices_of_one_name_get_a_prefix_each(target: str, tmp_path: Path) -> None:
    """Both files are called alike, and so are their choices."""
    for name in TEAMS:
        loaded = api.load(SourceFile("policy.psp", CHOICE.format(name)))
        options = {"templates": "without"} if target == "gatekeeper" else {}
        api.compile(loaded, target, name_prefix=f"{name}-", **options).write(tmp_path / name)  # type: ignore[arg-type]
    documents = together(tmp_path, *TEAMS)
    assert len(documents) >= 2


@pytest.mark.parametrize("kind", ["Validating", "Mutating"])
def test_the_prefix_of_kustomize_reaches_the_bindings(kind: str, tmp_path: Path) -> None:
    compiled(tmp_path, "web", "vap", "policy web {\n    deny privileged\n    default runAsNonRoot true\n}")
    (tmp_path / "kustomization.yaml").write_text(json.dumps({"resources": ["web"], "namePrefix": "team-"}))
    done = run("kustomize", "build", tmp_path)
    assert done.returncode == 0, done.stderr
    documents = list(yaml.safe_load_all(done.stdout))
    policies = {d["metadata"]["name"] for d in documents if d["kind"] == f"{kind}AdmissionPolicy"}
    bound = {d["spec"]["policyName"] for d in documents if d["kind"] == f"{kind}AdmissionPolicyBinding"}
    assert policies == bound and all(name.startswith("team-") for name in policies) and policies
