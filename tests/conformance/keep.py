"""Keeps what differed under ``golden/regressions/``: policy, pod, what is expected, and why it is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from conformance.check import policy_of
from conformance.jsonl import Json
from conformance.result import Difference
from conformance.shrink import shrunk
from conformance.targets._base import Request
from pscc.reference import interpreter
from support.paths import ROOT

REGRESSIONS = ROOT / "golden" / "regressions"


@dataclass(frozen=True, slots=True)
class Regression:
    """A case of ``golden/regressions/``: ``allowed`` is what PSP, or whoever wrote the case, says."""

    name: str
    source: Json | str
    request: Request
    allowed: bool
    why: str


def kept() -> Iterator[Regression]:
    """Every case, by name."""
    for folder in sorted(REGRESSIONS.iterdir()) if REGRESSIONS.is_dir() else ():
        text = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
        source = text["policy.psp"] if "policy.psp" in text else yaml.safe_load(text["policy.yaml"])
        expected = yaml.safe_load(text["expected.yaml"])
        old = yaml.safe_load(text["old-pod.yaml"]) if "old-pod.yaml" in text else None
        request = Request(yaml.safe_load(text["pod.yaml"]), old, debug=bool(expected.get("debug")))
        yield Regression(folder.name, source, request, expected["allowed"], expected["why"])


def keep_all(differences: list[Difference]) -> Iterator[Path]:
    """Shrinks the first difference of each engine, kind and control, and writes it; gives the folders."""
    seen: set[tuple[str, str]] = set()
    for difference in differences:
        if (difference.who, difference.kind) not in seen and difference.pod:
            seen.add((difference.who, difference.kind))
            yield write(shrunk(difference))


def write(difference: Difference, name: str = "") -> Path:
    """The folder of ``difference``. What is expected is PSP's verdict where PSP differs, else the interpreter's."""
    verdict = interpreter.judge(policy_of(difference.policy), difference.pod, difference.old_pod)
    allowed = verdict.allowed is not (difference.who == "psp" and difference.kind == "verdict")
    digest = hashlib.sha256(json.dumps([difference.policy, difference.pod], sort_keys=True).encode()).hexdigest()[:6]
    folder = REGRESSIONS / (name or f"{difference.who}-{difference.kind.replace(' ', '-')}-{digest}")
    folder.mkdir(parents=True, exist_ok=True)
    files = {"pod.yaml": _yaml(difference.pod)}
    if difference.old_pod is not None:
        files["old-pod.yaml"] = _yaml(difference.old_pod)
    if isinstance(difference.policy, str):
        files["policy.psp"] = difference.policy
    else:
        files["policy.yaml"] = _yaml(difference.policy)
    why = f"{difference.who} and the interpreter differed in the {difference.kind}: {difference.theirs} / {difference.ours}"
    files["expected.yaml"] = _yaml({"allowed": allowed, "why": why})
    for path, text in files.items():
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def _yaml(value: object) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True))
