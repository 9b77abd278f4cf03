"""To which pods one side objects, as a formula over the pod as it comes: before any default is set.

The order of `pscc.reference.admission.decide`: policies outside choices set their defaults, each choice decides and sets those
of the policy that it takes, and then everything is checked. A side is what is left of a program for a class of requests, so
nothing here is about who asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.once_defaulted import changes, holds_once_defaulted, once_set
from pscc.ir.passes import Reads, rechecked_on
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import FALSE, TRUE, Term, and_, not_, or_
from pscc.proving.pod import root
from pscc.proving.source import holds
from pscc.proving.updates import unchanged
from pscc.proving.values import always
from pscc.reasoning.difference.sides import NO_POLICY, Option, Side, judges_change
from pscc.reference.admission import SECCOMP_ANNOTATION

_MOST_STATES = 64
"""More combinations of policies that choices take are not worth the solver's time."""


@frozen
class Change:
    """An update that changes an image or, with ``annotation``, only an annotation whose key begins with that."""

    annotation: str | None = None


Occasion = Literal["created", "updated"] | Change
"""When a pod is judged. ``updated`` is any update: which fields are the same before is left open (`pscc.proving.updates`)."""


@frozen
class Objections:
    """The pods to which a side objects in one mode: for ``any`` reason, and for each control in ``by_control``.

    A choice objects by a control where it refuses a pod and some policy that may be used does so by this control, and by
    `NO_POLICY` where none may be used.
    """

    any: Term
    by_control: Mapping[str, Term]


@frozen
class _State:
    """The pods of ``guard``, and the ``defaults`` that are set there: those of one policy after another's."""

    guard: Term
    defaults: tuple[tuple[ir.Default, ...], ...] = ()

    def where(self, *guards: Term) -> _State:
        return _State(and_(self.guard, *guards), self.defaults)

    def once(self, policy: ir.Policy) -> _State:
        """The state once ``policy`` has set its defaults."""
        return _State(self.guard, (*self.defaults, policy.defaults)) if policy.defaults else self


def objections(side: Side, mode: ir.Mode, occasion: Occasion) -> Objections:
    """To which pods ``side`` objects in ``mode``.

    It has defaults in policies that enforce alone (`pscc.ir.once_defaulted.observing`). Raises `NotUnderstoodError`.
    """
    read = _Objecting(mode, occasion)
    start = _State(TRUE)
    for policy in side.policies if occasion == "created" else ():
        start = start.once(policy)
    for state in read.choosing(side, start):
        for policy in side.policies:
            read.policy(policy, state)
    return Objections(or_(*read.objecting), {control: or_(*terms) for control, terms in read.by_control.items()})


class _Objecting:
    """Collects the objections of a side in one mode."""

    def __init__(self, mode: ir.Mode, occasion: Occasion) -> None:
        self._mode, self._occasion = mode, occasion
        self.objecting: list[Term] = []
        self.by_control: dict[str, list[Term]] = {}

    def policy(self, policy: ir.Policy, state: _State) -> None:
        """Add the objections of ``policy``, which is outside choices."""
        if policy.mode != self._mode:
            return
        for check in policy.checks:
            looked_at = self._looks(rechecked_on(check, bool(policy.exemptions)))
            fails = and_(state.guard, looked_at, not_(_passes(check, state)))
            self.objecting.append(fails)
            self._name(check.control, fails)

    def choosing(self, side: Side, start: _State) -> list[_State]:
        """The states once each choice has decided in its turn. Adds the objections of the choices."""
        created = self._occasion == "created"
        states = [start]
        for at, option in enumerate(side.options):
            later = side.options[at + 1 :]
            for state in states:
                self._refusals(option, state, own_defaults=created)
            if created and (side.policies or later) and _set_defaults((option,)):
                states = [taken for state in states for taken in _decided(option, state) if taken.guard is not FALSE]
            if len(states) > _MOST_STATES:
                raise NotUnderstoodError("so many choices whose policies set defaults")
        for at, option in enumerate(side.options):
            if created and _set_defaults(side.options[at + 1 :]):
                # a choice that decided later may have changed the pod: it has to be accepted as it was left
                for state in states:
                    self._refusals(option, state, own_defaults=False)
        return states

    def _refusals(self, option: Option, state: _State, own_defaults: bool) -> None:
        if option.mode != self._mode:
            return
        guard = and_(state.guard, self._looks(option.reads))
        if not option.policies:
            self.objecting.append(guard)
            self._name(NO_POLICY, guard)
            return
        passed = [_by_control(policy, state.once(policy) if own_defaults else state) for policy in option.policies]
        refused = and_(guard, *(not_(and_(*controls.values())) for controls in passed))
        self.objecting.append(refused)
        for controls in passed:
            for control, passes in controls.items():
                self._name(control, and_(refused, not_(passes)))

    def _looks(self, reads: Reads) -> Term:
        """Whether a check or a choice with these ``reads`` looks at the request."""
        match self._occasion:
            case "created":
                return TRUE
            case "updated":
                return not_(unchanged(reads, root("pod")))
            case Change(annotation=annotation):
                return TRUE if judges_change(reads, annotation) else FALSE

    def _name(self, control: str, term: Term) -> None:
        if term is not FALSE:
            self.by_control.setdefault(control, []).append(term)


def _set_defaults(options: Sequence[Option]) -> bool:
    return any(policy.defaults for option in options for policy in option.policies)


def _decided(option: Option, state: _State) -> list[_State]:
    """The states once ``option`` has taken a policy, and set its defaults (`pscc.reference.admission.admit`)."""
    accepts, leaves = [], []
    for policy in option.policies:
        accepts.append(and_(*_by_control(policy, state.once(policy)).values()))
        changed = or_(_term(changes(policy.defaults), state), _copied(state))
        leaves.append(and_(accepts[-1], not_(changed)))
    as_it_is = or_(*leaves)
    states = [state.where(or_(as_it_is, not_(or_(*accepts))))]
    for at, policy in enumerate(option.policies):
        states.append(state.where(not_(as_it_is), accepts[at], *map(not_, accepts[:at])).once(policy))
    return states


_PROFILE = ir.Has(ir.Path(ir.POD, ("spec", "securityContext", "seccompProfile")))
_ANNOTATION = ir.Path(ir.POD, ("metadata", "annotations", SECCOMP_ANNOTATION))


def _copied(state: _State) -> Term:
    """PSP would copy the pod's seccomp profile into an annotation (`pscc.reference.admission.copied_into_the_annotation`)."""
    annotated = and_(_term(ir.Has(_ANNOTATION), state), not_(_term(ir.Equals(_ANNOTATION, ir.Const("")), state)))
    return and_(_term(_PROFILE, state), not_(annotated))


def _by_control(policy: ir.Policy, state: _State) -> dict[str, Term]:
    """That the pod passes the checks of ``policy``, for each of its controls."""
    passed: dict[str, list[Term]] = {}
    for check in policy.checks:
        passed.setdefault(check.control, []).append(_passes(check, state))
    return {control: and_(*terms) for control, terms in passed.items()}


def _passes(check: ir.Check, state: _State) -> Term:
    return _term(holds_once_defaulted(check, ()), state)


def _term(condition: ir.Condition, state: _State) -> Term:
    """``condition``, which is about the pod with the defaults of ``state``, as a formula over the pod as it came."""
    for defaults in reversed(state.defaults):
        condition = once_set(condition, defaults)
    return _of_pod(condition)


@cache
def _of_pod(condition: ir.Condition) -> Term:
    """Equal conditions of two programs are one term: then what they share falls out of a question."""
    return holds(condition, {ir.POD: always(root("pod"))})
