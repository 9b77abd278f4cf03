"""Whatever policy and workload: what ``fix`` writes is enough, is not too much, and changes no other character."""

from __future__ import annotations

import random
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.space.sources import defaulting, readers
from pscc import ir
from pscc.base.source import SourceFile
from pscc.cli._fix_words import diff
from pscc.controls import CONTROLS
from pscc.diagnostics import Report
from pscc.driver import analyse
from pscc.mending.edits import applied, edits_of
from pscc.mending.records import Mending, Programs
from pscc.mending.settings import passes, with_settings
from pscc.pod.manifests import Manifest, read_manifests
from pscc.reference.evaluate import SOMEBODY, judgements
from support.mending import STYLES, deployment, found, written
from support.paths import ROOT
from support.pods import as_created
from support.policies import POLICIES

FILES = [*sorted((ROOT / "golden" / "policies").glob("*/policy.*")), ROOT / "examples" / "cluster" / "dump.yaml"]
SOURCES = {path.parent.name: path.read_text(encoding="utf-8") for path in FILES} | POLICIES
EMPTY = ("", "null", "~")


def program(name: str) -> ir.Program:
    path = next((path for path in FILES if path.parent.name == name), Path("p.psp" if name == "defaults" else "p.yaml"))
    return analyse(SourceFile(path.name, SOURCES[name]), everyone=name != "cluster")[1]


def members(whole: ir.Program) -> tuple[ir.Policy, ...]:
    return (*whole.policies, *(policy for choice in whole.choices for policy in choice.policies))


NOTHING_TO_MEND = ("annotated",)
"""The policy whose checks accept what its defaults would set and what is unset, or refuse a pod for good."""
WITH_DEFAULTS = [name for name in SOURCES if any(policy.defaults for policy in members(program(name)))]


def patched(diff: str, text: str, folder: Path) -> str:
    """What ``git apply`` makes of ``text``."""
    (folder / "w.yaml").write_bytes(text.encode("utf-8"))
    if diff:
        subprocess.run(["git", "apply", "-"], input=diff.encode("utf-8"), check=True, cwd=folder)
    return (folder / "w.yaml").read_bytes().decode("utf-8")


def enough_and_no_more(programs: Programs, mending: Mending, after: Manifest) -> None:
    """``after``, the mended workload, passes with and without the defaults, and does not without any one of its settings."""
    known = frozenset(judgements(programs.without, mending.manifest, SOMEBODY)[0].refused)
    for each in (programs.without, programs.written):
        assert passes(judgements(each, after, SOMEBODY), known)
    for left in mending.settings:
        fewer = [setting for setting in mending.settings if setting is not left]
        less = replace(after, pod=with_settings(mending.manifest.pod, fewer))
        assert not passes(judgements(programs.without, less, SOMEBODY), known), (left, mending.settings)


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_DEFAULTS)
def test_what_is_written_is_enough_and_no_more(name: str, tmp_path: Path) -> None:
    rng = random.Random(name)
    whole = program(name)
    pods = as_created(next(policy for policy in members(whole) if policy.defaults))
    mended = 0
    for number, style in enumerate(STYLES):
        some = rng.sample(pods, min(len(pods), 4))
        objects = [
            pod if rng.random() < 0.4 else deployment(pod, f"d-{number}-{index}") for index, pod in enumerate(some)
        ]
        source = SourceFile("w.yaml", written(rng, style, objects))
        programs, mendings = found(whole, source)
        wanted = tuple(mending for mending in mendings if mending.outcome == "mended")
        edits = edits_of(source, wanted)
        text = applied(source.text, edits)
        after = read_manifests(SourceFile("w.yaml", text), Report())
        assert len(after) == len(mendings)
        for mending, manifest in zip(mendings, after, strict=True):
            assert manifest.pod == with_settings(mending.manifest.pod, mending.written)
            if mending.outcome == "mended":
                mended += 1
                enough_and_no_more(programs, mending, manifest)
        for edit in edits:
            assert source.text[edit.start : edit.end] in EMPTY
        assert patched(diff(source, edits), source.text, tmp_path) == text
        crlf = source.text.replace("\n", "\r\n")
        assert applied(crlf, edits) == text.replace("\n", "\r\n")
    assert bool(mended) is (name not in NOTHING_TO_MEND)


DEFAULTED = {control.id: control for control in readers(CONTROLS)}


@pytest.mark.slow
@pytest.mark.parametrize("name", DEFAULTED)
def test_whatever_policy_is_drawn(name: str) -> None:
    rng = random.Random(name)
    mended = 0
    for number in range(14):
        source = defaulting(rng, DEFAULTED[name])
        policy = next((policy for policy in members(source.program) if policy.name == "p"), None) if source else None
        pods = as_created(policy) if policy is not None else []
        for pod in rng.sample(pods, min(len(pods), 4)):
            workload = pod if rng.random() < 0.4 else deployment(pod, f"d-{number}")
            mended += mended_or_not_at_all(rng, source.program if source else ir.Program(), workload)
    assert mended


def mended_or_not_at_all(rng: random.Random, whole: ir.Program, workload: dict[str, object]) -> bool:
    """Whether the workload is mended, in the file and rightly; one that works today is never refused."""
    file = SourceFile("w.yaml", written(rng, rng.choice(STYLES), [workload]))
    programs, (mending,) = found(whole, file)
    known = frozenset(judgements(programs.without, mending.manifest, SOMEBODY)[0].refused)
    works_today = passes(judgements(programs.written, mending.manifest, SOMEBODY), known)
    assert mending.outcome != "refused" or not works_today, file.text
    (after,) = read_manifests(SourceFile("w.yaml", applied(file.text, edits_of(file, (mending,)))), Report())
    assert after.pod == with_settings(mending.manifest.pod, mending.written)
    if mending.outcome == "mended":
        enough_and_no_more(programs, mending, after)
    return mending.outcome == "mended"
