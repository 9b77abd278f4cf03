"""A program whose checks are functions of Python, for many pods. It answers as `interpreter` and `admission` do, only faster.

The functions say which checks object and which defaults change the pod. The words of a finding, and the changed pod, come
from the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TypeVar

from pscc import ir
from pscc.ir.access import Request
from pscc.ir.once_defaulted import observing
from pscc.pod.fields import CONTAINER_LISTS
from pscc.reference import admission, interpreter
from pscc.reference.admission import Decision
from pscc.reference.generated import Containers, Question, changes, objects
from pscc.reference.interpreter import Json, Verdict

_Key = TypeVar("_Key", bound=Hashable)
_Answer = TypeVar("_Answer")
_MOST_REMEMBERED = 10_000
"""Requests whose usable policies are remembered: namespaces times service accounts."""


class CompiledProgram:
    """The program ``program``, ready to decide on many requests to create pods."""

    def __init__(self, program: ir.Program) -> None:
        self.program = program
        self._observed = observing(program)
        self._policies: dict[int, CompiledPolicy] = {}
        self._judges: dict[tuple[int, Request], bool] = {}
        self._usable: dict[tuple[int, Request], tuple[ir.Policy, ...]] = {}

    def decide(
        self, request: Request, pod: Json, old_pod: Json | None = None, widely: frozenset[str] = frozenset()
    ) -> Decision:
        """The verdicts of the program on ``pod``, as `pscc.reference.admission.decide` gives them."""
        return admission.decided(self._observed, request, pod, old_pod, widely, self)

    # --- the questions of `admission.Judge` ---------------------------------------

    def check(self, policy: ir.Policy, pod: Json, old_pod: Json | None = None) -> Verdict:
        """As `pscc.reference.interpreter.check`."""
        return self._compiled(policy).check(pod, old_pod)

    def with_defaults(self, policy: ir.Policy, pod: Json) -> Json:
        """As `pscc.reference.interpreter.with_defaults`."""
        return self._compiled(policy).with_defaults(pod)

    def judges(self, policy: ir.Policy, request: Request) -> bool:
        """As `pscc.reference.admission.judges`."""
        return _remembered(self._judges, (id(policy), request), lambda: admission.judges(policy, request))

    def usable(self, choice: ir.Choice, request: Request) -> tuple[ir.Policy, ...]:
        """As `pscc.reference.admission.usable`."""
        return _remembered(self._usable, (id(choice), request), lambda: admission.usable(choice, request))

    def _compiled(self, policy: ir.Policy) -> CompiledPolicy:
        compiled = self._policies.get(id(policy))
        if compiled is None:
            compiled = self._policies[id(policy)] = CompiledPolicy(policy)
        return compiled


def _remembered(answers: dict[_Key, _Answer], key: _Key, ask: Callable[[], _Answer]) -> _Answer:
    """The answer to the question ``key``, which ``ask`` gives the first time. Of very many, the earlier ones are forgotten."""
    if key not in answers:
        if len(answers) >= _MOST_REMEMBERED:
            answers.clear()
        answers[key] = ask()
    return answers[key]


class CompiledPolicy:
    """``policy`` with a function for each check and each default. It keeps the policy, so that its `id` stays its own."""

    def __init__(self, policy: ir.Policy) -> None:
        self.policy = policy
        self._objects = tuple(map(objects, policy.checks))
        self._changes = tuple(map(changes, policy.defaults))
        self._objecting: dict[tuple[int, ...], ir.Policy] = {}
        self._changing: dict[tuple[int, ...], ir.Policy] = {}

    def judge(self, pod: Json) -> Verdict:
        """As `pscc.reference.interpreter.judge` of a pod that is created."""
        return self.check(self.with_defaults(pod))

    def check(self, pod: Json, old_pod: Json | None = None) -> Verdict:
        """As `pscc.reference.interpreter.check`."""
        if old_pod is not None:
            return interpreter.check(self.policy, pod, old_pod)
        failing = _asked(self._objects, pod)
        if not failing:
            return Verdict(True, (), (), pod)
        if failing not in self._objecting:
            checks = tuple(self.policy.checks[number] for number in failing)
            self._objecting[failing] = replace(self.policy, checks=checks)
        return interpreter.check(self._objecting[failing], pod)

    def objecting(self, pod: Json) -> tuple[ir.Check, ...]:
        """The checks that have a finding on ``pod``, without the words."""
        failing = (self.policy.checks[number] for number in _asked(self._objects, pod))
        return tuple([check for check in failing if objects(check) is not None or self._finds(check, pod)])

    def _finds(self, check: ir.Check, pod: Json) -> bool:
        return not interpreter.check(replace(self.policy, checks=(check,)), pod).allowed

    def with_defaults(self, pod: Json) -> Json:
        """As `pscc.reference.interpreter.with_defaults`."""
        changing = _asked(self._changes, pod) if self._changes else ()
        if not changing:
            return pod
        if changing not in self._changing:
            defaults = tuple(self.policy.defaults[number] for number in changing)
            self._changing[changing] = replace(self.policy, defaults=defaults)
        return interpreter.with_defaults(self._changing[changing], pod)


def _asked(questions: tuple[Question | None, ...], pod: Json) -> tuple[int, ...]:
    """The numbers of the ``questions`` whose answer is yes, or which only the interpreter can answer."""
    containers = _containers(pod)
    return tuple([n for n, question in enumerate(questions) if question is None or question(pod, containers)])


def _containers(pod: Json) -> Containers:
    spec = pod.get("spec")
    if not isinstance(spec, dict):
        return []
    return [item for kind in CONTAINER_LISTS if isinstance(listed := spec.get(kind), list) for item in listed]
