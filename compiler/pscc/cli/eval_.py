"""``pscc eval``: manifests judged by the reference interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pscc.cli._shared import (
    analysed,
    everyone_option,
    fix_option,
    namespace_option,
    results_format,
    root_option,
    source_argument,
    write_diagnostics,
)
from pscc.cli._targets import METAVAR_OF_ONE, Target
from pscc.cli._workloads import Asked, workload_options

if TYPE_CHECKING:
    from pscc.base.source import SourceFile
    from pscc.cli._judging import Question
    from pscc.cli._manifests import Manifests
    from pscc.ir import Program
    from pscc.reference.evaluate import Judgement


@click.command(
    "eval",
    short_help="Judge pods and workloads by a policy.",
    epilog="\b\nExample: pscc eval examples/psp-default.yaml -f examples/seed/pod-host-port.yaml",
)
@source_argument
@root_option
@workload_options
@namespace_option
@results_format(
    "text",
    "json",
    "github",
    "sarif",
    "junit",
    help="text: a table. json: one object a line. github: annotations. junit: XML.",
)
@click.option(
    "-t",
    "--target",
    type=Target(),
    metavar=METAVAR_OF_ONE,
    help="Judge as the output of this target does, and report where that is not exact.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    metavar="NUMBER",
    help="The number of processes. 0: one for each processor.",
)
@click.option("--changed", is_flag=True, help="Also show each pod with the policy's defaults set.")
@everyone_option
@fix_option
def command(
    sources: tuple[str, ...],
    asked: Asked,
    namespace: str | None,
    fmt: str,
    target: str | None,
    jobs: int,
    changed: bool,
    everyone: bool,
    fix: bool,
) -> None:
    """Judge the pods and workloads in FILES by SOURCE, as PSP does: first set the defaults, then check.

    In a choice, the user who creates a pod decides which policies may be used:

    \b
    - the pods of a workload: its controller
    - a bare pod: the user of --as. Without --as: the controller that the metadata
      of the pod names, or else any authenticated user. Give --as if you do not
      trust the metadata.
    - always: the service account of the pod, too

    Objects of other kinds, for example a Rollout, are judged if they contain something that looks like a pod. pscc counts and
    names all other objects.

    A pod is `unjudged` if no policy holds in its namespace, or if an exemption covers it. Nothing stops such a pod. In JSON,
    `policy` is null then, and `message` gives the reason.

    Exit 1 if a policy denies a pod, or if FILES have no pod. Policies in mode warn or audit deny nothing: the verdict is WARNED
    or AUDITED. Diagnostics go to stderr.
    """
    import os

    from pscc.base.garbage import uncollected
    from pscc.cli._jobs import working
    from pscc.cli._judging import Question
    from pscc.cli._manifests import Manifests
    from pscc.reference.evaluate import unknown_labels

    asked.require_plain(sources)
    read, _, program = analysed(sources, "text", fix, everyone, namespace=namespace)
    request = asked.request(namespace)
    jobs = jobs or os.cpu_count() or 1
    manifests = Manifests()
    with uncollected(), working(jobs) as each:
        manifests.read(asked.files, each)
    write_diagnostics(unknown_labels(program, manifests.requested(request)), (), "text")
    widely = frozenset[str]()
    if target is not None:
        program, widely = _as_on(target, program, read)
    question = Question(program, request, manifests.labels, widely, changed)
    if not _judged(question, manifests, fmt, jobs) or not manifests.count:
        raise click.exceptions.Exit(1)


def _judged(question: Question, manifests: Manifests, fmt: str, jobs: int) -> bool:
    """Whether all ``manifests`` are admitted. Writes the verdicts in the format ``fmt``."""
    from functools import partial

    from pscc.base.garbage import uncollected
    from pscc.cli._jobs import working
    from pscc.cli._judging import judgements_of, lines_of, rows_of, start

    with uncollected(), working(jobs, partial(start, question)) as each:
        if fmt == "json":
            allowed = True
            for lines in each(lines_of, manifests.batches()):
                click.echo(lines.text, nl=False)
                allowed &= lines.allowed
            return allowed
        if fmt == "text":
            from pscc.cli._verdicts import Table

            table = Table(question.changed)
            for judged in each(rows_of, manifests.batches()):
                table.add(judged)
            return table.show()
        pods = [of_one for judged in each(judgements_of, manifests.batches()) for of_one in judged]
    _write(pods, fmt)
    return all(judgement.allowed for of_one in pods for judgement in of_one)


def _write(pods: Sequence[tuple[Judgement, ...]], fmt: str) -> None:
    """Write the judgements on each of ``pods`` as one document for another program."""
    from pscc.cli._verdict_formats import as_diagnostics, as_junit

    if fmt == "junit":
        cases = [(judgement, ()) for of_one in pods for judgement in of_one]
        click.echo(as_junit("pscc eval", [("pscc eval", cases)]), nl=False)
    else:
        results = tuple(dict.fromkeys(as_diagnostics(judgement for of_one in pods for judgement in of_one)))
        write_diagnostics(results, (), "github" if fmt == "github" else "sarif", results=True)


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
