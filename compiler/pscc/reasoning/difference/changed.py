"""Pods that both sides admit and that their defaults leave different."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.reasoning.difference.chosen import being_chosen
from pscc.reasoning.difference.domains import Assignment, pod_of
from pscc.reasoning.difference.fields import Place, Reads
from pscc.reasoning.difference.search import Constraint, UndecidedError
from pscc.reasoning.difference.sides import Option, Side, made
from pscc.reasoning.difference.space import Space, concerned, same_effects
from pscc.reference.interpreter import Json


@frozen
class Change:
    """A pod that both programs admit: ``field`` is where they leave it different, ``old`` and ``new`` how (None: unset).

    ``field`` is a path from the pod: ``spec.containers[0].securityContext.runAsNonRoot``. ``control`` is of the default.
    """

    control: str
    pod: Json
    request: Request
    field: str
    old: object
    new: object


@dataclass(slots=True)
class Changes:
    """Which pods of a request do both sides admit and change otherwise? ``told`` and ``undecided`` as in `Question`."""

    space: Space
    old: Side
    new: Side
    request: Request
    told: set[str]
    undecided: dict[str, None] = field(default_factory=dict)

    def found(self) -> Iterator[Change]:
        """One for each control whose defaults differ in effect."""
        mine, theirs = ([o for o in side.options if o.mode == "enforce"] for side in (self.old, self.new))
        for before in product(*(option.policies for option in mine)):
            for after in product(*(option.policies for option in theirs)):
                makers = (*self.old.policies, *before), (*self.new.policies, *after)
                if not same_effects(*makers):
                    pairs = (*zip(mine, before, strict=True), *zip(theirs, after, strict=True))
                    yield from self._of(makers[0], makers[1], before, after, pairs)

    def _of(
        self,
        makers: tuple[ir.Policy, ...],
        others: tuple[ir.Policy, ...],
        before: tuple[ir.Policy, ...],
        after: tuple[ir.Policy, ...],
        pairs: tuple[tuple[Option, ir.Policy], ...],
    ) -> Iterator[Change]:
        wanted = [self.space.not_windows(), *self._accepted(self.old, before), *self._accepted(self.new, after)]
        defaults = {(d.site, d.path): d for maker in (*makers, *others) for d in maker.defaults}
        for default in defaults.values():
            if default.control in self.told:
                continue

            def still(assignment: Assignment, default: ir.Default = default) -> bool:
                pod = pod_of(assignment)
                return (
                    self.old.admits(pod)
                    and self.new.admits(pod)
                    and _at(default, made(makers, pod)) != _at(default, made(others, pod))
                    and all(option.chosen(self.request, pod) == policy.name for option, policy in pairs)
                )

            try:
                found = self._solution(self._differs(default, makers, others), wanted, pairs)
            except UndecidedError:
                self.undecided[f"default {default.control}"] = None
                continue
            if found is None:
                continue
            if not still(found):
                raise AssertionError(f"the witness for default {default.control} is none: {found}")
            pod = pod_of(self.space.smallest(found, still))
            self.undecided.pop(f"default {default.control}", None)
            self.told.add(default.control)
            values = _at(default, made(makers, pod)), _at(default, made(others, pod))
            yield Change(default.control, pod, self.request, _field(default), *values)

    def _solution(
        self, differs: Constraint, wanted: list[Constraint], pairs: tuple[tuple[Option, ir.Policy], ...]
    ) -> dict[Place, object] | None:
        """An assignment under which all of it holds, and of each option in ``pairs`` that policy is chosen."""
        if not pairs or self.space.solve((differs,), wanted) is None:
            return self.space.solve((differs,), wanted)
        for cases in product(*(being_chosen(self.space, option, policy) for option, policy in pairs)):
            found = self.space.solve_clauses((differs,), wanted, [clause for case in cases for clause in case])
            if found is not None:
                return found
        return None

    def _accepted(self, side: Side, chosen: tuple[ir.Policy, ...]) -> Iterator[Constraint]:
        for policy in side.policies:
            if policy.mode == "enforce":
                yield from (constraint for _, constraint in self.space.accepted(side.policies, policy))
        for policy in chosen:
            yield from (constraint for _, constraint in self.space.accepted((policy,), policy))

    def _differs(self, default: ir.Default, makers: tuple[ir.Policy, ...], others: tuple[ir.Policy, ...]) -> Constraint:
        reads = Reads()
        reads.default(default)
        first, second = concerned(makers, reads), concerned(others, reads)

        def differs(assignment: Assignment) -> bool:
            pod = pod_of(assignment)
            return _at(default, made(first, pod)) != _at(default, made(second, pod))

        return Constraint(self.space.places(reads), differs)


def _at(default: ir.Default, pod: Json) -> object:
    node: object = pod
    if default.site == "containers":
        spec = pod["spec"]
        assert isinstance(spec, dict)
        node = spec["containers"][0]
    for name in default.path:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _field(default: ir.Default) -> str:
    return ".".join(("spec.containers[0]", *default.path) if default.site == "containers" else default.path)
