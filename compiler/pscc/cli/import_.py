"""``pscc import``: a PSP in the policy language."""

from __future__ import annotations

import click

from pscc.cli._shared import (
    Format,
    analysed,
    everyone_option,
    fix_option,
    format_option,
    ignored_option,
    namespace_option,
    source_argument,
    write_text,
)


@click.command(
    "import",
    short_help="Translate a PSP into the policy language.",
    epilog="\b\nExample: pscc import examples/restricted.yaml",
)
@source_argument
@click.option("-o", "--output", default="-", help="The .psp file to write, instead of stdout.")
@everyone_option
@namespace_option
@ignored_option
@fix_option
@format_option
def command(
    sources: tuple[str, ...],
    output: str,
    everyone: bool,
    namespace: str | None,
    list_ignored: bool,
    fix: bool,
    fmt: Format,
) -> None:
    """Translate SOURCE into the policy language.

    SOURCE is one or more YAML or JSON files with PodSecurityPolicies and RBAC, folders of such files, or - for stdin.

    The result also states what PSP implies. A comment names the field that each statement comes from. If there are several
    policies, the RBAC becomes a `choose`. Diagnostics go to stderr.
    """
    from pscc.language.printer import print_document

    _, document, _ = analysed(sources, fmt, fix, everyone, list_ignored, namespace=namespace)
    text = print_document(document)
    if output == "-":
        click.echo(text, nl=False)
        return
    if output in sources:
        raise click.UsageError(f"{output} is the source itself: name another file")
    write_text(output, text.encode("utf-8"))
    click.echo(f"wrote {output}", err=True)
