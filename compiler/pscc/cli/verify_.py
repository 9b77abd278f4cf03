"""``pscc verify``: the output of a source, held against its meaning on the engines that will run it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from pscc.cli._compiling import analysed_for, settings_options
from pscc.cli._shared import fix_option, root_option, source_argument, write_diagnostics
from pscc.verify.engines.declared import OPTIONS, required_names

if TYPE_CHECKING:
    from pscc.targets.settings import Settings

F = TypeVar("F", bound=Callable[..., object])
_FILE = click.Path(exists=True, dir_okay=False)
_FOLDER = click.Path(exists=True, file_okay=False)
_SECONDS = click.FloatRange(0, min_open=True)
_EPILOG = """\b
"Stricter as announced" counts pods that the target treats more strictly, as
the compile reported. For example, OPA cannot set defaults, so it refuses a pod
that a default would mend (TGT001). Every other difference is "wrong".

\b
Exit 0: every engine that was asked agrees.
Exit 1: an engine differs, gives no answer, or is required and missing; or no
engine was found.

\b
Example: pscc verify examples/psp-default.yaml --target opa --count 100"""


def _engine_options(command: F) -> F:
    """``command`` with the options that the engines declare."""
    for option in reversed(OPTIONS):
        command = click.option(
            option.flag,
            option.parameter,
            type=_FILE if option.kind == "file" else None,
            is_flag=option.kind == "switch",
            metavar=option.metavar,
            help=option.help,
        )(command)
    return command


@click.command("verify", short_help="Test an output on the engines that run it.", epilog=_EPILOG)
@source_argument
@root_option
@click.option(
    "--output",
    "folder",
    type=_FOLDER,
    help="Verify this compiled folder, with the options that it was compiled with, instead of a new compile.",
)
@click.option(
    "--pods",
    "manifests",
    multiple=True,
    metavar="FILE",
    help="Also try the pods in this file, or - for stdin. Can be repeated.",
)
@click.option("--count", type=click.IntRange(0), default=200, show_default=True, help="The number of pods to generate.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed generates the same pods.")
@click.option(
    "--require",
    multiple=True,
    metavar="ENGINE,…",
    help=f"Fail if one of these engines is missing: {', '.join(required_names())}.",
)
@_engine_options
@click.option(
    "--timeout", type=_SECONDS, default=120, show_default=True, help="The time limit of each engine, in seconds."
)
@click.option(
    "--format", "fmt", type=click.Choice(["text", "json"]), default="text", help="text: a table. json: one object."
)
@settings_options("The target, or several with commas. Can be repeated. [default: all, or the targets of the folder]")
@fix_option
def command(
    sources: tuple[str, ...],
    settings: Settings,
    folder: str | None,
    manifests: tuple[str, ...],
    count: int,
    seed: int,
    require: tuple[str, ...],
    timeout: float,
    fmt: Literal["text", "json"],
    fix: bool,
    **of_engines: Any,
) -> None:
    """Compile SOURCE, generate pods near the limits of its checks, and compare the answers of the engines with SOURCE.

    Each engine runs the compiled output on each pod. pscc compares the verdict, the messages and the changed pod with what
    SOURCE means. regopy (an OPA) is always asked. opa, gator and kyverno are asked if they are on the path.
    """
    from pscc.cli import _verify
    from pscc.cli._compiled import afresh, compiled_folder
    from pscc.cli._own_cases import cases_beside, own_pods
    from pscc.diagnostics import SourceError
    from pscc.driver import compile_program
    from pscc.lowering.prepared import prepared
    from pscc.targets.settings import chosen
    from pscc.verify.comparing import drawn
    from pscc.verify.comparing import own as of_manifests
    from pscc.verify.report import Summary, as_json, as_text

    compiled = compiled_folder(folder, settings) if folder is not None else afresh(settings)
    settings = compiled.settings
    required = _verify.required(require, settings.target)
    options = _verify.engine_options(of_engines, timeout, settings.target)
    read, _, program = analysed_for(settings, sources, "text", fix)
    cases = cases_beside(sources)
    try:
        ready = prepared(program, settings.rollout)
        compilation = compile_program(
            program, settings.target, settings.rollout, settings.options, settings.sync_waves, own_pods(cases)
        )
    except SourceError as error:
        write_diagnostics(error.diagnostics, read, "text")
        raise click.exceptions.Exit(1) from None
    write_diagnostics(compilation.all_diagnostics, read, "text")
    if any(d.severity == "error" for d in compilation.all_diagnostics):
        raise click.exceptions.Exit(1)
    fresh = compilation.outputs
    of_cases = (t for case in cases for t in of_manifests(case.manifests, ready.written, case.request))
    own = (*_verify.own_pods(manifests, ready.written), *of_cases)
    trials = (*own, *drawn(ready, seed, count))
    if not trials:
        raise click.UsageError("there is no pod to try: --count is 0, and --pods names none")
    to_verify = {target: compiled.read(target, output) for target, output in fresh.items()}
    rows, engines = _verify.ask(ready, to_verify, trials, settings, options, required, quiet=fmt == "json")
    notes = tuple(engine.note for engine in engines if engine.note)
    pods = [trial for trial in trials[len(own) :] if trial.kind == "Pod"]
    summary = Summary(
        ", ".join(sources),
        seed,
        len(pods),
        sum(trial.old_pod is not None for trial in pods),
        sum(trial.kind == "Pod" for trial in own),
        rows,
        (*compiled.notes, *notes),
        compiled.drift(fresh, to_verify),
        sum(trial.kind != "Pod" for trial in trials),
        chosen(settings),
    )
    click.echo(as_json(summary) if fmt == "json" else as_text(summary), nl=fmt == "json")
    if not summary.verified:
        raise click.exceptions.Exit(1)
