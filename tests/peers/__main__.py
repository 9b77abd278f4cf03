"""Run the peers' own suites, from checkouts of their repositories, on the interpreter and on every engine.

Exits with 1 where something is wrong or an override is not needed any more, with 2 where a checkout or an engine is missing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from peers import page, report
from peers.case import CheckoutError
from peers.checkout import commit
from peers.comparison import compare
from peers.engines import ENGINES, running
from peers.interpreter import JUDGE
from peers.registry import OVERRIDES, PEERS, Peer
from peers.report import Checkout, Run
from support.paths import ROOT

NAMES = (JUDGE.name, *(one.name for one in ENGINES))


def run_of(checkouts: dict[str, Path], names: tuple[str, ...] = NAMES) -> Run:
    """The comparison of the checkouts of peers, by their names, on the judges of ``names``.

    Raises `CheckoutError` where a checkout is not what it should be, or a program that a judge needs is missing.
    """
    given = [(peer, checkouts[peer.name]) for peer in PEERS if peer.name in checkouts]
    engines = [one for one in ENGINES if one.name in names]
    for program in (*(one.program for one in engines), *(["opa"] if any(peer.needs_opa for peer, _ in given) else [])):
        if not (ROOT / ".engines" / "bin" / program).exists():
            raise CheckoutError(f"{program} is missing: run `make engines`")
    cases = [case for peer, path in given for case in peer.cases(path)]
    sources = len({case.source for case in cases if case.source})
    shown = click.progressbar(length=sources, label="policies", file=sys.stderr, hidden=not sys.stderr.isatty())
    with running(engines) as started, shown as bar:
        judges = [*([JUDGE] if JUDGE.name in names else []), *started]
        comparison = compare(cases, judges, OVERRIDES, lambda: bar.update(1))
    read = (Checkout(peer.name, peer.repository, commit(path), peer.left_out(path)) for peer, path in given)
    return Run(tuple(read), tuple(judges), comparison)


def _checkout(peer: Peer) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option that gives the path of a peer's checkout."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    words = f"A checkout of github.com/{peer.repository}. Or set {peer.variable}."
    return click.option(peer.option, peer.variable.lower(), type=folder, envvar=peer.variable, help=words)


@click.command(help=__doc__)
@_checkout(PEERS[0])
@_checkout(PEERS[1])
@_checkout(PEERS[2])
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="A judge; may be repeated. All unless given.")
@click.option("--format", "shape", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--write", is_flag=True, help="Write docs/peers.md. Needs every checkout and every judge.")
def main(only: tuple[str, ...], shape: str, write: bool, **checkouts: Path | None) -> None:
    """See the module."""
    given = {peer.name: path for peer in PEERS if (path := checkouts[peer.variable.lower()]) is not None}
    if not given:
        raise click.UsageError(f"give at least one of {', '.join(peer.option for peer in PEERS)}")
    if write and (only or len(given) < len(PEERS)):
        raise click.UsageError("--write needs every checkout, and every judge")
    try:
        run = run_of(given, only or NAMES)
    except CheckoutError as error:
        raise click.UsageError(str(error)) from None
    click.echo(json.dumps(report.as_json(run)) if shape == "json" else report.text(run), nl=shape == "json")
    if write:
        page.write(run)
    raise SystemExit(1 if run.comparison.failed else 0)


if __name__ == "__main__":
    main()
