"""``pscc verify``: the output of a source, held against its meaning on the engines that will run it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import click

from pscc.backends.registry import TARGETS
from pscc.cli._shared import analysed, fix_option, source_argument, tell

_REQUIRED = ("regopy", "opa", "gator", "gatekeeper", "kyverno")
F = TypeVar("F", bound=Callable[..., object])
_FILE = click.Path(exists=True, dir_okay=False)
_FOLDER = click.Path(exists=True, file_okay=False)
_SECONDS = click.FloatRange(0, min_open=True)
_EPILOG = """\b
Stricter as announced: the target cannot set one of the policy's defaults, the
compile said so (TGT001), and the output refuses a pod that the policy would
have mended, or admits it without what that default grants. OPA only answers,
so there it is every default. Any other difference is wrong.

\b
Exit 0: every engine that was asked agrees. Exit 1: one differs, gives no
answers, or is required and missing; or there is none to ask.

\b
Example: pscc verify examples/psp-default.yaml --target opa --count 100"""


def _program(name: str, what: str) -> Callable[[F], F]:
    return click.option(f"--{name}", type=_FILE, metavar="PATH", help=f"{what}, where it is not on the path.")


@click.command("verify", epilog=_EPILOG)
@source_argument
@click.option(
    "-t",
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(TARGETS),
    help="What to verify; may be repeated. [default: all]",
)
@click.option("--output", "folder", type=_FOLDER, help="Verify this compiled folder instead of a fresh compile.")
@click.option("--pods", "manifests", multiple=True, metavar="FILE", help="Try these manifests too; - for stdin.")
@click.option("--count", type=click.IntRange(0), default=200, show_default=True, help="How many pods to draw.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed draws the same pods.")
@click.option("--require", multiple=True, metavar="ENGINE,…", help=f"Fail without these: {', '.join(_REQUIRED)}.")
@_program("opa", "OPA")
@_program("gator", "Gatekeeper's gator")
@_program("kyverno", "Kyverno's command line")
@click.option("--opa-url", metavar="URL", help="Ask this running OPA server too; what it decides for others stays.")
@click.option("--opa-token-file", type=_FILE, help="Holds the server's bearer token. [default: $PSCC_OPA_TOKEN]")
@click.option("--opa-ca", type=_FILE, help="Certificates to trust (PEM).")
@click.option("--opa-cert", type=_FILE, help="A certificate to show the server (PEM).")
@click.option("--opa-key", type=_FILE, help="Its key, where it is in another file (PEM).")
@click.option("--opa-insecure", is_flag=True, help="Trust any server.")
@click.option("--timeout", type=_SECONDS, default=120, show_default=True, help="Seconds for an engine to answer.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", help="A table, or a JSON object.")
@fix_option
def command(
    sources: tuple[str, ...],
    targets: tuple[str, ...],
    folder: str | None,
    manifests: tuple[str, ...],
    count: int,
    seed: int,
    require: tuple[str, ...],
    fmt: Literal["text", "json"],
    fix: bool,
    **places: Any,
) -> None:
    """Compile SOURCE, draw pods around its boundaries, and ask the engines about them.

    Each engine runs the compiled output on each pod, and its answer is held against what SOURCE means: the verdict,
    the messages, and the changed pod. regopy (an OPA) is always asked; opa, gator and kyverno are where they are found.
    """
    from pscc.cli import _verify
    from pscc.diagnostics import SourceError
    from pscc.driver import compile_program
    from pscc.verify import drawn
    from pscc.verify_report import Summary, as_json, as_text

    chosen = tuple(dict.fromkeys(targets)) or _verify.targets_in(folder)
    required = _verify.required(require, chosen)
    wanted = _verify.wanted(places, chosen)
    read, _, program = analysed(sources, "text", fix)
    own = _verify.own_pods(manifests, program)
    trials = (*own, *drawn(program, seed, count))
    if not trials:
        raise click.UsageError("there is no pod to try: --count is 0, and --pods names none")
    try:
        fresh = {target: compile_program(program, (target,))[target] for target in chosen}
    except SourceError as error:
        tell(error.diagnostics, read, "text")
        raise click.exceptions.Exit(1) from None
    tell(tuple(dict.fromkeys(d for output in fresh.values() for d in output.diagnostics)), read, "text")
    given = fresh if folder is None else {target: _verify.read(folder, target, fresh[target]) for target in chosen}
    rows, asked = _verify.ask(program, given, trials, wanted, required, quiet=fmt == "json")
    drift, notes = _verify.drift(fresh, given, asked)
    updates = sum(trial.old_pod is not None for trial in trials)
    notes += tuple(engine.note for engine in asked if engine.note)
    summary = Summary(", ".join(sources), seed, len(trials) - len(own), updates, len(own), rows, notes, drift)
    click.echo(as_json(summary) if fmt == "json" else as_text(summary), nl=fmt == "json")
    if not summary.verified:
        raise click.exceptions.Exit(1)
