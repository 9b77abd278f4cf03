"""``pscc lsp``: the language server, on standard input and output."""

from __future__ import annotations

import click

from pscc.cli._shared import day


@click.command("lsp", short_help="Serve editors (Language Server Protocol).", epilog="\b\nExample: pscc lsp")
def command() -> None:
    """Tell an editor what check, explain and fmt say, by the Language Server Protocol on stdin and stdout.

    Needs the extra: pip install 'pscc[lsp]'.
    """
    try:
        import pygls  # noqa: F401
    except ImportError:
        raise click.ClickException("the language server needs pygls: pip install 'pscc[lsp]'") from None
    from pathlib import Path

    from pscc.editor.server import server
    from pscc.files import loader_for

    server(lambda path: loader_for(str(Path(path).parent)), day()).start_io()
