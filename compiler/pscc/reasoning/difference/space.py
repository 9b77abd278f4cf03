"""The pods that a question is about: a variable for each field that counts, and conditions on them as constraints."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pscc import ir
from pscc.reasoning.difference.components import Components, Solution
from pscc.reasoning.difference.copies import copied, copy_of, is_copied, number_of
from pscc.reasoning.difference.domains import Assignment, Variable, pod_of, variables
from pscc.reasoning.difference.fields import Constants, Place, Reads
from pscc.reasoning.difference.meaning import effect
from pscc.reasoning.difference.search import Constraint, UndecidedError
from pscc.reasoning.difference.sides import Side, with_defaults
from pscc.reasoning.difference.validity import OS, rules
from pscc.reference import interpreter

Controlled = tuple[str, Constraint]
"""A control, and a constraint that is about it."""
Clause = tuple[Constraint, ...]
"""Constraints one of which has to hold."""
MOST_CLAUSES = 200
"""Constraints that are chosen, one of each clause, before giving up."""
MOST_WAYS = 20_000
"""Of choosing one constraint of each clause, before giving up."""


@dataclass(slots=True)
class Space:
    """The fields that some sides read, and what must hold of any pod there can be.

    A pod of the space has one container and one element in each list. What more a question needs are copies of these,
    numbered from 1 (`copies.copied`), ``copies`` of which ``domains`` has.
    """

    domains: dict[Place, Variable]
    valid: tuple[Constraint, ...]
    copies: int = 0
    _meanings: dict[Hashable, int] = field(default_factory=dict)
    _built: dict[Hashable, Constraint] = field(default_factory=dict)
    _components: dict[Hashable, tuple[tuple[Constraint, ...], Components]] = field(default_factory=dict)
    _solved: dict[Hashable, tuple[tuple[Constraint, ...], Solution]] = field(default_factory=dict)
    _asked: dict[Hashable, tuple[ir.Requirement, tuple[ir.Policy, ...], Constraint]] = field(default_factory=dict)

    def condition(
        self, makers: tuple[ir.Policy, ...], check: ir.Check, requirement: ir.Requirement, holds: bool
    ) -> Constraint:
        """Whether the requirement holds, or fails, once the defaults of ``makers`` are set."""
        short = (id(requirement), tuple(id(maker.defaults) for maker in makers if maker.defaults), holds)
        if short not in self._asked:
            self._asked[short] = (requirement, makers, self._condition(makers, check, requirement, holds))
        return self._asked[short][2]

    def _condition(
        self, makers: tuple[ir.Policy, ...], check: ir.Check, requirement: ir.Requirement, holds: bool
    ) -> Constraint:
        reads = Reads()
        reads.add(requirement)
        parts = concerned(makers, reads)
        effects = tuple(tuple(map(effect, part.defaults)) for part in parts)
        parts_of = (requirement.each, requirement.when, requirement.must, effects)
        meaning = self._meanings.setdefault(parts_of, len(self._meanings))
        key = (meaning, holds)
        if key not in self._built:
            alone = ir.Policy("", "", "enforce", (replace(check, requirements=(requirement,)),), (), check.span)

            def asked(assignment: Assignment) -> bool:
                return interpreter.check(alone, with_defaults(parts, pod_of(assignment))).allowed is holds

            self._built[key] = Constraint(self.places(reads), asked, meaning)
        return self._built[key]

    def accepted(self, makers: tuple[ir.Policy, ...], policy: ir.Policy, holds: bool = True) -> Iterator[Controlled]:
        """All of them together mean that ``policy`` accepts a pod; with ``holds`` false, each that it does not."""
        for check in policy.checks:
            for requirement in check.requirements:
                yield check.control, self.condition(makers, check, requirement, holds)

    def places(self, reads: Reads) -> tuple[Place, ...]:
        """The variables that decide what ``reads`` finds."""
        return tuple(sorted({place for read in reads.found for place in self._deciding(read)}))

    @property
    def _first(self) -> Iterator[Place]:
        return (place for place in self.domains if number_of(place) == 0)

    def _deciding(self, read: Place) -> Iterator[Place]:
        for place in self._first:
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

    def solve(
        self, way: tuple[Constraint, ...], wanted: Iterable[Constraint], copies: int = 0
    ) -> dict[Place, object] | None:
        """An assignment under which ``way`` and all of ``wanted`` hold, of each of ``copies`` too, and that there can be."""
        self._make(copies)
        asked = tuple(wanted)
        key = (copies, frozenset(map(id, asked)))
        if key not in self._components:
            rest = [*self.valid, *asked]
            rest += [copied(c, number) for number in range(1, copies + 1) for c in rest if is_copied(c)]
            self._components[key] = (asked, Components(list({id(c): c for c in rest}.values()), self.domains))
        components = self._components[key][1]
        question = (key, frozenset(map(id, way)))
        if question not in self._solved:
            self._solved[question] = (way, components.solve(way))
        return self._solved[question][1]

    def _make(self, copies: int) -> None:
        for number in range(self.copies + 1, copies + 1):
            for place, variable in [(p, self.domains[p]) for p in self._first]:
                self.domains[copy_of(place, number)] = variable
        self.copies = max(self.copies, copies)

    def not_windows(self) -> Constraint:
        """The pod is not for Windows, where the API server refuses most of what defaults set."""
        return Constraint((OS,) if OS in self.domains else (), lambda assignment: assignment.get(OS) != "windows")

    def solve_clauses(
        self, way: tuple[Constraint, ...], wanted: list[Constraint], clauses: list[Clause]
    ) -> dict[Place, object] | None:
        """An assignment under which ``way``, ``wanted`` and one of each of ``clauses`` hold.

        First of pods with one container, then of such in which each clause may have a container for itself.
        """
        tried = 0

        def possible(
            way: tuple[Constraint, ...], clause: Clause, copies: int, apart: bool
        ) -> list[tuple[Constraint, int]]:
            """The constraints of ``clause`` that may hold beside ``way``, each with the number of copies that it needs."""
            ways = [(one, copies) for one in clause if self.solve((*way, one), wanted, copies) is not None]
            if not apart:
                return ways
            others = [(copied(one, copies + 1), copies + 1) for one in clause if is_copied(one)]
            return ways + [pair for pair in others if self.solve((*way, pair[0]), wanted, pair[1]) is not None]

        def extend(way: tuple[Constraint, ...], left: list[Clause], copies: int, apart: bool) -> Solution:
            nonlocal tried
            tried += 1
            if tried > MOST_CLAUSES:
                raise UndecidedError
            if not left:
                return self.solve(way, wanted, copies)
            open_ways = []
            for clause in left:
                open_ways.append(possible(way, clause, copies, apart))
                if not open_ways[-1]:
                    return None
            at = min(range(len(left)), key=lambda index: len(open_ways[index]))
            for one, needed in open_ways[at]:
                deeper = extend((*way, one), [*left[:at], *left[at + 1 :]], needed, apart)
                if deeper is not None:
                    return deeper
            return None

        found = extend(way, clauses, 0, False)
        if found is None and clauses:
            found = extend(way, clauses, 0, True)
        return found

    def smallest(self, found: dict[Place, object], still: Callable[[dict[Place, object]], bool]) -> dict[Place, object]:
        """``found`` with each field unset, or as plain as it can be while ``still`` holds and the pod can be."""
        valid = [*self.valid]
        numbers = {number_of(place) for place in found} - {0}
        valid += [copied(c, number) for number in numbers for c in self.valid if is_copied(c)]

        def good(candidate: dict[Place, object]) -> bool:
            can_be = all(c.holds({p: candidate.get(p) for p in c.places}) for c in valid)
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


def space_of(sides: Iterable[Side], any_pod: bool) -> Space:
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
            if meet(written(default), reads.found):
                found.append(default)
        for default in found:
            reads.default(default)
        if found:
            parts.insert(0, replace(maker, checks=(), defaults=tuple(found)))
    return tuple(parts)


def written(default: ir.Default) -> Mapping[Place, Constants]:
    """Where ``default`` sets something."""
    site = "pod" if default.site == "pod" else "container"
    if default.add:
        return {Place(f"{site}/{'.'.join(default.path)}", ("*",)): Constants()}
    return {Place(site, default.path): Constants()}


def meet(written: Mapping[Place, Constants], read: Mapping[Place, Constants]) -> bool:
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
