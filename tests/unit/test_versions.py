"""Releases of Kubernetes, Gatekeeper and Kyverno: what each lacks is not emitted, and what that costs is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import analyse, compile_program
from pscc.lowering.releases import served, spelled
from pscc.output.options import DEFAULTS, Options
from pscc.targets.registry import TARGETS
from pscc.targets.versions import MUTATING, NEWEST, VALIDATING
from support.paths import ROOT

SOURCE = """\
policy p {
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
    allow   appArmorProfile runtime/default
    default appArmorProfile runtime/default
    default capabilities.add add NET_ADMIN
}
"""


def compiled(tmp_path: Path, *arguments: str) -> tuple[int, str, list[dict[str, object]]]:
    """Exit code, what is told, and the documents of a compilation."""
    source = tmp_path / "p.psp"
    source.write_text(SOURCE, encoding="utf-8")
    done = CliRunner().invoke(main, ["compile", str(source), "-o", "-", *arguments])
    documents = [d for d in yaml.load_all(done.stdout, yaml.CSafeLoader) if d] if done.exit_code == 0 else []
    return done.exit_code, done.stderr, documents


@pytest.mark.parametrize(
    ("release", "validating", "mutating"),
    [
        ("1.28", "v1beta1", ""),
        ("1.30", "v1", ""),
        ("1.32", "v1", "v1alpha1"),
        ("1.34", "v1", "v1beta1"),
        ("1.36", "v1", "v1"),
    ],
)
def test_kubernetes(tmp_path: Path, release: str, validating: str, mutating: str) -> None:
    code, told, documents = compiled(tmp_path, "-t", "vap", "--kubernetes", release)
    assert code == 0
    for kind, version in (("Validating", validating), ("Mutating", mutating)):
        found = {d["apiVersion"] for d in documents if str(d["kind"]).startswith(kind)}
        assert found == ({f"admissionregistration.k8s.io/{version}"} if version else set())
        assert (f"{kind}AdmissionPolicy {version} only where" in told) is (version not in ("v1", ""))
    assert ("pods are refused until they set it" in told) is (not mutating)
    assert ("`capabilities.add` in p: pods are admitted without it" in told) is (not mutating)


def test_gatekeepers_operations(tmp_path: Path) -> None:
    for release, has in (("3.23", True), ("3.22", False)):
        _, told, documents = compiled(tmp_path, "--gatekeeper", release)
        mutators = [d for d in documents if str(d["apiVersion"]).startswith("mutations") and "Generated" not in str(d)]
        assert mutators
        assert all(("operations" in str(d)) is has for d in mutators)
        assert ("warning[TGT008]: Gatekeeper 3.22 sets defaults on updates, too" in told) is not has


@pytest.mark.parametrize(
    ("target", "notes"),
    [
        ("gatekeeper", ["TGT015", "TGT016"]),
        ("kyverno", ["TGT016"]),
        ("kyverno-cel", ["TGT016"]),
        ("vap", []),
        ("opa", []),
    ],
)
def test_what_an_engine_lets_in_is_said_of_what_enforces(tmp_path: Path, target: str, notes: list[str]) -> None:
    for mode in ("enforce", "warn", "audit"):
        told = compiled(tmp_path, "-t", target, "--mode", mode)[1]
        assert [code for code in ("TGT015", "TGT016") if f"note[{code}]" in told] == (
            notes if mode == "enforce" else []
        )


@pytest.mark.parametrize("target", ["kyverno", "kyverno-cel"])
def test_what_nodes_make_is_said_to_be_left_out(tmp_path: Path, target: str) -> None:
    told = compiled(tmp_path, "-t", target)[1]
    assert (
        "Kyverno's own namespace, nor those that system:nodes make" in " ".join(told.split())
        and "`excludeGroups`" in told
    )


def test_kyvernos_cluster_policies_end(tmp_path: Path) -> None:
    assert "TGT007" not in compiled(tmp_path, "-t", "kyverno", "--kyverno", "1.19")[1]
    for release in ("1.20", "1.21"):
        code, told, documents = compiled(tmp_path, "-t", "kyverno", "--kyverno", release)
        assert (code, documents) == (1, [])
        assert f"error[TGT007]: Kyverno {release} does not run the output of the target `kyverno`" in told
        assert "compile for `kyverno-cel`" in told
        assert "TGT007" not in compiled(tmp_path, "-t", "kyverno-cel", "--kyverno", release)[1]


@pytest.mark.parametrize("target", ["kyverno", "kyverno-cel"])
def test_kyverno_cannot_just_warn_of_workloads(tmp_path: Path, target: str) -> None:
    assert "note[TGT009]: Kyverno refuses workloads whose pods p would refuse" in compiled(tmp_path, "-t", target)[1]
    assert "TGT009" not in compiled(tmp_path, "-t", target, "--mode", "warn")[1]
    for workloads in ("enforce", "off"):
        _, told, documents = compiled(tmp_path, "-t", target, "--workloads", workloads)
        assert "TGT009" not in told
        (validating,) = [d for d in documents if d["metadata"]["name"] == "p"]  # type: ignore[index]
        off = "autogen-controllers" in str(validating) or "'controllers': []" in str(validating)
        assert off is (workloads == "off")


@pytest.mark.parametrize("target", ["gatekeeper", "kyverno", "kyverno-cel"])
def test_a_field_that_the_cluster_does_not_know_is_not_set(tmp_path: Path, target: str) -> None:
    _, told, documents = compiled(tmp_path, "-t", target, "--kubernetes", "1.29")
    assert "Kubernetes 1.29 has no field `appArmorProfile`" in told
    setting = [
        d
        for d in documents
        if d["kind"] in ("Assign", "ModifySet", "MutatingPolicy") or "-defaults" in str(d["metadata"])
    ]
    assert setting and "appArmorProfile" not in str(setting)


@pytest.mark.parametrize(
    "arguments",
    [
        ("-t", "vap", "--kubernetes", "1.27"), ("--gatekeeper", "3.18"), ("--gatekeeper", "3.17", "--engine", "cel"),
        ("-t", "kyverno", "--kyverno", "1.12"), ("-t", "kyverno-cel", "--kyverno", "1.16"),
    ],
)  # fmt: skip
def test_a_release_that_is_too_old_is_an_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, told, _ = compiled(tmp_path, *arguments)
    assert code == 1
    assert told.startswith("error[TGT007]")
    assert "is too old: this output needs" in told


@pytest.mark.parametrize("release", ["v1.30", "1.30.4", "v1.30.0"])
def test_a_release_is_spelled_in_several_ways(tmp_path: Path, release: str) -> None:
    assert compiled(tmp_path, "-t", "vap", "--kubernetes", release) == compiled(
        tmp_path, "-t", "vap", "--kubernetes", "1.30"
    )


@pytest.mark.parametrize("release", ["", "1", "2.30", "1.x", "latest", "1.30-rc1"])
def test_what_is_no_release_is_wrong_usage(tmp_path: Path, release: str) -> None:
    assert compiled(tmp_path, "--kubernetes", release)[0] == 2


def test_the_current_releases_are_the_default(tmp_path: Path) -> None:
    program = analyse(SourceFile("p.psp", SOURCE))[1]
    for target in TARGETS:
        assert compile_program(program, (target,)) == compile_program(program, (target,), options=Options())
    text = (ROOT / "tests" / "engines" / "versions.env").read_text(encoding="utf-8")
    for name, release in (
        ("KUBERNETES", DEFAULTS.kubernetes),
        *((product.upper(), release) for product, release in NEWEST),
    ):
        pinned = re.search(rf"^{name}_VERSION=v(\d+\.\d+)\.", text, re.MULTILINE)
        assert pinned and pinned[1] == spelled(release)


def test_the_table_of_the_docs_is_what_the_compiler_does() -> None:
    text = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
    for kind, versions in (("ValidatingAdmissionPolicy", VALIDATING), ("MutatingAdmissionPolicy", MUTATING)):
        for since, version in versions:
            assert served(versions, since) == version
            assert re.search(rf"^\| `vap` \| {spelled(since)} \|.*{kind}` {version}\b", text, re.MULTILINE), (
                kind,
                since,
            )
