"""``pscc explain``: more about a code or a control."""

from __future__ import annotations

import click

from pscc.cli._config import configured
from pscc.cli._shared import day, namespace_option, root_option
from pscc.cli._targets import METAVAR, Targets


@click.command(
    "explain",
    short_help="Explain a code, a control, a word, or a source.",
    epilog="\b\nExample: pscc explain hostPorts",
)
@click.argument("subject", required=False, is_eager=True, callback=configured)
@root_option
@click.option(
    "-t",
    "--target",
    "targets",
    multiple=True,
    type=Targets(),
    metavar=METAVAR,
    help="Show the output of this target for each line of FILE. Several with commas. [default for FILE:LINE: all]",
)
@namespace_option
def command(subject: str | None, targets: tuple[tuple[str, ...], ...], namespace: str | None) -> None:
    """Explain SUBJECT. Without SUBJECT, list everything that can be explained.

    SUBJECT is the code of a diagnostic, a control, a word of the language, a field of a PodSecurityPolicy, or a source: FILE
    or FILE:LINE.

    For each line of a source, this shows its meaning, its origin, what it replaces, and the targets that cannot express it
    exactly.
    """
    named = tuple(dict.fromkeys(name for names in targets for name in names))
    if subject is not None and (source := _source(subject)) is not None:
        click.echo(_explained(*source, namespace, named))
        return
    if named:
        raise click.UsageError("--target goes with a source: FILE or FILE:LINE")
    from pscc.explain.codes import explain as explanation
    from pscc.explain.codes import overview

    text = "\n".join([*overview(), ""]) if subject is None else explanation(subject)
    if text is None:
        from pscc.diagnostics.spelling import did_you_mean
        from pscc.explain.codes import subjects
        from pscc.files import SUFFIXES

        if str(subject).partition(":")[0].endswith(SUFFIXES):
            raise click.UsageError(f"there is no file {str(subject).partition(':')[0]}")
        suggestion = did_you_mean(str(subject), subjects())
        hint = f"did you mean {suggestion}?" if suggestion else "`pscc explain` lists them"
        raise click.UsageError(f"{subject} is neither a code, a control nor a word of the language; {hint}")
    click.echo(text, nl=False)


def _source(subject: str) -> tuple[str, int | None] | None:
    """The path and the line that ``subject`` names; None where it is no source."""
    from pathlib import Path

    path, colon, line = subject.rpartition(":")
    if colon and line.isdecimal() and (Path(path).is_file() or path.startswith("pss/")):
        return path, int(line)
    return (subject, None) if Path(subject).is_file() or subject.startswith("pss/") else None


def _explained(path: str, line: int | None, namespace: str | None, targets: tuple[str, ...]) -> str:
    from pscc.cli._shared import analysed, loader
    from pscc.diagnostics import Report
    from pscc.explain.explanation import explain_source
    from pscc.meaning.linking import link
    from pscc.targets.registry import TARGETS

    _, document, program = analysed((path,), "text", fix=False, namespace=namespace)
    family = link(document, loader(path), Report())
    shown = targets or (tuple(TARGETS) if line is not None else ())
    text = explain_source(document, family, program, line, day(), targets or tuple(TARGETS), shown)
    if not text and line is not None:
        raise click.UsageError(f"there is no statement in line {line} of {path}")
    return text or f"{path} has no statement: it admits every pod"
