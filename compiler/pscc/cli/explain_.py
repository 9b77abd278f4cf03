"""``pscc explain``: more about a code or a control."""

from __future__ import annotations

import click


@click.command(
    "explain", short_help="Say more about a code or a control.", epilog="\b\nExample: pscc explain hostPorts"
)
@click.argument("subject", required=False)
def command(subject: str | None) -> None:
    """Say more about a diagnostic's CODE or about a control. Without SUBJECT: list them all."""
    from pscc.codes import explain as explanation
    from pscc.codes import overview

    text = "\n".join([*overview(), ""]) if subject is None else explanation(subject)
    if text is None:
        from pscc.codes import codes
        from pscc.controls import CONTROLS
        from pscc.diagnostics import did_you_mean

        meant = did_you_mean(str(subject), (*codes(), *(control.id for control in CONTROLS)))
        hint = f"did you mean {meant}?" if meant else "`pscc explain` lists both"
        raise click.UsageError(f"{subject} is neither a code nor a control; {hint}")
    click.echo(text, nl=False)
