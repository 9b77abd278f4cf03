"""The command line: the only module that touches files, environment, colour and exit codes.

Exit 0: clean; 1: the source has errors, or a pod is denied; 2: wrong usage; 70: a bug of ours.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from pscc import __version__
from pscc.backends.registry import DEFAULT_TARGET, TARGETS

if TYPE_CHECKING:
    from pscc.diagnostics import Diagnostic
    from pscc.ir import Program
    from pscc.source import SourceFile
    from pscc.syntax.ast import Document

BUG = 70
Format = Literal["text", "json", "github", "sarif"]
FORMATS = click.Choice(["text", "json", "github", "sarif"])
source_argument = click.argument("source", type=click.Path(allow_dash=True))
format_option = click.option("--format", "fmt", type=FORMATS, default="text", help="How diagnostics are written.")
fix_option = click.option("--fix", is_flag=True, help="Apply the corrections that the diagnostics offer, and say so.")


def read_source(path: str) -> SourceFile:
    """The file ``path``, or stdin for ``-``, as text."""
    from pscc.driver import decode

    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror or error}") from None
    return decode(path, data)


def tell(diagnostics: tuple[Diagnostic, ...], source: SourceFile | None, fmt: Format) -> None:
    """Write diagnostics to stderr."""
    from pscc.render import render

    if diagnostics:
        color = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
        texts = {source.name: source.text} if source else {}
        click.echo(render(diagnostics, texts, fmt, color), err=True, color=True, nl=False)


def analysed(path: str, fmt: Format, fix: bool) -> tuple[SourceFile, Document, Program]:
    """Tree and meaning of the source at ``path``; its warnings are told. Exits with 1, everything told, on errors."""
    from pscc.diagnostics import SourceError
    from pscc.driver import analyse

    source = None
    try:
        source = read_source(path)
        if fix:
            source = corrected(source, fmt)
        document, program, warnings = analyse(source)
    except SourceError as error:
        tell(error.diagnostics, source, fmt)
        raise click.exceptions.Exit(1) from None
    tell(warnings, source, fmt)
    return source, document, program


def corrected(source: SourceFile, fmt: Format) -> SourceFile:
    """``source`` with the corrections of its errors made, until none is left; each is told as a note."""
    from dataclasses import replace

    from pscc.diagnostics import SourceError
    from pscc.driver import analyse
    from pscc.fixes import apply_fixes

    for _ in range(5):
        try:
            analyse(source)
        except SourceError as error:
            fixable = tuple(d for d in error.diagnostics if d.fixes and d.severity == "error")
            if not fixable:
                return source
            told = [replace(d, severity="note", message=f"corrected: {d.message}", help=_became(d)) for d in fixable]
            tell(tuple(told), source, fmt)
            source = replace(source, text=apply_fixes(source.text, [f for d in fixable for f in d.fixes]))
        else:
            return source
    return source


def _became(diagnostic: Diagnostic) -> str:
    return f"now `{diagnostic.fixes[0].text}`"


class Guarded(click.Group):
    """A group whose commands end in one line and exit 70 where pscc itself is at fault."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (
            click.ClickException,
            click.exceptions.Exit,
            click.Abort,
            SystemExit,
            KeyboardInterrupt,
            BrokenPipeError,
        ):
            raise
        except Exception as error:
            if os.environ.get("PSCC_TRACEBACK"):
                raise
            click.echo(f"pscc: a bug of ours: {type(error).__name__}: {error} (PSCC_TRACEBACK=1 shows where)", err=True)
            raise click.exceptions.Exit(BUG) from None


@click.group(cls=Guarded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pscc")
def main() -> None:
    """Compile pod security policies: PodSecurityPolicy YAML or .psp files in, engine policies out."""


@main.command("compile", epilog="\b\nExample: pscc compile examples/psp-default.yaml -o rego/")
@source_argument
@click.option("-o", "--output", required=True, help="The folder to write, or - for one YAML stream on stdout.")
@click.option(
    "-t",
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(TARGETS),
    help="What to compile for; may be repeated. [default: gatekeeper]",
)
@fix_option
@format_option
def compile_command(source: str, output: str, targets: tuple[str, ...], fix: bool, fmt: Format) -> None:
    """Compile SOURCE (a .psp file, PSP YAML or JSON, or - for stdin) into the folder of a target."""
    from pscc.driver import compile_program
    from pscc.emit import EmitError, emit

    text, _, program = analysed(source, fmt, fix)
    outputs = compile_program(program, tuple(dict.fromkeys(targets)) or (DEFAULT_TARGET,))
    for made in outputs.values():
        tell(made.diagnostics, text, fmt)
    files = tuple(file for made in outputs.values() for file in made.files)
    if output == "-":
        by_path = {file.path: file.text for file in files}
        for path in (path for made in outputs.values() for path in made.resources):
            body = by_path[path]
            click.echo(body if body.startswith("---") or path.endswith(".rego") else f"---\n{body}", nl=False)
        return
    try:
        emit(Path(output), files)
    except EmitError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"wrote {len(files)} files to {output}", err=True)


@main.command(epilog="\b\nExample: pscc check examples/psp-default.yaml")
@source_argument
@format_option
def check(source: str, fmt: Format) -> None:
    """Say what is wrong with SOURCE, and nothing else."""
    analysed(source, fmt, fix=False)


@main.command("eval", epilog="\b\nExample: pscc eval examples/psp-default.yaml -f examples/seed/pod-host-port.yaml")
@source_argument
@click.option("-f", "--file", "files", multiple=True, required=True, help="Manifests to judge; - for stdin.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", help="One line of JSON a pod.")
@click.option("--changed", is_flag=True, help="Show the pod as the policy's defaults leave it (json).")
@fix_option
def eval_command(source: str, files: tuple[str, ...], fmt: str, changed: bool, fix: bool) -> None:
    """Judge the pods and workloads in FILES by SOURCE, as PSP would: defaults first, then checks."""
    import json

    from pscc.diagnostics import Report, SourceError
    from pscc.evaluate import evaluate
    from pscc.pods import read_manifests

    _, _, program = analysed(source, "text", fix)
    denied = False
    for path in files:
        report = Report()
        manifests = None
        try:
            manifests = read_source(path)
            rows = evaluate(program, read_manifests(manifests, report))
        except SourceError as error:
            tell(error.diagnostics, manifests, "text")
            raise click.exceptions.Exit(1) from None
        tell(tuple(report.diagnostics), manifests, "text")
        for row in rows:
            denied |= not row["allowed"]
            if fmt == "json":
                shown = {key: value for key, value in row.items() if changed or key != "pod"}
                click.echo(json.dumps(shown))
                continue
            click.echo(f"{'allowed' if row['allowed'] else 'DENIED ':<8} {row['kind']} {row['name']} ({row['policy']})")
            for reason in row["reasons"]:  # type: ignore[attr-defined]
                click.echo(f"         {reason['message']}  [{reason['path']}; {reason['source']}]")
    if denied:
        raise click.exceptions.Exit(1)


@main.command("import", epilog="\b\nExample: pscc import examples/restricted.yaml")
@source_argument
@fix_option
@format_option
def import_command(source: str, fix: bool, fmt: Format) -> None:
    """Print SOURCE in the policy language, what PSP leaves implicit spelled out."""
    from pscc.syntax.printer import print_document

    _, document, _ = analysed(source, fmt, fix)
    click.echo(print_document(document), nl=False)


@main.command(epilog="\b\nExample: pscc explain hostPorts")
@click.argument("subject")
def explain(subject: str) -> None:
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


@main.command(epilog="\b\nExample: pscc completion bash >> ~/.bashrc")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(main, {}, "pscc", "_PSCC_COMPLETE").source())
