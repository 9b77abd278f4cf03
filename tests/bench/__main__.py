"""Measures how fast pscc is, in ratios: ``python -m bench``, ``--cheap`` for CI, ``--write`` for docs/speed.md."""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import inputs, peers
from bench.figure import Figure
from bench.measuring import NOTHING, PSCC, Cost, costs, growth, prepare, ratio
from support.paths import ROOT

POLICY = "examples/psp-default.yaml"
READ = "import sys, yaml; [0 for _ in yaml.load_all(open(sys.argv[1]), Loader=yaml.CSafeLoader)]"
STEPS = (1, 2, 4, 8)


def _eval(path: Path) -> tuple[str, ...]:
    return (*PSCC, "eval", POLICY, "-f", str(path))


def reading(folder: Path, pods: int, rounds: int) -> Iterator[Figure]:
    """`pscc eval` of pods, as a ratio to PyYAML's C loader on the same text."""
    stream, listed = inputs.stream(folder, pods), inputs.listed(folder, pods)
    commands = {"read": (sys.executable, "-c", READ, str(stream)), "yaml": _eval(stream), "json": _eval(listed)}
    found = costs(commands, rounds)
    to = "to reading the YAML by PyYAML's C loader"
    yield Figure(f"eval of {pods} pods in YAML, {to}", ratio(found["yaml"], found["read"]), 4.0, "2.0")
    yield Figure(f"eval of {pods} pods in a JSON list, {to}", ratio(found["json"], found["read"]), 4.0, "less")
    for name in ("yaml", "json"):
        most = statistics.median(one.memory for one in found[name])
        yield Figure(f"most memory of that, {name.upper()}, MiB", most, 80.0, "80")


def against_gator(folder: Path, rounds: int) -> Iterator[Figure]:
    """`pscc eval` and `gator test`: what another pod costs, without the start."""
    from pscc.api import compile, load

    few, many = 100, 600
    compile(load(ROOT / POLICY)).write(folder / "gatekeeper")
    sizes = {size: inputs.stream(folder, size) for size in (few, many, 8 * many)}
    policy = (f"-f={folder / 'gatekeeper' / part}" for part in ("templates", "policies"))
    gator = (str(peers.GATOR), "test", *policy)
    found = costs(
        {
            "gator few": (*gator, f"-f={sizes[few]}"),
            "gator many": (*gator, f"-f={sizes[many]}"),
            "eval few": _eval(sizes[few]),
            "eval many": _eval(sizes[8 * many]),
        },
        rounds,
    )
    theirs = growth(found["gator few"], found["gator many"]) / (many - few)
    ours = growth(found["eval few"], found["eval many"]) / (8 * many - few)
    yield Figure("a pod by gator test, to a pod by pscc eval", theirs / ours, 3.0, "10", at_least=True)


def commands(rounds: int) -> Iterator[Figure]:
    """The commands that people wait for, as a ratio to the start of Python."""
    with tempfile.TemporaryDirectory() as output:
        found = costs(
            {
                "python": NOTHING,
                "compile": (*PSCC, "compile", POLICY, "-o", output),
                "diff": (*PSCC, "diff", "examples/cluster/dump.yaml", "examples/platform"),
                "explain": (*PSCC, "explain", "examples/platform/tiers.psp"),
            },
            rounds,
        )
    for name, aim in (("compile", "9"), ("diff", ""), ("explain", "")):
        yield Figure(f"{name} of the examples, to `python -c pass`", ratio(found[name], found["python"]), aim=aim)


Made = Callable[[Path, int], Path]
CHEAP = ("pods", "ports of a statement", "bindings")
"""What CI lets grow."""
CHECK, EVAL = ("check",), ("eval", POLICY, "-f")
OUTPUT = "{output}"
"""Stands for an empty folder in the arguments of a command."""
COMPILE, COMPILE_ALL = (("compile", "-t", targets, "-o", OUTPUT) for targets in ("gatekeeper", "all"))
GROWING: tuple[tuple[str, Made, int, float, tuple[str, ...]], ...] = (
    ("pods", inputs.stream, 500, 1.5, EVAL),
    ("containers of a pod", inputs.large_pod, 1000, 1.5, EVAL),
    ("ports of a statement", inputs.ports, 2000, 1.5, CHECK),
    ("ports of a statement, compiled", inputs.ports, 1000, 1.5, COMPILE),
    ("ranges of a statement", inputs.ranges, 1000, 1.5, CHECK),
    ("words of a statement", inputs.words, 1000, 1.5, CHECK),
    ("exemptions of a policy", inputs.exemptions, 50, 1.5, CHECK),
    ("policies", inputs.policies, 50, 1.5, CHECK),
    ("policies that extend one another", inputs.chain, 50, 1.5, CHECK),
    ("namespaces of a policy", inputs.namespaces, 1000, 1.5, CHECK),
    ("bindings", inputs.bindings, 500, 1.5, CHECK),
    ("PodSecurityPolicies, compiled for all targets", inputs.psps, 10, 1.5, COMPILE_ALL),
    ("misspelled statements", inputs.mistakes, 625, 1.5, CHECK),
)
"""What can grow, what makes it, the smallest size, the limit of the power, and the command that is asked."""


def growing(folder: Path, rounds: int, only: Sequence[str]) -> Iterator[Figure]:
    """By which power time grows with what grows: 1 is a line. The start is taken off."""
    for what, make, size, limit, arguments in GROWING:
        if only and what not in only:
            continue
        paths = {step: make(folder, size * step) for step in STEPS}
        start = make(folder, 1)
        asked = [str(folder / "output") if argument == OUTPUT else argument for argument in arguments]
        found = costs({str(step): (*PSCC, *asked, str(path)) for step, path in ((0, start), *paths.items())}, rounds)
        yield Figure(f"{what}, {size} to {size * STEPS[-1]}", power(found), limit, "1")


def power(found: dict[str, list[Cost]]) -> float:
    """The slope of the line through the logarithms of size and time, the time of size 0 taken off."""
    points = [(math.log(step), math.log(growth(found["0"], found[str(step)]))) for step in STEPS]
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def main() -> int:
    """Prints each figure as it is known; 1 where one is beyond its limit."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--cheap", action="store_true", help="the half that CI runs")
    parser.add_argument("--write", action="store_true", help="write docs/speed.md")
    parser.add_argument("--gatekeeper-library", type=Path, help="a checkout, to compare reviews by Gatekeeper with")
    parser.add_argument("--kyverno-policies", type=Path, help="a checkout, to compare reviews by Kyverno with")
    options = parser.parse_args()
    prepare()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts: list[Iterator[Figure]] = [reading(folder, 2000 if options.cheap else 10_000, 3)]
        if not options.cheap:
            parts.append(commands(2))
            if peers.GATOR.exists():
                parts.append(against_gator(folder, 3))
        parts.append(growing(folder, 3, CHEAP if options.cheap else ()))
        if options.gatekeeper_library:
            parts.append(peers.to_gatekeeper_library(folder, options.gatekeeper_library, 5))
        if options.kyverno_policies:
            parts.append(peers.to_kyverno_policies(options.kyverno_policies, 5))
        for part in parts:
            for figure in part:
                figures.append(figure)
                print(f"{figure.value:8.2f}  {figure.what}{'  TOO MUCH' if figure.fails else ''}", flush=True)
    if options.write:
        from bench.page import written

        (ROOT / "docs" / "speed.md").write_text(written(figures), encoding="utf-8")
    return int(any(figure.fails for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
