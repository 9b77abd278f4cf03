"""Formulas made from others: with an element called otherwise, or with claims left open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pscc.proving.logic.terms import Place, Term, claim, rebuilt, replaced


def nodes(terms: Iterable[Term]) -> Iterator[Term]:
    """All terms in ``terms``, each once."""
    seen: set[Term] = set()
    waiting = list(terms)
    while waiting:
        term = waiting.pop()
        if term not in seen:
            seen.add(term)
            waiting += [arg for arg in term.args if isinstance(arg, Term)]
            yield term


def unread(term: Term) -> Term:
    """``term`` with its claims about the parts of strings left open: each is true or false, whatever the string."""
    return replaced(term, lambda node: claim(repr(node), node) if _about_parts(node) else None)


def _about_parts(node: Term) -> bool:
    """A claim about the parts of a string, or about the end of one."""
    ends = node.op in ("equal", "starts", "contains") and any(
        isinstance(arg, Term) and arg.op == "tail" for arg in node.args
    )
    return ends or node.op in ("parts", "part")


def moved(term: Term, element: str, to: str | Place) -> Term:
    """``term`` with the places of ``element`` at ``to`` instead. Where a quantifier has an element of that name, it stays."""

    def put(node: Term) -> Term | None:
        if node.op == "exists" and node.args[0] == element:
            return node
        if not any(isinstance(arg, Place) and arg.base == element for arg in node.args):
            return None
        return rebuilt(node, tuple(_moved(arg, element, to) for arg in node.args))

    return replaced(term, put)


def placed(place: Place, element: str, to: str | Place) -> Place:
    """``place``, below ``to`` where it is below ``element``."""
    if place.base != element:
        return place
    return to.at(*place.fields) if isinstance(to, Place) else Place(to, place.fields)


def _moved(arg: object, element: str, to: str | Place) -> object:
    match arg:
        case Place():
            return placed(arg, element, to)
        case Term():
            return moved(arg, element, to)
        case _:
            return arg
