"""The whole of a compilation on one screen: source, syntax tree, IR, suite, target, files.

Pure: reads no file and writes none. The CLI gives it text and takes what it makes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.cases.choice_suite import choice_cases
from pscc.cases.suite import Case, cases_for, most_cases
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.ir import Choice, Policy, Program
from pscc.language.ast import Document
from pscc.lowering.legalise import legalise
from pscc.lowering.prepared import prepared
from pscc.lowering.rollout import AS_WRITTEN, Rollout
from pscc.meaning.library import is_library_name
from pscc.meaning.linking import Load, load_nothing
from pscc.output.contents import Cases, Output, Target
from pscc.output.options import DEFAULTS, Options
from pscc.output.sizes import large
from pscc.reasoning.default_conflicts import conflicts
from pscc.targets.registry import target_named

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
    if source.name.endswith(".psp") or is_library_name(source.name):
        return True
    return source.name == "-" and _begins_as_language(source.text)


def _begins_as_language(text: str) -> bool:
    lines = (line.split() for line in text.splitlines())
    return next((words[0] for words in lines if words and words[0][0] != "#"), "") in ("policy", "choose", "use")


def read(
    sources: tuple[SourceFile, ...], report: Report, *, everyone: bool = False, list_ignored: bool = False
) -> Document | None:
    """The tree of ``sources`` taken together, from both front ends; None when ``report`` has errors of the YAML.

    ``everyone``: each PSP may be used by everyone, whatever RBAC says; ``list_ignored``: name the objects that say nothing.
    """
    language = [source for source in sources if is_language(source)]
    objects = [source for source in sources if not is_language(source)]
    documents: list[Document] = []
    for source in objects:
        if _begins_as_language(source.text):
            message = "this is the policy language, in a source that is read as YAML"
            report.add(Diagnostic("PSP001", message, Span(source.name, 1, 1, 1, 2), help="name the file `….psp`"))
    if report.failed:
        return None
    if language:
        from pscc.language.parser import read_language

        documents += filter(None, (read_language(source, report) for source in language))
    if objects:
        from pscc.meaning.psp_set import read_set

        found = read_set(objects, report, everyone, list_ignored)
        if found is None:
            return None
        documents.append(found)
    if len(documents) == 1:
        return documents[0]
    return Document(
        sources[0].name,
        tuple(policy for document in documents for policy in document.policies),
        tuple(choice for document in documents for choice in document.choices),
        uses=tuple(use for document in documents for use in document.uses),
    )


def analyse(
    *sources: SourceFile,
    load: Load = load_nothing,
    today: date = date.min,
    everyone: bool = False,
    list_ignored: bool = False,
    live: bool = False,
) -> tuple[Document, Program, tuple[Diagnostic, ...]]:
    """The syntax tree, the program and the warnings of ``sources``, which make one program.

    ``load`` gives the files that they use. ``today`` decides whether an exemption has ended. ``live``: the cluster says who
    may use which policy (``--rbac live``), so none is reported as never chosen. Raises `SourceError` with all diagnostics if
    one of them is an error.
    """
    from pscc.meaning.linking import link
    from pscc.meaning.resolve import resolve

    report = Report()
    document = read(sources, report, everyone=everyone, list_ignored=list_ignored)
    if document is None or report.failed:
        told = {(d.span.file, d.span.line) for d in report.diagnostics if d.span and d.severity == "error"}
        further = _further(document, load, today)
        others = [d for d in further if not (d.span and (d.span.file, d.span.line) in told)]
        raise SourceError(_in_order((*report.diagnostics, *others)))
    if not document.policies and not document.choices:
        span = Span(sources[0].name, 1, 1, 1, 1)
        report.add(Diagnostic("LNG021", "there is no policy in this file", span, help="write `policy NAME { … }`"))
    program = resolve(document, report, link(document, load, report), today, live)
    if not report.failed:
        for conflict in conflicts(program):
            report.add(conflict)
    if report.failed:
        raise SourceError(_in_order(report.diagnostics))
    return document, program, _in_order(report.diagnostics)


def checked(
    *sources: SourceFile,
    load: Load = load_nothing,
    today: date = date.min,
    everyone: bool = False,
    list_ignored: bool = False,
    floor: tuple[Program, str] | None = None,
) -> tuple[Document, Program, tuple[Diagnostic, ...]]:
    """As `analyse`, with what only ``pscc check`` warns of: of the policy language, and where ``floor``, by name, refuses more."""
    from pscc.meaning.lint import lint, weaker

    document, program, told = analyse(*sources, load=load, today=today, everyone=everyone, list_ignored=list_ignored)
    if all(is_language(source) for source in sources):
        told += tuple(lint(document, program))
    if floor is not None:
        told += tuple(weaker(program, *floor))
    return document, program, told


def correct(
    *sources: SourceFile, load: Load = load_nothing, today: date = date.min, everyone: bool = False
) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """``sources`` with the corrections that their errors offer made, as often as that uncovers more; and what was made."""
    from pscc.diagnostics.fixes import apply_fixes

    made: list[Diagnostic] = []
    for _ in range(_ROUNDS):
        try:
            analyse(*sources, load=load, today=today, everyone=everyone)
        except SourceError as error:
            fixable = [d for d in error.diagnostics if d.fixes and d.severity == "error"]
            if fixable:
                made += fixable
                fixes = [fix for d in fixable for fix in d.fixes]
                sources = tuple(
                    replace(one, text=apply_fixes(one.text, [fix for fix in fixes if fix.span.file == one.name]))
                    for one in sources
                )
                continue
        break
    return sources, tuple(made)


def _further(document: Document | None, load: Load, today: date) -> tuple[Diagnostic, ...]:
    """The errors of meaning in what could be read of a source with syntax errors; warnings would be guesses."""
    from pscc.meaning.linking import link
    from pscc.meaning.resolve import resolve

    report = Report()
    if document is not None:
        # a choice without grants may only lack those that could not be read
        readable = replace(document, choices=tuple(choice for choice in document.choices if choice.grants))
        resolve(readable, report, link(readable, load, report), today)
    return tuple(d for d in report.diagnostics if d.severity == "error")


def _in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By their place, file by file; those without one last, and those of one place as they were found."""
    found = tuple(diagnostics)
    files = {file: rank for rank, file in enumerate(dict.fromkeys(d.span.file for d in found if d.span))}
    last = (len(files), 0, 0)
    return tuple(sorted(found, key=lambda d: (files[d.span.file], d.span.line, d.span.column) if d.span else last))


@frozen
class Compilation:
    """``outputs`` by target, each as for its own folder; ``diagnostics`` are about the program, whatever the target."""

    outputs: dict[str, Output]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def placed(self) -> dict[str, Output]:
        """The outputs as they lie in one folder: with several, every path is in a subfolder of the target's name."""
        if len(self.outputs) == 1:
            return self.outputs
        return {name: _below(name, output) for name, output in self.outputs.items()}

    @property
    def all_diagnostics(self) -> tuple[Diagnostic, ...]:
        """Those of the program, then those of each target; what targets have alike once."""
        of_targets = (diagnostic for output in self.outputs.values() for diagnostic in output.diagnostics)
        return tuple(dict.fromkeys((*self.diagnostics, *of_targets)))


def compile_program(
    program: Program,
    targets: tuple[str, ...],
    rollout: Rollout = AS_WRITTEN,
    options: Options = DEFAULTS,
    sync_waves: bool = False,
) -> Compilation:
    """The output of each of ``targets`` for ``program``, with the annotations of Argo CD where ``sync_waves`` is true.

    Raises `SourceError` where a target cannot express the program, and where ``rollout`` is live and there is no choice.
    """
    ready = prepared(program, rollout)
    told = ready.told
    if options.workloads == "enforce":
        from pscc.lowering.choice_workloads import refused_with_their_workloads

        told = (*told, *refused_with_their_workloads(ready.made))
    drawn: Drawn = {}
    outputs = {name: packaged(target_named(name), ready.made, options, drawn) for name in targets}
    if sync_waves:
        from pscc.output.sync_waves import with_sync_waves

        outputs = {name: replace(output, files=with_sync_waves(output.files)) for name, output in outputs.items()}
    return Compilation(outputs, (*told, *ready.placeless))


Drawn = dict[Policy | Choice, tuple[Case, ...]]
"""The suite of each policy and choice that one was made for."""


def packaged(target: Target, program: Program, options: Options = DEFAULTS, drawn: Drawn | None = None) -> Output:
    """What ``target`` makes of ``program``, which is prepared: legalised, its suite, the files.

    Suites are taken from ``drawn`` and put there; there are none where it is None. Raises `SourceError` where the target
    cannot say the program.
    """
    can = target.capabilities(options)
    legal = legalise(program, target.name, can, options.workloads)
    cases = _suite(legal.program, drawn) if can.suite and drawn is not None else {}
    made = target.package(legal.program, cases, options)
    shortfalls = (*legal.shortfalls, *large(made, legal.program))
    return Output(made.files, made.resources, legal.program, shortfalls)


def _suite(program: Program, drawn: Drawn) -> Cases:
    most = most_cases(len(program.policies))
    for policy in program.policies:
        if policy not in drawn:
            drawn[policy] = cases_for(policy, most)
    for choice in program.choices:
        if choice not in drawn:
            drawn[choice] = choice_cases(choice)
    return {one.name: drawn[one] for one in program.policies_and_choices}


def _below(folder: str, output: Output) -> Output:
    files = tuple(replace(file, path=f"{folder}/{file.path}") for file in output.files)
    return replace(output, files=files, resources=tuple(f"{folder}/{path}" for path in output.resources))
