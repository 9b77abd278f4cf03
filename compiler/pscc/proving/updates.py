"""Updates: what is the same in a pod before and after.

Whether an expression gives the same for both pods is a claim of its own, which is true or false whatever the pods are. So the
two pods need not be compared field by field, and what is proven holds of all pairs of pods that the API server takes: what no
update can change (`pscc.pod.changing`) is the same. Where source and output differ over such claims, no pair of pods is made:
that is not decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from pscc.base.frozen import frozen
from pscc.ir.passes import Reads
from pscc.ir.walking import children, substitute
from pscc.ir.walking import nodes as nodes_of
from pscc.pod.changing import can_change
from pscc.pod.fields import CONTAINER_LISTS
from pscc.proving import pod
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.rewriting import nodes
from pscc.proving.logic.terms import FALSE, TRUE, Place, Term, and_, claim, not_, or_, present, text
from pscc.proving.values import (
    Guarded,
    Item,
    Listed,
    Structure,
    Value,
    Walk,
    always,
    with_element,
)

_SPEC, _ANNOTATIONS = ("spec",), ("metadata", "annotations")
_FREE = "an element"
_EACH = "@each"
"""Stands between a list of containers and the fields of each."""
_CONTAINERS = frozenset(Place("pod", ("spec", kind)) for kind in CONTAINER_LISTS)


def same_in_both(left: Value, right: Value) -> Term | None:
    """The claim that both are the same, where they are one expression over the new and the old pod; None where they are not."""
    before = form_of(right)
    if not any(place.base == "old" for place in _named_in(before)):
        return None
    after = substitute(form_of(with_element(always(left), "pod", "old")[0][1]), _of_old)
    return _claim(left) if after == before else None


def _of_old(node: object) -> Place | None:
    """For a place in annotations, that of the old pod."""
    if not isinstance(node, Place):
        return None
    return Place(node.base, tuple(pod.OLD_ANNOTATION if name == pod.ANNOTATION else name for name in node.fields))


def _claim(value: Value) -> Term:
    """That ``value`` is the same in both pods, as far as that is open: no update changes what the API server holds fixed."""
    own = _open(value)
    places = set(_places(value, {}))
    if any(_can_change(place) for place in places):
        return own
    # containers are only ever added: where their names are the same, they are the same containers
    return or_(_open(_names(pod.root("pod"))), own) if any(_of_container(place) for place in places) else TRUE


def _open(value: Value) -> Term:
    """Raises `NotUnderstoodError` where ``value`` is about one element of a list: that is a claim for each, and not one."""
    form = form_of(value)
    if any(place.base == _FREE for place in _named_in(form)):
        raise NotUnderstoodError("a comparison of both pods that is about one element of a list")
    return claim(SameBefore(form))


def _places(node: object, lists: Mapping[str, Place]) -> Iterator[Place]:
    """The places that ``node`` reads, from the pod's root. ``lists`` are those whose elements are walked around ``node``.

    A list of containers that is walked is the list itself, and a container is what is below it, with `_EACH` in between.
    """
    match node:
        case Place(base=base, fields=fields):
            yield _in_list(lists[base]).at(*fields) if base in lists else node
        case Term(op="exists", args=(str() as element, Place() as items, *args)):
            yield from _walked(element, items, args, lists)
        case Walk(element=element, items=items, there=there, value=value):
            yield from _walked(element, items, (there, value), lists)
        case tuple():
            for each in node:
                yield from _places(each, lists)
        case Term(args=args):
            yield from _places(args, lists)
        case Structure(place=place):
            yield from _places(place, lists)
        case str() | int() | None:
            return
        case _:
            for each in children(node):
                yield from _places(each, lists)


def _walked(element: str, items: Place, within: Iterable[object], lists: Mapping[str, Place]) -> Iterator[Place]:
    (absolute,) = _places(items, lists)
    yield absolute
    for each in within:
        yield from _places(each, {**lists, element: absolute})


def _in_list(items: Place) -> Place:
    return items.at(_EACH) if items in _CONTAINERS else items


def _of_container(place: Place) -> bool:
    return Place(place.base, place.fields[:2]) in _CONTAINERS


def _can_change(place: Place) -> bool:
    """Whether an update of a pod can change what is at ``place``, if it adds no container."""
    if place in _CONTAINERS:
        return False
    if _of_container(place):
        return can_change("container", place.fields[3:])
    return place.base != "pod" or can_change("pod", place.fields)


@frozen
class Form:
    """A value without the names of its elements: two values are one expression if their forms are equal.

    ``kind`` is the operator of a term, or the name of a type. ``parts`` are forms, places and, in the form of a constant, the
    constant.
    """

    kind: str
    parts: tuple[object, ...]

    def __repr__(self) -> str:
        """The form in prefix notation."""
        return f"({' '.join((self.kind, *map(repr, self.parts)))})"


@frozen
class SameBefore:
    """The claim that the value of ``form`` is the same in the pod before the update."""

    form: Form

    def __repr__(self) -> str:
        """For the symbol of the claim in SMT-LIB."""
        return f"the same before: {self.form!r}"


def form_of(value: Value) -> Form:
    """The form of ``value``. An element that is walked outside of it is `_FREE`."""
    form = _form(value, {})
    assert isinstance(form, Form)
    return form


def _form(node: object, names: Mapping[str, str]) -> Form | Place:
    """``names`` maps the elements that are walked around ``node`` to their names in the form."""
    match node:
        case Place(base=base, fields=fields):
            return Place(base if base in pod.ROOTS else names.get(base, _FREE), fields)
        case Term(op="exists", args=(str() as element, *args)):
            return Form("exists", tuple(_form(arg, _with(names, element)) for arg in args))
        case Term(op=op, args=args):
            return Form(op, tuple(_form(arg, names) for arg in args))
        case Walk(element=element, items=items, there=there, value=value):
            within = _with(names, element)
            return Form("Walk", (_form(items, names), _form(there, within), _form(value, within)))
        case str() | int() | None:
            return Form(type(node).__name__, (node,))
        case Structure(place=place):
            return Form("Structure", (_form(place, names),))
        case _:
            return Form(type(node).__name__, tuple(_form(each, names) for each in children(node)))


def _named_in(form: Form) -> Iterator[Place]:
    return nodes_of(form, Place)


def _with(names: Mapping[str, str], element: str) -> dict[str, str]:
    return {**names, element: f"x{len(names)}"}


def unchanged(reads: Reads, of: Structure) -> Term:
    """Everything in ``reads`` is the same in both pods (`pscc.reference.interpreter.unchanged`)."""
    claims = [_claim(Listed((_of_path(of, path),))) for path in reads.pod]
    if reads.containers:
        claims.append(_claim(_names(of)))
        claims += [_claim(_column(of, path)) for path in reads.container]
        claims += [_claim(_annotated(of, prefix)) for prefix in reads.annotations]
    return and_(*claims)


def facts(terms: Iterable[Term], of: Structure) -> Iterator[Term]:
    """What is known of the claims in ``terms``: where what they depend on is the same, the spec or also annotations, they hold."""
    spec = _claim(pod.value_of(of, pod.field_of(of, "spec")))
    annotations = _claim(Listed((_of_path(of, _ANNOTATIONS),)))
    for node in nodes(terms):
        if node.op == "open" and isinstance(meaning := node.args[1], SameBefore):
            places = tuple(_named_in(meaning.form))
            annotated = any(pod.ANNOTATION in place.fields or place.fields[:2] == _ANNOTATIONS for place in places)
            of_pods = [place.fields for place in places if place.base in pod.ROOTS]
            if all(fields[:1] == _SPEC or fields[:2] == _ANNOTATIONS for fields in of_pods):
                yield or_(not_(and_(spec, annotations) if annotated else spec), node)


def _of_path(of: Structure, path: tuple[str, ...]) -> Item:
    """The list of the field at ``path``: empty where it is not there."""
    there, value = TRUE, of
    for name in path[:-1]:
        field = pod.field_of(value, name)
        there = and_(there, pod.presence(value, field))
        inner = pod.value_of(value, field)
        if not isinstance(inner, Structure):
            held, entry = pod.entry(value.place.at(name), text(path[-1]))
            return Item(and_(there, pod.presence(value, field), held), always(entry))
        value = inner
    field = pod.field_of(value, path[-1])
    return Item(and_(there, pod.presence(value, field)), always(pod.value_of(value, field)))


def _names(of: Structure) -> Listed:
    return _column(of, ("name",), required=True)


def _column(of: Structure, path: tuple[str, ...], required: bool = False) -> Listed:
    """The field at ``path`` of each container, as a list; of a field that is ``required``, the value itself."""

    def cell(container: Structure) -> Guarded:
        item = _of_path(container, path)
        if required:
            return item.value
        return always(Listed((item,) if item.there is not FALSE else ()))

    return _cells(of, cell)


def _annotated(of: Structure, prefix: str) -> Listed:
    def cell(container: Structure) -> Guarded:
        name = Place(container.place.base, ("name",))
        there, value = pod.container_entry(prefix, name)
        annotated = and_(present(Place("pod", _ANNOTATIONS)), there)
        return always(Listed((Item(annotated, always(value)),)))

    return _cells(of, cell)


def _cells(of: Structure, cell: Callable[[Structure], Guarded]) -> Listed:
    spec = pod.value_of(of, pod.field_of(of, "spec"))
    assert isinstance(spec, Structure)
    pieces = []
    for kind in CONTAINER_LISTS:
        field = pod.field_of(spec, kind)
        listed = pod.value_of(spec, field)
        assert isinstance(listed, Listed)
        for piece in listed.pieces:
            assert isinstance(piece, Walk)
            container = piece.value[0][1]
            assert isinstance(container, Structure)
            pieces.append(Walk(piece.element, piece.items, pod.presence(spec, field), cell(container)))
    return Listed(tuple(pieces))
