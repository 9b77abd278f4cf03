"""The pods that a question is about: a variable for each field that counts, and conditions on them as constraints."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pscc import ir
from pscc.base.source import Span
from pscc.pod.fields import NOT_EPHEMERAL
from pscc.reasoning.difference.domains import NAME, Assignment, Variable, pod_of, variables
from pscc.reasoning.difference.fields import Constants, Place, Reads
from pscc.reasoning.difference.search import Constraint, UndecidedError, solve
from pscc.reasoning.difference.sides import Side, made, sees_containers
from pscc.reasoning.difference.validity import OS, rules
from pscc.reference import interpreter as oracle
from pscc.reference.interpreter import Json

Controlled = tuple[str, Constraint]
"""A control, and a constraint that is about it."""
Clause = tuple[Constraint, ...]
"""Constraints one of which has to hold."""
MOST_WAYS = 20_000
"""Of choosing one constraint of each clause, before giving up."""


@dataclass(slots=True)
class Space:
    """The fields that some sides read, and what must hold of any pod there can be."""

    domains: Mapping[Place, Variable]
    valid: tuple[Constraint, ...]
    _built: dict[Hashable, Constraint] = field(default_factory=dict)

    def condition(
        self,
        makers: tuple[ir.Policy, ...],
        check: ir.Check,
        requirement: ir.Requirement,
        holds: bool,
        update: bool = False,
    ) -> Constraint:
        """Whether the requirement holds, or fails, once the defaults of ``makers`` are set.

        With ``update`` it is asked of such a pod with one more container, which nothing sets defaults on.
        """
        reads = Reads()
        reads.add(requirement)
        parts = concerned(makers, reads)
        effects = tuple(tuple(map(_effect, part.defaults)) for part in parts)
        meaning = (requirement.each, requirement.when, requirement.must, effects, update)
        key = (meaning, holds)
        if key not in self._built:
            judged = ir.Policy("", "", "enforce", (replace(check, requirements=(requirement,)),), (), check.span)

            def asked(assignment: Assignment) -> bool:
                pod = pod_of(assignment)
                whole = made(parts, pod)
                seen = with_another(whole, pod) if update else whole
                return oracle.check(judged, seen).allowed is holds

            self._built[key] = Constraint(self.places(reads), asked, meaning)
        return self._built[key]

    def accepted(
        self, makers: tuple[ir.Policy, ...], policy: ir.Policy, holds: bool = True, update: bool = False
    ) -> Iterator[Controlled]:
        """All of them together mean that ``policy`` accepts a pod; with ``holds`` false, each that it does not."""
        for check in policy.checks:
            for requirement in check.requirements:
                yield check.control, self.condition(makers, check, requirement, holds, update)

    def places(self, reads: Reads) -> tuple[Place, ...]:
        """The variables that decide what ``reads`` finds."""
        return tuple(sorted({place for read in reads.found for place in self._deciding(read)}))

    def _deciding(self, read: Place) -> Iterator[Place]:
        for place in self.domains:
            same = place.site.partition("/")[2] == read.site.partition("/")[2] and place.site[:3] == read.site[:3]
            inside = place.fields[: len(read.fields)] == read.fields or read.fields[: len(place.fields)] == place.fields
            if (
                (same and ("/" in place.site or inside))
                or place.site == f"{read.site}/{'.'.join(read.fields)}"
                or (
                    read.site.startswith(("pod/spec.volumes", "container/volumeMounts"))
                    and place.site == "/".join(read.site.split("/")[:2])
                )
                or (
                    read.site == "annotation"
                    and (place.site.endswith("annotation") or place == Place("container", ("name",)))
                )
            ):
                yield place

    def solve(self, way: tuple[Constraint, ...], wanted: Iterable[Constraint]) -> dict[Place, object] | None:
        """An assignment under which ``way`` and all of ``wanted`` hold, and that there can be."""
        rest = [*self.valid, *wanted]
        found = solve(way, rest, self.domains)
        while found is not None:
            placed = found
            rest = [c for c in rest if not any(place in placed for place in c.places)]
            if not rest:
                return found
            more = solve(rest[:1], rest[1:], self.domains)
            rest = rest[1:]
            found = None if more is None else found | more
        return None

    def not_windows(self) -> Constraint:
        """The pod is not for Windows, where the API server refuses most of what defaults set."""
        return Constraint((OS,) if OS in self.domains else (), lambda assignment: assignment.get(OS) != "windows")

    def solve_clauses(
        self, way: tuple[Constraint, ...], wanted: list[Constraint], clauses: list[Clause]
    ) -> dict[Place, object] | None:
        """An assignment under which ``way``, ``wanted`` and one of each of ``clauses`` hold."""
        tried = 0

        def extend(way: tuple[Constraint, ...], depth: int) -> dict[Place, object] | None:
            nonlocal tried
            tried += 1
            if tried > MOST_WAYS:
                raise UndecidedError
            found = self.solve(way, wanted)
            if found is None or depth == len(ordered):
                return found
            for one in ordered[depth]:
                deeper = extend((*way, one), depth + 1)
                if deeper is not None:
                    return deeper
            return None

        ordered = sorted(clauses, key=len)
        return extend(way, 0)

    def smallest(self, found: dict[Place, object], still: Callable[[dict[Place, object]], bool]) -> dict[Place, object]:
        """``found`` with each field unset, or as plain as it can be while ``still`` holds and the pod can be."""

        def good(candidate: dict[Place, object]) -> bool:
            can_be = all(c.holds({p: candidate.get(p) for p in c.places}) for c in self.valid)
            return can_be and still(candidate)

        for place in sorted(found, key=lambda p: (len(p.fields), p), reverse=True):
            for simpler in self.domains[place].values:
                if simpler == found[place]:
                    break
                smaller = {**found, place: simpler}
                if good(smaller):
                    found = smaller
                    break
        return found


def space_of(sides: tuple[Side, ...], any_pod: bool) -> Space:
    """The space of all that ``sides`` read; with ``any_pod``, pods that the API server refuses are in it too."""
    reads = Reads()
    for policy in (policy for one in sides for policy in one.all_policies):
        for check in policy.checks:
            for requirement in check.requirements:
                reads.add(requirement)
        for default in policy.defaults:
            reads.default(default)
    domains = variables(reads.found)
    asked = () if any_pod else rules(frozenset(domains))
    return Space(domains, tuple(Constraint(tuple(dict.fromkeys(places)), holds) for places, holds in asked))


def concerned(makers: tuple[ir.Policy, ...], reads: Reads) -> tuple[ir.Policy, ...]:
    """``makers`` with those defaults alone that have to do with what is in ``reads``, which takes up what they read."""
    parts: list[ir.Policy] = []
    for maker in reversed(makers):
        found = []
        for default in maker.defaults:
            if _meet(_written(default), reads.found):
                found.append(default)
        for default in found:
            reads.default(default)
        if found:
            parts.insert(0, replace(maker, checks=(), defaults=tuple(found)))
    return tuple(parts)


def with_another(pod: Json, plain: Json) -> Json:
    """``pod`` with an ephemeral container like the first of ``plain``, as ``kubectl debug`` adds one."""
    spec, first = _object(pod["spec"]), _object(plain["spec"])["containers"]
    assert isinstance(first, list)
    fields = {name: value for name, value in first[0].items() if name not in NOT_EPHEMERAL}
    name = "debug" if fields["name"] == NAME else NAME
    return {**pod, "spec": {**spec, "ephemeralContainers": [{**fields, "name": name}]}}


def looked_at_on_update(policy: ir.Policy) -> ir.Policy:
    """``policy`` with those checks alone that look at another container."""
    return replace(policy, checks=tuple(check for check in policy.checks if sees_containers(check)))


def _object(value: object) -> Json:
    assert isinstance(value, dict)
    return value


def _effect(default: ir.Default) -> ir.Default:
    """``default`` without where and how it was written."""
    return replace(default, span=Span("", 0, 0, 0, 0), statement="")


def same_effects(some: tuple[ir.Policy, ...], others: tuple[ir.Policy, ...]) -> bool:
    """Whether the defaults of both are the same, wherever they are written."""
    first, second = ([tuple(map(_effect, p.defaults)) for p in part if p.defaults] for part in (some, others))
    return first == second


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
