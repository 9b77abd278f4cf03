"""Runs files of cases for ``pscc test``, and shows what came of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.cli._junit import Case, Outcome, Suite, junit
from pscc.cli._own_cases import beside
from pscc.cli._shared import Refused, colored, day, files_of, read_source, root
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.diagnostics.render import clean
from pscc.files import CASES_ENDING, SUFFIXES, cases_of, is_in_library, is_inside, read_file
from pscc.testing.cases import NamedSource, TestFile, read_tests
from pscc.testing.coverage import Coverage, Part, by_source, coverage
from pscc.testing.running import Mismatch, Result, run


@frozen
class Run:
    """One file of cases: its text, what came of its cases, and the diagnostics about it and its sources.

    ``sources`` and ``texts`` are what was read, for the diagnostics. ``errors`` says that no case was run.
    """

    tests: SourceFile
    results: tuple[Result, ...] = ()
    coverage: Coverage | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    errors: bool = False

    @property
    def failed(self) -> tuple[Result, ...]:
        """The results that fail."""
        return tuple(result for result in self.results if not result.passed)


def files_of_cases(paths: Sequence[str]) -> tuple[str, ...]:
    """The files ``paths``, and the files of cases of the folders among them (`pscc.files.cases_of`)."""
    try:
        return cases_of(tuple(paths))
    except FileNotFoundError as error:
        raise Refused(str(error)) from None


def run_file(path: str, given: Sequence[str]) -> Run:
    """The cases in the file ``path``, judged by its sources.

    Errors show lines of a source, so each must lie in a folder that was ``given``, or in that of ``path``.
    """
    from pscc import api

    source = read_source(path)
    report = Report()
    try:
        tests = read_tests(source, lambda name: read_file(beside(path, name)), report)
        names = _sources_of(tests, path, given, report)
        report.raise_errors()
    except SourceError as error:
        return Run(source, diagnostics=error.diagnostics, sources=(source,), errors=True)
    try:
        loaded = api.load(*names, today=day(), root=root())
    except SourceError as error:
        diagnostics = (*report.diagnostics, *error.diagnostics)
        return Run(source, diagnostics=diagnostics, sources=(source, *map(read_source, files_of(names))), errors=True)
    except (OSError, ValueError) as error:
        raise Refused(f"{path!r}: {error}") from None
    return Run(
        source,
        run(loaded.program, tests.cases),
        coverage(loaded.program, tests.cases, names),
        tuple(report.diagnostics),
        (source,),
        tuple(loaded.texts.items()),
    )


def _sources_of(tests: TestFile, path: str, given: Sequence[str], report: Report) -> tuple[str, ...]:
    """The paths of the sources of ``tests``: those that the file names, else the source beside it that has its name."""
    top = Span(path, 1, 1, 1, 1)
    stem = path.removesuffix(CASES_ENDING) if path.endswith(CASES_ENDING) else ""
    files = (stem + suffix for suffix in SUFFIXES if stem and Path(stem + suffix).is_file())
    sources = {beside(path, named.path): named for named in tests.sources} or {
        file: NamedSource(os.path.basename(file), top) for file in islice(files, 1)
    }
    if not sources:
        why = (
            f"there is no {os.path.basename(stem)}.psp beside it"
            if stem
            else f"its name does not end in {CASES_ENDING}"
        )
        message = f"it is not known what these cases are about: {why}"
        report.add(Diagnostic("TST002", message, top, help="name the policy with `source: FILE` at the top"))
    around = [folder for folder in given if Path(folder).is_dir() and is_inside(path, folder)]
    folders = around or [os.path.dirname(path) or "."]
    for source, named in sources.items():
        if not is_in_library(source) and not any(is_inside(source, folder) for folder in folders):
            message = f"`{named.path}` lies outside of {' and '.join(map(repr, folders))}"
            help = "give `pscc test` a folder that both are in: it reads no policy from elsewhere"
            report.add(Diagnostic("TST002", message, named.span, help=help))
    return tuple(sources)


# --- text -----------------------------------------------------------------------


def show(runs: Sequence[Run], with_coverage: bool, updating: bool) -> None:
    """Print the cases that fail, then counts."""
    color = colored(sys.stdout)
    for file_run in runs:
        for result in file_run.failed:
            word = "CHANGED" if updating else "FAILED"
            label = click.style(word, fg="yellow" if updating else "red", bold=True) if color else word
            click.echo(f"{label}  {clean(result.case.name)}  {result.case.span}", color=color)
            for mismatch in result.mismatches:
                click.echo(f"    {clean(_text(mismatch))}")
            for line in dict.fromkeys(line for actual in result.actual for line in actual.findings):
                click.echo(f"    {clean(line)}")
    for source, covered in _covered(runs).items() if with_coverage else ():
        _show_coverage(source, covered)
    cases, failed = sum(len(file_run.results) for file_run in runs), sum(len(file_run.failed) for file_run in runs)
    files = f"{len(runs)} file{'' if len(runs) == 1 else 's'}"
    summary = f"{cases} case{'' if cases == 1 else 's'} in {files}: "
    broken = sum(file_run.errors for file_run in runs)
    what = f"{failed} {'changed' if updating else 'failed'}" if failed else "all passed" if cases else "none was run"
    click.echo(
        summary + what + (f", {broken} of the files {'has' if broken == 1 else 'have'} errors" if broken else "")
    )


def _text(mismatch: Mismatch) -> str:
    match mismatch.key:
        case "outcome":
            return f"expected {mismatch.expected}, is {mismatch.actual}"
        case "controls":
            return f"controls: expected {_listed(mismatch.expected)}, are {_listed(mismatch.actual)}"
        case "policy":
            return f"policy: expected {mismatch.expected}, is {_listed(mismatch.actual)}"
        case _:
            return f"changed: expected {json.dumps(mismatch.expected)}, is {json.dumps(mismatch.actual)}"


def _listed(names: object) -> str:
    return ", ".join(map(str, names)) if isinstance(names, tuple) and names else "none"


def _covered(runs: Sequence[Run]) -> dict[str, Coverage]:
    return by_source(of_run.coverage for of_run in runs if of_run.coverage is not None)


def _show_coverage(source: str, covered: Coverage) -> None:
    for part in covered.missed:
        click.echo(f"not exercised in {clean(part.policy)}: {clean(part.text)}  {part.span}")
    whole = len(covered.exercised) + len(covered.missed)
    click.echo(f"{clean(source)}: {len(covered.exercised)} of {whole} statements and exemptions exercised")


# --- for programs -----------------------------------------------------------------


def as_json(runs: Sequence[Run], with_coverage: bool) -> str:
    """One JSON object a line: a case; with coverage also a source, and what of it is exercised."""
    lines = []
    for file_run in runs:
        lines += [_row(file_run, result) for result in file_run.results]
    for source, covered in _covered(runs).items() if with_coverage else ():
        parts = {"exercised": covered.exercised, "missed": covered.missed}
        lines.append({"source": source, **{key: list(map(_part, value)) for key, value in parts.items()}})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _row(file_run: Run, result: Result) -> dict[str, object]:
    return {
        "file": file_run.tests.name,
        "line": result.case.span.line,
        "name": result.case.name,
        "passed": result.passed,
        "expected": result.case.outcome,
        "found": [
            {
                "verdict": actual.outcome,
                "policies": actual.policies,
                "controls": actual.controls,
                "findings": actual.findings,
            }
            for actual in result.actual
        ],
        "mismatches": [{"key": m.key, "expected": m.expected, "actual": m.actual} for m in result.mismatches],
    }


def _part(part: Part) -> dict[str, object]:
    return {"policy": part.policy, "text": part.text, "source": str(part.span)}


def as_junit(runs: Sequence[Run]) -> str:
    """JUnit XML: a test case for each case, a file that cannot be run as an error."""
    return junit("pscc test", [Suite(file_run.tests.name, tuple(_junit_cases(file_run))) for file_run in runs])


def _junit_cases(file_run: Run) -> Iterator[Case]:
    if file_run.errors:
        messages = (d.message for d in file_run.diagnostics if d.severity == "error")
        yield Case(file_run.tests.name, file_run.tests.name, None, Outcome("error", tuple(messages)))
    for result in file_run.results:
        texts = (_text(mismatch) for mismatch in result.mismatches)
        findings = (line for actual in result.actual for line in actual.findings)
        outcome = None if result.passed else Outcome("failure", (*texts, *findings))
        yield Case(result.case.name, file_run.tests.name, result.case.span.line, outcome)
