"""``pscc report``: what becomes of a cluster's workloads, for the person who signs and for the team that acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._compiling import judging_options, require_options
from pscc.cli._progress import progress
from pscc.cli._shared import (
    analysed,
    contents_of,
    everyone_option,
    labels_option,
    root_option,
    source_argument,
    write_diagnostics,
    write_text,
)

if TYPE_CHECKING:
    from pscc.output.settings import Settings
    from pscc.reporting.records import Report

_FORMATS = ("html", "markdown", "json", "sarif", "junit", "openreports")


@click.command(
    "report",
    short_help="Report what becomes of a cluster's workloads.",
    epilog="\b\nExample: pscc report examples/cluster/dump.yaml -f examples/cluster/pods.yaml --format markdown",
)
@source_argument
@root_option
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    required=True,
    help="Manifests to judge: a file, a folder, or - for stdin; may be repeated.",
)
@click.option("-o", "--output", default="-", metavar="FILE", help="The file to write, instead of stdout.")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(_FORMATS),
    default="html",
    show_default=True,
    help="A page in one HTML file; Markdown; one JSON object; SARIF; JUnit XML; a List of Reports of openreports.io.",
)
@click.option("--as", "user", default="", help="Who asks for bare pods, as in `pscc eval`.")
@click.option("--as-group", "groups", multiple=True, help="A group of theirs; may be repeated.")
@labels_option("A label of every namespace, beside those of the Namespaces in FILES; may be repeated.")
@everyone_option
@judging_options("A target to report on: all of them unless you say; may be repeated.")
def command(
    sources: tuple[str, ...],
    files: tuple[str, ...],
    output: str,
    fmt: str,
    user: str,
    groups: tuple[str, ...],
    labels: tuple[tuple[str, str], ...],
    everyone: bool,
    settings: Settings,
) -> None:
    """Report what becomes of the workloads in FILES under SOURCE, on each target.

    Each workload is refused, admitted once defaults have changed it, admitted as it is, or not judged. For each target, the
    report says which workloads it treats differently, and so which target keeps the cluster working. It also says who lives
    off defaults, who may use which policy, and what a stage in mode warn or audit would show.

    Running pods of one owner are one workload, if the same becomes of all of them.

    The report is about the policies as they would be rolled out with --mode, --exclude-namespace, --only-namespace and
    --ignore-group, on the releases that you name.

    Exit 1 if a workload is refused, if no target admits every workload that the policies admit, and if no policy judges any.
    Diagnostics about SOURCE and FILES go to stderr.
    """
    if groups and not user:
        raise click.UsageError("--as-group needs --as, as it does for kubectl")
    if (*sources, *files).count("-") > 1:
        raise click.UsageError("stdin (-) can be read once")
    if output != "-" and output in (*sources, *files):
        raise click.UsageError(f"{output} is read by this report: name another file")
    report = _report(sources, files, user, groups, labels, everyone, settings)
    _write(report, fmt, output)
    if report.of("refused") or not report.judged or not any(map(report.keeps, report.targets)):
        raise click.exceptions.Exit(1)


def _report(
    sources: tuple[str, ...],
    files: tuple[str, ...],
    user: str,
    groups: tuple[str, ...],
    labels: tuple[tuple[str, str], ...],
    everyone: bool,
    settings: Settings,
) -> Report:
    """The report. Exits with 1 where SOURCE has errors, and where there is no pod."""
    from pscc.diagnostics import SourceError
    from pscc.ir.access import Request, requested_by
    from pscc.lowering.prepared import prepared
    from pscc.reference.evaluate import unknown_labels, with_labels
    from pscc.reporting.building import report
    from pscc.targets.registry import TARGETS

    require_options(settings)
    read, _, program = analysed(sources, "text", False, everyone, namespace=settings.namespace)
    contents = contents_of(files)
    if not contents.manifests:
        raise click.exceptions.Exit(1)
    request = Request(settings.namespace or "", user, requested_by(user, groups), namespace_labels=labels)
    known = dict(contents.namespaces)
    requested = [(with_labels(request, item, known), item) for item in contents.manifests]
    write_diagnostics(unknown_labels(program, requested), (), "text")
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
