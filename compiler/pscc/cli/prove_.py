"""``pscc prove``: that the output of a source admits the pods that the source admits, for all pods, by a solver."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from pscc.cli._compiling import analysed_for, given_options, settings_options
from pscc.cli._shared import files_of, read_source, root_option, source_argument, write_diagnostics
from pscc.cli._solver import need_solver, time_limit_option

if TYPE_CHECKING:
    from pscc.cli._proving import Row
    from pscc.targets.settings import Settings

_EPILOG = """\b
equal    no pod that the API server takes is treated differently
differs  the smallest pod that is, with what the source says of it
unknown  the solver gave up, for the reason that is shown

\b
With --is, policies are compared that somebody else wrote:
equal         the same pods are admitted
looser        they admit pods that POLICY refuses; one is shown
stricter      they refuse pods that POLICY admits; one is shown
incomparable  both; a pod of each is shown

\b
Exit 0: everything is equal (with --no-looser-than: or stricter).
Exit 1: something differs or is unknown.
Exit 2: the source or the output has something that the proof does not
understand; the message names it. `equal` is never said of that.

\b
Example: pscc prove examples/restricted.yaml
Example: pscc prove kyverno.yaml --is pss/restricted --control sysctls"""


@click.command("prove", short_help="Prove that an output decides as its source.", epilog=_EPILOG)
@source_argument
@root_option
@click.option(
    "--is",
    "same_as",
    metavar="POLICY",
    help="SOURCE has policies that pscc did not write. Compare them with this policy: a file, or for example pss/restricted.",
)
@click.option(
    "--no-looser-than",
    "no_looser",
    metavar="POLICY",
    help="Like --is, but stricter policies are fine, too (exit 0).",
)
@click.option(
    "--control",
    "controls",
    multiple=True,
    metavar="NAME",
    help="With --is: compare only with the checks of POLICY on this control. Can be repeated.",
)
@time_limit_option
@click.option(
    "--smt2",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write each question as an SMT-LIB file, for a solver of your own. If it answers `unsat`, the two are equal.",
)
@click.option(
    "--format", "fmt", type=click.Choice(["text", "json"]), default="text", help="text: a table. json: one object."
)
@settings_options("The target, or several with commas. Can be repeated. [default: all that can be proven]")
def command(
    sources: tuple[str, ...],
    settings: Settings,
    same_as: str | None,
    no_looser: str | None,
    controls: tuple[str, ...],
    time_limit: float,
    folder: Path | None,
    fmt: Literal["text", "json"],
) -> None:
    """Compile SOURCE, and prove that the output admits the pods that SOURCE admits: all pods, with lists of any length.

    The files of the output are read back as text, by a reader that shares nothing with what wrote them. A solver looks for
    a pod that the API server takes, and that the source and the output judge differently.
    Needs `pip install 'pscc-compiler[prove]'`.

    Proven: the targets `vap`, `kyverno`, `kyverno-cel`, and `gatekeeper` with `--engine cel`, for pods that are created and
    for pods that are changed, once their defaults are set. Namespaces, labels, exemptions, modes and a `choose` are read. Not yet:
    workloads, `--rbac live`, and what sets the defaults.

    With --is or --no-looser-than, SOURCE is policies that somebody else wrote: ValidatingPolicies, ClusterPolicies with rules
    in CEL, ValidatingAdmissionPolicies with their bindings, or ConstraintTemplates in CEL with their constraints. They are
    compared for pods that are created.
    """
    from pscc.targets.options import OF_TARGETS

    need_solver("pscc prove")
    if same_as and no_looser:
        raise click.UsageError("give --is or --no-looser-than, not both")
    policy = same_as or no_looser
    if policy is None:
        if controls:
            raise click.UsageError("--control is for --is and --no-looser-than")
        _prove(sources, settings, time_limit, folder, fmt)
    elif settings.target:
        raise click.UsageError("-t is for what pscc writes: the policies of SOURCE say themselves what they are")
    elif of_outputs := [name for name in (*OF_TARGETS, "layout") if name in given_options()]:
        raise click.UsageError(f"--{of_outputs[0]} is for outputs of pscc: somebody else wrote SOURCE")
    else:
        _compare(sources, settings, policy, controls, time_limit, folder, fmt, no_looser is not None)


def _compare(
    sources: tuple[str, ...],
    settings: Settings,
    policy: str,
    controls: tuple[str, ...],
    time_limit: float,
    folder: Path | None,
    fmt: Literal["text", "json"],
    no_looser: bool,
) -> None:
    """Compare the policies in ``sources``, which somebody else wrote, with ``policy``."""
    from pscc.cli import _comparing
    from pscc.lowering.prepared import prepared

    _, _, program = analysed_for(settings, (policy,), "text", False)
    texts = {path: read_source(path).text for path in files_of(sources)}
    given = _comparing.compared(prepared(program, settings.rollout).written, controls, texts, time_limit, folder)
    click.echo(
        _comparing.as_json(given, policy) if fmt == "json" else _comparing.as_text(given, policy), nl=fmt == "json"
    )
    if not given.holds(no_looser):
        raise click.exceptions.Exit(1)


def _prove(
    sources: tuple[str, ...], settings: Settings, time_limit: float, folder: Path | None, fmt: Literal["text", "json"]
) -> None:
    """Compile ``sources``, and prove the outputs."""
    from pscc.cli import _proving
    from pscc.diagnostics import SourceError
    from pscc.driver import compile_program
    from pscc.lowering.prepared import prepared
    from pscc.targets.registry import TARGETS, target_named

    kinds = {name: target_named(name).capabilities(settings.options).proven_from for name in TARGETS}
    provable = tuple(name for name, kind in kinds.items() if kind)
    asked = settings.target or provable
    targets = tuple(target for target in asked if target in provable)
    others = ", ".join(f"`{target}`" for target in asked if target not in provable)
    named = click.get_current_context().get_parameter_source("target") is not ParameterSource.DEFAULT_MAP
    if others and (named or not targets):
        raise click.UsageError(f"{others} cannot be proven with these options: name {', '.join(provable)}")
    if others:
        click.echo(f"not proven: {others}, which pscc.toml names", err=True)
    read, _, program = analysed_for(replace(settings, target=targets), sources, "text", False)
    try:
        ready = prepared(program, settings.rollout)
        compilation = compile_program(program, targets, settings.rollout, settings.options, settings.sync_waves)
    except SourceError as error:
        write_diagnostics(error.diagnostics, read, "text")
        raise click.exceptions.Exit(1) from None
    write_diagnostics(compilation.all_diagnostics, read, "text")
    if any(diagnostic.severity == "error" for diagnostic in compilation.all_diagnostics):
        raise click.exceptions.Exit(1)
    rows: list[Row] = []
    for target in targets:
        rows += _proving.rows(target, kinds[target], ready.written, compilation.outputs[target], time_limit, folder)
    click.echo(_proving.as_json(rows) if fmt == "json" else _proving.as_text(rows), nl=fmt == "json")
    if any(row.answer != "equal" for row in rows):
        raise click.exceptions.Exit(1)
