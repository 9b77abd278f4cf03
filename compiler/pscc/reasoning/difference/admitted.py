"""Pods to which one side objects and the other does not: at creation, or when a container is added to a running pod."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.reasoning.difference.domains import Assignment, pod_of
from pscc.reasoning.difference.fields import Place
from pscc.reasoning.difference.search import Constraint, UndecidedError
from pscc.reasoning.difference.sides import RANK, Option, Side, made
from pscc.reasoning.difference.space import MOST_WAYS, Controlled, Space, looked_at_on_update, with_another
from pscc.reference import interpreter as oracle
from pscc.reference.interpreter import Json


@frozen
class Witness:
    """A pod to which one program objects, with ``reasons``, in ``mode``, and the other does not, or in a lesser mode.

    ``request`` says where and by whom, as far as that matters; ``control`` is the one that the difference is about.
    With ``old_pod`` it is an update of a pod that both admit. ``lesser`` is what the other program says of the pod
    without refusing it, in ``lesser_mode``. ``behind`` are controls told before, for which the pod is refused as well: none
    was found that shows the difference without them.
    """

    control: str
    pod: Json
    request: Request
    reasons: tuple[oracle.Reason, ...]
    mode: ir.Mode = "enforce"
    old_pod: Json | None = None
    lesser: tuple[oracle.Reason, ...] = ()
    lesser_mode: ir.Mode | None = None
    behind: tuple[str, ...] = ()


@dataclass(slots=True)
class Question:
    """Which pods of a request does ``objecting`` object to in ``mode``, and to no more, while ``other`` says less?

    With ``update``, pods that both sides admit get another container. ``told`` are the controls that were answered
    before; those for which the search is given up go to ``undecided``. In ``hidden`` is, for each control of which no witness
    was found but with a control that is told, such a one.
    """

    space: Space
    objecting: Side
    other: Side
    request: Request
    mode: ir.Mode
    update: bool
    told: set[str]
    undecided: dict[str, None] = field(default_factory=dict)
    hidden: dict[str, Witness] = field(default_factory=dict)

    def witnesses(self) -> Iterator[Witness]:
        """One witness for each control by which such a pod is refused, but for those told before.

        First pods that this control alone refuses, then others that no control told before refuses. By a choice, a
        pod is refused by a control of each of its policies: told where one of them is new.
        """
        for alone in (True, False):
            for chosen in product(*(option.policies for option in self._choosing())):
                wanted = [constraint for _, constraint in self._wanted(chosen)]
                wanted += [self.space.not_windows()] if self.update else []
                others = [
                    pair for policy in self._refusing() for pair in self._accepted(self.objecting, policy, chosen)
                ]
                for control, way in self._ways(wanted, chosen):
                    more = [constraint for name, constraint in others if name != control] if alone else []
                    try:
                        found = self.space.solve(way, [*wanted, *more])
                    except UndecidedError:
                        self.undecided[control] = None
                        continue
                    witness = None if found is None else self._witness(control, found, chosen)
                    if witness is None:
                        continue
                    behind = self.told & {reason.control for reason in witness.reasons}
                    if behind and not alone:
                        self.hidden.setdefault(control, replace(witness, behind=tuple(sorted(behind))))
                    else:
                        self.undecided.pop(control, None)
                        self.told |= {control, *control.split(" and ")}
                        yield witness

    # --- what has to hold ---------------------------------------------------------

    def _refusing(self) -> Iterator[ir.Policy]:
        for policy in self.objecting.policies:
            if policy.mode == self.mode:
                yield looked_at_on_update(policy) if self.update else policy

    def _choosing(self) -> tuple[Option, ...]:
        """The choices of which some policy has to accept: those of ``other`` that count, then the rest."""
        mine, theirs = self.objecting.options, self.other.options
        if self.update:
            enforced = tuple(o for o in (*mine, *theirs) if o.mode == "enforce")
            return (*self._updating(), *enforced)
        lesser = tuple(o for o in theirs if RANK[o.mode] >= RANK[self.mode])
        return (*lesser, *(o for o in mine if RANK[o.mode] > RANK[self.mode]))

    def _updating(self) -> tuple[Option, ...]:
        return tuple(o for o in self.other.options if o.mode == "enforce" and o.sees_containers)

    def _wanted(self, chosen: tuple[ir.Policy, ...]) -> Iterator[Controlled]:
        if not self.update:
            for side, least in ((self.objecting, RANK[self.mode] + 1), (self.other, RANK[self.mode])):
                for policy in side.policies:
                    if RANK[policy.mode] >= least:
                        yield from self.space.accepted(side.policies, policy)
            for policy in chosen:
                yield from self.space.accepted((policy,), policy)
            return
        settled, updating = self._settled(chosen), len(self._updating())
        for policy in self.other.policies:
            if policy.mode == "enforce":
                yield from self._accepted(self.other, looked_at_on_update(policy), chosen)
        for policy in chosen[:updating]:
            yield from self.space.accepted(settled, policy, update=True)
        outside = (p for p in (*self.objecting.policies, *self.other.policies) if p.mode == "enforce")
        for policy in (*outside, *chosen[updating:]):
            yield from self.space.accepted(settled, policy)

    def _accepted(
        self, side: Side, policy: ir.Policy, chosen: tuple[ir.Policy, ...], holds: bool = True
    ) -> Iterator[Controlled]:
        makers = self._settled(chosen) if self.update else side.policies
        return self.space.accepted(makers, policy, holds, self.update)

    def _settled(self, chosen: tuple[ir.Policy, ...]) -> tuple[ir.Policy, ...]:
        """Whose defaults a running pod has had."""
        return tuple(dict.fromkeys((*self.objecting.policies, *self.other.policies, *chosen)))

    # --- ways to refuse -------------------------------------------------------------

    def _ways(
        self, wanted: list[Constraint], chosen: tuple[ir.Policy, ...]
    ) -> Iterator[tuple[str, tuple[Constraint, ...]]]:
        """(control, what must hold) for each way in which ``objecting`` can refuse by something that is not told yet."""
        said = {constraint.meaning for constraint in wanted}
        for policy in self._refusing():
            for control, constraint in self._accepted(self.objecting, policy, chosen, holds=False):
                if control not in self.told and constraint.meaning not in said:
                    yield control, (constraint,)
        for option in self.objecting.options:
            if option.mode == self.mode and (not self.update or option.sees_containers):
                yield from self._ways_of(option, wanted, said, chosen)

    def _ways_of(
        self, option: Option, wanted: list[Constraint], said: set[object], chosen: tuple[ir.Policy, ...]
    ) -> Iterator[tuple[str, tuple[Constraint, ...]]]:
        """Of a choice: a failing requirement of each policy, all of which can fail together."""
        tried = 0

        def can(way: tuple[Constraint, ...]) -> bool:
            nonlocal tried
            tried += 1
            if tried > MOST_WAYS:
                raise UndecidedError
            return self.space.solve(way, wanted) is not None

        def extend(
            depth: int, way: tuple[Constraint, ...], names: tuple[str, ...]
        ) -> Iterator[tuple[str, tuple[Constraint, ...]]]:
            possible = {name for some in failing[depth:] for name, _ in some}
            if {*names, *possible} <= self.told:
                return
            if depth == len(failing):
                yield " and ".join(dict.fromkeys(names)) or "choose", way
                return
            if any(constraint in way for _, constraint in failing[depth]):
                yield from extend(depth + 1, way, names)
                return
            for name, constraint in failing[depth]:
                if can((*way, constraint)):
                    yield from extend(depth + 1, (*way, constraint), (*names, name))

        try:
            failing = []
            for policy in option.policies:
                makers = self._settled(chosen) if self.update else (policy,)
                pairs = self.space.accepted(makers, policy, holds=False, update=self.update)
                failing.append([(n, c) for n, c in pairs if c.meaning not in said and can((c,))])
            if all(failing):
                yield from extend(0, (), ())
        except UndecidedError:
            self.undecided["choose"] = None

    # --- what is found ----------------------------------------------------------------

    def _witness(self, control: str, found: dict[Place, object], chosen: tuple[ir.Policy, ...]) -> Witness | None:
        """``found`` as a pod, as small as it can be, checked on the whole of both sides."""
        settled = self._settled(chosen) if self.update else ()

        def pods(assignment: Assignment) -> tuple[Json, Json | None]:
            pod = pod_of(assignment)
            old = made(settled, pod)
            return (with_another(old, pod), old) if self.update else (pod, None)

        def still(assignment: Assignment) -> bool:
            pod, old = pods(assignment)
            if old is None:
                return self.objecting.severity(pod) == RANK[self.mode] > self.other.severity(pod) and any(
                    part in {reason.control for reason in self.objecting.reasons(pod, self.mode)}
                    for part in (*control.split(" and "), *(["choose"] if control == "choose" else ()))
                )
            told = {reason.control for reason in self.objecting.update_reasons(pod, old)}
            running = self.objecting.admits(old) and self.other.admits(old)
            return running and bool(told & {*control.split(" and ")}) and self.other.admits_update(pod, old)

        if not still(found):
            if self.update:  # what the two sides make of the running pod together is only nearly what it becomes
                raise UndecidedError
            raise AssertionError(f"the witness for {control} is none: {found}")
        pod, old = pods(self.space.smallest(found, still))
        if old is not None:
            return Witness(control, pod, self.request, self.objecting.update_reasons(pod, old), old_pod=old)
        lesser_mode = self.other.gravest(pod)
        lesser = self.other.reasons(pod, lesser_mode) if lesser_mode else ()
        reasons = self.objecting.reasons(pod, self.mode)
        return Witness(control, pod, self.request, reasons, self.mode, None, lesser, lesser_mode)
