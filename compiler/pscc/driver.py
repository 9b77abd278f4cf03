"""All stages of a compile: source, syntax tree, IR, suite, target, files.

Reads and writes no file: the command line and the API pass texts in, and get records back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from pscc.base.encoding import encoding_of
from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.cases.choice_suite import choice_cases, own_choice_cases
from pscc.cases.suite import Case, OwnPod, cases_for, most_cases, own_cases
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.ir import Choice, Policy, Program
from pscc.language.ast import Document
from pscc.language.outline import ABSTRACT, HEADS
from pscc.language.stop import VERBS
from pscc.lowering.legalise import legalise
from pscc.lowering.prepared import prepared
from pscc.lowering.releases import compiled_for
from pscc.lowering.rollout import AS_WRITTEN, Rollout
from pscc.meaning.hidden import Hidden
from pscc.meaning.library import is_library_name
from pscc.meaning.linking import Family, Load, load_nothing
from pscc.output.contents import Cases, Output, Target
from pscc.output.options import DEFAULTS, Options
from pscc.output.sizes import large
from pscc.reasoning.default_conflicts import conflicts
from pscc.targets.registry import target_named


def decode(name: str, data: bytes) -> SourceFile:
    """``data``, UTF-8 or UTF-16, as a source. Raises `SourceError` where it is neither, at the line of the first bad byte."""
    encoding = encoding_of(data)
    try:
        text = encoding.decode(data)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(encoding.codec, "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        span = Span(name, line, column, line, column + 1)
        message = "this is neither UTF-8 nor UTF-16 text"
        raise SourceError((Diagnostic("YML007", message, span, help="save the file as UTF-8"),)) from None
    return SourceFile(name, text.replace("\r\n", "\n"))


def is_language(source: SourceFile) -> bool:
    """Whether ``source`` is the policy language rather than YAML: by its name, on stdin by its lines."""
    if source.name.endswith(".psp") or is_library_name(source.name):
        return True
    return source.name == "-" and _begins_as_language(source.text)


_LINE = re.compile(rf"(?:(?:{'|'.join((ABSTRACT, *HEADS, 'use', *VERBS))})\b(?![ \t]*:)|//|--[ \t]|/\*)")
"""How a line of the language begins, or a comment that YAML has not. In YAML such a line is no key."""


def _begins_as_language(text: str) -> bool:
    """Whether the first line that is no comment begins as one of the language, or a later one as a block of it."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    block = re.compile(rf"(?:\w+[ \t]+)?(?:{'|'.join(HEADS)})\b[^:]*\{{")
    return bool(lines) and (_LINE.match(lines[0]) is not None or any(block.match(line) for line in lines[:20]))


def read(
    sources: tuple[SourceFile, ...],
    report: Report,
    *,
    everyone: bool = False,
    list_ignored: bool = False,
    namespace: str = "",
) -> Document | None:
    """The syntax tree of all ``sources``, from both front ends; None if the YAML has errors, which are in ``report``.

    ``everyone``: everyone may use each PSP, whatever RBAC says. ``list_ignored``: report each object that is ignored.
    ``namespace`` is that of objects which name none.
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

        document_of_objects = read_set(objects, report, everyone, list_ignored, namespace)
        if document_of_objects is None:
            return None
        documents.append(document_of_objects)
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
    namespace: str = "",
) -> tuple[Document, Program, tuple[Diagnostic, ...]]:
    """The syntax tree, the program and the warnings of ``sources``, which make one program.

    ``load`` gives the files that they use. ``today`` decides whether an exemption has ended. ``live``: the cluster says who
    may use which policy (``--rbac live``), so none is reported as never chosen. ``namespace`` is that of roles and bindings
    which name none. Raises `SourceError` with all diagnostics if one of them is an error.
    """
    read_whole = _analysed(sources, load, today, everyone, list_ignored, live, namespace)
    return read_whole.document, read_whole.program, _hidden(sources).shown(read_whole.diagnostics)


@frozen
class _Analysed:
    """The meaning of some sources, the ``family`` of policies that they use, and every warning, even if a comment hides it."""

    document: Document
    family: Family
    program: Program
    diagnostics: tuple[Diagnostic, ...]


def _analysed(
    sources: tuple[SourceFile, ...],
    load: Load,
    today: date,
    everyone: bool,
    list_ignored: bool,
    live: bool,
    namespace: str,
) -> _Analysed:
    from pscc.meaning.library import with_chosen
    from pscc.meaning.linking import link
    from pscc.meaning.resolve import resolve
    from pscc.meaning.uncovered import uncovered

    report = Report()
    document = read(sources, report, everyone=everyone, list_ignored=list_ignored, namespace=namespace)
    if document is None or report.failed:
        reported = {(d.span.file, d.span.line) for d in report.diagnostics if d.span and d.severity == "error"}
        further = _further(document, load, today)
        further_on_other_lines = [d for d in further if not (d.span and (d.span.file, d.span.line) in reported)]
        raise SourceError(_in_order((*report.diagnostics, *further_on_other_lines)))
    if not document.policies and not document.choices:
        span = Span(sources[0].name, 1, 1, 1, 1)
        report.add(Diagnostic("LNG021", "there is no policy in this file", span, help="write `policy NAME { … }`"))
    document = with_chosen(document)
    family = link(document, load, report)
    program = resolve(document, report, family, today, live)
    if not report.failed:
        written = frozenset(source.name for source in sources if is_language(source))
        for diagnostic in (*conflicts(program), *(() if live else uncovered(program, written))):
            report.add(diagnostic)
    if report.failed:
        raise SourceError(_in_order(report.diagnostics))
    return _Analysed(document, family, program, _in_order(report.diagnostics))


def _hidden(sources: tuple[SourceFile, ...]) -> Hidden:
    return Hidden(filter(is_language, sources))


def checked(
    *sources: SourceFile,
    load: Load = load_nothing,
    today: date = date.min,
    everyone: bool = False,
    list_ignored: bool = False,
    floor: tuple[Program, str] | None = None,
    namespace: str = "",
) -> tuple[Document, Program, tuple[Diagnostic, ...]]:
    """The result of `analyse` with the further warnings of ``pscc check``: `lint`, `loosened`, `unused`, `refused`,
    `restricting_nobody` and `weaker`.

    Warnings that a comment of the source hides are left out. ``floor`` is a program and its name. If ``floor`` refuses more
    in a control, there is an error about it among the results; it is not raised. Raises `SourceError` as `analyse` does.
    """
    from pscc.meaning.lint import lint, refused, weaker
    from pscc.meaning.loosened import loosened, replacements, replacing
    from pscc.meaning.unused import restricting_nobody, unused

    analysed = _analysed(sources, load, today, everyone, list_ignored, False, namespace)
    diagnostics = analysed.diagnostics
    if all(is_language(source) for source in sources):
        replaced = replacements(analysed.document, analysed.family)
        diagnostics += tuple(lint(analysed.document, analysed.program, replacing(replaced)))
        diagnostics += tuple(loosened(replaced, analysed.program))
        diagnostics += tuple(unused(analysed.document, analysed.family))
    diagnostics += (*refused(analysed.program), *restricting_nobody(analysed.program))
    hidden = _hidden(sources)
    shown = (*hidden.shown(diagnostics), *hidden.idle(diagnostics))
    return analysed.document, analysed.program, shown if floor is None else (*shown, *weaker(analysed.program, *floor))


def _further(document: Document | None, load: Load, today: date) -> tuple[Diagnostic, ...]:
    """The errors of meaning in the readable part of a source with syntax errors. Warnings would be guesses."""
    from pscc.meaning.library import with_chosen
    from pscc.meaning.linking import link
    from pscc.meaning.resolve import resolve

    report = Report()
    if document is not None:
        # a choice without grants may only lack those that could not be read
        readable = with_chosen(replace(document, choices=tuple(choice for choice in document.choices if choice.grants)))
        # what is named may be in a part that could not be read
        resolve(readable, report, replace(link(readable, load, report), whole=False), today)
    return tuple(d for d in report.diagnostics if d.severity == "error")


def _in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """``diagnostics`` by file and place. Those without a place come last, and those of one place keep their order."""
    ordered = tuple(diagnostics)
    files = {file: rank for rank, file in enumerate(dict.fromkeys(d.span.file for d in ordered if d.span))}
    last = (len(files), 0, 0)
    return tuple(sorted(ordered, key=lambda d: (files[d.span.file], d.span.line, d.span.column) if d.span else last))


@frozen
class Compilation:
    """The ``outputs`` by target, each with paths as in a folder of its own, and the ``diagnostics`` about the program."""

    outputs: dict[str, Output]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def placed(self) -> dict[str, Output]:
        """The outputs with paths as in one folder: with several targets, each is in a subfolder of the target's name."""
        if len(self.outputs) == 1:
            return self.outputs
        return {name: _below(name, output) for name, output in self.outputs.items()}

    @property
    def all_diagnostics(self) -> tuple[Diagnostic, ...]:
        """The diagnostics of the program, then those of each target, without repetitions."""
        of_targets = (diagnostic for output in self.outputs.values() for diagnostic in output.diagnostics)
        return tuple(dict.fromkeys((*self.diagnostics, *of_targets)))


def compile_program(
    program: Program,
    targets: tuple[str, ...],
    rollout: Rollout = AS_WRITTEN,
    options: Options = DEFAULTS,
    sync_waves: bool = False,
    own: tuple[OwnPod, ...] = (),
) -> Compilation:
    """The output of each of ``targets`` for ``program``, with the annotations of Argo CD where ``sync_waves`` is true.

    The suites have the pods ``own``, too. Raises `SourceError` where a target cannot express the program, and where
    ``rollout`` is live and there is no choice.
    """
    ready = prepared(program, rollout)
    drawn: Drawn = {}
    outputs = {name: packaged(target_named(name), ready.formed, options, drawn, own) for name in targets}
    if sync_waves:
        from pscc.output.sync_waves import with_sync_waves

        outputs = {name: replace(output, files=with_sync_waves(output.files)) for name, output in outputs.items()}
    return Compilation(outputs, (*ready.diagnostics, *ready.nowhere))


Drawn = dict[Policy | Choice, tuple[Case, ...]]
"""The suite of each policy and choice that one was made for."""


def packaged(
    target: Target,
    program: Program,
    options: Options = DEFAULTS,
    drawn: Drawn | None = None,
    own: tuple[OwnPod, ...] = (),
) -> Output:
    """The output of ``target`` for ``program``, a `Prepared.formed`: legalised, with its suite, which has the pods ``own``, too.

    ``drawn`` holds the suites of earlier targets, and gets those made here; where it is None, the output has no suite. Raises
    `SourceError` where the target cannot express the program.
    """
    can = target.capabilities(options)
    legal = legalise(program, target.name, can, options.workloads)
    cases = _suite(legal.program, drawn, own) if can.suite and drawn is not None else {}
    package = target.package(legal.program, cases, options)
    shortfalls = (*legal.shortfalls, *large(package, legal.program))
    enforcing = any(owner.mode == "enforce" for owner in legal.program.policies_and_choices)
    lets_in = can.lets_in if enforcing else ()
    return Output(package.files, package.resources, legal.program, shortfalls, lets_in, compiled_for(can))


def _suite(program: Program, drawn: Drawn, own: tuple[OwnPod, ...]) -> Cases:
    most = most_cases(len(program.policies))
    for policy in program.policies:
        if policy not in drawn:
            drawn[policy] = (*cases_for(policy, most), *own_cases(policy, own))
    for choice in program.choices:
        if choice not in drawn:
            drawn[choice] = (*choice_cases(choice), *own_choice_cases(choice, own))
    return {owner.name: drawn[owner] for owner in program.policies_and_choices}


def _below(folder: str, output: Output) -> Output:
    files = tuple(replace(file, path=f"{folder}/{file.path}") for file in output.files)
    return replace(output, files=files, resources=tuple(f"{folder}/{path}" for path in output.resources))
