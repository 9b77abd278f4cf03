"""A formula about pods whose lists have a known number of places: each claim about a list becomes claims about its places."""

from __future__ import annotations

from collections.abc import Mapping

from pscc.base.frozen import frozen
from pscc.proving.logic.bound import ListName
from pscc.proving.logic.terms import FALSE, TRUE, Place, Term, and_, index_in, or_, present, rebuilt

THERE = "@there"
"""The field of a place in a list that says whether an element is there."""


@frozen
class Slot:
    """One place in the list at ``items``, whose name is ``of``. ``base`` is what its fields are below."""

    base: str
    items: Place
    index: int
    of: ListName

    @property
    def there(self) -> Term:
        """The list has an element here."""
        return present(Place(self.base, (THERE,)))


class Slots:
    """The places of all lists. ``by_base`` has the places that formulas have used so far, by their base."""

    def __init__(self, lengths: Mapping[ListName, int]) -> None:
        """``lengths``: how many elements each list has at most; none where a list is not named."""
        self._lengths = lengths
        self.by_base: dict[str, Slot] = {}

    def of(self, items: Place) -> list[Slot]:
        """The places of the list at ``items``, which is in the pod or in another place."""
        around = self.by_base.get(items.base)
        name = ".".join((f"{around.of}[]" if around else items.base, *items.fields))
        slots = []
        for index in range(self._lengths.get(name, 0)):
            base = f"{'.'.join((items.base, *items.fields))}[{index}]"
            slots.append(self.by_base.setdefault(base, Slot(base, items, index, name)))
        return slots

    def filled_in(self, term: Term) -> Term:
        """``term`` without quantifiers, about these places."""
        done: dict[tuple[Term, tuple[tuple[str, str], ...]], Term] = {}
        free: dict[Term, frozenset[str]] = {}

        def free_in(node: Term) -> frozenset[str]:
            if node not in free:
                named = {arg.base for arg in node.args if isinstance(arg, Place)}
                inside = frozenset().union(*(free_in(arg) for arg in node.args if isinstance(arg, Term)))
                free[node] = (inside - {str(node.args[0])} if node.op == "exists" else inside) | named
            return free[node]

        def go(node: Term, places: Mapping[str, str]) -> Term:
            here = tuple((name, base) for name, base in places.items() if name in free_in(node))
            key = (node, here)
            if key not in done:
                done[key] = make(node, dict(here))
            return done[key]

        def at(place: object, places: Mapping[str, str]) -> Place:
            assert isinstance(place, Place)
            placed = Place(places.get(place.base, place.base))
            for field in place.fields:
                index = index_in(field)
                placed = placed.at(field) if index is None else Place(self.of(placed)[index].base)
            return placed

        def make(node: Term, places: Mapping[str, str]) -> Term:
            if node.op == "exists":
                element, items, holds = node.args
                assert isinstance(holds, Term)
                slots = self.of(at(items, places))
                each = (and_(slot.there, go(holds, {**places, str(element): slot.base})) for slot in slots)
                return or_(FALSE, *each)
            if node.op == "nonempty":
                return or_(FALSE, *(slot.there for slot in self.of(at(node.args[0], places))))
            args = tuple(
                at(arg, places) if isinstance(arg, Place) else go(arg, places) if isinstance(arg, Term) else arg
                for arg in node.args
            )
            if node.op == "before":
                first, later = (self.by_base[arg.base].index for arg in args if isinstance(arg, Place))
                return TRUE if first < later else FALSE
            if node.op == "present" and isinstance(args[0], Place) and not args[0].fields:
                return self.by_base[args[0].base].there
            return node if args == node.args else rebuilt(node, args)

        return go(term, {})
