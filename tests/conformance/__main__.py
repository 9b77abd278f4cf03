"""``python -m conformance``: the whole comparison, its table, and the page. ``--one-in``, ``--sample``: less, and no page."""

from __future__ import annotations

import json
import sys
from collections import Counter

import click

from conformance.page import PARTS, rows_of, write
from conformance.run import SAMPLE, WHOLE, everything, pieces, thinned, versions
from conformance.table import table


@click.command(help=__doc__)
@click.option("--sample", is_flag=True, help="A few policies each, and no page.")
@click.option("--one-in", default=1, type=click.IntRange(1), help="Of each row every so many pieces, and no page.")
@click.option("--offset", default=0, type=click.IntRange(0), help="With --one-in, which of its pieces is the first.")
@click.option("--seed", default=1, show_default=True, help="What is drawn.")
@click.option("--only", multiple=True, help="A row of the table; can be repeated.")
@click.option("--part", type=click.Choice(PARTS), help="Just the rows of one part; they are recorded.")
@click.option("--keep", is_flag=True, help="Shrink what differs and keep it under golden/regressions/.")
def main(
    sample: bool,
    one_in: int,
    offset: int,
    seed: int,
    only: tuple[str, ...],
    part: str | None,
    keep: bool,
) -> None:
    """See the module."""
    only = (*only, *(rows_of(part) if part else ()))
    work = list(thinned(pieces(SAMPLE if sample else WHOLE, seed, only), one_in, offset))
    with click.progressbar(length=len(work), label="comparing", file=sys.stderr) as bar:
        tallies, differences, seconds = everything(work, lambda done, of: bar.update(1))
    click.echo(table(tallies, versions()))
    click.echo(f"{seconds:.0f} s, seed {seed}")
    for (who, kind), count in Counter((d.who, d.kind) for d in differences).items():
        click.echo(f"{who}: {count} × {kind}")
    for difference in differences[:5]:
        click.echo(
            f"\n{difference.who}: {difference.kind}\n  interpreter: {difference.ours}\n  engine: {difference.theirs}"
        )
        click.echo(difference.policy if isinstance(difference.policy, str) else json.dumps(difference.policy))
        click.echo(json.dumps(difference.pod))
        if difference.old_pod is not None:
            click.echo(f"old: {json.dumps(difference.old_pod)}")
    if keep and differences:
        from conformance.keep import keep_all

        for folder in keep_all(differences):
            click.echo(f"kept in {folder}")
    if not sample and one_in == 1 and not differences and (part or not only):
        write(tallies, seconds, seed)
    raise SystemExit(1 if differences else 0)


if __name__ == "__main__":
    main()
