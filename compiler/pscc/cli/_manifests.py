"""The manifests of ``pscc eval``: read part by part and kept in a file, so that a cluster's pods need no room in memory."""

from __future__ import annotations

import sys
import tempfile
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from pscc.base.encoding import encoding_of
from pscc.base.source import MOST_BYTES, SourceFile, Span, read_limited
from pscc.base.spool import Spool
from pscc.cli._progress import progress
from pscc.cli._shared import Refused, files_of, write_diagnostics

if TYPE_CHECKING:
    from pscc.diagnostics import Diagnostic
    from pscc.ir.access import Request
    from pscc.pod.manifests import Contents, Labels, Manifest, NoPod
    from pscc.pod.reading import Each

_BLOCK = 1 << 16
_MOST_OF_STREAM = 1 << 30
"""The size of the largest stdin or pipe, of which a copy is kept while it is read. A file may be larger."""
_MOST_AT_ONCE = 1 << 28
"""The size of the largest file that is read at once, where something in it cannot be read part by part."""
Record = tuple[str, str, str, str, str, tuple[str, int, int, int, int], dict[str, object]]
"""A manifest as a `Spool` keeps it."""
Batch = list[Record]


class Manifests:
    """The manifests of files: batches of records in ``spool``, and what is known of all.

    ``places`` are the namespaces that the manifests name, ``labels`` those of the Namespaces among them.
    """

    def __init__(self) -> None:
        self.spool = Spool[Batch]()
        self.count = 0
        self.places: dict[str, None] = {}
        self.labels: dict[str, Labels] = {}
        self._others = 0
        self._named: list[NoPod] = []
        self._diagnostics: list[Diagnostic] = []

    def read(self, paths: tuple[str, ...], each: Each) -> None:
        """Read the manifests at ``paths``, folders included. Reports their diagnostics; exits with 1 on an error."""
        from pscc.api import notes

        with ExitStack() as stack:
            files = {name: stack.enter_context(_opened(name)) for name in files_of(paths, manifests=True)}
            with progress("reading") as shown:
                total, before = sum(map(_size, files.values())), 0
                for name, file in files.items():
                    step = None if shown is None or not total else lambda at, b=before: shown(b + at, total)
                    self._read(name, file, each, step)
                    before += _size(file)
            errors = [d for d in self._diagnostics if d.severity == "error"]
            if not errors:
                self._diagnostics += notes(self._others, self._named, self.count > 0)
            shown_of = {d.span.file for d in self._diagnostics if d.span is not None}
            texts = [_text(name, file) for name, file in files.items() if name in shown_of]
        write_diagnostics(tuple(self._diagnostics), texts, "text")
        if errors:
            raise click.exceptions.Exit(1)

    def requested(self, request: Request) -> list[tuple[Request, Manifest]]:
        """For each namespace a manifest in it, and ``request`` with the namespace's labels, as `unknown_labels` takes them."""
        from pscc.pod.manifests import Manifest
        from pscc.reference.evaluate import with_labels

        place = Span("", 1, 1, 1, 1)
        examples = [Manifest("Pod", namespace, "", {}, place) for namespace in self.places]
        return [(with_labels(request, example, self.labels), example) for example in examples]

    def batches(self) -> Iterator[Batch]:
        """The records of all manifests. Shows on a terminal how far the caller is with them."""
        with progress("judging") as shown:
            for number, batch in enumerate(self.spool):
                yield batch
                if shown is not None:
                    shown(number + 1, len(self.spool))

    def _read(self, name: str, file: IO[bytes], each: Each, step: Callable[[int], None] | None) -> None:
        from pscc.api import nothing_in
        from pscc.diagnostics import Report, SourceError
        from pscc.driver import decode
        from pscc.pod.manifests import read_contents
        from pscc.pod.reading import pieces_of
        from pscc.psp.plain_values import UnusualError

        report, others = Report(), self._others
        before = self.count, len(self._named), len(self.spool), dict(self.places), dict(self.labels)
        try:
            for piece in pieces_of(name, _blocks(file, step), each):
                self._take(piece.contents)
                report.diagnostics += piece.diagnostics
        except UnusualError:
            self.count, named, batches, self.places, self.labels = before
            self._others = others
            del self._named[named:]
            self.spool.cut(batches)
            report = Report()
            file.seek(0)
            try:
                data = read_limited(file, _MOST_AT_ONCE)
            except ValueError as error:
                help = "an error, an anchor or a tag in it needs all of it at once: split it"
                raise Refused(f"{name!r} cannot be read: {error}; {help}") from None
            try:
                self._take(read_contents(decode(name, data), report))
            except SourceError as error:
                report.diagnostics = list(error.diagnostics)
        if not report.diagnostics and (self.count, self._others, self.labels) == (before[0], others, before[-1]):
            report.add(nothing_in(name))
        self._diagnostics += report.diagnostics

    def _take(self, contents: Contents) -> None:
        from pscc.api import MOST_NAMES

        self.count += len(contents.manifests)
        self.places |= dict.fromkeys(manifest.namespace for manifest in contents.manifests)
        self.labels |= dict(contents.namespaces)
        self._others += len(contents.others)
        self._named += contents.others[: MOST_NAMES - len(self._named)]
        if contents.manifests:
            self.spool.put([_record(manifest) for manifest in contents.manifests])


def _record(manifest: Manifest) -> Record:
    span = manifest.span
    place = span.file, span.line, span.column, span.end_line, span.end_column
    return manifest.kind, manifest.namespace, manifest.name, manifest.template, manifest.owner, place, manifest.pod


def manifest_of(record: Record) -> Manifest:
    """The manifest of which ``record`` was made."""
    from pscc.pod.manifests import Manifest

    kind, namespace, name, template, owner, place, pod = record
    return Manifest(kind, namespace, name, pod, Span(*place), template, owner)


def _opened(path: str) -> IO[bytes]:
    """The file ``path``, or all of stdin for ``-``, to be read more than once. Exits with 2 where it cannot be read."""
    try:
        if path != "-" and Path(path).is_file():
            return open(path, "rb")
        copy = tempfile.TemporaryFile(prefix="pscc-")  # noqa: SIM115
        most = MOST_BYTES if path != "-" and Path(path).is_char_device() else _MOST_OF_STREAM
        with sys.stdin.buffer if path == "-" else open(path, "rb") as given:
            while block := given.read(_BLOCK):
                copy.write(block)
                if copy.tell() > most:
                    raise ValueError(f"it is larger than {most >> 20} MiB")
        copy.seek(0)
        return copy
    except (OSError, ValueError) as error:
        raise Refused(f"{path!r} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _size(file: IO[bytes]) -> int:
    at = file.tell()
    end = file.seek(0, 2)
    file.seek(at)
    return end


def _text(name: str, file: IO[bytes]) -> SourceFile:
    file.seek(0)
    data = file.read()
    return SourceFile(name, encoding_of(data).decode(data, "replace").replace("\r\n", "\n"))


def _blocks(file: IO[bytes], step: Callable[[int], None] | None) -> Iterator[str]:
    """The text of ``file`` in blocks. Raises `UnusualError` where it is not in the encoding that it begins in."""
    from pscc.psp.plain_values import UnusualError

    data = file.read(_BLOCK)
    encoding = encoding_of(data)
    decoder = getincrementaldecoder(encoding.codec)()
    data = data[len(encoding.mark) :]
    held = ""
    try:
        while data or held:
            text = held + decoder.decode(data, final=not data)
            held = "\r" if data and text.endswith("\r") else ""
            yield text.removesuffix(held).replace("\r\n", "\n")
            data = file.read(_BLOCK)
            if step is not None:
                step(file.tell())
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnusualError from None
