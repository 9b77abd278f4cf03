"""``pscc plan``: the order in which a cluster's namespaces get the policies, and the commands for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pscc.cli._compiling import judging_options, require_options
from pscc.cli._shared import (
    analysed,
    everyone_option,
    results_format,
    root,
    root_option,
    source_argument,
    write_diagnostics,
)
from pscc.cli._workloads import Asked, with_known_labels, workload_options

if TYPE_CHECKING:
    from pscc.ir import Program
    from pscc.lowering.capabilities import Folder, Operated
    from pscc.targets.settings import Settings


@click.command(
    "plan",
    short_help="Plan a rollout, namespace by namespace.",
    epilog="\b\nExample: pscc plan examples/cluster/dump.yaml -f examples/cluster/pods.yaml",
)
@source_argument
@root_option
@workload_options
@click.option(
    "--folder",
    default="rollout",
    show_default=True,
    metavar="DIR",
    help="The folder into which the commands of the plan write outputs.",
)
@results_format("text", "json", help="text: a shell script. json: one object.")
@everyone_option
@judging_options("A target to consider. Can be repeated. [default: all]")
def command(sources: tuple[str, ...], asked: Asked, folder: str, fmt: str, everyone: bool, settings: Settings) -> None:
    """Plan the rollout of the policies of SOURCE to the workloads in FILES: the steps in order, each with its commands.

    The plan takes the target that keeps the most workloads running. Its steps are:

    \b
    1. audit the whole cluster
    2. enforce in the namespaces where nothing has to change
    3. mend workloads with `pscc fix`, and enforce in their namespaces
    4. enforce everywhere

    A namespace with a workload that pscc cannot mend is left out until you decide.

    `pscc plan` writes nothing and sends nothing to a cluster. Read the commands, and run them one by one.

    Exit 1 if a namespace is left out, or if no policy judges any workload. Diagnostics go to stderr.
    """
    from pscc.cli._plan_words import Wanted, as_json, as_text, headline, steps
    from pscc.diagnostics import SourceError
    from pscc.lowering.capabilities import Operated
    from pscc.lowering.prepared import prepared
    from pscc.mending.planning import plan
    from pscc.mending.settings import programs_of
    from pscc.targets.registry import TARGETS, target_named

    asked.require_plain(sources)
    require_options(settings)
    if "-" in (*sources, *asked.files):
        raise click.UsageError("a plan names files in its commands: write stdin (-) into one first")
    if settings.mode or settings.only_namespace:
        raise click.UsageError("a plan has modes and namespaces of its own: leave --mode and --only-namespace out")
    settings = replace(settings, assume_everyone_may_use=everyone)
    read, _, program = analysed(sources, "text", False, everyone, namespace=settings.namespace)
    contents = asked.contents()
    if not contents.manifests:
        raise click.exceptions.Exit(1)
    requested = with_known_labels(program, contents, asked.request(settings.namespace))
    try:
        ready, programs = prepared(program, settings.rollout), programs_of(program, settings.rollout)
        rollout = plan(ready, programs, requested, settings.target or tuple(TARGETS), settings.options)
        if rollout is None or not rollout.namespaces:
            click.echo(
                "no target takes these policies" if rollout is None else "no policy judges any workload", err=True
            )
            raise click.exceptions.Exit(1)
        operated = target_named(rollout.target).capabilities(settings.options).operated or Operated()
        wanted = Wanted(sources, asked, settings, folder, operated, root() or "")
        listed = tuple(steps(rollout, wanted, lambda of: _folders(program, of, operated)))
    except SourceError as error:
        write_diagnostics(error.diagnostics, read, "text")
        raise click.exceptions.Exit(1) from None
    click.echo(as_json(rollout, listed) if fmt == "json" else as_text(listed), nl=fmt == "json")
    click.echo(headline(rollout), err=True)
    if rollout.of("blocked"):
        raise click.exceptions.Exit(1)


def _folders(program: Program, settings: Settings, operated: Operated) -> tuple[Folder, ...]:
    """Those of the folders of the target that the output of a compile with ``settings`` has."""
    from pathlib import PurePosixPath

    from pscc.driver import packaged
    from pscc.lowering.prepared import prepared
    from pscc.targets.registry import target_named

    output = packaged(target_named(settings.target[0]), prepared(program, settings.rollout).formed, settings.options)
    paths = {PurePosixPath(file.path) for file in output.files}
    return tuple(folder for folder in operated.folders if PurePosixPath(folder.name, "kustomization.yaml") in paths)
