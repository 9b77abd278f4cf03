"""``pscc eval``: manifests judged by the reference interpreter."""

from __future__ import annotations

import click

from pscc.cli._shared import (
    analysed,
    everyone_option,
    fix_option,
    namespace_option,
    read_source,
    source_argument,
    write_diagnostics,
)


@click.command(
    "eval",
    short_help="Judge pods and workloads by a policy.",
    epilog="\b\nExample: pscc eval examples/psp-default.yaml -f examples/seed/pod-host-port.yaml",
)
@source_argument
@click.option(
    "-f", "--file", "files", multiple=True, required=True, help="Manifests to judge, - for stdin; may be repeated."
)
@click.option("--as", "user", default="", help="Who asks for the pods: system:serviceaccount:NS:NAME is an account.")
@click.option("--as-group", "groups", multiple=True, help="A group of theirs; may be repeated.")
@namespace_option
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table, or one JSON object a line.",
)
@click.option("--changed", is_flag=True, help="Show each pod as the policy's defaults leave it, too.")
@everyone_option
@fix_option
def command(
    sources: tuple[str, ...],
    files: tuple[str, ...],
    user: str,
    groups: tuple[str, ...],
    namespace: str | None,
    fmt: str,
    changed: bool,
    everyone: bool,
    fix: bool,
) -> None:
    """Judge the pods and workloads in FILES by SOURCE, as PSP would: defaults first, then checks.

    Which policy of several may be used depends on who asks. The pods of a workload are asked for by its controller; a
    bare pod by --as or, without it, by somebody who was authenticated. The pod's service account counts always.

    A pod that no policy judges, since none holds there or whoever asks is exempt, is said to be `unjudged`: nothing stops
    it. In JSON its `policy` is null, and its `message` says why.

    Exit 1 if a policy or choice that enforces denies a pod; what is in mode warn or audit denies none, and its verdict is
    WARNED or AUDITED. Diagnostics about SOURCE and FILES go to stderr.
    """
    from pscc.api import manifests_in
    from pscc.diagnostics import SourceError
    from pscc.ir.access import Request, requested_by
    from pscc.reference.evaluate import Row, evaluate

    if groups and not user:
        raise click.UsageError("--as-group needs --as, as it does for kubectl")
    if (*sources, *files).count("-") > 1:
        raise click.UsageError("stdin (-) can be read once")
    _, _, program = analysed(sources, "text", fix, everyone, namespace=namespace)
    request = Request(namespace or "", user, requested_by(user, groups))
    pods: list[tuple[Row, ...]] = []
    failed = False
    for path in files:
        manifests = None
        try:
            manifests = read_source(path)
            read, warnings = manifests_in(manifests)
        except SourceError as error:
            write_diagnostics(error.diagnostics, (manifests,) if manifests else (), "text")
            failed = True
            continue
        write_diagnostics(warnings, (manifests,), "text")
        pods += [evaluate(program, manifest, request) for manifest in read]
    if failed:
        raise click.exceptions.Exit(1)
    if fmt == "json":
        import json

        for row in (row for rows in pods for row in rows):
            click.echo(json.dumps({key: row[key] for key in row if changed or key != "pod"}))
    else:
        from pscc.cli._verdicts import show

        show(pods, changed)
    if not all(row["allowed"] for rows in pods for row in rows):
        raise click.exceptions.Exit(1)
