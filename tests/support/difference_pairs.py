"""Pairs of drawn programs, and drawn requests that both are asked: what a comparison must not contradict."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.space import requests, sources
from pscc import ir
from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import analyse
from pscc.ir.access import Request, requested_by
from pscc.pod.fields import CONTAINER_LISTS
from pscc.reasoning.difference.difference import Difference
from pscc.reference.admission import decide
from pscc.reference.interpreter import Json

RANK = {"audit": 1, "warn": 2, "enforce": 3}
_VALID = ("image", "labels", "annotations", "tolerations", "deadline", "debug", None)
"""The changes that the API server lets an update of a pod make."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two programs, the second one made of the text of the first by a small change, or drawn for itself."""

    old_text: str
    new_text: str
    old: ir.Program
    new: ir.Program


def program(text: str) -> ir.Program | None:
    """The meaning of ``text``, None where it has errors."""
    try:
        return analyse(SourceFile("drawn.psp", text))[1]
    except SourceError:
        return None


def pairs(rng: random.Random) -> Iterator[Pair]:
    """Pairs without end: most of them differ by a line or a word."""
    drawn = (source for source in sources.programs(rng) if not source.used)
    before = next(drawn)
    for source in drawn:
        if rng.random() < 0.25:
            yield Pair(before.text, source.text, before.program, source.program)
        else:
            text = _mutated(rng, source.text, before.text)
            changed = program(text)
            if changed is not None and (changed.policies or changed.choices):
                texts, programs = (source.text, text), (source.program, changed)
                if rng.random() < 0.5:
                    texts, programs = texts[::-1], programs[::-1]
                yield Pair(*texts, *programs)
        before = source


def _mutated(rng: random.Random, text: str, other: str) -> str:
    """``text`` with a line or a word changed, taken out, doubled or taken from ``other``."""
    lines = text.splitlines()
    inner = [number for number, line in enumerate(lines) if line.startswith("    ")]
    at = rng.choice(inner)
    match rng.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines[at] = rng.choice([line for line in other.splitlines() if line.startswith("    ")])
        case 2:
            lines.insert(at, rng.choice([line for line in other.splitlines() if line.startswith("    ")]))
        case 3:
            words = lines[at].split(", ")
            lines[at] = ", ".join(words[:-1]) if len(words) > 1 else f"{lines[at]}, extra"
        case _:
            swaps = (
                ("deny ", "audit deny "), ("allow ", "require "), ("require ", "allow "), ("audit ", "warn "),
                ("groups ", "users "), ("team-a", "team-b"), ("in namespaces", "except namespaces"), ("choose {", "choose warn {"),
            )  # fmt: skip
            for before, after in rng.sample(swaps, len(swaps)):
                if before in text:
                    return text.replace(before, after, 1)
    return "\n".join(lines) + "\n"


def contradiction(pair: Pair, difference: Difference, rng: random.Random, count: int) -> str:
    """What a drawn request shows that ``difference`` does not report; empty where there is nothing."""
    for asked_of in (pair.old, pair.new):
        for asked in requests.draw(rng, asked_of, count):
            if not asked.is_of_a_pod or asked.change not in _VALID or not _valid(asked.pod):
                continue
            who = asked.who
            request = replace(who, groups=requested_by(who.user, who.groups))
            old_pod = asked.old if asked.operation == "UPDATE" else None
            before, after = (rank(program, request, asked.pod, old_pod) for program in (pair.old, pair.new))
            wrong = _unreported(difference, before, after)
            if wrong:
                return f"{wrong}: {request} {asked.pod} {old_pod}\n--- OLD\n{pair.old_text}\n--- NEW\n{pair.new_text}"
    return ""


def _unreported(difference: Difference, before: tuple[int, Json], after: tuple[int, Json]) -> str:
    undecided = bool(difference.undecided)
    enforced = RANK["enforce"]
    if before[0] == enforced > after[0] and not (difference.looser or undecided):
        return "looser"
    if after[0] == enforced > before[0] and not (difference.stricter or undecided):
        return "stricter"
    if enforced not in (before[0], after[0]):
        if before[0] > after[0] and not (difference.quieter or undecided):
            return "quieter"
        if after[0] > before[0] and not (difference.louder or undecided):
            return "louder"
        if before[1] != after[1] and not (difference.changed or undecided):
            return "changed"
    return ""


def rank(program: ir.Program, request: Request, pod: Json, old_pod: Json | None) -> tuple[int, Json]:
    """The rank of the gravest mode in which ``program`` objects, 0 for none, and the pod as it leaves it."""
    decision = decide(program, request, pod, old_pod)
    modes = [policy.mode for policy, verdict in decision.judged if not verdict.allowed]
    modes += [choice.mode for choice, admission in decision.chosen if not admission.allowed]
    return max((RANK[mode] for mode in modes), default=0), decision.pod


def _valid(pod: Json) -> bool:
    """Whether the API server takes the pod as its defaults leave it: Windows has few of the fields."""
    spec = pod["spec"]
    assert isinstance(spec, dict)
    if (spec.get("os") or {}).get("name") == "windows":
        return False
    for container in (listed for kind in CONTAINER_LISTS for listed in spec.get(kind) or ()):
        context = container.get("securityContext") or {}
        added = (context.get("capabilities") or {}).get("add") or ()
        escalates = context.get("privileged") or {"SYS_ADMIN", "CAP_SYS_ADMIN"} & set(added)
        if escalates and context.get("allowPrivilegeEscalation") is False:
            return False
    return True
