"""Proves many outputs, or outputs that are broken, and prints what came out.

\b
python -m proofs all      the golden policies, a folder of sources, the library on releases of Kubernetes
python -m proofs solvers  each question about the golden policies, put to z3 and to cvc5: both say `unsat`
python -m proofs peers    the pod-security policies of other projects, from checkouts
python -m proofs breaks   a share of the breaks of `make breaks`: refuted, or equal and unnoticed by the engine
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import click

from proofs import peers as of_peers
from proofs.breaks import judged_breaks
from proofs.programs import Program, of_folder, of_golden, of_library
from proofs.solvers import Checked, checked
from support.proofs import answered, outputs_of

TARGETS = ("vap", "kyverno", "kyverno-cel", "gatekeeper")


@click.group(help=__doc__)
def main() -> None:
    """See the module."""


@main.command(name="all")
@click.option("--target", "targets", type=click.Choice(TARGETS), multiple=True, default=TARGETS)
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Sources that are not in the project, for example a corpus."
)
@click.option("--only", type=click.Choice(["golden", "folder", "library"]))
@click.option("--time-limit", type=float, default=20.0, show_default=True)
@click.option("--every", type=int, default=1, show_default=True, help="Take one source in this many.")
def prove_all(targets: tuple[str, ...], folder: Path | None, only: str | None, time_limit: float, every: int) -> None:
    """Prove each source on each target. Exits with 1 if something differs."""
    listed: list[Program] = []
    if only in (None, "golden"):
        listed += of_golden()
    if only in (None, "library"):
        listed += of_library()
    if folder is not None and only in (None, "folder"):
        listed += of_folder(folder)
    counts: Counter[tuple[str, str]] = Counter()
    for program in listed[::every]:
        for target in targets:
            begun = time.monotonic()
            answer = answered(lambda: outputs_of(program.source, target, program.kubernetes), time_limit)  # noqa: B023
            click.echo(f"{target}  {program.name}  {answer}  {time.monotonic() - begun:.1f} s")
            counts[target, answer.partition(":")[0]] += 1
    for (target, answer), number in sorted(counts.items()):
        click.echo(f"{target}: {number} {answer}")
    sys.exit(1 if any(answer.startswith("differs") for _, answer in counts) else 0)


@main.command()
@click.option("--target", "targets", type=click.Choice(TARGETS), multiple=True, default=TARGETS)
@click.option("--name", "names", multiple=True, help="The golden policies whose path has this word. May be repeated.")
@click.option("--time-limit", type=float, default=20.0, show_default=True)
def solvers(targets: tuple[str, ...], names: tuple[str, ...], time_limit: float) -> None:
    """Put each question about the golden policies to z3 and cvc5. Lists all that one of them does not call `unsat`."""
    counts: Counter[tuple[str, str]] = Counter()
    listed = [program for program in of_golden() if not names or any(name in program.name for name in names)]
    slowest: list[Checked] = []
    for each in checked(listed, targets, time_limit):
        counts.update(each.answers.items())
        slowest = sorted((*slowest, each), key=lambda one: -sum(one.seconds.values()))[:10]
        if set(each.answers.values()) != {"unsat"}:
            click.echo(str(each))
    click.echo("the slowest:")
    for each in slowest:
        click.echo(f"  {each}")
    for (solver, answer), number in sorted(counts.items()):
        click.echo(f"{solver}: {number} {answer}")
    sys.exit(1 if any(answer == "sat" for _, answer in counts) else 0)


@main.command()
@click.option("--kyverno-policies", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--gatekeeper-library", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--time-limit", type=float, default=60.0, show_default=True)
@click.option("--write", is_flag=True, help="Write docs/peers-proofs.md. Needs both checkouts.")
def peers(kyverno_policies: Path | None, gatekeeper_library: Path | None, time_limit: float, write: bool) -> None:
    """Compare the policies in checkouts of kyverno/policies and gatekeeper-library with what they say to be."""
    given = {"kyverno/policies": kyverno_policies, "gatekeeper-library": gatekeeper_library}
    checkouts = {name: path for name, path in given.items() if path is not None}
    if not checkouts or (write and len(checkouts) < len(given)):
        raise click.UsageError("give --kyverno-policies and --gatekeeper-library; one of them without --write")
    rows = []
    for row in of_peers.rows(kyverno_policies, gatekeeper_library, time_limit):
        rows.append(row)
        click.echo(f"{row.peer}  {row.policy}  {row.answer}  {row.pods}")
    if write:
        of_peers.PAGE.write_text(of_peers.page(rows, checkouts), encoding="utf-8")


@main.command()
@click.option("--output", type=click.Choice(["vap", "kyverno-cel"]), default="vap", show_default=True)
@click.option(
    "--share", type=click.FloatRange(0, 1), default=0.02, show_default=True, help="Try this share of the breaks."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--time-limit", type=float, default=10.0, show_default=True)
@click.option("--most", type=int, default=0, help="Stop after this many.")
def breaks(output: str, share: float, seed: int, time_limit: float, most: int) -> None:
    """Ask the solver of broken outputs, and the engine of those that it calls equal. Exits with 1 where the engine differs."""
    counts: Counter[str] = Counter()
    for label, outcome in judged_breaks(output, share, seed, time_limit, most):
        counts[outcome] += 1
        click.echo(f"{outcome}: {label}")
    refuted, missed = counts["refuted"], counts["equal, and the engine differs"]
    click.echo(", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items())))
    click.echo(f"mutation score: {refuted} of {refuted + missed} that both decide")
    sys.exit(1 if missed else 0)


main()
