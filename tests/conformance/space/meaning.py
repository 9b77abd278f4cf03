"""What should come of a request: by the source, and by what the target has announced that its output will do.

The source's word is the safety: nothing that it refuses gets in. The output's word is exact: verdict, words and what becomes
of them, changed pod. Both are the interpreter's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from conformance.engines import comparable
from conformance.jsonl import Json
from conformance.set_targets import words_of
from conformance.space.options import Chosen
from conformance.space.requests import Asked
from conformance.workloads import made_by, words_with_defaults, words_without
from pscc import ir
from pscc.driver import packaged
from pscc.ir.access import AUTHENTICATED, Request
from pscc.ir.covering import merged
from pscc.ir.passes import reads_of_choice, rechecked_on
from pscc.lowering.default_checks import choice_without
from pscc.lowering.prepared import prepared
from pscc.lowering.shortfalls import WorkloadsLackDefaults
from pscc.output.contents import Output
from pscc.reference import interpreter
from pscc.reference.admission import Admission, decide, judges
from pscc.reference.side_by_side import by_its_maker
from pscc.targets.registry import target_named
from pscc.targets.versions import GATEKEEPER_OPERATIONS, release_of
from pscc.verify.meaning import meaning_of
from support.messages import joined

OWN_POLICIES = ("vap", "kyverno-cel")
"""The targets that set the defaults of a choice, and join the findings of an object in one message."""
Lines = Callable[[tuple[str, ...]], tuple[str, ...]]
Says = tuple[str, str]
"""What a message does (``deny``, ``warn``, ``audit``), and the message."""
ACTIONS = {"dryrun": "audit", "Deny": "deny", "Warn": "warn", "Audit": "audit"}
"""The engines' own words for what a message does."""


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of a request, sorted and without repetition, and the pod as it is left (None where nobody changes it).

    ``words`` tells whether the messages are to be compared, and not only what they do.
    """

    says: tuple[Says, ...]
    pod: Json | None
    words: bool = True

    @property
    def allowed(self) -> bool:
        """Whether nothing denies."""
        return not any(action == "deny" for action, _ in self.says)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program for a target: the output, the program as the options have it, and as the target has announced it.

    ``parted`` is the program with its choices as namespaces part them: plain policies judge an update check by check, a
    choice that stays one object by whole policies.
    """

    chosen: Chosen
    output: Output
    source: ir.Program
    parted: ir.Program
    settled: ir.Program
    widely: frozenset[str]

    def lines(self, messages: tuple[str, ...]) -> tuple[str, ...]:
        """What becomes of the messages of a policy's checks: one line, or one for each object that holds a check."""
        in_one_line = self.chosen.target in OWN_POLICIES and self.chosen.options.layout != "per-control"
        return joined(messages) if in_one_line else messages


def compiled(program: ir.Program, chosen: Chosen) -> Compiled:
    """``program`` compiled so. Raises `SourceError` where the target refuses it."""
    ready = prepared(program, chosen.rollout)
    given = ready.formed
    output = packaged(target_named(chosen.target), given, chosen.options)
    expected = meaning_of(output)
    return Compiled(chosen, output, ready.written, given, expected.program, expected.widely)


# --- the source's word ------------------------------------------------------------


def by_source(compilation: Compiled, asked: Asked) -> Word:
    """What the source says of a pod: creation, update, deletion. Of a workload it says nothing."""
    return of_program(compilation.parted if asked.operation == "UPDATE" else compilation.source, asked)


def of_program(program: ir.Program, asked: Asked) -> Word:
    """What the interpreter says of ``asked``: of the pod that a workload would make where it is one."""
    return _word(program, asked, frozenset(), lambda messages: messages)


# --- the output's word --------------------------------------------------------------


def by_output(compilation: Compiled, asked: Asked, seen: Json | None = None) -> Word:
    """What the output should say. ``seen`` is the pod as the engine leaves it: words are about its lists in their order."""
    if asked.operation == "DELETE" or asked.change == "resize":
        return Word((), None)
    if asked.kind != "Pod":
        return _of_workload(compilation, asked, replace(asked.who, user="", groups=(AUTHENTICATED,)))
    return _word(
        compilation.settled,
        asked,
        compilation.widely,
        compilation.lines,
        compilation.chosen.target in OWN_POLICIES,
        seen,
    )


def by_controller(compilation: Compiled, asked: Asked) -> Word:
    """What the output would say of a workload if it knew who will ask for its pods."""
    return _of_workload(compilation, asked, by_its_maker(asked.kind, asked.pod, asked.who))


def is_moot(compilation: Compiled, asked: Asked) -> bool:
    """Whether the API server refuses the request whatever is said: an older Gatekeeper sets defaults on updates, too (TGT008)."""
    old = (
        compilation.chosen.target == "gatekeeper"
        and release_of("gatekeeper", compilation.chosen.options) < GATEKEEPER_OPERATIONS
    )
    return old and asked.operation == "UPDATE" and any(policy.defaults for policy in compilation.settled.policies)


def _word(
    program: ir.Program,
    asked: Asked,
    widely: frozenset[str],
    lines: Lines,
    own: bool = False,
    seen: Json | None = None,
) -> Word:
    """``own``: the target is one of `OWN_POLICIES`."""
    if asked.operation == "DELETE":
        return Word((), None)
    old = asked.old if asked.operation == "UPDATE" else None
    if old is not None and own:
        # an update is not changed, so what a choice would have set it has to have
        program = replace(program, choices=tuple(choice_without(choice) for choice in program.choices))
    decision = decide(program, asked.who, asked.pod, old, widely)
    says = []
    for policy, verdict in decision.judged:
        alike = seen is not None and comparable(seen) == comparable(decision.pod)
        judged_as_seen = interpreter.check(policy, seen) if alike and seen is not None else verdict
        says += [(_action(policy.mode), text) for text in lines(judged_as_seen.messages)]
    for choice, admission in decision.chosen:
        if not admission.allowed:
            says.append((_action(choice.mode), _message(choice, admission, asked, decision.pod, own)))
    live = any(choice.live for choice in program.choices)
    return Word(tuple(sorted(set(says))), None if old is not None else dict(decision.pod), words=not live)


def _message(choice: ir.Choice, admission: Admission, asked: Asked, pod: interpreter.Json, setting: bool) -> str:
    """On a target that sets the defaults of a choice, those that would have been set are not asked for."""
    return words_of(choice, asked.who, dict(pod)) if setting and asked.old is None else admission.message


def _action(mode: ir.Mode) -> str:
    return {"enforce": "deny"}.get(mode, mode)


# --- workloads ------------------------------------------------------------------------


def _of_workload(compilation: Compiled, asked: Asked, who: Request) -> Word:
    """The word on a workload whose pods ``who`` asks for: somebody authenticated, as targets take it, or a controller."""
    match compilation.chosen.target, compilation.chosen.options.workloads:
        case _, "off":
            return Word((), None)
        case "gatekeeper", workloads:
            return _by_constraints(compilation, asked, who, workloads == "enforce")
        case "opa", workloads:
            return _asked_by_main(compilation, asked, who, workloads == "enforce")
        case target, workloads:
            return _templates(
                compilation, asked, who, workloads == "enforce" or target == "kyverno-cel", workloads == "enforce"
            )
    raise AssertionError


def _by_constraints(compilation: Compiled, asked: Asked, who: Request, enforced: bool) -> Word:
    """Gatekeeper judges the template, each policy with the defaults set of those that hold wherever it does."""
    says: list[Says] = []

    def say(mode: ir.Mode, messages: Iterable[str]) -> None:
        action = _action(mode) if enforced or mode != "enforce" else "warn"
        says.extend((action, text) for text in messages)

    for policy in compilation.settled.policies:
        if judges(policy, who):
            say(policy.mode, _messages(_as_workloads_see(policy, compilation, who), asked))
    for choice in compilation.settled.choices:
        if choice.scope.holds_in(who.namespace, who.namespace_labels) and not _as_before(choice, asked):
            say(choice.mode, filter(None, [words_without(choice, who, asked.pod)]))
    return Word(tuple(sorted(set(says))), None)


def _messages(policy: ir.Policy, asked: Asked) -> tuple[str, ...]:
    """What ``policy`` says of the template, defaults first: of an update those checks alone whose fields have changed in it."""
    old = before(asked)
    changed = tuple(
        check
        for check in policy.checks
        if old is None
        or not interpreter.unchanged(rechecked_on(check, bool(policy.exemptions)), made_by(asked.object), old)
    )
    return interpreter.judge(replace(policy, checks=changed), asked.pod).messages


def _as_before(choice: ir.Choice, asked: Asked) -> bool:
    """Whether an update has changed nothing that ``choice`` reads."""
    old = before(asked)
    return old is not None and interpreter.unchanged(reads_of_choice(choice), made_by(asked.object), old)


def before(asked: Asked) -> Json | None:
    """The pod that an updated workload would have made before; None where it is created."""
    return made_by(asked.old) if asked.operation == "UPDATE" and asked.old is not None else None


def _unexempt(policy: ir.Policy) -> ir.Policy:
    return replace(policy, exemptions=())


def _as_workloads_see(policy: ir.Policy, compilation: Compiled, who: Request) -> ir.Policy:
    """``policy`` with the defaults of all policies that enforce and hold for ``who``, but those announced to be unseen."""
    lacks = [
        s for s in compilation.output.shortfalls if isinstance(s, WorkloadsLackDefaults) and s.owner.name == policy.name
    ]
    unseen = {shortfall.other.name for shortfall in lacks}
    setting = (p for p in compilation.settled.policies if p.mode == "enforce" and p.name not in unseen)
    holding = (
        p
        for p in setting
        if p is policy or judges(p, who) or (p.name in compilation.widely and judges(_unexempt(p), who))
    )
    return replace(policy, defaults=merged((*policy.defaults, *(d for other in holding for d in other.defaults))))


def _asked_by_main(compilation: Compiled, asked: Asked, who: Request, enforced: bool) -> Word:
    word = _word(compilation.settled, replace(asked, who=who, old=before(asked)), compilation.widely, compilation.lines)
    return Word(tuple(sorted({(action if enforced else "warn", text) for action, text in word.says})), None)


def _templates(compilation: Compiled, asked: Asked, who: Request, plain: bool, chosen: bool) -> Word:
    """Kubernetes and Kyverno judge the template, each policy with the defaults that it is known to get."""
    says: list[Says] = []
    for policy in compilation.settled.policies:
        if judges(policy, who):
            action = _action(policy.mode) if plain or policy.mode != "enforce" else "warn"
            seen = policy if compilation.chosen.target == "kyverno" else _as_workloads_see(policy, compilation, who)
            says += ((action, text) for text in compilation.lines(_messages(seen, asked)))
    for choice in compilation.settled.choices:
        if not choice.live and choice.scope.holds_in(who.namespace, who.namespace_labels):
            text = "" if _as_before(choice, asked) else words_with_defaults(choice, who, asked.pod)
            action = _action(choice.mode) if chosen or choice.mode != "enforce" else "warn"
            says += [(action, text)] if text else []
    return Word(tuple(sorted(set(says))), None)
