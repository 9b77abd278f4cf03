"""The warning about a Pod Security Standard that is named without its release, beside an older Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator

from pscc.diagnostics import Diagnostic
from pscc.language import ast
from pscc.meaning.library import MINORS, is_library_name


def unpinned(document: ast.Document, kubernetes: str) -> Iterator[Diagnostic]:
    """A warning for each policy of the library that ``document`` names without a release, for an older ``kubernetes``.

    ``kubernetes`` is a release as in ``1.30``. Without a release, a name of the library means the newest.
    """
    if kubernetes not in MINORS[:-1]:
        return
    for policy in document.policies:
        name = policy.extends
        if name is not None and is_library_name(name.text) and "@" not in name.text:
            message = f"`{name.text}` is that of Kubernetes {MINORS[-1]}, and the output is for {kubernetes}"
            help = f"write `{name.text}@{kubernetes}` if you want what that release had"
            yield Diagnostic("LNG097", message, name.span, "warning", help=help)
