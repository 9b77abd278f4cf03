"""Draws what a person chooses on the command line of a compile: rollout, workloads, releases."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import get_args

from conformance.space import words
from pscc import ir
from pscc.ir.access import ALL, NONE, Names, Subjects
from pscc.lowering.rollout import AS_WRITTEN, Rollout
from pscc.output.options import DEFAULTS, EnforcementPoint, Engine, Options, Version, Workloads
from pscc.targets.registry import target_named
from pscc.targets.versions import GATEKEEPER_CEL, GATEKEEPER_REGO, KYVERNO_CEL, KYVERNO_CLASSIC, VALIDATING

KUBERNETES: tuple[Version, ...] = ((1, 37), (1, 37), (1, 36), (1, 35), (1, 33), (1, 31), (1, 30), (1, 29), (1, 28))
GATEKEEPER: tuple[Version, ...] = ((3, 23), (3, 23), (3, 22), (3, 19), (3, 18))
KYVERNO: tuple[Version, ...] = ((1, 19), (1, 19), (1, 17), (1, 13))
"""The releases that are drawn, the current ones more often."""
POINTS: tuple[EnforcementPoint, ...] = ("validation.gatekeeper.sh", "audit.gatekeeper.sh")
"""Gatekeeper's enforcement points. The first, which is its webhook and the one that is asked, is always drawn."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options of a compile for ``target``."""

    target: str
    options: Options = DEFAULTS
    rollout: Rollout = AS_WRITTEN


def draw(rng: random.Random, target: str, engine: Engine, program: ir.Program) -> Chosen:
    """Options for ``target`` that can compile ``program``, which every release drawn here can."""
    least_gatekeeper = GATEKEEPER_CEL if engine == "cel" else GATEKEEPER_REGO
    least_kyverno = KYVERNO_CEL if target == "kyverno-cel" else KYVERNO_CLASSIC
    options = Options(
        engine=engine,
        workloads=rng.choice(get_args(Workloads)),
        kubernetes=rng.choice([release for release in KUBERNETES if target != "vap" or release >= VALIDATING[-1][0]]),
        releases=(
            ("gatekeeper", rng.choice([release for release in GATEKEEPER if release >= least_gatekeeper])),
            ("kyverno", rng.choice([release for release in KYVERNO if release >= least_kyverno])),
        ),
    )
    can = target_named(target).capabilities(options)
    options = replace(
        options,
        layout=rng.choice((None, *can.layouts)),
        enforcement_points=rng.choice(((), (), POINTS[:1], POINTS)) if "enforcement-point" in can.options else (),
    )
    rollout = Rollout(
        mode=rng.choice(get_args(ir.Mode)) if rng.random() < 0.25 else None,
        excluded=_names(words.namespaces(rng, labels=False)) if rng.random() < 0.2 else NONE,
        ignored_groups=tuple(rng.sample(words.NAMES["groups"], 1)) if rng.random() < 0.15 else (),
        name_prefix=rng.choice(("web-", "1.")) if rng.random() < 0.2 else "",
        only=_names(words.namespaces(rng, labels=False)) if rng.random() < 0.1 else ALL,
    )
    live = target == "vap" and rng.random() < 0.5 and can_be_live(program)
    return Chosen(target, options, replace(rollout, live=live))


def _names(listed: str) -> Names:
    """The names, and beginnings of names, that stand in ``listed`` as in a source."""
    each = [name.strip('"') for name in listed.split(", ")]
    return Names(
        tuple(name for name in each if not name.endswith("*")), tuple(name[:-1] for name in each if name.endswith("*"))
    )


def can_be_live(program: ir.Program) -> bool:
    """Whether a cluster's RBAC can say who may use what: it knows names, not beginnings of names, and no exceptions."""
    return bool(program.choices) and all(
        not _has_prefixes(grant.subjects) and (not grant.namespaces.prefixes or grant.namespaces.prefixes == ("",))
        for choice in program.choices
        for grant in choice.grants
    )


def _has_prefixes(who: Subjects) -> bool:
    return bool(who.users.prefixes or who.groups.prefixes or who.service_accounts.prefixes)
