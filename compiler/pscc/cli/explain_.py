"""``pscc explain``: more about a code or a control."""

from __future__ import annotations

import click


@click.command("explain", epilog="\b\nExample: pscc explain hostPorts")
@click.argument("subject")
def command(subject: str) -> None:
    """Say more about a diagnostic's CODE or about a control."""
    from pscc.codes import explain as explanation

    text = explanation(subject)
    if text is None:
        from pscc.codes import codes
        from pscc.controls import CONTROLS
        from pscc.diagnostics import did_you_mean

        meant = did_you_mean(subject, (*codes(), *(control.id for control in CONTROLS)))
        hint = f"; did you mean {meant}?" if meant else ""
        raise click.UsageError(f"{subject} is neither a code nor a control{hint}")
    click.echo(text)
