"""The whole of a compilation on one screen: source, syntax tree, IR, suite, target, files.

Pure: reads no file and writes none. The CLI gives it text and takes what it makes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pscc.backends._base import Output, OutputFile
from pscc.backends.registry import backend
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.ir import Program
from pscc.source import SourceFile, Span
from pscc.suite import cases_for
from pscc.syntax.ast import Document

_ROUNDS = 5
"""Of corrections; a mend can uncover another error."""


def decode(name: str, data: bytes) -> SourceFile:
    """``data`` as a source. Raises `SourceError` where it is not UTF-8, at the line of the first bad byte."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        span = Span(name, line, column, line, column + 1)
        raise SourceError(
            (Diagnostic("YML007", "this is not UTF-8 text", span, help="save the file as UTF-8"),)
        ) from None
    return SourceFile(name, text.replace("\r\n", "\n"))


def is_language(source: SourceFile) -> bool:
    """Whether ``source`` is the policy language rather than YAML: by its name, on stdin by its first word."""
    return source.name.endswith(".psp") or (source.name == "-" and _begins_as_language(source.text))


def _begins_as_language(text: str) -> bool:
    lines = (line.split() for line in text.splitlines())
    return next((words[0] for words in lines if words and words[0][0] != "#"), "") in ("policy", "choose", "use")


def read(source: SourceFile, report: Report) -> Document | None:
    """The syntax tree of ``source``, from either front end; None when ``report`` has errors of the PSP."""
    if is_language(source):
        from pscc.syntax.parser import read_language

        return read_language(source, report)
    from pscc.syntax.psp_import import to_document
    from pscc.syntax.psp_yaml import read_psp

    if _begins_as_language(source.text):
        message = "this is the policy language, in a source that is read as YAML"
        report.add(Diagnostic("PSP001", message, Span(source.name, 1, 1, 1, 2), help="name the file `….psp`"))
        return None
    psp = read_psp(source, report)
    return None if psp is None else to_document(psp)


def analyse(source: SourceFile) -> tuple[Document, Program, tuple[Diagnostic, ...]]:
    """Tree, meaning and warnings of ``source``. Raises `SourceError` with all diagnostics if an error is among them."""
    from pscc.resolve import resolve

    report = Report()
    document = read(source, report)
    if document is None or report.failed:
        told = {d.span.line for d in report.diagnostics if d.span and d.severity == "error"}
        further = [d for d in _further(document) if not (d.span and d.span.line in told)]
        raise SourceError(_in_order((*report.diagnostics, *further)))
    if not document.policies and not document.choices:
        span = Span(source.name, 1, 1, 1, 1)
        report.add(Diagnostic("LNG021", "there is no policy in this file", span, help="write `policy NAME { … }`"))
    program = resolve(document, report)
    if report.failed:
        raise SourceError(_in_order(report.diagnostics))
    return document, program, _in_order(report.diagnostics)


def correct(source: SourceFile) -> tuple[SourceFile, tuple[Diagnostic, ...]]:
    """``source`` with the corrections that its errors offer made, as often as that uncovers more; and what was made."""
    from pscc.fixes import apply_fixes

    made: list[Diagnostic] = []
    for _ in range(_ROUNDS):
        try:
            analyse(source)
        except SourceError as error:
            fixable = [d for d in error.diagnostics if d.fixes and d.severity == "error"]
            if fixable:
                made += fixable
                source = replace(source, text=apply_fixes(source.text, [fix for d in fixable for fix in d.fixes]))
                continue
        break
    return source, tuple(made)


def _further(document: Document | None) -> tuple[Diagnostic, ...]:
    """The errors of meaning in what could be read of a source with syntax errors; warnings would be guesses."""
    from pscc.resolve import resolve

    report = Report()
    if document is not None:
        resolve(document, report)
    return tuple(d for d in report.diagnostics if d.severity == "error")


def _in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By their place; those without one last, and those of one place as they were found."""
    return tuple(sorted(diagnostics, key=lambda d: (d.span.line, d.span.column) if d.span else (2**62, 0)))


def compile_program(program: Program, targets: tuple[str, ...]) -> dict[str, Output]:
    """What each of ``targets`` makes of ``program``; with several, every path lies in a subfolder of the target's name."""
    cases = {policy.name: cases_for(policy) for policy in program.policies}
    outputs = {name: backend(name).package(program, cases) for name in targets}
    return outputs if len(targets) == 1 else {name: _below(name, output) for name, output in outputs.items()}


def _below(folder: str, output: Output) -> Output:
    files = tuple(OutputFile(f"{folder}/{file.path}", file.text) for file in output.files)
    return Output(files, tuple(f"{folder}/{path}" for path in output.resources), output.diagnostics)
