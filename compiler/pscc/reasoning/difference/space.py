"""The pods of a search: a variable for each field that counts, and the conditions of the IR as constraints on them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pscc import ir
from pscc.reasoning.difference.components import Components, Solution
from pscc.reasoning.difference.copies import copied, copy_of, is_copied, number_of
from pscc.reasoning.difference.domains import Assignment, Variable, pod_of
from pscc.reasoning.difference.fields import Constants, Place, Reads
from pscc.reasoning.difference.meaning import effect
from pscc.reasoning.difference.search import Constraint, UndecidedError
from pscc.reasoning.difference.sides import Side, with_defaults
from pscc.reasoning.difference.validity import OS, rules
from pscc.reasoning.difference.variables import unvaried, variables
from pscc.reference import interpreter

Controlled = tuple[str, Constraint]
"""A control, and a constraint that is about it."""
Clause = tuple[Constraint, ...]
"""Constraints of which at least one must hold."""
MOST_CLAUSES = 200
"""The most times that `Space.solve_clauses` takes a constraint of a clause before it gives up."""
MOST_WAYS = 20_000
"""The most combinations of a choice's failing requirements that are tried before giving up."""


@dataclass(slots=True)
class Space:
    """The fields that some sides read, as ``domains``, and the ``valid`` constraints that hold of every pod.

    A pod of the space has one container and one element in each list. More containers and elements are copies of these,
    numbered from 1 (`copies.copied`); ``domains`` has ``copies`` of them. ``unvaried``: the sides read a field of which too few
    pods are made.
    """

    domains: dict[Place, Variable]
    valid: tuple[Constraint, ...]
    copies: int = 0
    unvaried: bool = False
    _meanings: dict[Hashable, int] = field(default_factory=dict)
    _built: dict[Hashable, Constraint] = field(default_factory=dict)
    _components: dict[Hashable, tuple[tuple[Constraint, ...], Components]] = field(default_factory=dict)
    _solved: dict[Hashable, tuple[tuple[Constraint, ...], Solution]] = field(default_factory=dict)
    _conditions: dict[Hashable, tuple[ir.Requirement, tuple[ir.Policy, ...], Constraint]] = field(default_factory=dict)

    def condition(
        self, makers: tuple[ir.Policy, ...], check: ir.Check, requirement: ir.Requirement, holds: bool
    ) -> Constraint:
        """The constraint that the requirement holds, or fails, once the defaults of ``makers`` are set."""
        short = (id(requirement), tuple(id(maker.defaults) for maker in makers if maker.defaults), holds)
        if short not in self._conditions:
            self._conditions[short] = (requirement, makers, self._condition(makers, check, requirement, holds))
        return self._conditions[short][2]

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

            def as_expected(assignment: Assignment) -> bool:
                return interpreter.check(alone, with_defaults(parts, pod_of(assignment))).allowed is holds

            self._built[key] = Constraint(self.places(reads), as_expected, meaning)
        return self._built[key]

    def accepted(self, makers: tuple[ir.Policy, ...], policy: ir.Policy, holds: bool = True) -> Iterator[Controlled]:
        """Constraints that together mean that ``policy`` accepts a pod. Without ``holds``, each means that it refuses it."""
        for check in policy.checks:
            for requirement in check.requirements:
                yield check.control, self.condition(makers, check, requirement, holds)

    def places(self, reads: Reads) -> tuple[Place, ...]:
        """The variables that decide the values of the fields in ``reads``."""
        return tuple(sorted({place for read in reads.constants for place in self._deciding(read)}))

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
        """An assignment for a valid pod under which ``way`` and all of ``wanted`` hold, ``wanted`` of each of ``copies`` too."""
        self._make(copies)
        kept = tuple(wanted)
        key = (copies, frozenset(map(id, kept)))
        if key not in self._components:
            all_pods = [*self.valid, *kept]
            all_pods += [copied(c, number) for number in range(1, copies + 1) for c in all_pods if is_copied(c)]
            self._components[key] = (kept, Components(list({id(c): c for c in all_pods}.values()), self.domains))
        components = self._components[key][1]
        problem = (key, frozenset(map(id, way)))
        if problem not in self._solved:
            self._solved[problem] = (way, components.solve(way))
        return self._solved[problem][1]

    def _make(self, copies: int) -> None:
        for number in range(self.copies + 1, copies + 1):
            for place, variable in [(p, self.domains[p]) for p in self._first]:
                self.domains[copy_of(place, number)] = variable
        self.copies = max(self.copies, copies)

    def not_windows(self) -> Constraint:
        """The constraint that the pod is not for Windows. The API server refuses most fields of defaults in a pod for Windows."""
        return Constraint((OS,) if OS in self.domains else (), lambda assignment: assignment.get(OS) != "windows")

    def solve_clauses(
        self, way: tuple[Constraint, ...], wanted: list[Constraint], clauses: list[Clause]
    ) -> dict[Place, object] | None:
        """An assignment under which ``way``, ``wanted`` and one constraint of each of ``clauses`` hold.

        First for a pod with one container, then for one in which each clause may have a container of its own.
        Raises `UndecidedError` where the search is given up.
        """
        tried = 0

        def possible(
            way: tuple[Constraint, ...], clause: Clause, copies: int, apart: bool
        ) -> list[tuple[Constraint, int]]:
            """The constraints of ``clause`` that may hold beside ``way``, each with the number of copies that it needs."""
            ways = [
                (constraint, copies)
                for constraint in clause
                if self.solve((*way, constraint), wanted, copies) is not None
            ]
            if not apart:
                return ways
            others = [(copied(constraint, copies + 1), copies + 1) for constraint in clause if is_copied(constraint)]
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
            for constraint, needed in open_ways[at]:
                deeper = extend((*way, constraint), [*left[:at], *left[at + 1 :]], needed, apart)
                if deeper is not None:
                    return deeper
            return None

        solution = extend(way, clauses, 0, False)
        if solution is None and clauses:
            solution = extend(way, clauses, 0, True)
        return solution

    def smallest(
        self, assignment: dict[Place, object], still: Callable[[dict[Place, object]], bool]
    ) -> dict[Place, object]:
        """``assignment`` with each field unset, or as simple as it can be while the pod is valid and ``still`` holds."""
        valid = [*self.valid]
        numbers = {number_of(place) for place in assignment} - {0}
        valid += [copied(c, number) for number in numbers for c in self.valid if is_copied(c)]

        def good(candidate: dict[Place, object]) -> bool:
            is_valid = all(c.holds({p: candidate.get(p) for p in c.places}) for c in valid)
            return is_valid and still(candidate)

        for place in sorted(assignment, key=lambda p: (len(p.fields), p), reverse=True):
            for simpler in self.domains[place].values:
                if simpler == assignment[place]:
                    break
                smaller = {**assignment, place: simpler}
                if good(smaller):
                    assignment = smaller
                    break
        return assignment


def space_of(sides: Iterable[Side], any_pod: bool) -> Space:
    """The space of the fields that ``sides`` read. With ``any_pod`` it also has pods that the API server refuses."""
    reads = Reads()
    for policy in (policy for side in sides for policy in side.all_policies):
        for check in policy.checks:
            for requirement in check.requirements:
                reads.add(requirement)
        for default in policy.defaults:
            reads.default(default)
    domains = variables(reads.constants)
    validity = () if any_pod else rules(frozenset(domains))
    valid = tuple(Constraint(tuple(dict.fromkeys(places)), holds) for places, holds in validity)
    return Space(domains, valid, unvaried=bool(unvaried(reads.constants)))


def not_varied(old: Side, new: Side) -> frozenset[str]:
    """The controls whose requirements differ in a place for which the search does not try every value that matters."""
    sides = [
        {
            (check.control, requirement)
            for policy in side.all_policies
            for check in policy.checks
            for requirement in check.requirements
        }
        for side in (old, new)
    ]
    controls = set()
    for control, requirement in sides[0] ^ sides[1]:
        reads = Reads()
        reads.add(requirement)
        if unvaried(reads.constants):
            controls.add(control)
    return frozenset(controls)


def concerned(makers: tuple[ir.Policy, ...], reads: Reads) -> tuple[ir.Policy, ...]:
    """``makers`` with only those defaults that set a field in ``reads``. The fields that these read are added to ``reads``."""
    parts: list[ir.Policy] = []
    for maker in reversed(makers):
        setting = tuple(default for default in maker.defaults if meet(written(default), reads.constants))
        for default in setting:
            reads.default(default)
        if setting:
            parts.insert(0, replace(maker, checks=(), defaults=setting))
    return tuple(parts)


def written(default: ir.Default) -> Mapping[Place, Constants]:
    """The places that ``default`` sets."""
    site = "pod" if default.site == "pod" else "container"
    if default.add:
        return {Place(f"{site}/{'.'.join(default.path)}", ("*",)): Constants()}
    return {Place(site, default.path): Constants()}


def meet(written: Mapping[Place, Constants], read: Mapping[Place, Constants]) -> bool:
    """Whether a field in ``read`` is one in ``written``, or lies in one or around one."""
    return any(_overlap(target, source) for target in written for source in read)


def _overlap(target: Place, source: Place) -> bool:
    shorter = min(len(target.fields), len(source.fields))
    if target.site == source.site and target.fields[:shorter] == source.fields[:shorter]:
        return True
    return "/" not in target.site and source.site == f"{target.site}/{'.'.join(target.fields)}"
