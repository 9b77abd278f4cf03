"""``pscc compile``: a source in, the folder of a target out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pscc.access import NONE, Names
from pscc.backends.registry import DEFAULT_TARGET, TARGETS
from pscc.cli._shared import (
    Format,
    Refused,
    analysed,
    everyone_option,
    fix_option,
    format_option,
    ignored_option,
    source_argument,
    tell,
)
from pscc.cli._versions import Release

if TYPE_CHECKING:
    from pscc.backends.options import Engine, Version, Workloads
    from pscc.ir import Mode


@click.command(
    "compile",
    short_help="Compile a source into the folder of a target.",
    epilog="\b\nExample: pscc compile examples/psp-default.yaml -o rego/",
)
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
@click.option(
    "--engine",
    type=click.Choice(["rego", "cel"]),
    default="rego",
    show_default=True,
    help="What Gatekeeper's templates are written in; cel is its K8sNativeValidation.",
)
@click.option(
    "--workloads",
    type=click.Choice(["warn", "enforce", "off"]),
    default="warn",
    show_default=True,
    help="What happens when a Deployment, CronJob or the like is applied whose pods a policy would not admit.",
)
@click.option("--kubernetes", type=Release(1), default="1.37", show_default=True, help="The cluster's Kubernetes.")
@click.option("--gatekeeper", type=Release(3), default="3.23", show_default=True, help="The cluster's Gatekeeper.")
@click.option("--kyverno", type=Release(1), default="1.19", show_default=True, help="The cluster's Kyverno.")
@click.option(
    "--mode",
    type=click.Choice(["enforce", "warn", "audit"]),
    help="What every policy does on a finding, whatever the source says: a rollout begins with audit.",
)
@click.option(
    "--exclude-namespace",
    "excluded",
    multiple=True,
    metavar="NAME",
    help="A namespace (or PREFIX*) that no policy judges; may be repeated. Nothing is assumed: Kubernetes' own are "
    "kube-system, kube-public, kube-node-lease.",
)
@click.option(
    "--ignore-group",
    "ignored_groups",
    multiple=True,
    metavar="NAME",
    help="A group to which no grant counts, as system:masters, who may use every policy; may be repeated. Stricter.",
)
@click.option(
    "--sync-waves",
    is_flag=True,
    help="Annotate the kustomizations for Argo CD: what defines a kind is applied before what uses it.",
)
@click.option(
    "--rbac",
    type=click.Choice(["compiled", "live"]),
    default="compiled",
    show_default=True,
    help="Who may use which policy of a set: as the sources say, or (vap alone) as the cluster's own RBAC says when a pod "
    "is admitted.",
)
@everyone_option
@ignored_option
@fix_option
@format_option
def command(
    sources: tuple[str, ...],
    output: str,
    targets: tuple[str, ...],
    engine: Engine,
    workloads: Workloads,
    kubernetes: Version,
    gatekeeper: Version,
    kyverno: Version,
    mode: Mode | None,
    excluded: tuple[str, ...],
    ignored_groups: tuple[str, ...],
    sync_waves: bool,
    rbac: str,
    everyone: bool,
    list_ignored: bool,
    fix: bool,
    fmt: Format,
) -> None:
    """Compile SOURCE into the folder of a target.

    SOURCE is .psp files, YAML or JSON of PodSecurityPolicies and RBAC, folders of them, or - for stdin: one program.
    The folder is written whole or not at all. Diagnostics go to stderr.
    """
    from pscc.backends.options import Options
    from pscc.diagnostics import SourceError
    from pscc.driver import compile_program
    from pscc.emit import EmitError, emit
    from pscc.rollout import Rollout

    if not output:
        raise click.UsageError("-o names no folder: say `.` for the one that you are in")
    if sync_waves and output == "-":
        raise click.UsageError("--sync-waves annotates kustomizations, which a stream has none of: name a folder")
    targets = tuple(dict.fromkeys(targets)) or (DEFAULT_TARGET,)
    names = _excluded(excluded)
    live = rbac == "live"
    if live:
        _only_where_rbac_is_asked(targets, ignored_groups)
    # what everyone may use hides other policies, which is no matter where the cluster says who may
    untold = ("SET013",) if live else ()
    read, _, program = analysed(sources, fmt, fix, everyone or live, list_ignored, untold)
    rollout = Rollout(mode, names, ignored_groups, live)
    try:
        options = Options(engine, workloads, kubernetes, gatekeeper, kyverno)
        outputs = compile_program(program, targets, rollout, options)
    except SourceError as error:
        tell(error.diagnostics, read, fmt)
        raise click.exceptions.Exit(1) from None
    # what targets say alike is told once
    told = tuple(dict.fromkeys(d for made in outputs.values() for d in made.diagnostics))
    tell(told, read, fmt)
    if any(d.severity == "error" for d in told):
        raise click.exceptions.Exit(1)
    files = tuple(file for made in outputs.values() for file in made.files)
    if output == "-":
        by_path = {file.path: file.text for file in files}
        for path in (path for made in outputs.values() for path in made.resources):
            body = by_path[path]
            click.echo(body if body.startswith("---") or path.endswith(".rego") else f"---\n{body}", nl=False)
        return
    if sync_waves:
        from pscc.sync_waves import with_sync_waves

        files = with_sync_waves(files)
    try:
        emit(Path(output), files)
    except EmitError as error:
        raise Refused(str(error)) from None
    click.echo(f"wrote {len(files)} files to {output}", err=True)


def _excluded(names: tuple[str, ...]) -> Names:
    """What ``--exclude-namespace`` names. Raises a usage error where that can be no namespace."""
    if not names:
        return NONE
    from pscc.scoping import namespace_help, namespace_or_prefix

    for name in names:
        if not namespace_or_prefix(name):
            help = namespace_help(name, "write a name as `kube-system`, or a prefix as `team-*`")
            raise click.UsageError(f"--exclude-namespace: `{name}` is no name of a namespace: {help}")
    exact = tuple(name for name in names if not name.endswith("*"))
    return Names(exact, tuple(name[:-1] for name in names if name.endswith("*")))


def _only_where_rbac_is_asked(targets: tuple[str, ...], ignored_groups: tuple[str, ...]) -> None:
    """Raises a usage error where ``--rbac live`` cannot be meant."""
    others = [target for target in targets if target != "vap"]
    if others:
        message = f"--rbac live is for the target vap alone: {others[0]} cannot ask the cluster's RBAC; it takes --rbac compiled"
        raise click.UsageError(message)
    if ignored_groups:
        raise click.UsageError("--ignore-group leaves out compiled grants; with --rbac live there are none")
