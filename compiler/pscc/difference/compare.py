"""Two programs compared: what the new one admits that the old one refuses, and the other way, each with a smallest pod.

A program admits a pod of a request when every policy that enforces and judges it accepts the pod, its defaults set
first, and of each choice some policy that may be used does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product

from pscc import ir, oracle
from pscc.access import Names, Request, requested_by
from pscc.admission import judges, usable
from pscc.difference.domains import Json, Variable, pod_of, texts, variables
from pscc.difference.fields import Constants, Place, Reads
from pscc.difference.search import Constraint, UndecidedError, solve
from pscc.difference.validity import rules
from pscc.passes import specialise
from pscc.source import Span

MOST_WAYS = 20_000
"""Of refusing by a choice (one failing requirement for each policy that may be used), before giving up."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A pod that ``admits`` and ``refuses`` tell apart: ``reasons`` are the refusing program's.

    ``request`` says where and by whom, as far as that matters; ``control`` is the one that the difference is about.
    """

    control: str
    pod: Json
    request: Request
    reasons: tuple[oracle.Reason, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """``looser``: what the new program admits and the old one refuses, a witness a control; ``stricter``: the other way.

    ``undecided`` names controls for which the search was given up.
    """

    looser: tuple[Witness, ...]
    stricter: tuple[Witness, ...]
    undecided: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is, or may be, any."""
        return bool(self.looser or self.stricter or self.undecided)


@dataclass(frozen=True, slots=True)
class _Side:
    """What of a program judges a request: policies all of which have to accept, and choices of policies."""

    policies: tuple[ir.Policy, ...]
    choices: tuple[tuple[ir.Policy, ...], ...]


def compare(old: ir.Program, new: ir.Program, any_pod: bool = False) -> Difference:
    """How ``new`` differs from ``old`` in the pods that it admits; with ``any_pod``, in those too that cannot be."""
    old, new = _specialised(old), _specialised(new)
    found: tuple[list[Witness], list[Witness]] = ([], [])
    undecided: dict[str, None] = {}
    seen: list[tuple[_Side, _Side]] = []
    for request in _requests(old, new):
        before, after = _side(old, request), _side(new, request)
        if (before, after) in seen:
            continue
        seen.append((before, after))
        for witnesses, refusing, admitting in ((found[0], before, after), (found[1], after, before)):
            question = _Question(refusing, admitting, request, any_pod)
            witnesses += question.witnesses({witness.control for witness in witnesses})
            undecided |= question.undecided
    looser, stricter = found
    return Difference(tuple(looser), tuple(stricter), tuple(undecided))


def _specialised(program: ir.Program) -> ir.Program:
    def one(policy: ir.Policy) -> ir.Policy:
        return replace(policy, checks=tuple(specialise(check) for check in policy.checks))

    choices = tuple(replace(choice, policies=tuple(map(one, choice.policies))) for choice in program.choices)
    return ir.Program(tuple(map(one, program.policies)), choices)


def _side(program: ir.Program, request: Request) -> _Side:
    return _Side(
        tuple(p for p in program.policies if p.mode == "enforce" and judges(p, request)),
        tuple(usable(choice, request) for choice in program.choices if choice.mode == "enforce"),
    )


# --- requests -------------------------------------------------------------------


def _requests(*programs: ir.Program) -> Iterator[Request]:
    """One request for each case that scopes, exemptions and grants tell apart, the plainest first."""
    policies = [p for program in programs for p in program.policies]
    choices = [c for program in programs for c in program.choices]
    scopes = [p.scope for p in (*policies, *(p for c in choices for p in c.policies))]
    grants = [grant for choice in choices for grant in choice.grants]
    named = [*(n for s in scopes for n in (s.namespaces, s.except_namespaces)), *(g.namespaces for g in grants)]
    namespaces = _each(named, "default")
    pairs = [pair for s in scopes for pair in (*s.labels, *s.except_labels)]
    labels: list[tuple[tuple[str, str], ...]] = [(), *((pair,) for pair in pairs), *(s.labels for s in scopes)]
    subjects = [e.subjects for p in policies for e in p.exemptions] + [g.subjects for g in grants]
    plain = Request(groups=requested_by("somebody", ()), user="somebody")
    who = [plain]
    for name in _each([one.users for one in subjects], "somebody")[1:]:
        who.append(replace(plain, user=name, groups=requested_by(name, ())))
    for name in _each([one.groups for one in subjects], "nobodys")[1:]:
        who.append(replace(plain, groups=(name, *plain.groups)))
    for name in _each([one.service_accounts for one in subjects], "default/default")[1:]:
        namespace, _, account = name.partition("/")
        who.append(replace(plain, namespace=namespace, service_account=account or "default"))
    for asked in dict.fromkeys(who):
        places = (asked.namespace,) if asked.service_account != "default" else namespaces
        for namespace, given in product(places, dict.fromkeys(labels)):
            yield replace(asked, namespace=namespace, namespace_labels=given)


def _each(sets: Iterable[Names], other: str) -> tuple[str, ...]:
    """One name for each case that the sets tell apart, the one that is in none first."""
    constants = Constants()
    for names in sets:
        constants.words.update(dict.fromkeys(names.exact))
        constants.prefixes.update(dict.fromkeys(prefix for prefix in names.prefixes if prefix))
    return texts(constants, other)


# --- one question -----------------------------------------------------------------


@dataclass(slots=True)
class _Question:
    """Which pods of a request does ``refusing`` refuse that ``admitting`` admits?"""

    refusing: _Side
    admitting: _Side
    request: Request
    any_pod: bool
    undecided: dict[str, None] = field(default_factory=dict)
    domains: Mapping[Place, Variable] = field(default_factory=dict)

    def witnesses(self, answered: set[str]) -> Iterator[Witness]:
        """One witness for each control of ``refusing`` by which such a pod is refused, but for those in ``answered``.

        First pods that this control alone refuses, then others that no control told before refuses.
        """
        self.domains = variables(self.reads().found)
        asked = () if self.any_pod else rules(frozenset(self.domains))
        valid = [Constraint(tuple(dict.fromkeys(p)), holds) for p, holds in asked]
        told = set(answered)
        ways = tuple(self.ways())
        for alone in (True, False):
            for chosen in product(*self.admitting.choices):
                wanted = [*valid, *(c for p in (*self.admitting.policies, *chosen) for _, c in self.accepts(p))]
                said = {c.meaning for c in wanted}
                for control, way in ways:
                    if control in told or (len(way) == 1 and way[0].meaning in said):
                        continue
                    others = [c for p in self.refusing.policies for name, c in self.accepts(p) if name != control]
                    try:
                        found = self.solve(way, [*wanted, *others] if alone else wanted)
                    except UndecidedError:
                        self.undecided[control] = None
                        continue
                    if found is None:
                        continue
                    self.undecided.pop(control, None)
                    witness = self.witness(control, found, (*way, *wanted, *(others if alone else ())))
                    if alone or not told & {reason.control for reason in witness.reasons}:
                        told.add(control)
                        yield witness

    def reads(self) -> Reads:
        """All that either side reads."""
        reads = Reads()
        for side in (self.refusing, self.admitting):
            for policy in (*side.policies, *(p for choice in side.choices for p in choice)):
                for check in policy.checks:
                    for requirement in check.requirements:
                        reads.add(requirement)
                for default in policy.defaults:
                    reads.default(default)
        return reads

    def accepts(self, policy: ir.Policy) -> Iterator[tuple[str, Constraint]]:
        """(control, constraint): all of them together mean that ``policy`` accepts a pod."""
        for check in policy.checks:
            for requirement in check.requirements:
                yield check.control, self.constraint(policy, check, requirement, True)

    def ways(self) -> Iterator[tuple[str, tuple[Constraint, ...]]]:
        """(control, what must hold) for each way in which the refusing side can refuse."""
        for policy in self.refusing.policies:
            for check in policy.checks:
                for requirement in check.requirements:
                    yield check.control, (self.constraint(policy, check, requirement, False),)
        for choice in self.refusing.choices:
            failing = [
                [(c.control, self.constraint(p, c, r, False)) for c in p.checks for r in c.requirements] for p in choice
            ]
            for count, way in enumerate(islice(product(*failing), MOST_WAYS + 1)):
                if count == MOST_WAYS:
                    self.undecided["choose"] = None
                    return
                yield " and ".join(dict.fromkeys(control for control, _ in way)) or "choose", tuple(c for _, c in way)

    def solve(self, way: tuple[Constraint, ...], wanted: list[Constraint]) -> dict[Place, object] | None:
        """An assignment under which ``way`` and all of ``wanted`` hold."""
        found = solve(way, wanted, self.domains)
        if found is None:
            return None
        rest = [c for c in wanted if not any(place in found for place in c.places)]
        while rest:
            more = solve(rest[:1], rest[1:], self.domains)
            if more is None:
                return None
            found |= more
            rest = [c for c in rest[1:] if not any(place in found for place in c.places)]
        return found

    def constraint(self, policy: ir.Policy, check: ir.Check, requirement: ir.Requirement, holds: bool) -> Constraint:
        """Whether the requirement holds, or fails, once the policy's defaults are set."""
        reads = Reads()
        reads.add(requirement)
        concerned: list[ir.Default] = []
        for default in policy.defaults:
            own = Reads()
            own.default(default)
            if _meet(_written(default), reads.found):
                concerned.append(default)
        for default in concerned:
            reads.default(default)
        part = replace(policy, checks=(replace(check, requirements=(requirement,)),), defaults=tuple(concerned))
        places = tuple(sorted({p for read in reads.found for p in self.concerned(read)}))
        meaning = (requirement.each, requirement.when, requirement.must, tuple(_effect(d) for d in concerned))
        return Constraint(places, lambda assignment: oracle.judge(part, pod_of(assignment)).allowed is holds, meaning)

    def concerned(self, read: Place) -> Iterator[Place]:
        """The variables that decide what ``read`` finds."""
        for place in self.domains:
            same = place.site.partition("/")[2] == read.site.partition("/")[2] and place.site[:3] == read.site[:3]
            inside = place.fields[: len(read.fields)] == read.fields or read.fields[: len(place.fields)] == place.fields
            if (
                (same and ("/" in place.site or inside))
                or (
                    read.site.startswith(("pod/spec.volumes", "container/volumeMounts"))
                    and place.site == _root(read.site)
                )
                or (
                    read.site == "annotation"
                    and (place.site.endswith("annotation") or place == Place("container", ("name",)))
                )
            ):
                yield place

    def witness(self, control: str, found: dict[Place, object], wanted: tuple[Constraint, ...]) -> Witness:
        """``found`` made as small as it can be, as a pod, checked on the whole of both sides."""
        allowed = [c for c in wanted if c.places]

        def still(candidate: dict[Place, object]) -> bool:
            pod = pod_of(candidate)
            good = all(c.holds({p: candidate.get(p) for p in c.places}) for c in allowed)
            return good and not admits(self.refusing, pod) and admits(self.admitting, pod)

        if not still(found):
            raise AssertionError(f"the witness for {control} is none: {found}")
        for place in sorted(found, key=lambda p: (len(p.fields), p), reverse=True):
            for simpler in self.domains[place].values:
                if simpler == found[place]:
                    break
                smaller = {**found, place: simpler}
                if still(smaller):
                    found = smaller
                    break
        pod = pod_of(found)
        return Witness(control, pod, self.request, _reasons(self.refusing, pod))


def _effect(default: ir.Default) -> ir.Default:
    """``default`` without where and how it was written."""
    return replace(default, span=Span("", 0, 0, 0, 0), statement="")


def _root(site: str) -> str:
    return "/".join(site.split("/")[:2])


def _written(default: ir.Default) -> Mapping[Place, Constants]:
    site = "pod" if default.site == "pod" else "container"
    if default.add:
        return {Place(f"{site}/{'.'.join(default.path)}", ("*",)): Constants()}
    return {Place(site, default.path): Constants()}


def _meet(written: Mapping[Place, Constants], read: Mapping[Place, Constants]) -> bool:
    """Whether a read is of what is written, of something in it, or of something around it."""
    for one in written:
        for other in read:
            inside = one.fields[: len(other.fields)] == other.fields or other.fields[: len(one.fields)] == one.fields
            if one.site == other.site and inside:
                return True
            whole = Place(one.site, one.fields) if "/" not in one.site else None
            if whole is not None and other.site == f"{one.site}/{'.'.join(one.fields)}":
                return True
    return False


def admits(side: _Side, pod: Json) -> bool:
    """Whether every policy accepts ``pod`` once defaulted, and of each choice one."""
    return all(oracle.judge(p, pod).allowed for p in side.policies) and all(
        any(oracle.judge(p, pod).allowed for p in choice) for choice in side.choices
    )


def _reasons(side: _Side, pod: Json) -> tuple[oracle.Reason, ...]:
    policies = (*side.policies, *(p for choice in side.choices for p in choice))
    return tuple(reason for policy in policies for reason in oracle.judge(policy, pod).reasons)
