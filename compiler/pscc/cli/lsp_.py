"""``pscc lsp``: the language server, on standard input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._config import Wrong, defaults, nearest
from pscc.cli._shared import day

if TYPE_CHECKING:
    from pscc.files import Loader


@click.command("lsp", short_help="Start the language server for editors.", epilog="\b\nExample: pscc lsp")
def command() -> None:
    """Start the language server. An editor talks to it on stdin and stdout, by the Language Server Protocol.

    It needs the extra: pip install 'pscc-compiler[lsp]'.
    """
    try:
        import pygls  # noqa: F401
    except ImportError:
        raise click.ClickException("the language server needs pygls: pip install 'pscc-compiler[lsp]'") from None
    from pscc.editor.server import server

    server(loader, day()).start_io()


def loader(path: str) -> Loader:
    """The loader of the files that the source at ``path`` uses: in the root that its ``pscc.toml`` names, if it is inside."""
    from pathlib import Path

    from pscc.cli.check_ import command as check
    from pscc.files import loader_for

    folder = str(Path(path).parent)
    try:
        config = nearest((folder,))
        root = defaults(config, check).get("root") if config is not None else None
        return loader_for(folder, root=str(root) if root is not None else None)
    except (Wrong, ValueError):
        return loader_for(folder)
