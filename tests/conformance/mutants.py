"""``python -m conformance.mutants``: breaks every control in every way of `mutations`, and says what no test notices.

The tests are the fast ones: the plugin's answers over drawn PSPs and the peers' bugs, and the golden verdicts of each form
of statement. A break that survives them is a missing test, or is listed in `EQUIVALENT` with why it changes nothing.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import click

from conformance.canonical import canonical, for_124
from conformance.equivalent import EQUIVALENT
from conformance.jsonl import Json, Process
from conformance.mutations import of_check, of_default
from conformance.objections import comparable, of_oracle, of_psp
from conformance.policies import draw_psps, meaning
from conformance.truth import drawn_pods
from pscc import ir
from pscc.controls import CONTROLS
from pscc.reference import interpreter
from support.golden_verdicts import recorded
from support.peer_bugs import PEERS


@dataclass(frozen=True, slots=True)
class Expected:
    """What one test expects of a policy and a pod: of the plugin with its objections and changed pod, or a golden verdict."""

    policy: ir.Policy
    pod: Json
    allowed: bool
    objections: frozenset[tuple[str, str, str]] | None = None
    changed: Json | None = None
    messages: tuple[str, ...] | None = None

    def notices(self, broken: ir.Policy) -> bool:
        """Whether the test fails when the policy means ``broken``."""
        verdict = interpreter.judge(broken, self.pod)
        if verdict.allowed is not self.allowed:
            return True
        if self.objections is not None and of_oracle(verdict) != self.objections:
            return True
        if self.messages is not None and verdict.messages != self.messages:
            return True
        return self.changed is not None and _defaulted(verdict.pod) != self.changed


def _defaulted(pod: interpreter.Json) -> Json:
    return canonical(dict(pod))


def from_the_plugin(policies: int, pods: int, seed: int) -> Iterator[Expected]:
    """The plugin's answers over drawn PSPs and the peers' bugs, as far as the interpreter agrees with them."""
    drawn = [(psp, policy) for psp, policy in draw_psps(seed, policies * 2) if policy is not None][:policies]
    known = [(peer.psp, meaning(peer.psp), [*peer.admits, *peer.refuses]) for peer in PEERS]
    with Process("psp-admission") as process:
        for psp, policy, given in [*((p, m, None) for p, m in drawn), *known]:
            assert policy is not None
            asked = given or list(drawn_pods(policy, seed, pods))
            old = [for_124(pod) for pod in asked]
            results = process.results({"op": "admit", "policies": [psp], "pods": old, "explain": True})
            for pod, result in zip(asked, results, strict=True):
                objections = of_psp(psp, pod, result["policies"][0]["errors"]) if comparable(policy) else None
                verdict = interpreter.judge(policy, pod)
                changed = _defaulted(verdict.pod) if verdict.allowed else None
                expected = Expected(policy, pod, result["allowed"], objections, changed)
                assert not expected.notices(policy), (psp, pod)
                yield expected


def from_the_golden_verdicts() -> Iterator[Expected]:
    """The golden verdicts, as they are recorded."""
    for verdict in recorded():
        yield Expected(verdict.policy, verdict.pod, verdict.allowed, None, verdict.changed, verdict.messages)


@dataclass(slots=True)
class Mutant:
    """One break: of a shape of check, or of a control's default. ``noticed`` is how many tests of it fail at least."""

    subject: str
    name: str
    tried: int = 0
    noticed: bool = False

    @property
    def label(self) -> str:
        """Its name in the list."""
        return f"{self.subject}: {self.name}"


def breaks(policy: ir.Policy) -> Iterator[tuple[str, str, ir.Policy]]:
    """(subject, name, broken policy) of each break of ``policy``."""
    for index, check in enumerate(policy.checks):
        for name, left in of_check(check):
            checks = (*policy.checks[:index], *left, *policy.checks[index + 1 :])
            yield check.shape, name, replace(policy, checks=checks)
    for index, default in enumerate(policy.defaults):
        for name, rest in of_default(default):
            defaults = (*policy.defaults[:index], *rest, *policy.defaults[index + 1 :])
            yield f"default of {default.control}", name, replace(policy, defaults=defaults)


def hunted(expectations: list[Expected]) -> dict[str, Mutant]:
    """Every break that some policy of ``expectations`` can have, and whether a test notices it."""
    by_policy: dict[int, list[Expected]] = defaultdict(list)
    for expected in expectations:
        by_policy[id(expected.policy)].append(expected)
    mutants: dict[str, Mutant] = {}
    for tests in by_policy.values():
        for subject, name, broken in breaks(tests[0].policy):
            mutant = mutants.setdefault(f"{subject}: {name}", Mutant(subject, name))
            if not mutant.noticed:
                mutant.tried += len(tests)
                mutant.noticed = any(test.notices(broken) for test in tests)
    return mutants


def shapes() -> set[str]:
    """Every subject that has to be broken."""
    from pscc.controls._base import shape_name

    checks = {shape_name(control, shape) for control in CONTROLS for shape in control.shapes}
    return checks | {f"default of {control.id}" for control in CONTROLS if control.default}


def hunt() -> tuple[dict[str, Mutant], list[str], list[str]]:
    """All mutants, the labels of those that nothing notices, and of what is listed as equivalent without need."""
    mutants = hunted([*from_the_golden_verdicts(), *from_the_plugin(policies=60, pods=30, seed=5)])
    missing = shapes() - {mutant.subject for mutant in mutants.values()}
    surviving = [label for label, mutant in mutants.items() if not mutant.noticed]
    unlisted = [label for label in surviving if label not in EQUIVALENT] + sorted(f"{s}: never broken" for s in missing)
    needless = [label for label in EQUIVALENT if label not in surviving]
    return mutants, unlisted, needless


@click.command(help=__doc__)
@click.option("--all", "show_all", is_flag=True, help="List those that are noticed too.")
def main(show_all: bool) -> None:
    """See the module."""
    mutants, unlisted, needless = hunt()
    for label, mutant in mutants.items():
        if show_all or not mutant.noticed:
            why = EQUIVALENT.get(label, "NOTHING NOTICES IT")
            click.echo(
                f"{'noticed' if mutant.noticed else 'survives'}  {label}{'' if mutant.noticed else f'  ({why})'}"
            )
    for label in needless:
        click.echo(f"needless  {label}: it is noticed, or is no break")
    noticed = sum(mutant.noticed for mutant in mutants.values())
    click.echo(
        f"{len(mutants)} breaks of {len(shapes())} forms: {noticed} noticed, "
        f"{len(EQUIVALENT)} equivalent, {len(unlisted)} unnoticed"
    )
    sys.exit(1 if unlisted or needless else 0)


if __name__ == "__main__":
    main()
