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
    breaks: list[Break] = [*SLIPS, *of_templates.every()]
    return sorted(breaks, key=lambda break_: (break_.outputs, isinstance(break_, Slip)))


def chosen(share: float | None = None, seed: int = 0) -> list[Break]:
    """The breaks to try: all but lines that are for people, or a ``share`` of them, drawn by ``seed``."""
    return [
        break_
        for break_ in everything()
        if break_.label not in WORDS and (share is None or _is_sampled(break_, share, seed))
    ]


def _is_sampled(break_: Break, share: float, seed: int) -> bool:
    return crc32(f"{seed} {break_.label}".encode()) < _SHARE.get(break_.outputs[0], 1) * share * 2**32


def tried(labels: tuple[str, ...]) -> list[TriedPrinter]:
    """What notices each of the breaks of these labels."""
    wanted = set(labels)
    breaks = [break_ for break_ in everything() if break_.label in wanted]
    _remember(breaks)
    tried_breaks = []
    with Sample() as sample:
        for break_ in breaks:
            with (
                patched(break_.place, break_.make)
                if isinstance(break_, Slip)
                else template(break_.template, break_.text)
            ):
                noticed = folders.notices(break_.template) if _is_of_folders(break_) else sample.notices(break_.outputs)
            tried_breaks.append(TriedPrinter(break_.label, "" if noticed == UNCHANGED else noticed))
    return tried_breaks


def _is_of_folders(break_: Break) -> bool:
    return isinstance(break_, TemplateBreak) and break_.template in OF_FOLDERS


def _remember(breaks: list[Break]) -> None:
    """Compile everything that ``breaks`` are held against, before anything is broken."""
    for break_ in breaks:
        if isinstance(break_, TemplateBreak) and break_.template in OF_FOLDERS:
            folders.expected(break_.template)
    for output in {output for break_ in breaks if not _is_of_folders(break_) for output in break_.outputs}:
        for subject in SUBJECTS:
            if output in subject.outputs:
                emitted(subject, output)


def hunted(
    share: float | None = None, seed: int = 0, tell: Callable[[str], None] = lambda text: None
) -> list[TriedPrinter]:
    """What notices each break of the code that prints, or of a ``share`` of them, drawn by ``seed``."""
    labels = [break_.label for break_ in chosen(share, seed)]
    work = [tuple(labels[start : start + _PIECE]) for start in range(0, len(labels), _PIECE)]
    tried_breaks: list[TriedPrinter] = []
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for some in pool.map(tried, work):
            tried_breaks += some
            tell(f"{len(tried_breaks)} of {len(labels)}")
    return tried_breaks
