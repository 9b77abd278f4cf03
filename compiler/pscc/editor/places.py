"""Where a policy is written and where it is named: definitions, references, and the outline of a file."""

from __future__ import annotations

from collections.abc import Iterator

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Report, SourceError
from pscc.driver import read
from pscc.language.ast import Document, Name
from pscc.meaning.linking import Load, link


@frozen
class Mention:
    """One place in a file where a policy is named. ``defines``: it is written there."""

    policy: str
    span: Span
    defines: bool


@frozen
class Symbol:
    """A policy or a choice of a file: its name or title, whether it is a choice, all of it, and the place of its name."""

    name: str
    is_choice: bool
    span: Span
    named: Span


def document_of(source: SourceFile) -> Document | None:
    """The syntax tree of ``source``; None where it cannot be read."""
    try:
        return read((source,), Report())
    except SourceError:
        return None


def mentions(document: Document) -> Iterator[Mention]:
    """The places in ``document`` where a policy is named, in order."""
    for policy in document.policies:
        yield Mention(policy.name.text, policy.name.span, True)
        if policy.extends is not None:
            yield _named(policy.extends)
    for choice in document.choices:
        yield from (_named(grant.policy) for grant in choice.grants)


def mentioned_at(document: Document, line: int, column: int) -> Mention | None:
    """The mention at ``line`` and ``column``, both from 1; None where no policy is named."""
    return next((m for m in mentions(document) if _holds(m.span, line, column)), None)


def definition(source: SourceFile, line: int, column: int, load: Load) -> Span | None:
    """The place where the policy at ``line`` and ``column`` is defined: in ``source``, or in a file that it uses."""
    document = document_of(source)
    mention = mentioned_at(document, line, column) if document is not None else None
    if document is None or mention is None:
        return None
    own = next((m.span for m in mentions(document) if m.defines and m.policy == mention.policy), None)
    if own is not None:
        return own
    used = link(document, load, Report()).used
    return next((policy.name.span for policy in used if policy.name.text == mention.policy), None)


def references(source: SourceFile, line: int, column: int, with_definition: bool) -> list[Span]:
    """All places in ``source`` that name the policy at ``line`` and ``column``."""
    document = document_of(source)
    mention = mentioned_at(document, line, column) if document is not None else None
    if document is None or mention is None:
        return []
    same = (m for m in mentions(document) if m.policy == mention.policy)
    return [m.span for m in same if with_definition or not m.defines]


def outline(source: SourceFile) -> Iterator[Symbol]:
    """The policies and choices of ``source``, in order of their lines."""
    document = document_of(source)
    if document is None:
        return
    symbols = [Symbol(policy.name.text, False, policy.span, policy.name.span) for policy in document.policies]
    for choice in document.choices:
        name = choice.name.text if choice.name else "choose"
        symbols.append(Symbol(name, True, choice.span, choice.name.span if choice.name else choice.span))
    yield from sorted(symbols, key=lambda symbol: symbol.span.line)


def _named(name: Name) -> Mention:
    return Mention(name.text, name.span, False)


def _holds(span: Span, line: int, column: int) -> bool:
    return span.line == line and span.column <= column <= span.end_column
