"""``pscc report``: what becomes of a cluster's workloads, for the person who signs and for the team that acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._compiling import judging_options, require_options
from pscc.cli._progress import progress
from pscc.cli._shared import (
    analysed,
    everyone_option,
    root_option,
    source_argument,
    write_diagnostics,
    write_text,
)
from pscc.cli._workloads import Asked, with_known_labels, workload_options

if TYPE_CHECKING:
    from pscc.reporting.records import Report
    from pscc.targets.settings import Settings

_FORMATS = ("html", "markdown", "json", "sarif", "junit", "openreports")


@click.command(
    "report",
    short_help="Report which workloads the policies change or refuse.",
    epilog="\b\nExample: pscc report examples/cluster/dump.yaml -f examples/cluster/pods.yaml --format markdown",
)
@source_argument
@root_option
@workload_options
@click.option("-o", "--output", default="-", metavar="FILE", help="The file to write, instead of stdout.")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(_FORMATS),
    default="html",
    show_default=True,
    help="html: a page in one file. json: one object. junit: XML. openreports: a List of Reports of openreports.io.",
)
@everyone_option
@judging_options("A target to report on. Can be repeated. [default: all]")
def command(
    sources: tuple[str, ...],
    asked: Asked,
    output: str,
    fmt: str,
    everyone: bool,
    settings: Settings,
) -> None:
    """Report which of the workloads in FILES the policies of SOURCE refuse, change or admit, on each target.

    The report shows:

    \b
    - each workload: refused, admitted with changes, admitted as it is, or not judged
    - for each target, the workloads that it treats differently, and so which
      target keeps your cluster working
    - the workloads that need a default
    - who may use which policy
    - what a stage in mode warn or audit would show

    Running pods of one owner are one workload if they all get the same verdict.

    --mode, --exclude-namespace, --only-namespace, --ignore-group and the releases count as they do for `pscc compile`.

    Exit 1 if a workload is refused, if no target admits every workload that the policies admit, or if no policy judges any
    workload. Diagnostics go to stderr.
    """
    asked.require_plain(sources)
    if output != "-" and output in (*sources, *asked.files):
        raise click.UsageError(f"{output} is read by this report: name another file")
    report = _report(sources, asked, everyone, settings)
    _write(report, fmt, output)
    if report.of("refused") or not report.judged or not any(map(report.keeps, report.targets)):
        raise click.exceptions.Exit(1)


def _report(sources: tuple[str, ...], asked: Asked, everyone: bool, settings: Settings) -> Report:
    """The report. Exits with 1 where SOURCE has errors, and where there is no pod."""
    from pscc.diagnostics import SourceError
    from pscc.lowering.prepared import prepared
    from pscc.reporting.building import report
    from pscc.targets.registry import TARGETS

    require_options(settings)
    read, _, program = analysed(sources, "text", False, everyone, namespace=settings.namespace)
    contents = asked.contents()
    if not contents.manifests:
        raise click.exceptions.Exit(1)
    request = asked.request(settings.namespace)
    with_known_labels(program, contents, request)
    try:
        ready = prepared(program, settings.rollout)
    except SourceError as error:
        write_diagnostics(error.diagnostics, read, "text")
        raise click.exceptions.Exit(1) from None
    warnings = tuple(
        diagnostic for diagnostic in (*ready.diagnostics, *ready.nowhere) if diagnostic.severity == "warning"
    )
    write_diagnostics(warnings, read, "text")
    with progress("judging") as shown:
        targets = settings.target or tuple(TARGETS)
        return report(ready, contents, request, targets, settings.options, sources, shown)


def _write(report: Report, fmt: str, output: str) -> None:
    from pscc.cli._report_formats import FORMATS
    from pscc.cli._report_words import headline

    text = FORMATS[fmt](report)
    if output == "-":
        click.echo(text, nl=False)
    else:
        write_text(output, text.encode("utf-8", "replace"))
        click.echo(f"wrote {output}", err=True)
    click.echo(headline(report), err=True)
