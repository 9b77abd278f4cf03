"""Every option of a compile, and every kind of exemption, over all golden policies: what lints and compilers are run on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cli._shared import read_source
from pscc.driver import analyse, is_language, packaged
from pscc.ir.access import Names
from pscc.language.printer import print_document
from pscc.lowering.prepared import prepared
from pscc.lowering.rollout import AS_WRITTEN, Rollout
from pscc.output.contents import Output
from pscc.output.options import DEFAULTS, Options
from pscc.targets.registry import TARGETS, target_named
from support.paths import ROOT

GOLDEN = ROOT / "golden"
CEL, PER_POLICY = "gatekeeper --engine cel", "gatekeeper --layout per-policy"
OUTPUTS = (*TARGETS, CEL)
"""Each target in its usual layout, Gatekeeper in both of its engines."""
_REASON = 'because "a test"'


@dataclass(frozen=True, slots=True)
class Setting:
    """A way to compile. ``lines`` stand in each policy; ``outputs`` are those that the option makes a difference to."""

    name: str
    options: Options = DEFAULTS
    rollout: Rollout = AS_WRITTEN
    lines: tuple[str, ...] = ()
    outputs: tuple[str, ...] = OUTPUTS


_PER_POLICY = Options(layout="per-policy")
SETTINGS = (
    Setting("as it is"),
    Setting("workloads enforce", Options(workloads="enforce")),
    Setting("workloads off", Options(workloads="off")),
    Setting("mode warn", rollout=Rollout("warn")),
    Setting("mode audit", rollout=Rollout("audit")),
    Setting("excluded namespaces", rollout=Rollout(excluded=Names(("kube-system",), ("infra-",)))),
    Setting("Kubernetes 1.30", Options(kubernetes=(1, 30)), outputs=("gatekeeper", "vap", "kyverno-cel")),
    Setting("Kubernetes 1.35", Options(kubernetes=(1, 35)), outputs=("vap",)),
    Setting("Kubernetes 1.29", Options(kubernetes=(1, 29)), outputs=("gatekeeper", "kyverno", CEL)),
    Setting("Gatekeeper 3.19", Options(releases=(("gatekeeper", (3, 19)),)), outputs=("gatekeeper", CEL)),
    Setting("Kyverno 1.13", Options(releases=(("kyverno", (1, 13)),)), outputs=("kyverno",)),
    Setting("exempt images", lines=(f"exempt images registry.example/a:1, registry.example/tools/* {_REASON}",)),
    Setting("exempt image", lines=(f"exempt images registry.example/a:1 {_REASON}",)),
    Setting("per policy", _PER_POLICY, outputs=("gatekeeper", CEL)),
    Setting(
        "exempt users, per policy", _PER_POLICY, lines=(f"exempt users jane {_REASON}",), outputs=("gatekeeper", CEL)
    ),
    Setting("exempt containers", lines=(f"exempt containers agent, istio-* {_REASON}",)),
    Setting(
        "exempt containers and images",
        lines=(f"exempt containers istio-* {_REASON}", f"exempt images registry.example/* {_REASON}"),
    ),
    Setting("exempt users", lines=(f"exempt users jane, system:node:* {_REASON}",)),
    Setting("exempt groups", lines=(f"exempt groups ops, system:serviceaccounts:team-* {_REASON}",)),
    Setting(
        "exempt serviceaccounts",
        lines=(f"exempt serviceaccounts kube-system/fluentd, ci/* {_REASON} until 2099-12-31",),
    ),
    Setting(
        "scoped and exempt",
        lines=(
            "in namespaces team-*",
            "in namespaces tier=edge",
            "except namespaces team-x, env=prod",
            f"exempt users jane {_REASON}",
            f"exempt images registry.example/* {_REASON}",
        ),
    ),
)


def golden_sources() -> Iterator[tuple[str, Path]]:
    """A name, and the source, of each golden policy."""
    for folder in sorted((*(GOLDEN / "controls").glob("*/*"), *(GOLDEN / "policies").iterdir())):
        (path,) = folder.glob("policy.*")
        yield "-".join(folder.relative_to(GOLDEN).parts[1:]).lower(), path


@cache
def _text(path: Path) -> str:
    """The policy at ``path`` in the language."""
    from pscc.diagnostics import Report
    from pscc.driver import read

    source = read_source(str(path))
    if is_language(source):
        return source.text
    document = read((source,), Report())
    assert document is not None
    return print_document(document)


@cache
def golden_program(lines: tuple[str, ...], only: str = "") -> ir.Program:
    """All golden policies as one program, each with ``lines`` in it; those whose name ends in ``only``."""
    policies = []
    for name, path in golden_sources():
        if not name.endswith(only):
            continue
        head, brace, body = _text(path).partition("{")
        text = f"{head}{brace}\n" + "".join(f"    {line}\n" for line in lines) + body
        policies += [
            replace(policy, name=re.sub("[^a-z0-9]+", "-", f"{name}-{policy.mode}" if number else name))
            for number, policy in enumerate(analyse(SourceFile(f"{name}.psp", text))[1].policies)
        ]
    return ir.Program(tuple(policies))


def compiled(program: ir.Program, output: str, setting: Setting) -> Output:
    """What ``output`` makes of ``program``, as ``setting`` has it; without suites."""
    target, options = with_options(output, setting.options)
    return packaged(target_named(target), prepared(program, setting.rollout).formed, options)


def with_options(output: str, options: Options) -> tuple[str, Options]:
    """The name of the target of ``output``, and ``options`` with those of the output."""
    target, _, _ = output.partition(" ")
    changed = {CEL: replace(options, engine="cel"), PER_POLICY: replace(options, layout="per-policy")}
    return target, changed.get(output, options)
