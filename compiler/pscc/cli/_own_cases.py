"""The cases that stand beside the sources of a command, for the suites of an output and for ``pscc verify``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pscc.cli._shared import files_of, read_source, write_diagnostics
from pscc.files import CASES_ENDING, SUFFIXES, read_file

if TYPE_CHECKING:
    from pscc.cases.suite import OwnPod
    from pscc.testing.cases import TestCase


def beside(path: str, name: str) -> str:
    """The path of ``name``, which a file at ``path`` gives as seen from itself. A policy of the library stays."""
    return name if name.startswith("pss/") else os.path.normpath(os.path.join(os.path.dirname(path), name))


def cases_beside(sources: Sequence[str]) -> tuple[TestCase, ...]:
    """The cases in ``team_test.yaml`` beside each source ``team.psp``. Exits with 1 where they have errors, and reports them."""
    files = [path for path in files_of(tuple(sources)) if path.endswith(SUFFIXES)]
    of_files = dict.fromkeys(os.path.splitext(path)[0] + CASES_ENDING for path in files)
    return tuple(case for path in of_files if Path(path).is_file() for case in _cases_in(path, files))


def _cases_in(path: str, sources: Sequence[str]) -> tuple[TestCase, ...]:
    from pscc.diagnostics import Report, SourceError
    from pscc.testing.cases import read_tests

    source, report = read_source(path), Report()
    try:
        tests = read_tests(source, lambda name: read_file(beside(path, name)), report)
        report.raise_errors()
    except SourceError as error:
        write_diagnostics(error.diagnostics, (source,), "text")
        raise click.exceptions.Exit(1) from None
    about = {os.path.normpath(name) for name in sources}
    return tests.cases if all(beside(path, named.path) in about for named in tests.sources) else ()


def own_pods(cases: Iterable[TestCase]) -> tuple[OwnPod, ...]:
    """The pods of ``cases``, each with whoever asks for it."""
    return tuple(pod for case in cases for pod in _pods_of(case))


def _pods_of(case: TestCase) -> Iterator[OwnPod]:
    from pscc.cases.suite import OwnPod
    from pscc.pod.normalising import normalise
    from pscc.reference.evaluate import request_of

    for manifest, old_pod in case.pods:
        pod, old = normalise(manifest.pod), normalise(old_pod) if old_pod is not None else None
        yield OwnPod(case.name, request_of(case.request, manifest, pod), pod, old)
