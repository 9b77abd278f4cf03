"""The table of ``pscc eval``: one line for each verdict with its reasons below, and counts on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import click

from pscc.base.spool import Spool
from pscc.base.yaml_classes import safe_dumper
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


class Table:
    """The verdicts on pods, which are kept in a file until the widths of the columns are known."""

    def __init__(self, changed: bool) -> None:
        """With ``changed`` each pod is printed as YAML, too."""
        self._changed = changed
        self._counts = _Counts()
        self._wide = [len(heading) for heading in HEADINGS]
        self._batches: Spool[Sequence[Sequence[Row]]] = Spool()

    def add(self, batch: Sequence[Sequence[Row]]) -> None:
        """Take the rows of some pods (`pscc.reference.evaluate.row`)."""
        self._batches.put(batch)
        for rows in batch:
            self._counts.add(rows)
            for row in rows:
                self._wide = [max(width, len(cell)) for width, cell in zip(self._wide, _cells(row), strict=True)]

    def show(self) -> bool:
        """Print the table, and the counts to stderr. Returns whether all pods are admitted."""
        if not self._counts.pods:
            return True
        color = colored(sys.stdout)
        _print([_line(HEADINGS, self._wide, "", color)], color)
        for batch in self._batches:
            # a plain policy and the choice beside it may say the same of a pod
            said_once = (
                dict.fromkeys(tuple(_lines(row, self._wide, self._changed, color)) for row in rows) for rows in batch
            )
            _print([line for of_pod in said_once for verdict in of_pod for line in verdict], color)
        self._counts.write(self._changed)
        return self._counts.admitted == self._counts.pods


def _lines(row: Row, wide: Sequence[int], changed: bool, color: bool) -> Iterator[str]:
    """The line of the verdict, and those below it."""
    yield _line(_cells(row), wide, _STYLES[str(row["verdict"])], color)
    yield from _reasons(row["reasons"], "", color)
    for tried in _list(row.get("tried")):
        yield from _reasons(tried["reasons"], f"{tried['policy']}: ", color)
    if row.get("message") and not row["reasons"] and not row.get("tried"):
        yield f"{INDENT}{clean(str(row['message']))}"
    if row.get("differs"):
        yield f"{INDENT}{clean(str(row['differs']))}"
    for refusal in _list(row["refused"]) if row["allowed"] else ():
        yield f"{INDENT}{REFUSED}: {clean(str(refusal['message']))} ({clean(str(refusal['path']))})"
    if changed:
        yield from _pod(row["pod"])


def _print(lines: Sequence[str], color: bool) -> None:
    if lines:
        click.echo("\n".join(lines), color=color)


class _Counts:
    """How many pods have which verdict."""

    def __init__(self) -> None:
        self.pods = self.admitted = 0
        self._defaulted = self._refused = self._warned = self._audited = self._marked = self._differing = 0
        self._unjudged = 0
        self._names: list[str] = []

    def add(self, rows: Sequence[Row]) -> None:
        """Count a pod, whose rows these are."""
        self.pods += 1
        if any(row.get("psp") for row in rows):
            self._marked += 1
            self._differing += any(row["differs"] for row in rows)
        for row in rows:
            if row["policy"] is None:
                self._unjudged += 1
                if len(self._names) < MOST_NAMES:
                    self._names.append(clean("/".join(filter(None, (str(row["namespace"]), str(row["name"]))))))
        if all(row["allowed"] for row in rows):
            verdicts = {row["verdict"] for row in rows}
            self.admitted += 1
            self._defaulted += any(row.get("defaulted") for row in rows)
            self._refused += any(row["refused"] for row in rows)
            self._warned += "warned" in verdicts
            self._audited += "audited" in verdicts and "warned" not in verdicts

    def write(self, changed: bool) -> None:
        """Write the counts to stderr."""
        if self._defaulted and not changed:
            click.echo(f"{self._defaulted} admitted with defaults set (--changed shows them)", err=True)
        if self._refused:
            are = "are" if self._refused > 1 else "is"
            click.echo(f"{self._refused} of those admitted {are} refused by the API server", err=True)
        if self._marked:
            summary = f"{self._marked} carry the annotation kubernetes.io/psp of a cluster's PodSecurityPolicy"
            differ = f"{self._differing or 'none'} differ{'s' if self._differing == 1 else ''}"
            click.echo(f"{summary}: {differ} from it", err=True)
        summary = f"{self.pods - self.admitted} of {self.pods} pods denied"
        summary += f", {self._warned} warned of" if self._warned else ""
        summary += f", {self._audited} audited" if self._audited else ""
        click.echo(summary, err=True)
        if self._unjudged:
            more = f" and {self._unjudged - MOST_NAMES} more" if self._unjudged > MOST_NAMES else ""
            click.echo(f"{self._unjudged} judged by no policy: {', '.join(self._names)}{more}", err=True)


def _reasons(reasons: object, by: str, color: bool) -> Iterator[str]:
    """The lines of ``reasons``; ``by`` is the policy of a choice that they belong to."""
    for reason in _list(reasons):
        because = f" ({clean(str(reason['because']))})" if reason["because"] else ""
        yield f"{INDENT}{clean(by)}{clean(str(reason['message']))}{because}"
        place = f"{INDENT}  {clean(str(reason['path']))}, by {clean(str(reason['source']))}"
        yield click.style(place, dim=True) if color else place


def _cells(row: Row) -> tuple[str, ...]:
    place = f"{row['file']}:{row['line']}"
    name = f"{row['name']} ({row['template']})" if row["template"] else row["name"]
    named = (clean(str(value or "")) or "-" for value in (row["kind"], row["namespace"], name, row["policy"], place))
    verdict = str(row["verdict"])
    return (verdict.upper() if verdict in ("denied", "warned", "audited") else verdict, *named)


def _line(cells: Sequence[str], wide: Sequence[int], style: str, color: bool) -> str:
    padded = [cells[i].ljust(width) for i, width in enumerate(wide)]
    if style and color:
        padded[0] = click.style(padded[0], fg=style, bold=style == "red")
    return "  ".join(padded).rstrip()


def _list(value: object) -> list[Row]:
    return value if isinstance(value, list) else []


def _pod(pod: object) -> list[str]:
    import yaml

    text = yaml.dump(pod, Dumper=safe_dumper(), sort_keys=False, allow_unicode=False)
    return [f"{INDENT}{line}" for line in text.splitlines()]
