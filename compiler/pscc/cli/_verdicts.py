"""The table of ``pscc eval``: one line for each verdict with its reasons below, and counts on stderr."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click

from pscc.cli._shared import colored
from pscc.diagnostics.render import clean

Row = Mapping[str, object]
HEADINGS = ("VERDICT", "KIND", "NAMESPACE", "NAME", "POLICY", "FILE")
REFUSED = "the API server refuses the pod as the defaults leave it"
INDENT = " " * 9
MOST_NAMES = 10
_STYLES = MappingProxyType(
    {"allowed": "green", "denied": "red", "warned": "yellow", "audited": "yellow", "unjudged": "yellow"}
)


def show(pods: Sequence[Sequence[Row]], changed: bool) -> None:
    """Print the rows of each of ``pods`` (`pscc.reference.evaluate.row`); with ``changed`` each pod as YAML, too."""
    rows = [row for pod_rows in pods for row in pod_rows]
    if not rows:
        return
    cells = [_cells(row) for row in rows]
    wide = [max(len(line[i]) for line in (HEADINGS, *cells)) for i in range(len(HEADINGS))]
    color = colored(sys.stdout)
    _line(HEADINGS, wide, "", color)
    for row, line in zip(rows, cells, strict=True):
        _line(line, wide, _STYLES[str(row["verdict"])], color)
        _reasons(row["reasons"], "", color)
        for tried in _list(row.get("tried")):
            _reasons(tried["reasons"], f"{tried['policy']}: ", color)
        if row.get("message") and not row["reasons"] and not row.get("tried"):
            click.echo(f"{INDENT}{clean(str(row['message']))}")
        if row.get("differs"):
            click.echo(f"{INDENT}{clean(str(row['differs']))}")
        for refusal in _list(row["refused"]) if row["allowed"] else ():
            click.echo(f"{INDENT}{REFUSED}: {clean(str(refusal['message']))} ({clean(str(refusal['path']))})")
        if changed:
            _pod(row["pod"])
    _count(pods, changed)


def _count(pods: Sequence[Sequence[Row]], changed: bool) -> None:
    """Write to stderr how many pods have which verdict."""
    admitted = [rows for rows in pods if all(row["allowed"] for row in rows)]
    defaulted = sum(any(row.get("defaulted") for row in rows) for rows in admitted)
    if defaulted and not changed:
        click.echo(f"{defaulted} admitted with defaults set (--changed shows them)", err=True)
    refused = sum(any(row["refused"] for row in rows) for rows in admitted)
    if refused:
        click.echo(f"{refused} of those admitted {'are' if refused > 1 else 'is'} refused by the API server", err=True)
    marked = [rows for rows in pods if any(row.get("psp") for row in rows)]
    if marked:
        differing = sum(any(row["differs"] for row in rows) for rows in marked)
        summary = f"{len(marked)} carry the annotation kubernetes.io/psp of a cluster's PodSecurityPolicy"
        click.echo(f"{summary}: {differing or 'none'} differ{'s' if differing == 1 else ''} from it", err=True)
    verdicts = [{row["verdict"] for row in rows} for rows in admitted]
    warned = sum("warned" in of_pod for of_pod in verdicts)
    audited = sum("audited" in of_pod and "warned" not in of_pod for of_pod in verdicts)
    summary = f"{len(pods) - len(admitted)} of {len(pods)} pods denied"
    summary += f", {warned} warned of" if warned else ""
    summary += f", {audited} audited" if audited else ""
    click.echo(summary, err=True)
    unjudged = [row for rows in pods for row in rows if row["policy"] is None]
    if unjudged:
        names = [clean("/".join(filter(None, (str(row["namespace"]), str(row["name"]))))) for row in unjudged]
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        click.echo(f"{len(names)} judged by no policy: {', '.join(names[:MOST_NAMES])}{more}", err=True)


def _reasons(reasons: object, by: str, color: bool) -> None:
    """Print ``reasons``; ``by`` is the policy of a choice that they belong to."""
    for reason in _list(reasons):
        because = f" ({clean(str(reason['because']))})" if reason["because"] else ""
        click.echo(f"{INDENT}{clean(by)}{clean(str(reason['message']))}{because}")
        place = f"{INDENT}  {clean(str(reason['path']))}, by {clean(str(reason['source']))}"
        click.echo(click.style(place, dim=True) if color else place, color=color)


def _cells(row: Row) -> tuple[str, ...]:
    place = f"{row['file']}:{row['line']}"
    name = f"{row['name']} ({row['template']})" if row["template"] else row["name"]
    named = (clean(str(value or "")) or "-" for value in (row["kind"], row["namespace"], name, row["policy"], place))
    verdict = str(row["verdict"])
    return (verdict.upper() if verdict in ("denied", "warned", "audited") else verdict, *named)


def _line(cells: Sequence[str], wide: Sequence[int], style: str, color: bool) -> None:
    padded = [cells[i].ljust(width) for i, width in enumerate(wide)]
    if style and color:
        padded[0] = click.style(padded[0], fg=style, bold=style == "red")
    click.echo("  ".join(padded).rstrip(), color=color)


def _list(value: object) -> list[Row]:
    return value if isinstance(value, list) else []


def _pod(pod: object) -> None:
    import yaml

    text = yaml.dump(pod, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False, allow_unicode=False)
    click.echo("".join(f"{INDENT}{line}" for line in text.splitlines(keepends=True)), nl=False)
