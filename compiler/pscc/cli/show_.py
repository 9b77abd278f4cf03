"""``pscc show``: the policies of a source, written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._shared import (
    Refused,
    analysed,
    everyone_option,
    labels_option,
    loader,
    namespace_option,
    root_option,
    source_argument,
)

if TYPE_CHECKING:
    from pscc.ir.access import Request


@click.command(
    "show",
    short_help="Print the policies with everything that they inherit.",
    epilog="\b\nExample: pscc show examples/platform/tiers.psp --as system:serviceaccount:edge-eu:proxy -n edge-eu",
)
@source_argument
@root_option
@click.option("--as", "user", default="", help="Show only what applies to this user.")
@click.option("--as-group", "groups", multiple=True, help="A group of that user. Can be repeated.")
@labels_option("A label of that namespace. Can be repeated.")
@click.option(
    "--pod",
    metavar="FILE",
    help="Show only what applies to this pod or workload, in its namespace and for the user who creates it.",
)
@namespace_option
@everyone_option
def command(
    sources: tuple[str, ...],
    user: str,
    groups: tuple[str, ...],
    labels: tuple[tuple[str, str], ...],
    pod: str | None,
    namespace: str | None,
    everyone: bool,
) -> None:
    """Print the policies of SOURCE with everything that they inherit, as one source without `extends` and `use`.

    A comment on each line names its origin.

    With --as, -n or --pod, only the policies and grants that apply there are printed. Of a `choose`, these are the policies
    that may be used, in the order in which they are tried.
    """
    from pscc.diagnostics import Report
    from pscc.explain.effective import effective, narrowed
    from pscc.language.printer import print_document
    from pscc.meaning.linking import link

    if groups and not user:
        raise click.UsageError("--as-group needs --as, as it does for kubectl")
    _, document, program = analysed(sources, "text", False, everyone, namespace=namespace)
    shown = effective(document, link(document, loader(*sources), Report()))
    if user or labels or pod or namespace:
        shown = narrowed(shown, program, _request(user, groups, labels, pod, namespace))
        if not shown.policies:
            raise Refused("no policy judges these pods: nothing stops them")
    click.echo(print_document(shown), nl=False)


def _request(
    user: str, groups: tuple[str, ...], labels: tuple[tuple[str, str], ...], pod: str | None, namespace: str | None
) -> Request:
    from dataclasses import replace

    from pscc.cli._shared import contents_of
    from pscc.ir.access import Request, requested_by
    from pscc.pod.normalising import normalise
    from pscc.reference.evaluate import request_of, with_labels

    request = Request(namespace or "", user, requested_by(user, groups), namespace_labels=labels)
    if pod is None:
        return replace(request, namespace=request.namespace or "default", service_account="default")
    contents = contents_of((pod,))
    if len(contents.manifests) != 1:
        raise click.UsageError(f"--pod {pod}: name a file with one pod or workload; it has {len(contents.manifests)}")
    manifest = contents.manifests[0]
    return request_of(with_labels(request, manifest, dict(contents.namespaces)), manifest, normalise(manifest.pod))
