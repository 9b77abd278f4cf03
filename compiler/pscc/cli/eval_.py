"""``pscc eval``: manifests judged by the reference interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._shared import analysed, everyone_option, fix_option, read_source, source_argument, tell

if TYPE_CHECKING:
    from pscc.evaluate import Row


@click.command("eval", epilog="\b\nExample: pscc eval examples/psp-default.yaml -f examples/seed/pod-host-port.yaml")
@source_argument
@click.option("-f", "--file", "files", multiple=True, required=True, help="Manifests to judge; - for stdin.")
@click.option("--as", "user", default="", help="Who asks for the pods: system:serviceaccount:NS:NAME is an account.")
@click.option("--as-group", "groups", multiple=True, help="A group of theirs; may be repeated.")
@click.option("-n", "--namespace", default="", help="The namespace of manifests that name none.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", help="One line of JSON a pod.")
@click.option("--changed", is_flag=True, help="Show the pod as the policy's defaults leave it (json).")
@everyone_option
@fix_option
def command(
    sources: tuple[str, ...],
    files: tuple[str, ...],
    user: str,
    groups: tuple[str, ...],
    namespace: str,
    fmt: str,
    changed: bool,
    everyone: bool,
    fix: bool,
) -> None:
    """Judge the pods and workloads in FILES by SOURCE, as PSP would: defaults first, then checks.

    Which policy of several may be used depends on who asks. The pods of a workload are asked for by its controller; a
    bare pod by --as or, without it, by somebody who was authenticated. The pod's service account counts always.
    """
    import json

    from pscc.access import Request, requested_by
    from pscc.diagnostics import Report, SourceError
    from pscc.evaluate import evaluate
    from pscc.pods import read_manifests

    if groups and not user:
        raise click.UsageError("--as-group needs --as, as it does for kubectl")
    _, _, program = analysed(sources, "text", fix, everyone)
    asked = Request(namespace, user, requested_by(user, groups))
    denied = False
    for path in files:
        report = Report()
        manifests = None
        try:
            manifests = read_source(path)
            rows = evaluate(program, read_manifests(manifests, report), asked)
        except SourceError as error:
            tell(error.diagnostics, (manifests,) if manifests else (), "text")
            raise click.exceptions.Exit(1) from None
        tell(tuple(report.diagnostics), (manifests,), "text")
        for row in rows:
            denied |= not row["allowed"]
            if fmt == "json":
                shown = {key: value for key, value in row.items() if changed or key != "pod"}
                click.echo(json.dumps(shown))
            else:
                _print(row)
    if denied:
        raise click.exceptions.Exit(1)


def _print(row: Row) -> None:
    """The row as text: the policy that admits the pod, or why each that may be used does not."""
    by = row["policy"] or row.get("choice")
    click.echo(f"{'allowed' if row['allowed'] else 'DENIED ':<8} {row['kind']} {row['name']} ({by})")
    tried = row.get("tried", [])
    if not row["allowed"] and "choice" in row and not tried:
        click.echo(f"         {row['message']}")
    for policy, reasons in ((("", row["reasons"])), *((one["policy"], one["reasons"]) for one in tried)):  # type: ignore[attr-defined]
        for reason in reasons:
            before = f"{policy}: " if policy else ""
            click.echo(f"         {before}{reason['message']}  [{reason['path']}; {reason['source']}]")
