"""Which values of a pod and of its containers a check reads more than once, so that they get a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from pscc import ir
from pscc.ir.walking import nodes, walk
from pscc.printers.cel.finding import CONTAINER, Finding


def repeated(findings: Iterable[Finding], var: str, defaults: tuple[ir.Default, ...]) -> list[ir.Value]:
    """The values of ``var`` that get a name: inherited, an annotation, an object of several fields, one with a default."""
    named: dict[ir.Value, None] = {}
    paths: dict[tuple[str, ...], None] = {}
    set_later = [d.path for d in defaults if (d.site == "pod") is (var == ir.POD)]
    for value in _values(tuple(findings)):
        match value:
            case ir.Coalesce(options=options) if all(isinstance(option, ir.Path) for option in options):
                if _var_of(value) == var:
                    named.setdefault(ir.Coalesce(options))
            case ir.Entry(key=key) if var == CONTAINER and isinstance(key.value, ir.Path) and key.value.var == var:
                named.setdefault(value)
            case ir.Path(var=of, fields=names) if of == var:
                paths.setdefault(names)
                for path in set_later:
                    if names[: len(path)] == path:
                        named.setdefault(ir.Path(var, path))
    shortest = 3 if var == ir.POD else 2
    for path in paths:
        for length in range(shortest, len(path)):
            above = path[:length]
            if above in paths or len({other for other in paths if other[:length] == above}) > 1:
                named.setdefault(ir.Path(var, above))
                break
    return [*named, *(_beside(findings, named) if set_later and var == CONTAINER else ())]


def _beside(findings: Iterable[Finding], named: Collection[ir.Value]) -> Iterator[ir.Value]:
    """The other values of a container that are read by the findings which read one of ``named``.

    These findings read rows instead of containers, and a row must have everything that they read.
    """
    for finding in findings:
        values = [value for value in _held(finding) if _reads_container(value)]
        if any(holder(value, named) is not None for value in values):
            yield from (v for v in values if holder(v, named) is None and v != ir.Path(CONTAINER, ("name",)))


def only_walked(findings: Sequence[Finding]) -> list[ir.Path]:
    """The lists of the pod that the findings walk over, and read in no other way."""
    every = tuple(findings)
    walks = [path for path in _lists(every) if path.var == ir.POD]
    reads = [value for value in _values(every) if isinstance(value, ir.Path)]
    return [path for path in dict.fromkeys(walks) if walks.count(path) == reads.count(path)]


def _lists(node: object) -> Iterator[ir.Path]:
    """The list of every walk in ``node``."""
    for step in walk(node):
        if isinstance(step, (ir.Each, ir.Any, ir.All)) and isinstance(step.items, ir.Path):
            yield step.items


def _var_of(value: ir.Coalesce) -> str:
    first = value.options[0]
    return first.var if isinstance(first, ir.Path) else ""


def _values(node: object) -> Iterator[ir.Value]:
    """Every value in ``node``, but those within another."""
    return nodes(node, ir.Coalesce, ir.Entry, ir.Path)


def _held(node: object) -> Iterator[ir.Value]:
    """Every value in ``node`` that a row can hold. If a value ends in a constant, its other options instead."""
    for value in _values(node):
        if isinstance(value, ir.Coalesce) and any(isinstance(option, ir.Const) for option in value.options):
            yield from (option for option in value.options if isinstance(option, ir.Path))
        else:
            yield value


def cells(finding: Finding, named: Collection[ir.Value]) -> list[ir.Value]:
    """The values of a container that ``finding`` reads, all ``named``, if rows of them can stand for the containers."""
    if finding.each[:1] != (ir.Each(CONTAINER, ir.Containers()),):
        return []
    read: dict[ir.Value, None] = {}
    for value in _held(finding):
        if isinstance(value, ir.Path) and (value.var != CONTAINER or value.fields == ("name",)):
            continue
        known = holder(value, named)
        if known is None and _reads_container(value):
            return []
        if known is not None:
            read.setdefault(known)
    return [value for value in named if value in read]


def _reads_container(value: ir.Value) -> bool:
    return any(path.var == CONTAINER for path in nodes(value, ir.Path))


def holder(value: ir.Value, named: Collection[ir.Value]) -> ir.Value | None:
    """The value among ``named`` that is ``value``, or an object around it; None if there is none."""
    match value:
        case ir.Coalesce(options=options):
            return ir.Coalesce(options) if ir.Coalesce(options) in named else None
        case ir.Path(var=var, fields=names):
            shorter = (ir.Path(var, names[:length]) for length in range(1, len(names) + 1))
            return next((path for path in shorter if path in named), None)
        case _:
            return value if value in named else None


def mentions(finding: Finding, var: str) -> bool:
    """Whether ``finding`` reads the variable ``var``."""
    return any(path.var == var for path in nodes(finding, ir.Path))
