"""What the commands share: reading sources, writing diagnostics, correcting errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeVar

import click

from pscc.cli._config import configured
from pscc.cli._progress import progress

if TYPE_CHECKING:
    from pscc.base.source import SourceFile
    from pscc.diagnostics import Diagnostic
    from pscc.files import Loader
    from pscc.ir import Program
    from pscc.language.ast import Document
    from pscc.pod.manifests import Contents

_Command = TypeVar("_Command", bound=Callable[..., object])
NO_TEXTS: Mapping[str, str] = MappingProxyType({})
Format = Literal["text", "json", "github", "sarif"]
FORMATS = click.Choice(["text", "json", "github", "sarif"])
source_argument = click.argument(
    "sources",
    metavar="SOURCE...",
    nargs=-1,
    required=True,
    type=click.Path(allow_dash=True),
    is_eager=True,
    callback=configured,
)
everyone_option = click.option(
    "--assume-everyone-may-use",
    "everyone",
    is_flag=True,
    help="Let everyone use every PodSecurityPolicy, whatever RBAC says.",
)
namespace_option = click.option(
    "-n", "--namespace", metavar="NAME", help="The namespace of objects that name none, as in kubectl."
)


_ROOT = "pscc.root"


def _keep_root(context: click.Context, parameter: click.Parameter, root: str | None) -> None:
    context.meta[_ROOT] = root


root_option = click.option(
    "--root",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    expose_value=False,
    callback=_keep_root,
    help="`use` may read files in this folder, even if it lies above SOURCE. [default: the folder of SOURCE]",
)


def _labels(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The labels that ``KEY=VALUE`` give."""
    from pscc.ir.access import NAMESPACE_NAME

    for text in texts:
        if "=" not in text:
            raise click.BadParameter(f"{text!r} is no label: write KEY=VALUE")
        if text.startswith(f"{NAMESPACE_NAME}="):
            raise click.BadParameter(f"the value of {NAMESPACE_NAME} is the namespace's name: write `-n NAME` instead")
    return tuple((key, value) for key, _, value in (text.partition("=") for text in texts))


def labels_option(help: str) -> Callable[[_Command], _Command]:
    """The option ``--namespace-label``, whose values are pairs of key and value."""
    return click.option("--namespace-label", "labels", multiple=True, metavar="KEY=VALUE", callback=_labels, help=help)


ignored_option = click.option(
    "--list-ignored", is_flag=True, help="List the objects in SOURCE that have nothing to do with pod security."
)
format_option = click.option(
    "--format", "fmt", type=FORMATS, default="text", show_default=True, help="The format of diagnostics."
)
fix_option = click.option(
    "--fix", is_flag=True, help="Apply the safe corrections of errors for this run, and report them."
)
_SARIF = "pscc.sarif"


def results_format(*formats: str, help: str) -> Callable[[_Command], _Command]:
    """The option ``--format`` of a command that writes its results in ``formats``, the usual one first."""
    return click.option("--format", "fmt", type=click.Choice(formats), default=formats[0], show_default=True, help=help)


class Refused(click.ClickException):
    """A file or folder that cannot be read or written: exit 2, in one line."""

    exit_code = 2


def colored(stream: object) -> bool:
    """Whether to colour what goes to ``stream``: on a terminal, unless NO_COLOR is set to anything."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and not os.environ.get("NO_COLOR")


def read_bytes(path: str) -> bytes:
    """The bytes of the file ``path``, or of stdin for ``-``. Exits with 2 where it cannot be read."""
    from pscc.base.source import read_limited

    try:
        if path == "-":
            return read_limited(sys.stdin.buffer)
        with open(path, "rb") as file:
            return read_limited(file)
    except (OSError, ValueError) as error:
        raise Refused(f"{path!r} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def write_text(path: str, data: bytes) -> None:
    """Make ``data`` the content of the file ``path``, whole or not at all; its mode is kept, a link is followed."""
    write_texts({path: data})


def write_texts(contents: Mapping[str, bytes]) -> None:
    """Make each of ``contents`` that of the file with its path, as `write_text` does. None is changed until all are staged."""
    staged: list[tuple[str, Path, Path]] = []
    try:
        for path, data in contents.items():
            staged.append((path, *_staged(path, data)))
        for path, scratch, target in staged:
            try:
                os.replace(scratch, target)
            except OSError as error:
                raise _unwritable(path, error) from None
    finally:
        for _, scratch, _ in staged:
            scratch.unlink(missing_ok=True)


def _staged(path: str, data: bytes) -> tuple[Path, Path]:
    """A file with ``data`` beside the file ``path``, and the latter, with links followed. Exits with 2 where that fails."""
    import tempfile

    target = Path(path).resolve()
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".pscc-", delete=False) as scratch:
            scratch.write(data)
        if target.exists():
            os.chmod(scratch.name, target.stat().st_mode & 0o7777)
        else:
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(scratch.name, 0o666 & ~umask)
    except OSError as error:
        if "scratch" in locals():
            Path(scratch.name).unlink(missing_ok=True)
        raise _unwritable(path, error) from None
    return Path(scratch.name), target


def _unwritable(path: str, error: OSError) -> Refused:
    return Refused(f"{path!r} cannot be written: {error.strerror or error}")


def read_source(path: str) -> SourceFile:
    """The file ``path``, stdin for ``-``, or the library's policy of that name (``pss/baseline@1.30``), as text."""
    from pscc.driver import decode
    from pscc.files import from_library, is_in_library

    if is_in_library(path):
        try:
            return from_library(path)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    return decode(path, read_bytes(path))


def files_of(paths: tuple[str, ...], *, manifests: bool = False) -> tuple[str, ...]:
    """The files ``paths``, and the sources, or the ``manifests``, of the folders among them (`pscc.files.files_of`)."""
    from pscc import files

    try:
        return files.files_of(paths, files.MANIFEST_SUFFIXES if manifests else files.SUFFIXES)
    except FileNotFoundError as error:
        raise Refused(str(error)) from None


def contents_of(paths: tuple[str, ...]) -> Contents:
    """The contents of the manifests at ``paths``, folders included. Reports their diagnostics; exits with 1 on an error."""
    return contents_and_sources(paths)[0]


def contents_and_sources(paths: tuple[str, ...]) -> tuple[Contents, tuple[SourceFile, ...]]:
    """The same, and the files as they were read."""
    from pscc import api
    from pscc.diagnostics import SourceError

    sources: list[SourceFile] = []
    try:
        for path in files_of(paths, manifests=True):
            sources.append(read_source(path))
        with progress("reading"):
            contents, diagnostics = api.contents_of(sources)
    except SourceError as error:
        write_diagnostics(error.diagnostics, sources, "text")
        raise click.exceptions.Exit(1) from None
    write_diagnostics(diagnostics, sources, "text")
    return contents, tuple(sources)


def write_diagnostics(
    diagnostics: tuple[Diagnostic, ...],
    sources: Iterable[SourceFile],
    fmt: Format,
    used: Mapping[str, str] = NO_TEXTS,
    *,
    results: bool = False,
) -> None:
    """Write ``diagnostics`` to stderr, or to stdout where they are the ``results`` of the command.

    ``used`` holds the texts of further files, by name. SARIF is one document a run, written when the command ends.
    """
    if not diagnostics and fmt != "sarif":
        return
    from pscc.diagnostics.render import render

    texts = {**used, **{source.name: source.text for source in sources}}
    if fmt == "sarif":
        context = click.get_current_context()
        if _SARIF not in context.meta:
            collected: list[Diagnostic] = []
            context.meta[_SARIF] = collected
            context.call_on_close(lambda: click.echo(render(collected, texts, fmt, False), err=not results, nl=False))
        context.meta[_SARIF].extend(diagnostics)
    else:
        color = colored(sys.stdout if results else sys.stderr)
        click.echo(render(diagnostics, texts, fmt, color), err=not results, color=True, nl=False)


def root() -> str | None:
    """The folder that ``--root`` names for the running command; None where it names none."""
    named: str | None = click.get_current_context().meta.get(_ROOT)
    return named


def loader(*paths: str, files: tuple[str, ...] = ()) -> Loader:
    """The loader of the files that the sources ``paths`` use. Raises a usage error where one lies outside of ``--root``."""
    from pscc.files import loader_for

    try:
        return loader_for(*paths, files=files, root=root())
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def analysed(
    paths: tuple[str, ...],
    fmt: Format,
    fix: bool,
    everyone: bool = False,
    list_ignored: bool = False,
    live: bool = False,
    namespace: str | None = None,
) -> tuple[tuple[SourceFile, ...], Document, Program]:
    """The sources at ``paths``, and their syntax tree and program. Reports their warnings.

    ``live``: the cluster says who may use which policy (``--rbac live``). ``namespace`` is that of objects which name
    none. Exits with 1 on errors, and reports all of them.
    """
    from pscc.diagnostics import SourceError
    from pscc.driver import analyse

    sources: tuple[SourceFile, ...] = ()
    files = files_of(paths)
    load = loader(*paths, files=files)
    try:
        sources = tuple(read_source(path) for path in files)
        if fix:
            sources = corrected(sources, fmt, everyone, namespace)
        document, program, warnings = analyse(
            *sources,
            load=load,
            today=day(),
            everyone=everyone,
            list_ignored=list_ignored,
            live=live,
            namespace=namespace or "",
        )
    except SourceError as error:
        write_diagnostics(error.diagnostics, sources, fmt, load.texts)
        raise click.exceptions.Exit(1) from None
    write_diagnostics(warnings, sources, fmt, load.texts)
    return sources, document, program


def day() -> date:
    """The day that decides which exemptions have ended. Raises a usage error where the environment has no valid one."""
    from pscc.files import today

    try:
        return today()
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def corrected(
    sources: tuple[SourceFile, ...],
    fmt: Format,
    everyone: bool = False,
    namespace: str | None = None,
    *,
    results: bool = False,
    unsafe: bool = False,
) -> tuple[SourceFile, ...]:
    """``sources`` after the safe fixes that their errors offer, with ``unsafe`` all. Reports each correction as a note."""
    from dataclasses import replace

    from pscc.fixing import correct

    load = loader(*(source.name for source in sources))
    fixed, corrections = correct(
        *sources, load=load, today=day(), everyone=everyone, namespace=namespace or "", unsafe=unsafe
    )
    notes = [
        replace(d, severity="note", message=f"corrected: {d.message}", help=_became(d), notes=()) for d in corrections
    ]
    write_diagnostics(tuple(notes), sources, fmt, load.texts, results=results)
    return fixed


def _became(diagnostic: Diagnostic) -> str:
    text = diagnostic.fixes[0].text.strip()
    return f"now `{text}`" if text else "taken out"
