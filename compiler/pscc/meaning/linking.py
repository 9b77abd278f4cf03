"""Finds the policies that a document can name: its own, those of the files it uses, and the standard library.

Reads no file itself: the caller passes a `Load`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.diagnostics.spelling import did_you_mean
from pscc.language import ast
from pscc.meaning.library import LEVELS, MINORS, is_library_name, library_policy

Load = Callable[[str, str], SourceFile]
"""The source that ``use "PATH"`` in the file of the second argument means. Raises `LoadError`."""


class LoadError(Exception):
    """A used file cannot be had: ``message`` says why, ``help`` what to do."""

    def __init__(self, message: str, help: str = "") -> None:
        self.message, self.help = message, help
        super().__init__(message)


def load_nothing(path: str, user: str) -> SourceFile:
    """A `Load` for where there are no files."""
    raise LoadError(f"`{path}` cannot be read here", "write the policies into this file")


def _level_in(text: str) -> str | None:
    """The library's policy that ``text`` names otherwise, as ``restricted`` and ``pss:baseline``; None where it names none."""
    match = re.fullmatch(r"(?:pss|pod-?security)?[:._-]?(?P<level>[a-z]+)", text.lower())
    return f"pss/{match['level']}" if match and match["level"] in LEVELS else None


def not_in_library(name: ast.Name) -> Diagnostic:
    """The error that the library has no policy ``name``."""
    suggestion = did_you_mean(name.text.partition("@")[0], [f"pss/{level}" for level in LEVELS])
    levels = ", ".join(f"`pss/{level}`" for level in LEVELS)
    help = f"there are {levels}, each pinnable to {MINORS[0]} to {MINORS[-1]}, as in `pss/baseline@1.30`"
    help = f"did you mean `{suggestion}`?" if suggestion and suggestion not in name.text else help
    pinned = f"{suggestion}@{name.text.partition('@')[2].lstrip('v')}"
    if suggestion and pinned != name.text and library_policy(pinned) is not None:
        help = f"did you mean `{pinned}`?"
    elif suggestion and name.text.endswith("@latest"):
        help = f"did you mean `{suggestion}`? without a release, it is the newest"
    return Diagnostic("LNG031", f"there is no `{name.text}` in the library", name.span, help=help)


@frozen
class Brought:
    """What a `use` brings: the names of the ``files`` that are read for it, and the places of their choices.

    A used file that is a source as well is in force (``in_force``), so its choices are not among them.
    """

    use: ast.Use
    files: frozenset[str]
    choices: tuple[Span, ...] = ()
    in_force: bool = False


@frozen
class Family:
    """The policies that a document can name: ``own`` are its own, and ``used`` those of the files that it uses.

    ``whole``: every used file was read. If not, an unknown name may be in a file that was not. ``brought`` is what each `use`
    of the document brings, if its file could be read.
    """

    own: tuple[ast.Policy, ...] = ()
    used: tuple[ast.Policy, ...] = ()
    whole: bool = True
    brought: tuple[Brought, ...] = ()

    def find(self, name: ast.Name, report: Report) -> ast.Policy | None:
        """The policy called ``name``, or None. Where there is none, an error with a suggestion goes to ``report``."""
        if is_library_name(name.text):
            policy = library_policy(name.text)
            if policy is None:
                report.add(not_in_library(name))
            return policy
        by_name = {policy.name.text: policy for policy in (*self.used, *self.own)}
        if name.text not in by_name and (self.whole or did_you_mean(name.text, by_name)):
            suggestion = did_you_mean(name.text, by_name)
            help = f"did you mean `{suggestion}`?" if suggestion else 'write it, or name its file in a `use "FILE.psp"`'
            if not suggestion and (level := _level_in(name.text)):
                help = f"did you mean `{level}`, of the library?"
            report.add(Diagnostic("LNG031", f"there is no policy `{name.text}`", name.span, help=help))
        return by_name.get(name.text)


def link(document: ast.Document, load: Load, report: Report) -> Family:
    """The family of ``document``, for which each used file is read and parsed once. Errors go to ``report``.

    A used file that is also a source is not read again: its policies are the document's own.
    """
    used: list[ast.Policy] = []
    read: dict[str, _Read | None] = {}
    spans = [*(policy.span for policy in document.policies), *(choice.span for choice in document.choices)]
    sources = {document.file, *(span.file for span in spans)}
    unread: list[ast.Use] = []

    def follow(user: ast.Document, chain: tuple[str, ...]) -> Iterator[Brought]:
        for use in user.uses:
            try:
                source = load(use.path, use.span.file)
            except LoadError as error:
                report.add(Diagnostic("LNG032", error.message, use.span, help=error.help))
                unread.append(use)
                continue
            if len(sources) > 1 and source.name in sources and source.name != use.span.file:
                yield Brought(use, frozenset((source.name,)), in_force=True)
                continue
            if source.name in chain or source.name == use.span.file:
                way = " uses ".join((*chain[chain.index(source.name) :], source.name))
                help = "move what both need into a third file"
                report.add(Diagnostic("LNG033", f"these files use each other: {way}", use.span, help=help))
                continue
            if source.name not in read:
                read[source.name] = read_used(source, chain)
                if read[source.name] is None:
                    unread.append(use)
            if (of_file := read[source.name]) is not None:
                yield Brought(use, of_file.files, of_file.choices)

    def read_used(source: SourceFile, chain: tuple[str, ...]) -> _Read | None:
        # the parser is loaded by those who use files alone
        from pscc.language.parser import parse

        try:
            inner = parse(source)
        except SourceError as error:
            for diagnostic in error.diagnostics:
                report.add(diagnostic)
            return None
        below = [name for brought in follow(inner, (*chain, source.name)) for name in brought.files]
        used.extend(inner.policies)
        return _Read(frozenset((source.name, *below)), tuple(choice.span for choice in inner.choices))

    brought = tuple(follow(document, (document.file,)))
    _unique((*used, *document.policies), report)
    return Family(document.policies, tuple(used), not unread, brought)


class _Read(NamedTuple):
    """A used file: its name with those of the files that it uses, and the places of its choices."""

    files: frozenset[str]
    choices: tuple[Span, ...]


def _unique(policies: tuple[ast.Policy, ...], report: Report) -> None:
    seen: dict[str, Span] = {}
    for policy in policies:
        before = seen.setdefault(policy.name.text, policy.name.span)
        if before is not policy.name.span:
            message = f"there are two policies named {policy.name.text}"
            notes = ((before, "the first"),)
            help = "rename one of them"
            report.add(Diagnostic("LNG017", message, policy.name.span, notes=notes, help=help))
