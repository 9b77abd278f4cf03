"""``pscc eval``: manifests judged by the reference interpreter."""

from __future__ import annotations

import click

from pscc.cli._shared import analysed, fix_option, read_source, source_argument, tell


@click.command("eval", epilog="\b\nExample: pscc eval examples/psp-default.yaml -f examples/seed/pod-host-port.yaml")
@source_argument
@click.option("-f", "--file", "files", multiple=True, required=True, help="Manifests to judge; - for stdin.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", help="One line of JSON a pod.")
@click.option("--changed", is_flag=True, help="Show the pod as the policy's defaults leave it (json).")
@fix_option
def command(source: str, files: tuple[str, ...], fmt: str, changed: bool, fix: bool) -> None:
    """Judge the pods and workloads in FILES by SOURCE, as PSP would: defaults first, then checks."""
    import json

    from pscc.diagnostics import Report, SourceError
    from pscc.evaluate import evaluate
    from pscc.pods import read_manifests

    _, _, program = analysed(source, "text", fix)
    denied = False
    for path in files:
        report = Report()
        manifests = None
        try:
            manifests = read_source(path)
            rows = evaluate(program, read_manifests(manifests, report))
        except SourceError as error:
            tell(error.diagnostics, manifests, "text")
            raise click.exceptions.Exit(1) from None
        tell(tuple(report.diagnostics), manifests, "text")
        for row in rows:
            denied |= not row["allowed"]
            if fmt == "json":
                shown = {key: value for key, value in row.items() if changed or key != "pod"}
                click.echo(json.dumps(shown))
                continue
            click.echo(f"{'allowed' if row['allowed'] else 'DENIED ':<8} {row['kind']} {row['name']} ({row['policy']})")
            for reason in row["reasons"]:  # type: ignore[attr-defined]
                click.echo(f"         {reason['message']}  [{reason['path']}; {reason['source']}]")
    if denied:
        raise click.exceptions.Exit(1)
