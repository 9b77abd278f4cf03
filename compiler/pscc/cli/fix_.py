"""``pscc fix``: what workloads have to say so that they pass without a policy's defaults, written into their files."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from pscc.cli._compiling import rollout_options
from pscc.cli._progress import progress
from pscc.cli._shared import (
    Refused,
    analysed,
    contents_and_sources,
    day,
    everyone_option,
    files_of,
    loader,
    namespace_option,
    read_bytes,
    results_format,
    root_option,
    source_argument,
    write_diagnostics,
    write_texts,
)
from pscc.cli._workloads import Asked, with_known_labels, workload_options

if TYPE_CHECKING:
    from pscc.base.source import SourceFile
    from pscc.ir.access import Request
    from pscc.lowering.rollout import Rollout
    from pscc.mending.edits import Edit
    from pscc.mending.records import Key, Mending

_DAYS = 90
"""How long an exemption lasts unless the user says."""


@click.command(
    "fix",
    short_help="Make workloads pass without a policy's defaults.",
    epilog="\b\nExample: pscc fix examples/cluster/dump.yaml -f examples/cluster/pods.yaml",
)
@source_argument
@root_option
@workload_options
@click.option(
    "--required",
    is_flag=True,
    help="Also set fields that a check requires and no default sets. This changes how the containers run: test it first.",
)
@click.option("--write", is_flag=True, help="Write the changes into FILES. Comments and layout are kept.")
@click.option("-o", "--output", metavar="DIR", help="Write the changes as a kustomize Component into this folder.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help=f"The last day of the proposed exemptions. [default: in {_DAYS} days]",
)
@results_format("text", "json", help="text: a diff, and the list of what cannot be mended. json: one object a line.")
@everyone_option
@namespace_option
@rollout_options
def command(
    sources: tuple[str, ...],
    asked: Asked,
    required: bool,
    write: bool,
    output: str | None,
    until: date | None,
    fmt: str,
    everyone: bool,
    namespace: str | None,
    rollout: Rollout,
) -> None:
    """Find the smallest change with which each workload in FILES passes SOURCE without its defaults.

    A target that sets no defaults refuses the workloads that need them. `pscc fix` writes the same values into the workloads, so
    the containers run as before. It writes only the values that a check requires. Each change is tested: the workload passes
    with it, and does not pass without any part of it.

    The policies of pss/restricted require fields that no default sets. --required sets them, too.

    By default nothing is written: stdout shows a diff. --write and -o write.

    Workloads that no default can mend are listed, each with the smallest exemption that admits it. pscc first proves that
    nobody else gains by it, and that only the controls that it names admit more.

    Exit 1 if a workload cannot be mended, or if no policy judges any workload. Diagnostics go to stderr.
    """
    asked.require_plain(sources)
    if write and output is not None:
        raise click.UsageError("--write changes the files and -o writes patches for them: say one")
    if write and "-" in asked.files:
        raise click.UsageError("--write cannot write to stdin: name the file")
    last = day() + timedelta(days=_DAYS) if until is None else date(until.year, until.month, until.day)
    if last < day():
        raise click.UsageError(f"--until {last.isoformat()} is over")
    read, mendings = _mendings(sources, asked, required, last, everyone, namespace, rollout)
    changed = tuple(mending for mending in mendings if mending.written)
    edits, unwritten = _edits(read, changed) if output is None else ({}, {})
    if output is not None:
        _write_patches(read, changed, output)
    elif write:
        _write(edits)
    _show(mendings, {} if write else edits, unwritten, required, fmt)
    judged = any(mending.outcome != "unjudged" for mending in mendings)
    if not judged or unwritten or any(mending.outcome == "refused" for mending in mendings):
        raise click.exceptions.Exit(1)


def _mendings(
    sources: tuple[str, ...],
    asked: Asked,
    required: bool,
    until: date,
    everyone: bool,
    namespace: str | None,
    rollout: Rollout,
) -> tuple[tuple[SourceFile, ...], tuple[Mending, ...]]:
    """The files with manifests, and what each workload needs. Exits with 1 where SOURCE has errors, and where there is no pod."""
    from pscc.diagnostics import SourceError
    from pscc.mending.exemptions import Sources, exempted
    from pscc.mending.joining import joined
    from pscc.mending.required import implied
    from pscc.mending.settings import Mender

    read, document, program = analysed(sources, "text", False, everyone, namespace=namespace)
    contents, manifests = contents_and_sources(asked.files)
    if not contents.manifests:
        raise click.exceptions.Exit(1)
    requested = with_known_labels(program, contents, asked.request(namespace))
    load = loader(*sources, files=files_of(sources))
    of = Sources(document, program, load, day(), rollout, implied(document, load, day()) if required else {})
    try:
        programs = of.programs()
    except SourceError as error:
        write_diagnostics(error.diagnostics, read, "text")
        raise click.exceptions.Exit(1) from None
    assert programs is not None
    mender = Mender(programs)
    by_key: dict[Key, tuple[Request, Mending]] = {}
    with progress("mending") as shown:
        for number, (request, manifest) in enumerate(requested, 1):
            mending = mender.mending(request, manifest)
            whole = exempted(of, mending, request, until) if mending.outcome == "refused" else mending
            by_key[mending.key] = request, whole
            if shown:
                shown(number, len(requested))
    return tuple(dict.fromkeys(manifests)), joined(of, by_key.values())


def _edits(
    read: tuple[SourceFile, ...], mendings: tuple[Mending, ...]
) -> tuple[dict[SourceFile, tuple[Edit, ...]], dict[Key, str]]:
    """The edits of each file, and the workloads whose text cannot be edited, with the reason."""
    from pscc.mending.edits import EditError, edits_of

    edits: dict[SourceFile, tuple[Edit, ...]] = {}
    unwritten: dict[Key, str] = {}
    for source in read:
        waiting = [mending for mending in mendings if mending.span.file == source.name]
        while waiting:
            try:
                edits[source] = edits_of(source, waiting)
                break
            except EditError as error:
                unwritten |= {mending.key: str(error) for mending in waiting if mending.span == error.span}
                waiting = [mending for mending in waiting if mending.span != error.span]
    return edits, unwritten


def _write(edits: dict[SourceFile, tuple[Edit, ...]]) -> None:
    """Write ``edits`` into their files: all of them, or none."""
    from pscc.base.encoding import encoding_of
    from pscc.driver import decode
    from pscc.mending.edits import applied

    contents: dict[str, bytes] = {}
    for source, of_file in edits.items():
        data = read_bytes(source.name)
        if decode(source.name, data) != source:
            raise Refused(f"{source.name!r} has changed since it was read: try again")
        encoding = encoding_of(data)
        contents[source.name] = encoding.encode(applied(encoding.decode(data), of_file))
    write_texts(contents)
    for name in contents:
        click.echo(f"changed {name}", err=True)


def _write_patches(read: tuple[SourceFile, ...], mendings: tuple[Mending, ...], output: str) -> None:
    from pathlib import Path

    from pscc.mending.patches import PatchError, component
    from pscc.output.emit import EmitError, emit

    if not output:
        raise click.UsageError("-o names no folder: say `.` for the one that you are in")
    try:
        files = component(read, mendings)
        emit(Path(output), files)
    except (PatchError, EmitError) as error:
        raise Refused(str(error)) from None
    click.echo(f"wrote {len(files)} files to {output}", err=True)


def _show(
    mendings: tuple[Mending, ...],
    edits: dict[SourceFile, tuple[Edit, ...]],
    unwritten: dict[Key, str],
    required: bool,
    fmt: str,
) -> None:
    """Write the results to stdout, ``edits`` as a diff, and the result in one sentence to stderr."""
    from pscc.cli._fix_words import as_json, diff, headline, sections

    if fmt == "json":
        for mending in mendings:
            click.echo(as_json(mending, unwritten.get(mending.key, "")))
    else:
        for source, of_file in edits.items():
            click.echo(diff(source, of_file), nl=False)
        for section in sections(mendings, unwritten, required):
            click.echo(section)
    click.echo(headline(mendings, unwritten), err=True)
