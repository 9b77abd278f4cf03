"""How many elements of each list are enough: if any pod satisfies a formula, a pod with so many elements does.

``docs/proofs.md`` has the argument, "The bound". In short: take a pod that satisfies the formula, and keep only those elements
of its lists that the formula needs.

- A claim that an element exists needs that element.
- A claim about all elements needs none: it still holds without some of them.
- A claim for each element of another list needs one element for each that the other list keeps.
- A claim about the element at an index needs that element and all before it, so that the index stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pscc.base.frozen import frozen
from pscc.proving.errors import NoBoundError
from pscc.proving.logic.rewriting import nodes
from pscc.proving.logic.terms import Place, Term, index_in

ListName = str
"""A list, wherever its object stands: ``pod.spec.containers[].ports``."""
_Needs = Counter[tuple[ListName, tuple[ListName, ...]]]
"""How many elements of a list are needed for each combination of kept elements of the others."""
_MOST = 64
"""A list that needs more is not worth the solver's time."""


@frozen
class _Element:
    """What a name stands for: an element of the list ``of``, inside of the element ``parent`` of another list, if any."""

    of: ListName
    parent: str


_Elements = Mapping[str, _Element]


def name_of(items: Place, elements: _Elements) -> ListName:
    """The name of the list at ``items``."""
    base = elements.get(items.base)
    name = f"{base.of}[]" if base else items.base
    return name + "".join(f".{field}" if index_in(field) is None else "[]" for field in items.fields)


def _parent(name: ListName) -> ListName:
    """The list whose elements have the list ``name``; empty where it is no list of an element."""
    return name.rpartition("[]")[0]


def bounds(term: Term, at_least: Mapping[ListName, int]) -> dict[ListName, int]:
    """For each list in ``term``, the elements that are enough. A list that is not named needs none.

    ``at_least`` has lists that are never shorter. Raises `NoBoundError` where lists need elements for each other's elements.
    """
    needs, parents = _Walk().needs(term)
    lengths: dict[ListName, int] = {}
    open_lists: list[ListName] = []

    def length(name: ListName) -> int:
        if name in lengths:
            return lengths[name]
        if name in open_lists:
            raise NoBoundError(f"the list {name} needs an element for each of its own elements")
        open_lists.append(name)
        needed = 0
        for (wanted, each), count in needs.items():
            if wanted == name:
                for other in each:
                    count *= together(other)
                needed += count
        open_lists.pop()
        lengths[name] = max(needed, at_least.get(name, 0))
        if lengths[name] > _MOST:
            raise NoBoundError(f"the list {name} needs {lengths[name]} elements")
        return lengths[name]

    def together(name: ListName) -> int:
        parent = parents.get(name)
        return length(name) * (together(parent) if parent else 1)

    for name in parents:
        length(name)
    return lengths


def in_all(name: ListName, lengths: Mapping[ListName, int]) -> int:
    """How many elements the lists called ``name`` have together, where each list has as many as ``lengths`` says."""
    parent = _parent(name)
    return lengths.get(name, 1) * (in_all(parent, lengths) if parent else 1)


def capped(term: Term, at_least: Mapping[ListName, int], most: int) -> dict[ListName, int]:
    """For each list in ``term``, ``most`` elements, and as many as an index needs: where no number is known to be enough."""
    _, parents = _Walk().needs(term)
    indexes = (
        index_in(field) for node in nodes([term]) for arg in node.args if isinstance(arg, Place) for field in arg.fields
    )
    needed = max((index + 1 for index in indexes if index is not None), default=0)
    return {name: max(most, needed, at_least.get(name, 0)) for name in parents}


class _Walk:
    """Counts what a formula points at. ``parents`` has, for each list, the list whose elements it is in."""

    def __init__(self) -> None:
        self._free: dict[Term, frozenset[str]] = {}
        self._done: dict[tuple[Term, bool, tuple[tuple[str, _Element, bool], ...]], _Needs] = {}
        self._parents: dict[ListName, ListName] = {}

    def needs(self, term: Term) -> tuple[_Needs, dict[ListName, ListName]]:
        return self._needs(term, True, {}, frozenset()), self._parents

    def _free_in(self, term: Term) -> frozenset[str]:
        """The elements that ``term`` is about and does not quantify."""
        known = self._free.get(term)
        if known is None:
            named = {arg.base for arg in term.args if isinstance(arg, Place)}
            inside = frozenset().union(*(self._free_in(arg) for arg in term.args if isinstance(arg, Term)))
            if term.op == "exists":
                inside -= {str(term.args[0])}
            known = self._free[term] = inside | named
        return known

    def _needs(self, term: Term, wanted: bool, elements: _Elements, every: frozenset[str]) -> _Needs:
        """What keeps ``term`` true, or false where it is not ``wanted``. ``every``: the elements that stand for all of a list."""
        free = self._free_in(term)
        context = tuple((name, element, name in every) for name, element in sorted(elements.items()) if name in free)
        key = (term, wanted, context)
        if key not in self._done:
            self._done[key] = self._counted(term, wanted, elements, every)
        return self._done[key]

    def _counted(self, term: Term, wanted: bool, elements: _Elements, every: frozenset[str]) -> _Needs:
        parts = [arg for arg in term.args if isinstance(arg, Term)]
        match term.op:
            case "not":
                return self._needs(parts[0], not wanted, elements, every)
            case "and" | "or":
                all_hold = (term.op == "and") is wanted
                total: _Needs = Counter()
                for part in parts:
                    needs = self._needs(part, wanted, elements, every)
                    total = total + needs if all_hold else total | needs
                return total
            case "exists" | "nonempty":
                items = term.args[-2] if term.op == "exists" else term.args[0]
                assert isinstance(items, Place)
                return self._of_list(term, items, wanted, elements, every)
            case _:
                return sum(
                    (self._needs(part, wanted, elements, every) for part in parts), self._indexed(term, elements)
                )

    def _indexed(self, term: Term, elements: _Elements) -> _Needs:
        """The elements up to those that the places of ``term`` name by their index."""
        needs: _Needs = Counter()
        for place in (arg for arg in term.args if isinstance(arg, Place)):
            for length, field in enumerate(place.fields):
                index = index_in(field)
                if index is not None:
                    name = name_of(Place(place.base, place.fields[:length]), elements)
                    self._parents[name] = _parent(name)
                    needs |= Counter({(name, ()): index + 1})
        return needs

    def _of_list(self, term: Term, items: Place, wanted: bool, elements: _Elements, every: frozenset[str]) -> _Needs:
        name = name_of(items, elements)
        base = elements.get(items.base)
        self._parents[name] = _parent(name)
        needs = self._indexed(term, elements)
        if wanted:
            around = self._around(items.base, elements)
            others = tuple(
                sorted(
                    elements[element].of
                    for element in self._free_in(term)
                    if element in every and element not in around
                )
            )
            needs[(name, others)] += 1
        if term.op == "exists":
            element, holds = str(term.args[0]), term.args[2]
            assert isinstance(holds, Term)
            inside = {**elements, element: _Element(name, items.base if base else "")}
            needs = needs + self._needs(holds, wanted, inside, every if wanted else every | {element})
        return needs

    @staticmethod
    def _around(element: str, elements: _Elements) -> set[str]:
        """``element``, and those that it is inside of."""
        around: set[str] = set()
        while element in elements:
            around.add(element)
            element = elements[element].parent
        return around
