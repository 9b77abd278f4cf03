"""The page ``docs/conformance.md``: what each target makes of each PSP field, and how many cases are behind that.

The counts come from ``docs/conformance.json``, which a whole run writes; what the compiler reports is asked of it anew.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from itertools import islice

from conformance.clusters import draw_cluster
from conformance.engines import drawn_policies, drawn_requests
from conformance.jsonl import Json
from conformance.policies import says_default, statements_meaning
from conformance.result import Tally
from conformance.run import SPACE, WHOLE, versions
from conformance.space import requests, sources
from conformance.space.coverage import Coverage, coverage
from conformance.table import table
from conformance.targets import TARGETS, output_of
from pscc.controls import CONTROLS
from pscc.controls._base import Control
from pscc.ir import Program
from pscc.lowering.shortfall_text import diagnostic_of
from pscc.lowering.shortfalls import DefaultNotSet, DefaultSetWidely, RefusedOnceSet, Shortfall
from support.paths import ROOT

PAGE = ROOT / "docs" / "conformance.md"
RECORD = ROOT / "docs" / "conformance.json"
HEAD = """\
# Conformance

Written by `make conformance`, which draws PodSecurityPolicies and pods around their boundaries and compares. The row `psp`
is the reference interpreter against the admission plugin of Kubernetes; the others are a target's engine against the
reference interpreter: verdict, messages, changed pod, on creations, updates and debug containers. *Stricter as
announced*: the verdict on the pod differs only because of a default that the target cannot set, which the compile reports.
`kyverno-cel` is asked in the webhooks of Kyverno's admission controller, in process; the row `kyverno apply` holds Kyverno's
command line against those: verdict, message and changed pod of pods that are created.
The rows `sets …` are about several policies with their RBAC, asked by users, groups, service accounts and controllers:
which policy admits each request and what it makes of the pod (`sets psp`), and the verdict and words of each target.
The rows `space …` are about whole programs, drawn from the registry of controls and the grammar, with the options of a
compile: creations, updates of each field that the API lets change, deletions and workloads, asked by users, groups and
service accounts in namespaces with labels. Compared are the verdict, what each message does, the words and the changed pod.
"""


def write(tallies: dict[str, Tally], seconds: float, seed: int) -> None:
    """Record a run of whole parts (`PARTS`), leave the others as they were recorded, and write the page."""
    record: Json = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {"parts": {}, "rows": {}}
    ran = [part for part in PARTS if all(row in tallies for row in rows_of(part))]
    for part in ran:
        record["parts"][part] = {"inputs": inputs(part), "seed": seed, "seconds": round(seconds)}
        for who in rows_of(part):
            tally = tallies[who]
            counts = {name: getattr(tally, name) for name in _COUNTS}
            record["rows"][who] = {**counts, "spoken": dict(sorted(tally.spoken.items()))}
    if "space" in ran:
        record["space"] = asdict(coverage(tallies))
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


_COUNTS = ("policies", "refused_policies", "pairs", "agreed", "stricter", "wrong")
PARTS = ("policies and sets", "space")
"""The parts of a run, each of which can be run and recorded by itself."""


def rows_of(part: str) -> list[str]:
    """The rows of ``part``, in their order."""
    return [row for row in versions() if (row in SPACE) is (part == "space")]


def inputs(part: str) -> str:
    """A digest of what is compared in ``part``: some of the cases that are drawn, the sizes, and the engines that are asked.

    Values that are there and empty are left out of the cases: the API server drops them.
    """
    sizes: tuple[object, ...] = (WHOLE.truth, WHOLE.targets, WHOLE.apply, WHOLE.sets)
    drawn: Iterator[object] = _policies_and_sets()
    if part == "space":
        sizes, drawn = (WHOLE.space,), _programs()
    text = json.dumps([_filled(case) for case in drawn], sort_keys=True, default=repr)
    engines = {row: version for row, version in versions().items() if row in rows_of(part)}
    return hashlib.sha256(f"{text}{sizes}{engines}".encode()).hexdigest()[:16]


def _policies_and_sets() -> Iterator[object]:
    for seed in (1, 7, 30):
        for number, (source, policy) in enumerate(drawn_policies(seed, 6)):
            yield source
            yield [(request.pod, request.old_pod) for request in drawn_requests(policy, seed * 1000 + number, 30)]
        yield repr(draw_cluster(random.Random(seed)))


def _programs() -> Iterator[object]:
    for seed in (1, 2, 3):
        rng = random.Random(seed)
        for source in islice(sources.programs(rng), 4):
            yield source.text, source.used
            yield [asdict(asked) for asked in requests.draw(rng, source.program, 20)]


def _filled(value: object) -> object:
    """``value`` without what is null or empty inside of it."""
    match value:
        case dict():
            kept = {name: _filled(inner) for name, inner in value.items()}
            return {name: inner for name, inner in kept.items() if inner not in ("", None, [], {})}
        case list() | tuple():
            return [_filled(element) for element in value]
        case _:
            return value


def recorded() -> tuple[dict[str, Tally], Json]:
    """The tallies of the recorded run, and the record."""
    record: Json = json.loads(RECORD.read_text(encoding="utf-8"))
    tallies = {}
    for who, row in record["rows"].items():
        tallies[who] = Tally(**{f: row[f] for f in _COUNTS})
        tallies[who].spoken.update(row["spoken"])
    return tallies, record


def page() -> str:
    """The text of the page."""
    tallies, record = recorded()
    parts = record["parts"].items()
    ran = [f"{part}: seed {recorded_part['seed']}, {recorded_part['seconds']} s" for part, recorded_part in parts]
    names = [target.name for target in TARGETS]
    lines = [
        HEAD,
        table(tallies, versions()),
        "",
        f"{'; '.join(ran).capitalize()}.",
        "",
        *_of_space(Coverage(**record["space"])),
        "",
        "## By field",
        "",
    ]
    lines += [f"| PSP field | psp | {' | '.join(names)} |", f"|{'---|' * (len(names) + 2)}"]
    for control in CONTROLS:
        if control.psp_fields:
            fields = ", ".join(f"`{field}`" for field in control.psp_fields)
            cells = [f"{tallies['psp'].spoken[control.id]:,} cases"]
            cells += [f"{_cell(name, control)}; {tallies[name].spoken[control.id]:,} cases" for name in names]
            lines.append(f"| {fields} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _of_space(drawn: Coverage) -> list[str]:
    share = f"{100 * drawn.pairs / drawn.possible_pairs:.1f} %"
    return [
        "## The space of programs",
        "",
        f"{drawn.programs:,} programs made use of {drawn.features} features: forms of statement, kinds of value, scope, exemption "
        f"and grant, modes, releases, options. Of the {drawn.possible_pairs:,} pairs of features that one program can have, "
        f"{drawn.pairs:,} were drawn together ({share}).",
    ]


@cache
def _cell(target: str, control: Control) -> str:
    if control.default is None:
        return "exact"
    drawn = [statements_meaning(f"policy p {{ {says_default(control, random.Random(seed))} }}") for seed in range(9)]
    # what a target cannot set matters most where it isolates
    policy = next((policy for policy in drawn if not policy.defaults[0].grants), drawn[0])
    shortfalls = output_of(target, Program((policy,))).shortfalls
    if not shortfalls:
        return "exact"
    return f"checks exact; {_of_default(shortfalls[0])} ({diagnostic_of(shortfalls[0]).code})"


def _of_default(shortfall: Shortfall) -> str:
    """What becomes of a default, in a few words. Raises `TypeError` of a shortfall that is not about one."""
    match shortfall:
        case DefaultNotSet(required=True):
            return "the default is not set, pods are refused until they set the field"
        case DefaultNotSet():
            return "the default is not set, pods are admitted without it"
        case DefaultSetWidely():
            return "the default is set wherever the field itself is unset"
        case RefusedOnceSet():
            return "the API server refuses some pods once the default is set"
        case _:
            raise TypeError(f"{shortfall} is not about a default")
