"""``pscc eval``: manifests judged by the reference interpreter."""

from __future__ import annotations

import click

from pscc.cli._shared import analysed, fix_option, read_source, source_argument, tell


@click.command(
    "eval",
    short_help="Judge pods and workloads by a policy.",
    epilog="\b\nExample: pscc eval examples/psp-default.yaml -f examples/seed/pod-host-port.yaml",
)
@source_argument
@click.option(
    "-f", "--file", "files", multiple=True, required=True, help="Manifests to judge, - for stdin; may be repeated."
)
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table, or one JSON object a line.",
)
@click.option("--changed", is_flag=True, help="Show each pod as the policy's defaults leave it, too.")
@fix_option
def command(source: str, files: tuple[str, ...], fmt: str, changed: bool, fix: bool) -> None:
    """Judge the pods and workloads in FILES by SOURCE, as PSP would: defaults first, then checks.

    Exit 1 if a pod is denied. Diagnostics about SOURCE and FILES go to stderr.
    """
    from pscc.diagnostics import Diagnostic, Report, SourceError
    from pscc.evaluate import Row, evaluate
    from pscc.pods import read_manifests
    from pscc.source import Span

    if (source, *files).count("-") > 1:
        raise click.UsageError("stdin (-) can be read once")
    _, _, program = analysed(source, "text", fix)
    rows: list[Row] = []
    failed = False
    for path in files:
        report = Report()
        manifests = None
        try:
            manifests = read_source(path)
            read = read_manifests(manifests, report)
        except SourceError as error:
            tell(error.diagnostics, manifests, "text")
            failed = True
            continue
        if not read and not report.diagnostics:
            help = "give a Pod, or a Deployment, Job … that makes pods"
            nothing = "there is no pod to judge in this file"
            report.add(Diagnostic("POD003", nothing, Span(path, 1, 1, 1, 1), "warning", help=help))
        tell(tuple(report.diagnostics), manifests, "text")
        rows += evaluate(program, read)
    if failed:
        raise click.exceptions.Exit(1)
    if fmt == "json":
        import json

        for row in rows:
            click.echo(json.dumps({key: row[key] for key in row if changed or key != "pod"}))
    else:
        from pscc.cli._verdicts import show

        show(rows, changed)
    if not all(row["allowed"] for row in rows):
        raise click.exceptions.Exit(1)
