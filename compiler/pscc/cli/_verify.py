"""The parts of ``pscc verify`` that touch files, the environment, signals and the terminal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from pscc.cli._shared import read_source, write_diagnostics
from pscc.ir import Program
from pscc.lowering.prepared import Prepared
from pscc.output.contents import Output
from pscc.targets.settings import Settings
from pscc.verify.comparing import Trial, own, questions, tally
from pscc.verify.engines import given
from pscc.verify.engines._base import Engine, EngineError, Tick
from pscc.verify.engines.declared import ALIASES, TARGETS_OF
from pscc.verify.engines.given import EngineOptions
from pscc.verify.engines.registry import Missing, engines
from pscc.verify.report import Row

# --- options --------------------------------------------------------------------


def required(options: Sequence[str], targets: Sequence[str]) -> frozenset[str]:
    """The engines that ``--require`` names. Raises `click.UsageError` for an unknown one, and for one of another target."""
    names = [name.strip() for text in options for name in text.split(",") if name.strip()]
    for name in names:
        engines_known = (*TARGETS_OF, *ALIASES)
        if name not in engines_known:
            raise click.UsageError(f"--require: there is no engine {name!r}; there are {', '.join(engines_known)}")
        judged = TARGETS_OF[ALIASES.get(name, name)]
        if not set(judged) & set(targets):
            raise click.UsageError(f"--require {name}: it {given.not_verified(judged)}")
    return frozenset(ALIASES.get(name, name) for name in names)


def engine_options(values: Mapping[str, Any], timeout: float, targets: Sequence[str]) -> EngineOptions:
    """The options about engines. Raises `click.UsageError` where they contradict each other or ``targets``."""
    try:
        options = given.engine_options(values, timeout, targets)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if options.warning:
        click.echo(f"warning: {options.warning}", err=True)
    return options


# --- pods -----------------------------------------------------------------------


def own_pods(paths: Sequence[str], program: Program) -> tuple[Trial, ...]:
    """The pods and workloads of the user's own files. Exits with 1 where one cannot be read."""
    from pscc.diagnostics import Report, SourceError
    from pscc.pod.manifests import read_manifests

    trials: list[Trial] = []
    for path in paths:
        report = Report()
        source = None
        try:
            source = read_source(path)
            manifests = read_manifests(source, report)
        except SourceError as error:
            write_diagnostics(error.diagnostics, (source,) if source else (), "text")
            raise click.exceptions.Exit(1) from None
        write_diagnostics(tuple(report.diagnostics), (source,), "text")
        if not manifests:
            click.echo(f"warning: there is no pod or workload in {path}", err=True)
        trials += own(manifests, program)
    return tuple(trials)


# --- asking ---------------------------------------------------------------------


def ask(
    ready: Prepared,
    outputs: Mapping[str, Output],
    trials: Sequence[Trial],
    settings: Settings,
    options: EngineOptions,
    required: frozenset[str],
    quiet: bool,
) -> tuple[tuple[Row, ...], tuple[Engine, ...]]:
    """A row for each engine of the targets in ``outputs``, and the engines that answered."""
    available, missing = engines(tuple(outputs), options)
    rows = [_not_run(engine, engine.name in required and not engine.stood_in) for engine in missing]
    answered = []
    with _interruptible():
        for engine in available:
            row = _row(engine, ready, outputs[engine.target], trials, settings, quiet)
            rows.append(replace(row, required=engine.name in required))
            if rows[-1].tally is not None:
                answered.append(engine)
    order = list(outputs)
    return tuple(sorted(rows, key=lambda row: order.index(row.target))), tuple(answered)


def _not_run(engine: Missing, required: bool) -> Row:
    if required:
        return Row(engine.target, engine.name, failed=f"it is required and missing: {engine.reason}")
    return Row(engine.target, engine.name, missing=engine.reason)


def _row(
    engine: Engine, ready: Prepared, output: Output, trials: Sequence[Trial], settings: Settings, quiet: bool
) -> Row:
    if any(choice.live for choice in output.program.choices):
        missing = "there is no cluster to ask who may use which policy, as this output does (--rbac live)"
        return Row(engine.target, engine.name, missing=missing, is_own=engine.is_own)
    asked_questions = questions(ready, output, engine, trials, settings.workloads)
    runs = engine.runs_in_cel if settings.engine == "cel" else ""
    try:
        version = engine.version()
        with _progress(f"{engine.target} on {engine.name}", len(asked_questions), quiet) as tick:
            answers = engine.ask(output.files, [question.review for question in asked_questions], tick)
    except EngineError as error:
        failed = f"{error}" + (f"\n    help: {error.help}" if error.help else "")
        return Row(engine.target, engine.name, failed=failed, runs=runs, is_own=engine.is_own)
    counted = tally(asked_questions, answers, engine.joins_messages)
    return Row(engine.target, engine.name, version, counted, runs=runs, is_own=engine.is_own)


@contextmanager
def _progress(label: str, length: int, quiet: bool) -> Iterator[Tick]:
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update


@contextmanager
def _interruptible() -> Iterator[None]:
    """Makes SIGTERM end the command as Ctrl-C does, so that engines end and servers are restored. Reports what was not restored."""

    def stop(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except BaseException as error:
        for note in filter(None, getattr(error, "__notes__", ())):
            click.echo(note, err=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
