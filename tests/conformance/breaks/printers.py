"""Tries breaks of the code that prints: slips in its functions, and every line of every template."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from zlib import crc32

from conformance.breaks import folders, of_templates
from conformance.breaks.of_templates import OF_FOLDERS, TemplateBreak
from conformance.breaks.outputs import emitted
from conformance.breaks.patching import patched, template
from conformance.breaks.programs import SUBJECTS
from conformance.breaks.sample import UNCHANGED, Sample
from conformance.breaks.slipping import Slip
from conformance.breaks.slips import SLIPS
from conformance.breaks.words import WORDS

_PIECE = 30
_SHARE = {"kyverno": 0.25}
"""Of the breaks of templates of an output, the share that a run tries unless it tries all: Kyverno's command line is slow."""
Break = Slip | TemplateBreak


@dataclass(frozen=True, slots=True)
class TriedPrinter:
    """What notices a break of the code that prints; empty where nothing does."""

    label: str
    noticed: str


def everything() -> list[Break]:
    """Every break, those of one output beside each other."""
    found: list[Break] = [*SLIPS, *of_templates.every()]
    return sorted(found, key=lambda one: (one.outputs, isinstance(one, Slip)))


def chosen(share: float | None = None, seed: int = 0) -> list[Break]:
    """The breaks to try: all but lines that are for people, or a ``share`` of them, drawn by ``seed``."""
    return [one for one in everything() if one.label not in WORDS and (share is None or _is_sampled(one, share, seed))]


def _is_sampled(one: Break, share: float, seed: int) -> bool:
    return crc32(f"{seed} {one.label}".encode()) < _SHARE.get(one.outputs[0], 1) * share * 2**32


def tried(labels: tuple[str, ...]) -> list[TriedPrinter]:
    """What notices each of the breaks of these labels."""
    wanted = set(labels)
    breaks = [one for one in everything() if one.label in wanted]
    _remember(breaks)
    found = []
    with Sample() as sample:
        for one in breaks:
            with patched(one.place, one.make) if isinstance(one, Slip) else template(one.template, one.text):
                told = folders.notices(one.template) if _is_of_folders(one) else sample.notices(one.outputs)
            found.append(TriedPrinter(one.label, "" if told == UNCHANGED else told))
    return found


def _is_of_folders(one: Break) -> bool:
    return isinstance(one, TemplateBreak) and one.template in OF_FOLDERS


def _remember(breaks: list[Break]) -> None:
    """Compile everything that ``breaks`` are held against, before anything is broken."""
    for one in breaks:
        if isinstance(one, TemplateBreak) and one.template in OF_FOLDERS:
            folders.expected(one.template)
    for output in {output for one in breaks if not _is_of_folders(one) for output in one.outputs}:
        for subject in SUBJECTS:
            if output in subject.outputs:
                emitted(subject, output)


def hunted(
    share: float | None = None, seed: int = 0, tell: Callable[[str], None] = lambda text: None
) -> list[TriedPrinter]:
    """What notices each break of the code that prints, or of a ``share`` of them, drawn by ``seed``."""
    labels = [one.label for one in chosen(share, seed)]
    work = [tuple(labels[start : start + _PIECE]) for start in range(0, len(labels), _PIECE)]
    found: list[TriedPrinter] = []
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for some in pool.map(tried, work):
            found += some
            tell(f"{len(found)} of {len(labels)}")
    return found
