"""The suite of an output runs the files that are applied: an edit of one of them fails it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from shutil import copytree

import pytest

from pscc.driver import compile_program
from pscc.output.options import DEFAULTS, Engine, Options
from support.engines import run
from support.targets import program_of_text, written

SOURCE = """
policy default {
    deny    hostPID
    allow   hostPorts 10000-11000
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""
Edit = Callable[[Path], None]
TOOLS = {
    "gatekeeper": ("gator", "verify"),
    "kyverno": ("kyverno", "test"),
    "kyverno-cel": ("kyverno", "test"),
    "vap": ("kyverno", "test"),
    "opa": ("opa", "test"),
}


def compiled(target: str, folder: Path, text: str = SOURCE, options: Options = DEFAULTS) -> Path:
    return written(compile_program(program_of_text(text), (target,), options=options).outputs[target], folder)


def verdict(target: str, folder: Path) -> tuple[bool, str]:
    """Whether the suite in ``folder`` passes, and what its tool said."""
    done = run(*TOOLS[target], folder)
    return done.returncode == 0, (done.stdout + done.stderr)[-6000:]


def replaced(path: str, old: str, new: str) -> Edit:
    """The edit that puts ``new`` in the place of each ``old`` in the files that ``path`` names."""

    def edit(folder: Path) -> None:
        files = [file for file in sorted(folder.glob(path)) if old in file.read_text(encoding="utf-8")]
        assert files, f"no file {path} has {old!r}"
        for file in files:
            file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return edit


def deleted(path: str) -> Edit:
    """The edit that deletes the files that ``path`` names."""

    def edit(folder: Path) -> None:
        files = sorted(folder.glob(path))
        assert files, f"there is no {path}"
        for file in files:
            file.unlink()

    return edit


EDITS: dict[str, dict[str, Edit]] = {
    "gatekeeper": {
        "a wider range": replaced("policies/**/*.yaml", "max: 11000", "max: 11001"),
        "a range far off": replaced("policies/**/*.yaml", "ranges:", "ranges:\n      - {min: 20000, max: 20001}"),
        "dryrun": replaced("policies/**/deny-host-pid.yaml", "enforcementAction: deny", "enforcementAction: dryrun"),
        "no constraint": deleted("policies/**/deny-host-pid.yaml"),
        "a namespace left out": replaced(
            "policies/**/deny-host-pid.yaml", "  match:", "  match:\n    excludedNamespaces: [prod]"
        ),
        "no default": deleted("mutators/**/*read-only*.yaml"),
        "another default": replaced("mutators/**/*.yaml", "value: true", "value: false"),
        "a wider range of workloads": replaced("workloads/**/*.yaml", "max: 11000", "max: 11001"),
        "no constraint on workloads": deleted("workloads/**/deny-host-pid*.yaml"),
        "no Deployments": replaced("workloads/**/*.yaml", "Deployment, ", ""),
        "no CronJobs": replaced("workloads/**/*.yaml", "[CronJob, Job]", "[Job]"),
        "another message": replaced("templates/psccdenyhostpid.yaml", "must not be true", "may not be true"),
        "no ephemeral containers": replaced("templates/*.yaml", "ephemeralContainers", "otherContainers"),
    },
    "kyverno": {
        "a wider range": replaced("policies/default.yaml", "<= 11000", "<= 11001"),
        "Audit": replaced("policies/default.yaml", "Enforce", "Audit"),
        "no policy": deleted("policies/default.yaml"),
        "no rule": replaced("policies/default.yaml", "name: deny-host-pid", "name: deny-host-pid-2"),
        "a namespace left out": replaced(
            "policies/default.yaml",
            "      validate:",
            "      exclude: {any: [{resources: {namespaces: [prod]}}]}\n      validate:",
        ),
        "no default": deleted("policies/default-defaults.yaml"),
        "another default": replaced("policies/default-defaults.yaml", "`true`", "`false`"),
        "default of some alone": replaced(
            "policies/default-defaults.yaml", "- Pod\n", "- Pod\n              names: [web]\n"
        ),
        "no workloads": replaced(
            "policies/default.yaml",
            "    policies.kyverno.io/title",
            "    pod-policies.kyverno.io/autogen-controllers: none\n    policies.kyverno.io/title",
        ),
        "no ephemeral containers": replaced("policies/default.yaml", "ephemeralContainers", "otherContainers"),
    },
    "kyverno-cel": {
        "a wider range": replaced("policies/default.yaml", "<= 11000", "<= 11001"),
        "Audit": replaced("policies/default.yaml", "[Deny]", "[Audit]"),
        "Audit of ephemeral containers": replaced("policies/default-ephemeral-containers.yaml", "[Deny]", "[Audit]"),
        "no policy": deleted("policies/default.yaml"),
        "no policy of ephemeral containers": deleted("policies/default-ephemeral-containers.yaml"),
        "no check": replaced(
            "policies/default.yaml",
            'denyHostPIDUnchanged ? "" : variables.denyHostPID',
            'allContainers == [] ? "" : ""',
        ),
        "a namespace left out": replaced(
            "policies/default.yaml",
            "  matchConditions:",
            "  matchConditions:\n    - {name: not-prod, expression: object.metadata.namespace != 'prod'}",
        ),
        "no default": deleted("policies/default-defaults.yaml"),
        "another default": replaced("policies/default-defaults.yaml", "value: true", "value: false"),
        "default of some alone": replaced(
            "policies/default-defaults.yaml",
            "  mutations:",
            "  matchConditions:\n    - {name: web, expression: object.metadata.name == 'web'}\n  mutations:",
        ),
        "no workloads": replaced(
            "policies/default.yaml",
            "  matchConstraints:",
            "  autogen: {podControllers: {controllers: []}}\n  matchConstraints:",
        ),
        "no ephemeral containers": replaced("policies/default.yaml", "ephemeralContainers", "otherContainers"),
    },
    "vap": {
        "a wider range": replaced("policies/default.yaml", "<= 11000", "<= 11001"),
        "no check of Deployments": replaced("policies/default-workloads.yaml", "hostPID == true", "hostPID == false"),
        "Audit": replaced("bindings/default.yaml", "[Deny]", "[Audit]"),
        "no policy": deleted("policies/default.yaml"),
        "no binding": deleted("bindings/default.yaml"),
        "no policy of CronJobs": deleted("policies/default-cronjobs.yaml"),
        "no check": replaced(
            "policies/default.yaml",
            'unchanged ? "" : variables.denyHostPID',
            'allContainers == [] ? "" : ""',
        ),
        "a namespace left out": replaced(
            "bindings/default.yaml",
            "spec:",
            "spec:\n  matchResources: {namespaceSelector: {matchLabels: {tier: edge}}}",
        ),
        "pods left out": replaced(
            "policies/default.yaml", "[pods, pods/ephemeralcontainers]", "[pods/ephemeralcontainers]"
        ),
        "no default": deleted("policies/default-defaults.yaml"),
        "another default": replaced("policies/default-defaults.yaml", "value: true", "value: false"),
        "no ephemeral containers": replaced("policies/default.yaml", "ephemeralContainers", "otherContainers"),
    },
    "opa": {
        "a wider range": replaced("policies/default.rego", "11000", "11001"),
        "warn": replaced("policies/default.rego", "deny contains", "warn contains"),
        "no decision": replaced("main.rego", "deny contains", "ignored contains"),
        "no policy": deleted("policies/default.rego"),
        "another message": replaced("policies/default.rego", "hostPID must not be true", "hostPID must not be set"),
        "no Deployments": replaced("workloads.rego", '"Deployment"', '"Deploy"'),
        "no CronJobs": replaced("workloads.rego", '"CronJob"', '"Cron"'),
        "no workloads": deleted("workloads.rego"),
        "no ephemeral containers": replaced("lib/pscc.rego", "ephemeralContainers", "otherContainers"),
    },
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of each target as it is compiled."""
    folder = tmp_path_factory.mktemp("outputs")
    return cache(lambda target: compiled(target, folder / target))


@pytest.mark.parametrize("target", TOOLS)
def test_a_suite_passes_as_it_is_compiled(target: str, outputs: Callable[[str], Path]) -> None:
    passes, said = verdict(target, outputs(target))
    assert passes, said


@pytest.mark.grid
@pytest.mark.parametrize(("target", "edit"), [(target, edit) for target, edits in EDITS.items() for edit in edits])
def test_an_edit_of_what_is_applied_fails_the_suite(
    target: str, edit: str, outputs: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = copytree(outputs(target), tmp_path / "out")
    EDITS[target][edit](folder)
    passes, said = verdict(target, folder)
    assert not passes, said


SCOPED = """
policy scoped {
    in     namespaces tier=edge
    except namespaces sandbox=yes
    deny    privileged
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""


@pytest.mark.parametrize("engine", ["rego", "cel"])
def test_the_suite_of_gator_has_the_namespace_whose_labels_count(engine: Engine, tmp_path: Path) -> None:
    folder = compiled("gatekeeper", tmp_path / "out", SCOPED, Options(engine=engine))
    passes, said = verdict("gatekeeper", folder)
    assert passes, said
    replaced("suite/scoped/in-namespace.yaml", "tier: edge", "tier: core")(folder)
    assert not verdict("gatekeeper", folder)[0]


@pytest.mark.parametrize("target", ["kyverno", "kyverno-cel", "vap"])
def test_the_suites_of_kyverno_have_the_namespace_whose_labels_count(target: str, tmp_path: Path) -> None:
    folder = compiled(target, tmp_path / "out", SCOPED)
    passes, said = verdict(target, folder)
    assert passes, said
    assert not [line for line in said.splitlines() if "v1/Pod" in line and "Excluded" in line]
