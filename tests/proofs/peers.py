"""The pod-security policies of other projects, proven from their checkouts: equal, looser or stricter, and a pod."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from peers import gatekeeper_statements
from peers.case import NotExpressible
from peers.checkout import commit, document, files
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.files import from_library, loader_for
from pscc.ir import Program
from pscc.lowering.prepared import prepared
from pscc.proving.comparing import comparison, of_controls, relation
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.question import Differs, Direction, Undecided
from pscc.proving.witness import UnconfirmedError, witness
from support.paths import ROOT

PAGE = ROOT / "docs" / "peers-proofs.md"
STANDARD: dict[str, tuple[str, tuple[str, ...]]] = {
    "disallow-capabilities": ("pss/baseline", ("capabilities.add",)),
    "disallow-host-namespaces": ("pss/baseline", ("hostNetwork", "hostPID", "hostIPC")),
    "disallow-host-path": ("pss/baseline", ("hostPath",)),
    "disallow-host-ports": ("pss/baseline", ("hostPorts",)),
    "disallow-host-process": ("pss/baseline", ("hostProcess",)),
    "disallow-privileged-containers": ("pss/baseline", ("privileged",)),
    "disallow-proc-mount": ("pss/baseline", ("procMount",)),
    "disallow-selinux": ("pss/baseline", ("seLinuxOptions.type", "seLinuxOptions.user", "seLinuxOptions.role")),
    "restrict-seccomp": ("pss/baseline", ("seccompProfile",)),
    "restrict-sysctls": ("pss/baseline", ("sysctls",)),
    "disallow-capabilities-strict": ("pss/restricted", ("capabilities.add", "capabilities.drop")),
    "disallow-privilege-escalation": ("pss/restricted", ("allowPrivilegeEscalation",)),
    "require-run-as-non-root-user": ("pss/restricted", ("runAsUser",)),
    "require-run-as-nonroot": ("pss/restricted", ("runAsNonRoot",)),
    "restrict-seccomp-strict": ("pss/restricted", ("seccompProfile",)),
    "restrict-volume-types": ("pss/restricted", ("volumes",)),
}
"""What each of Kyverno's policies says in its annotations to be: the controls of a level."""


@dataclass(frozen=True, slots=True)
class Row:
    """A ``policy`` of ``peer``, what it is compared ``beside``, the ``answer``, and the ``pods`` that show it, in words."""

    peer: str
    policy: str
    beside: str
    answer: str
    pods: str


def rows(kyverno_policies: Path | None, gatekeeper_library: Path | None, seconds: float) -> Iterator[Row]:
    """The answers for each checkout that is given."""
    if kyverno_policies is not None:
        for path in files(kyverno_policies, "pod-security-vpol/*/*/*.yaml"):
            if path.stem == path.parent.name:
                level, controls = STANDARD[path.stem]
                beside = f"`{level}`: {', '.join(controls)}"
                source = of_controls(_program(from_library(level)), controls)
                yield Row("kyverno/policies", path.stem, beside, *_compared(source, [path], seconds))
    if gatekeeper_library is not None:
        yield from _constraints(gatekeeper_library, seconds)


def _constraints(checkout: Path, seconds: float) -> Iterator[Row]:
    for path in files(checkout, "library/pod-security-policy/*/samples/*/constraint.yaml"):
        template = path.parents[2] / "template.yaml"
        if "engine: K8sNativeValidation" not in template.read_text(encoding="utf-8"):
            continue
        constraint = document(path)
        spec, name = constraint["spec"], f"{path.parents[2].name}, {path.parent.name}"
        try:
            text = gatekeeper_statements.policy_of(
                constraint["kind"], spec.get("parameters") or {}, spec.get("match") or {}
            )
        except NotExpressible as error:
            yield Row("gatekeeper-library", name, "", "not compared", str(error))
            continue
        lines = [line.strip() for line in text.splitlines()]
        beside = "; ".join(f"`{line}`" for line in lines if line.split(" ")[0] in ("deny", "allow", "require"))
        source = _program(SourceFile("constraint.psp", text))
        yield Row("gatekeeper-library", name, beside, *_compared(source, [template, path], seconds))


def _program(source: SourceFile) -> Program:
    _, program, _ = analyse(source, load=loader_for(source.name))
    return prepared(program).written


def _compared(source: Program, paths: list[Path], seconds: float) -> tuple[str, str]:
    """The answer, and the pods that show it."""
    texts = {str(path): path.read_text(encoding="utf-8") for path in paths}
    try:
        asked = comparison(source, texts)
        directions: tuple[Direction, ...] = ("lets in", "shuts out")
        answers = {does: asked.answered(does, seconds) for does in directions}
        pods = [_shown(does, each, source) for does, each in answers.items() if isinstance(each, Differs)]
    except NotUnderstoodError as error:
        return "not understood", str(error)
    except UnconfirmedError:
        return "unknown", "the solver's pod is not confirmed"
    reasons = [each.reason for each in answers.values() if isinstance(each, Undecided)]
    return relation(answers["lets in"], answers["shuts out"]), "<br>".join((*pods, *dict.fromkeys(reasons)))


def _shown(does: Direction, answer: Differs, source: Program) -> str:
    pod = witness(answer, source.policies, source.choices).pod
    verb = "admits" if does == "lets in" else "refuses"
    return f"{verb} `{_flow(_without_names(pod.get('spec')), pod.get('metadata'))}`"


def _without_names(value: object) -> object:
    """``value`` without what every container and every mount has, where nothing depends on it."""
    if isinstance(value, list):
        return [_without_names(each) for each in value]
    if isinstance(value, dict):
        dull = {"image": "app:1", "mountPath": "/data"}
        return {key: _without_names(each) for key, each in value.items() if each != dull.get(key, ...)}
    return value


def _flow(spec: object, metadata: object) -> str:
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return _inline({"annotations": annotations, **spec} if annotations and isinstance(spec, dict) else spec)


def _inline(value: object) -> str:
    """``value`` as YAML on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_inline(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_inline, value)) + "]"
        case bool():
            return str(value).lower()
        case "":
            return '""'
        case _:
            return str(value)


def page(given: list[Row], checkouts: dict[str, Path]) -> str:
    """The page: what was compared, and a line for each policy."""
    read = [f"- {name} at `{commit(path)[:12] or 'no commit'}`" for name, path in checkouts.items()]
    counts: dict[str, int] = {}
    for row in given:
        counts[f"{row.peer}: {row.answer}"] = counts.get(f"{row.peer}: {row.answer}", 0) + 1
    table = [f"| {row.peer} | {row.policy} | {row.beside} | {row.answer} | {_cell(row.pods)} |" for row in given]
    return "\n".join((
        "# Proofs of other projects' policies",
        "",
        "`pscc prove POLICIES --is SOURCE` compares policies that somebody else wrote with a source, for all pods that are",
        "created ([proofs.md](proofs.md#other-peoples-policies)). `make proofs ARGUMENTS=\"peers --kyverno-policies PATH",
        "--gatekeeper-library PATH --write\"` wrote this page from checkouts:",
        "",
        *read,
        "",
        "A policy is *looser* where it admits a pod that the source refuses, *stricter* where it refuses one that the source",
        "admits. A Kyverno policy is compared with the controls of the Pod Security Standards that it says to be. A constraint",
        "of gatekeeper-library is compared with what its kind and parameters say in the policy language.",
        "",
        *(f"- {what}: {count}" for what, count in counts.items()),
        "",
        "| peer | policy | compared with | answer | pods |",
        "|---|---|---|---|---|",
        *table,
        "",
    ))  # fmt: skip


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
