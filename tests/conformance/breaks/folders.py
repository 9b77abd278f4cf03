"""What the tools say of a whole folder: its suite, and its kustomizations. For templates of what is not applied."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.breaks.programs import SUBJECTS, Subject
from pscc.driver import compile_program
from support.engines import run
from support.targets import written

Tool = Callable[[Path], str]


def _tool(name: str, *arguments: str) -> Tool:
    def printed(folder: Path) -> str:
        done = run(name, *arguments, folder)
        text = re.sub(r"\d[\d.]*(ms|µs|s)\b", "", done.stdout + done.stderr)
        return f"{done.returncode} {text.replace(str(folder), '')}"

    return printed


def _renamed(folder: Path) -> str:
    """What kustomize builds of ``folder`` where all names get a prefix."""
    kustomization = {"resources": [folder.name], "namePrefix": "team-"}
    (folder.parent / "kustomization.yaml").write_text(json.dumps(kustomization), encoding="utf-8")
    return _tool("kustomize", "build")(folder.parent)


def _edited(tool: Tool) -> Tool:
    """``tool`` on a folder whose applied objects were edited: one has another action, one another name, one a field more."""
    edits = (
        (r"(enforcementAction: |failureAction: )\w+", r"\1dryrun"),
        (r"(?m)^  name: (.*)$", r"  name: another"),
        (r"(?m)^spec:$", "spec:\n  more: true"),
    )

    def printed(folder: Path) -> str:
        applied = [path for path in sorted(folder.glob("policies/**/*.yaml")) if path.name != "kustomization.yaml"]
        for path, (old, new) in zip(applied, edits * len(applied), strict=False):
            path.write_text(re.sub(old, new, path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
        return tool(folder)

    return printed


def _reworded(tool: Tool) -> Tool:
    """``tool`` on a folder whose first template has other messages."""

    def printed(folder: Path) -> str:
        path = min(folder.glob("templates/pscc*.yaml"))
        path.write_text(path.read_text(encoding="utf-8").replace(" must ", " may "), encoding="utf-8")
        return tool(folder)

    return printed


_CHECKS: dict[str, tuple[tuple[str, ...], str, Tool]] = {
    "gatekeeper/suite.yaml.j2": (("scopes",), "gatekeeper", _reworded(_tool("gator", "verify", "-v"))),
    "gatekeeper/suite_applied.yaml.j2": (("levels",), "gatekeeper", _edited(_tool("gator", "verify", "-v"))),
    "gatekeeper/suite_template.yaml.j2": (("levels",), "gatekeeper", _edited(_tool("gator", "verify", "-v"))),
    "shared/kustomization.yaml.j2": (("default alone", "one switch"), "vap", _renamed),
    "vap/references.yaml.j2": (("default alone",), "vap", _renamed),
    "kyverno/applied.yaml.j2": (("one switch",), "kyverno", _edited(_tool("kyverno", "test", "--detailed-results"))),
    "kyverno/applied_test.yaml.j2": (("one switch",), "kyverno", _tool("kyverno", "test")),
    "kyverno/defaults_test.yaml.j2": (("default alone",), "kyverno-cel", _tool("kyverno", "test")),
    "kyverno/test.yaml.j2": (("one switch",), "kyverno", _tool("kyverno", "test")),
    "kyverno/values.yaml.j2": (("one switch",), "kyverno", _tool("kyverno", "test")),
    "kyverno/user.yaml.j2": (("choose apart",), "kyverno", _tool("kyverno", "test")),
    "kyverno_cel/test.yaml.j2": (("one switch", "choose nothing"), "kyverno-cel", _tool("kyverno", "test")),
    "opa/policy_test.rego.j2": (("levels",), "opa", _tool("opa", "test", "-v")),
    "opa/choice_test.rego.j2": (("choose apart",), "opa", _tool("opa", "test", "-v")),
}
"""By template the programs and the target whose folders have it, and the tool that reads them."""


def notices(template: str) -> str:
    """What is said now of folders with ``template`` in them, where that is not what was said; an exception is noticed, too."""
    before = expected(template)
    try:
        now = _printed(template)
    except Exception as error:
        return type(error).__name__
    return now if now != before else ""


@cache
def expected(template: str) -> str:
    """What is said of the unbroken folders: to be asked for before the compiler is broken."""
    return _printed(template)


def _printed(template: str) -> str:
    names, target, tool = _CHECKS[template]
    texts = []
    for subject in (candidate for candidate in (*SUBJECTS, SMALL) if candidate.name in names):
        output = compile_program(subject.program, (target,), subject.rollout, subject.options).outputs[target]
        with TemporaryDirectory() as folder:
            texts.append(tool(written(output, Path(folder) / "out")))
    return "\n".join(texts)


SMALL = Subject("one switch", "one-switch.psp")
"""A program whose suite is short: Kyverno's command line takes long for each pod."""
