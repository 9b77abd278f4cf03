"""``pscc compile``: a source in, the folder of a target out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pscc.cli._compiling import analysed_for, settings_options
from pscc.cli._shared import (
    Format,
    Refused,
    fix_option,
    format_option,
    ignored_option,
    root_option,
    source_argument,
    write_diagnostics,
)
from pscc.targets.registry import DEFAULT_TARGET

if TYPE_CHECKING:
    from pscc.output.contents import ObjectName
    from pscc.targets.settings import Settings


@click.command(
    "compile",
    short_help="Compile a source into the folder of a target.",
    epilog="\b\nExample: pscc compile examples/psp-default.yaml -o rego/",
)
@source_argument
@root_option
@click.option("-o", "--output", required=True, help="The folder to write, or - for one YAML stream on stdout.")
@settings_options(f"The target, or several with commas. Can be repeated. [default: {DEFAULT_TARGET}]")
@ignored_option
@fix_option
@format_option
def command(
    sources: tuple[str, ...], output: str, settings: Settings, list_ignored: bool, fix: bool, fmt: Format
) -> None:
    """Compile SOURCE into the folder of a target.

    SOURCE is one or more .psp files, YAML or JSON files with PodSecurityPolicies and RBAC, folders of such files, or - for
    stdin. All of them together are one source.

    If there is an error, nothing is written. Diagnostics go to stderr.
    """
    from pscc.api import compile_with
    from pscc.cli._own_cases import cases_beside, own_pods
    from pscc.diagnostics import SourceError
    from pscc.lowering.releases import spelled
    from pscc.meaning.pinned import unpinned
    from pscc.output.emit import EmitError

    if not output:
        raise click.UsageError("-o names no folder: say `.` for the one that you are in")
    if settings.sync_waves and output == "-":
        raise click.UsageError("--sync-waves annotates kustomizations, which a stream has none of: name a folder")
    settings = replace(settings, target=settings.target or (DEFAULT_TARGET,))
    read, document, program = analysed_for(settings, sources, fmt, fix, list_ignored)
    write_diagnostics(tuple(unpinned(document, spelled(settings.kubernetes))), read, fmt)
    try:
        compiled = compile_with(program, settings, own_pods(cases_beside(sources)))
    except SourceError as error:
        write_diagnostics(error.diagnostics, read, fmt)
        raise click.exceptions.Exit(1) from None
    write_diagnostics(compiled.diagnostics, read, fmt)
    if output == "-":
        for path in compiled.resources:
            body = compiled.files[path]
            click.echo(body if body.startswith("---") or path.endswith(".rego") else f"---\n{body}", nl=False)
        return
    try:
        stale = compiled.write(output)
    except EmitError as error:
        raise Refused(str(error)) from None
    releases = f" for {' and '.join(compiled.releases)}" if compiled.releases else ""
    click.echo(f"wrote {len(compiled.files)} files to {output}{releases}", err=True)
    _report_stale(stale)


def _report_stale(objects: tuple[ObjectName, ...]) -> None:
    """Print the commands that delete ``objects``, which the folder had and has no more, from the cluster."""
    from pscc.output.stale import deletions

    for shared, text in (
        (False, "no longer in this folder: apply the rest, then delete from the cluster:"),
        (True, "no longer needed here: delete from the cluster if no other folder has them:"),
    ):
        listed = tuple(stale for stale in objects if stale.shared is shared)
        if listed:
            click.echo("\n".join((text, *(f"  {line}" for line in deletions(listed)))), err=True)
