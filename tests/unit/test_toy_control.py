"""A control that is added by CONTRIBUTING's list works everywhere: one file, two lines of the registry, no other edit.

The controls of ``tests/support/toys`` are added to a copy of the compiler: a boolean, two integers and two enumerations, of the pod
and of containers, with and without a default.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from pscc.targets.registry import TARGETS
from support.toys.compiler import Compiler, compiler_with_toys


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compiler]:
    with compiler_with_toys(tmp_path_factory.mktemp("toys")) as compiler:
        yield compiler


NOTHING = ""


@pytest.mark.parametrize(
    ("strict", "wide", "fields"),
    [
        ("deny setHostnameAsFQDN", NOTHING, {"setHostnameAsFQDN": True}),
        ("allow activeDeadlineSeconds 60-3600", "allow activeDeadlineSeconds 60-3601", {"activeDeadlineSeconds": 3601}),
        ("require activeDeadlineSeconds", NOTHING, {}),
        ("deny activeDeadlineSeconds", NOTHING, {"activeDeadlineSeconds": 1000}),
        ("allow terminationGracePeriodSeconds 0-60", "allow terminationGracePeriodSeconds 0-61",
         {"terminationGracePeriodSeconds": 61}),
        ("allow terminationGracePeriodSeconds 0-29", NOTHING, {}),
        ("deny seLinuxChangePolicy Recursive", "deny seLinuxChangePolicy Recursive unless os.name linux",
         {"securityContext": {"seLinuxChangePolicy": "Recursive"}, "os": {"name": "linux"}}),
        ("deny imagePullPolicy Never", NOTHING, {"imagePullPolicy": "Never"}),
    ],
)  # fmt: skip
def test_diff_sees_it(compiler: Compiler, strict: str, wide: str, fields: dict[str, Any]) -> None:
    old, new = (compiler.source(f"{n}.psp", "deny privileged", one) for n, one in (("old", strict), ("new", wide)))
    done = compiler.pscc("diff", old, new, "--no-looser", "--format", "json")
    assert done.returncode == 1 and done.stdout, done.stderr
    (witness,) = json.loads(done.stdout)["looser"]
    spec = witness["pod"]["spec"]
    (container,) = spec.pop("containers")
    assert {**spec, **{k: v for k, v in container.items() if k not in ("name", "image")}} == fields
    assert compiler.pscc("diff", old, old, "--no-looser").returncode == 0


def test_diff_sees_its_default(compiler: Compiler) -> None:
    old = compiler.source("old.psp", "default activeDeadlineSeconds 600")
    new = compiler.source("new.psp", "default activeDeadlineSeconds 601")
    (change,) = json.loads(compiler.pscc("diff", old, new, "--format", "json").stdout)["changed"]
    assert (change["field"], change["old"], change["new"]) == ("spec.activeDeadlineSeconds", 600, 601)


def test_pods_are_drawn_around_its_boundary(compiler: Compiler) -> None:
    done = compiler.run("support.toys", "drawn")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    checked = found["checked"]
    assert {json.dumps(value) for value in checked["setHostnameAsFQDN"]} == {"null", "true", "false"}
    assert {59, 60, 3600, 3601, None} <= set(checked["activeDeadlineSeconds"])
    assert {0, 30, 31, None} <= set(checked["terminationGracePeriodSeconds"])
    # a word that the field does not know is not stored
    assert set(checked["imagePullPolicy"]) == {"Never", None}
    assert {599, 600, 601, None} <= set(found["defaulted"]["activeDeadlineSeconds"])
    assert set(found["defaulted"]["seLinuxChangePolicy"]) == {None, "MountOption", "Recursive"}


def test_policies_are_drawn_with_it(compiler: Compiler) -> None:
    done = compiler.run("support.toys", "spoken")
    assert done.returncode == 0, done.stderr
    toys = {
        "setHostnameAsFQDN",
        "activeDeadlineSeconds",
        "terminationGracePeriodSeconds",
        "seLinuxChangePolicy",
        "imagePullPolicy",
    }
    assert toys <= set(json.loads(done.stdout)["controls"])


OF_MANY = (
    "deny setHostnameAsFQDN", "require activeDeadlineSeconds 60-3600", "default activeDeadlineSeconds 600",
    "deny imagePullPolicy Never",
)  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_compiles_it(compiler: Compiler, target: str) -> None:
    source = compiler.source("all.psp", *OF_MANY)
    folder = f"{target}-out"
    done = compiler.pscc("compile", source, "-t", target, "-o", folder)
    assert done.returncode == 0, done.stderr
    text = "".join(path.read_text() for path in (compiler.folder / folder).rglob("*") if path.is_file())
    assert all(word in text for word in ("setHostnameAsFQDN", "activeDeadlineSeconds", "imagePullPolicy"))


def test_an_engine_agrees_with_the_interpreter(compiler: Compiler) -> None:
    source = compiler.source("all.psp", *OF_MANY)
    verified = compiler.pscc("verify", source, "-t", "opa", "--count", "60", "--require", "regopy", "--format", "json")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_check_explain_fmt_and_eval_know_it(compiler: Compiler) -> None:
    source = compiler.source("known.psp", "deny  setHostnameAsFQDN", "allow activeDeadlineSeconds 1-10, 5")
    assert "warning[LNG060]" in compiler.pscc("check", source).stdout
    assert (
        "did you mean `setHostnameAsFQDN`?"
        in compiler.pscc("check", compiler.source("slip.psp", "deny setHostnameAsFQND")).stdout
    )
    assert "a pod with a longer full name does not start" in compiler.pscc("explain", "setHostnameAsFQDN").stdout
    assert "setHostnameAsFQDN" in compiler.pscc("explain", source).stdout
    assert compiler.pscc("fmt", source).returncode == 0
    assert "deny  setHostnameAsFQDN\n    allow activeDeadlineSeconds 1-10, 5" in (compiler.folder / source).read_text()
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
           "spec": {"setHostnameAsFQDN": True, "containers": [{"name": "c", "image": "i"}]}}  # fmt: skip
    (compiler.folder / "pod.yaml").write_text(yaml.safe_dump(pod), encoding="utf-8")
    judged = compiler.pscc("eval", source, "-f", "pod.yaml")
    assert judged.returncode == 1 and "pod: setHostnameAsFQDN must not be true" in judged.stdout
    assert "POD001" not in judged.stderr


def test_the_reference_has_it(compiler: Compiler) -> None:
    script = "from pscc.explain.reference import controls_reference as c; print(c())"
    path = str(compiler.folder / "compiler")
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "### setHostnameAsFQDN" in done.stdout
    assert "| `default activeDeadlineSeconds VALUE` |" in done.stdout


@pytest.mark.parametrize("target", [target for target in TARGETS if target != "opa"])
def test_releases_that_lack_its_field_do_not_set_it(compiler: Compiler, target: str) -> None:
    source = compiler.source(
        "users.psp", "default seLinuxChangePolicy MountOption", "default activeDeadlineSeconds 600"
    )
    for release, lacks in (("1.32", True), ("1.33", False)):
        done = compiler.pscc("compile", source, "-t", target, "-o", "-", "--kubernetes", release)
        assert done.returncode == 0, done.stderr
        assert ("Kubernetes 1.32 has no field `seLinuxChangePolicy`, so nothing can set" in done.stderr) is lacks
        documents = [d for d in yaml.safe_load_all(done.stdout) if d and "activeDeadlineSeconds" in json.dumps(d)]
        assert documents, "the other default is set"
