"""``pscc diff``: what a new source admits that an old one refuses, and the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._compiling import rollout_options
from pscc.cli._config import configured
from pscc.cli._progress import progress
from pscc.cli._shared import analysed, contents_of, everyone_option, namespace_option, results_format, root_option
from pscc.cli._solver import need_solver, time_limit_option

if TYPE_CHECKING:
    from pscc.ir import Program
    from pscc.lowering.rollout import Rollout
    from pscc.pod.manifests import Manifest


@click.command(
    "diff",
    short_help="Compare two policies.",
    epilog="\b\nExample: pscc diff examples/restricted.yaml pss/restricted@1.30",
)
@click.argument("old", type=click.Path(), is_eager=True, callback=configured)
@click.argument("new", type=click.Path())
@root_option
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    help="Also list the workloads in this file that are treated differently. Can be repeated.",
)
@click.option("--prove", "by_solver", is_flag=True, help="Let a solver decide what the search leaves undecided.")
@time_limit_option
@click.option("--no-looser", is_flag=True, help="Exit 1 if NEW admits, or may admit, a pod that OLD refuses.")
@click.option("--exit-code", is_flag=True, help="Exit 1 if there is, or may be, any difference.")
@results_format("text", "json", "markdown", help="json: one object. markdown: for a comment on a pull request.")
@namespace_option
@everyone_option
@rollout_options
def command(
    old: str,
    new: str,
    files: tuple[str, ...],
    by_solver: bool,
    time_limit: float,
    no_looser: bool,
    exit_code: bool,
    fmt: str,
    namespace: str | None,
    everyone: bool,
    rollout: Rollout,
) -> None:
    """Compare OLD and NEW. For each control that differs, show a smallest pod that is treated differently.

    NEW is *less permissive*, *more permissive*, *equivalent*, or *incomparable*. A line for each change comes first, then the
    pods: those that one of the two refuses, when they are created or updated; those that both admit, and that one warns of
    or reports; and those that both admit and that their defaults leave different.

    Everybody who may ask is compared: users, groups, service accounts, namespaces and their labels. A control is `behind`
    another where no pod is refused for the one without the other. Where the search is given up, the control is `undecided`,
    with the reason, and the exit code is 1. With --prove a solver is asked then: about pods with lists of any length, for as long
    as --time-limit says. It needs `pip install 'pscc-compiler[prove]'`.

    OLD and NEW are compared as they would be rolled out with --mode, --exclude-namespace, --only-namespace and --ignore-group.
    """
    from pscc.reasoning.difference.compare import compare

    if by_solver:
        need_solver("pscc diff --prove")
    before, after = (_rolled_out(source, everyone, namespace, rollout) for source in (old, new))
    manifests = _manifests(files)
    with progress("comparing") as shown:
        difference = compare(before, after, shown)
    if by_solver and difference.undecided:
        from pscc.proving.programs.deciding import decided

        with progress("proving") as shown:
            difference = decided(before, after, difference, time_limit, shown)
    workloads = None
    if files:
        from pscc.cli._diff_workloads import workload_changes

        workloads = tuple(workload_changes(before, after, manifests))
    if fmt == "json":
        import json

        from pscc.cli._diff_json import as_json

        click.echo(json.dumps(as_json(difference, workloads)))
    else:
        from pscc.cli._diff_text import markdown, text

        for line in (markdown if fmt == "markdown" else text)(difference, workloads):
            click.echo(line)
    if difference.undecided or (no_looser and difference.looser) or (exit_code and difference):
        raise click.exceptions.Exit(1)


def _rolled_out(source: str, everyone: bool, namespace: str | None, rollout: Rollout) -> Program:
    """What ``source`` means once it is rolled out so."""
    from pscc.lowering.rollout import rolled_out, without_groups

    _, _, program = analysed((source,), "text", fix=False, everyone=everyone, namespace=namespace)
    return rolled_out(without_groups(program, rollout.ignored_groups)[0], rollout)


def _manifests(files: tuple[str, ...]) -> tuple[Manifest, ...]:
    """The workloads in ``files``. Exits with 1 where a file is no YAML."""
    return contents_of(files).manifests if files else ()
