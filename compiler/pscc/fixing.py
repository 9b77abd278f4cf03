"""``--fix``: corrects sources by the fixes that their errors offer, and never guesses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.diagnostics.fixes import apply_fixes
from pscc.driver import analyse, read
from pscc.language.ast import Document, Exemption, Grant, Scope, Statement, Without
from pscc.language.formatting import without_spans
from pscc.language.outline import ABSTRACT
from pscc.language.recovery import MOST_ERRORS
from pscc.meaning.linking import Load, load_nothing

_ROUNDS = 5
"""Rounds of corrections, and corrections of one line: one can uncover another error."""
_Item = Statement | Scope | Exemption | Without | Grant
_Statement = tuple[str, object]
"""The name of a policy, empty where its head has an error, and what one of its lines says."""


@frozen
class _State:
    """Sources on their way, with their errors in order."""

    sources: tuple[SourceFile, ...]
    errors: tuple[Diagnostic, ...]


@frozen
class _Identity:
    """What makes two diagnostics the same one, though a fix before it moved it in its line: its line, and what it offers."""

    code: str
    file: str
    line: int
    texts: tuple[str, ...]


@frozen
class _Settings:
    """How sources are analysed (`pscc.driver.analyse`), and whether unsafe fixes count."""

    load: Load
    today: date
    everyone: bool
    namespace: str
    unsafe: bool

    def examine(self, sources: tuple[SourceFile, ...]) -> _State:
        """The state of ``sources``."""
        try:
            analyse(*sources, load=self.load, today=self.today, everyone=self.everyone, namespace=self.namespace)
        except SourceError as error:
            return _State(sources, tuple(d for d in error.diagnostics if d.severity == "error"))
        return _State(sources, ())

    def says(self, state: _State) -> tuple[_Statement, ...]:
        """What the lines of ``state`` say, without the lines that have an error."""
        try:
            document = read(state.sources, Report(), everyone=self.everyone, namespace=self.namespace)
        except SourceError:
            return ()
        return () if document is None else tuple(_says(document, state.errors))

    def keeps(self, before: _State, after: _State) -> bool:
        """Whether ``after`` says all that ``before`` did. A policy whose head had an error may have got another name."""
        lines_before, lines_after = self.says(before), self.says(after)
        named = Counter(statement for statement in lines_before if statement[0])
        return not named - Counter(lines_after) and not Counter(line for _, line in lines_before) - Counter(
            line for _, line in lines_after
        )

    def offers(self, diagnostic: Diagnostic) -> bool:
        """Whether ``diagnostic`` offers a fix that may be applied."""
        return diagnostic.applicability == "safe" or (self.unsafe and diagnostic.applicability == "unsafe")


def correct(
    *sources: SourceFile,
    load: Load = load_nothing,
    today: date = date.min,
    everyone: bool = False,
    namespace: str = "",
    unsafe: bool = False,
) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """``sources`` after the safe fixes of their errors (with ``unsafe``, all fixes), and the errors that these fixes mend.

    A fix is applied only if the sources then have fewer errors, and if every line without an error still says the same. If a
    source has as many errors as are reported at most, nothing is fixed: the count cannot show that there are fewer.
    """
    settings = _Settings(load, today, everyone, namespace, unsafe)
    state = settings.examine(sources)
    mended: list[Diagnostic] = []
    for _ in range(_ROUNDS):
        offered = sorted((d for d in state.errors if settings.offers(d)), key=_place, reverse=True)
        if not offered or len(state.errors) >= MOST_ERRORS:
            break
        state, done = _mend(settings, state, offered)
        mended += reversed(done)
        if not done:
            break
    return state.sources, tuple(mended)


def _place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    span = diagnostic.fixes[0].span
    return span.file, span.line, span.column


def _mend(settings: _Settings, state: _State, offered: list[Diagnostic]) -> tuple[_State, list[Diagnostic]]:
    """``state`` after the fixes among ``offered`` that leave fewer errors, and these fixes, the last in the text first."""
    after = _applied(settings, state, offered)
    if len(after.errors) <= len(state.errors) - len(offered) and settings.keeps(state, after):
        return after, offered
    if len(offered) == 1:
        return _followed(settings, state, after, offered)
    half = len(offered) // 2  # edits in the later half move nothing in the earlier one
    state, later = _mend(settings, state, offered[:half])
    state, earlier = _mend(settings, state, offered[half:])
    return state, [*later, *earlier]


def _followed(
    settings: _Settings, state: _State, after: _State, offered: list[Diagnostic]
) -> tuple[_State, list[Diagnostic]]:
    """The same as `_mend` for one fix that uncovers another error in its line: the fixes of that error are applied, too."""
    known = Counter(map(_identity, state.errors)) - Counter(map(_identity, offered))
    done = list(offered)
    line = _place(offered[0])[:2]
    for _ in range(_ROUNDS):
        fresh = Counter(map(_identity, after.errors)) - known
        further = [d for d in after.errors if fresh[_identity(d)] and settings.offers(d) and _place(d)[:2] == line]
        if not further:
            break
        after = _applied(settings, after, further[:1])
        done.append(further[0])
        if len(after.errors) < len(state.errors) and settings.keeps(state, after):
            return after, done[::-1]
    return state, []


def _identity(diagnostic: Diagnostic) -> _Identity:
    span = diagnostic.span
    place = (span.file, span.line) if span else ("", 0)
    return _Identity(diagnostic.code, *place, tuple(fix.text for fix in diagnostic.fixes))


def _applied(settings: _Settings, state: _State, diagnostics: list[Diagnostic]) -> _State:
    fixes = [fix for diagnostic in diagnostics for fix in diagnostic.fixes]
    return settings.examine(
        tuple(
            replace(source, text=apply_fixes(source.text, [fix for fix in fixes if fix.span.file == source.name]))
            for source in state.sources
        )
    )


def _says(document: Document, errors: tuple[Diagnostic, ...]) -> Iterator[_Statement]:
    """What ``document`` says, line by line, each with the name of its policy. Lines with one of ``errors`` are left out."""
    wrong = {(d.span.file, line) for d in errors if d.span for line in range(d.span.line, d.span.end_line + 1)}

    def right(span: Span) -> bool:
        return not any((span.file, line) in wrong for line in range(span.line, span.end_line + 1))

    items: list[tuple[str, _Item]] = []
    for policy in document.policies:
        name = policy.name.text if right(policy.name.span) else ""
        if policy.abstract:
            yield name, ABSTRACT
        if policy.mode:
            yield name, policy.mode
        if policy.extends and right(policy.extends.span):
            yield name, policy.extends.text
        listed: tuple[_Item, ...] = (*policy.statements, *policy.scopes, *policy.exemptions, *policy.without)
        items += [(name, item) for item in listed]
    items += [("", grant) for choice in document.choices for grant in choice.grants]
    for name, item in items:
        if right(item.span):
            yield name, without_spans(replace(item, comment="", beside=""))
