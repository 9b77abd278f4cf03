"""The options of every command that judges workloads: which manifests, and who asks for their pods."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from pscc.base.frozen import frozen
from pscc.cli._shared import contents_of, labels_option, write_diagnostics

if TYPE_CHECKING:
    from pscc.ir import Program
    from pscc.ir.access import Request
    from pscc.pod.manifests import Contents, Manifest

_OPTIONS = (
    click.option(
        "-f",
        "--file",
        "files",
        multiple=True,
        required=True,
        help="Manifests to judge: a file, a folder, or - for stdin. Can be repeated.",
    ),
    click.option(
        "--as",
        "user",
        default="",
        help="The user who creates bare pods, whatever the metadata of the pods says. For a service account: "
        "system:serviceaccount:NAMESPACE:NAME.",
    ),
    click.option("--as-group", "groups", multiple=True, help="A group of that user. Can be repeated."),
    labels_option("A label of every namespace, in addition to the labels of the Namespaces in FILES. Can be repeated."),
)


@frozen
class Asked:
    """What the user asks about: the ``files`` with manifests, who asks for bare pods, and the labels of every namespace."""

    files: tuple[str, ...]
    user: str = ""
    groups: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    def require_plain(self, sources: tuple[str, ...]) -> None:
        """Raises `click.UsageError` where groups have no user, and where stdin is to be read twice."""
        if self.groups and not self.user:
            raise click.UsageError("--as-group needs --as, as it does for kubectl")
        if (*sources, *self.files).count("-") > 1:
            raise click.UsageError("stdin (-) can be read once")

    def contents(self) -> Contents:
        """The contents of the files. Reports their diagnostics; exits with 1 on an error."""
        return contents_of(self.files)

    def request(self, namespace: str | None) -> Request:
        """The request for a bare pod, where ``namespace`` is that of manifests which name none."""
        from pscc.ir.access import Request, requested_by

        groups = requested_by(self.user, self.groups)
        return Request(namespace or "", self.user, groups, namespace_labels=self.labels)


def workload_options(command: Callable[..., None]) -> Callable[..., None]:
    """A decorator that gives a command the options of `Asked`, as its argument ``asked``."""

    @wraps(command)
    def gathered(**arguments: Any) -> None:
        names = ("files", "user", "groups", "labels")
        command(asked=Asked(**{name: arguments.pop(name) for name in names}), **arguments)

    decorated: Callable[..., None] = gathered
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def with_known_labels(program: Program, contents: Contents, request: Request) -> tuple[tuple[Request, Manifest], ...]:
    """The manifests of ``contents``, each with ``request`` and the labels of its namespace that are known.

    Warns of the policies of ``program`` that are passed over because labels are not known.
    """
    from pscc.reference.evaluate import unknown_labels, with_labels

    known = dict(contents.namespaces)
    requested = tuple((with_labels(request, item, known), item) for item in contents.manifests)
    write_diagnostics(unknown_labels(program, requested), (), "text")
    return requested
