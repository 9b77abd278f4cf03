"""``pscc eval``: manifests judged by the reference interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._shared import (
    analysed,
    everyone_option,
    fix_option,
    namespace_option,
    root_option,
    source_argument,
    write_diagnostics,
)
from pscc.cli._targets import METAVAR_OF_ONE, Target
from pscc.cli._workloads import Asked, with_known_labels, workload_options

if TYPE_CHECKING:
    from pscc.base.source import SourceFile
    from pscc.ir import Program


@click.command(
    "eval",
    short_help="Judge pods and workloads by a policy.",
    epilog="\b\nExample: pscc eval examples/psp-default.yaml -f examples/seed/pod-host-port.yaml",
)
@source_argument
@root_option
@workload_options
@namespace_option
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["text", "json", "github", "sarif", "junit"]),
    default="text",
    show_default=True,
    help="A table; one JSON object a line; annotations for GitHub; SARIF; JUnit XML.",
)
@click.option(
    "-t",
    "--target",
    type=Target(),
    metavar=METAVAR_OF_ONE,
    help="Judge as the output of this target does, where that is not exact, and say so.",
)
@click.option("--changed", is_flag=True, help="Show each pod as the policy's defaults leave it, too.")
@everyone_option
@fix_option
def command(
    sources: tuple[str, ...],
    asked: Asked,
    namespace: str | None,
    fmt: str,
    target: str | None,
    changed: bool,
    everyone: bool,
    fix: bool,
) -> None:
    """Judge the pods and workloads in FILES by SOURCE, as PSP would: defaults first, then checks.

    Which policy of several may be used depends on who asks. The pods of a workload are asked for by its controller. A bare
    pod is asked for by --as. Without --as it is asked for by the controller that its metadata names, or else by somebody who
    was authenticated: say --as where you do not trust the metadata. The pod's service account counts always.

    Objects of other kinds, as a Rollout, are judged if something in them looks like a pod. All other objects are counted and
    named.

    A pod that no policy judges, since none holds there or whoever asks is exempt, is said to be `unjudged`: nothing stops
    it. In JSON its `policy` is null, and its `message` says why.

    Exit 1 if a policy or choice that enforces denies a pod, and if there is no pod. What is in mode warn or audit denies none,
    and its verdict is WARNED or AUDITED. Diagnostics about SOURCE and FILES go to stderr.
    """
    from pscc.reference.evaluate import judgements, row

    asked.require_plain(sources)
    read, _, program = analysed(sources, "text", fix, everyone, namespace=namespace)
    requested = with_known_labels(program, asked.contents(), asked.request(namespace))
    widely = frozenset[str]()
    if target is not None:
        program, widely = _as_on(target, program, read)
    pods = [judgements(program, item, own, widely) for own, item in requested]
    match fmt:
        case "json":
            import json

            for values in (row(judgement) for judged in pods for judgement in judged):
                click.echo(json.dumps({key: values[key] for key in values if changed or key != "pod"}))
        case "junit":
            from pscc.cli._verdict_formats import as_junit

            cases = [(judgement, ()) for judged in pods for judgement in judged]
            click.echo(as_junit("pscc eval", [("pscc eval", cases)]), nl=False)
        case "github" | "sarif":
            from pscc.cli._verdict_formats import as_diagnostics

            results = tuple(dict.fromkeys(as_diagnostics(judgement for judged in pods for judgement in judged)))
            write_diagnostics(results, (), "github" if fmt == "github" else "sarif", results=True)
        case _:
            from pscc.cli._verdicts import show

            show([tuple(map(row, judged)) for judged in pods], changed)
    if not pods or not all(judgement.allowed for judged in pods for judgement in judged):
        raise click.exceptions.Exit(1)


def _as_on(target: str, program: Program, read: tuple[SourceFile, ...]) -> tuple[Program, frozenset[str]]:
    """What ``target`` can express of ``program``, and the policies whose defaults it sets for exempt requests, too.

    Reports what it cannot express. Exits with 1 where it refuses the program.
    """
    from pscc.lowering.prepared import prepared
    from pscc.lowering.shortfall_text import diagnostic_of
    from pscc.output.options import DEFAULTS
    from pscc.reporting.targets import on_target

    compiled = on_target(target, prepared(program), DEFAULTS)
    write_diagnostics(compiled.errors or tuple(dict.fromkeys(map(diagnostic_of, compiled.shortfalls))), read, "text")
    if compiled.errors:
        raise click.exceptions.Exit(1)
    return compiled.program, compiled.widely
