"""A difference as a pod that can be created: made from what the solver found, and put to the interpreter.

What a formula does not read is filled in with what the API server requires.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.pod.fields import complete
from pscc.pod.kinds import Object
from pscc.pod.schema import POD
from pscc.proving.logic.judging import holds
from pscc.proving.logic.terms import Place, Term
from pscc.proving.pod import ANNOTATION, ENTRIES
from pscc.proving.question import Differs, Direction
from pscc.proving.solver import Model
from pscc.proving.validity import field_at, is_there
from pscc.reference import interpreter
from pscc.reference.admission import accepts_as_it_is, judges

Json = dict[str, object]
_NAME = re.compile(r"[a-z]([-a-z0-9]{0,40}[a-z0-9])?")


class UnconfirmedError(Exception):
    """A pod that the solver found is treated alike by the interpreter and the formulas: the proof is wrong. A bug of ours."""


@frozen
class Witness:
    """The ``pod``, and the ``request`` for it, on which the output ``does`` otherwise than the source."""

    does: Direction
    pod: Json
    request: Request
    reasons: tuple[interpreter.Reason, ...]


def witness(difference: Differs, policies: tuple[ir.Policy, ...], choices: tuple[ir.Choice, ...] = ()) -> Witness:
    """The pod of ``difference``, which the interpreter judges as the formula of the source does.

    Raises `UnconfirmedError` where it does not.
    """
    pod, request = created(difference)
    verdicts = [interpreter.check(policy, pod) for policy in policies if judges(policy, request)]
    chosen = [
        accepts_as_it_is(choice, request, pod)
        for choice in choices
        if choice.scope.holds_in(request.namespace, request.namespace_labels)
    ]
    allowed = all(verdict.allowed for verdict in verdicts) and all(admission.allowed for admission in chosen)
    if allowed is not (difference.question.does == "shuts out"):
        raise UnconfirmedError("the interpreter judges the pod otherwise than the formula of the source")
    reasons = tuple(reason for verdict in verdicts for reason in verdict.reasons)
    return Witness(difference.question.does, pod, request, reasons)


def created(difference: Differs) -> tuple[Json, Request]:
    """The pod of ``difference``, and the request for it. Raises `UnconfirmedError` where the formula does not hold of them."""
    roots = _named_plainly(_Builder(difference).roots(), difference.question.formula)
    if not holds(difference.question.formula, roots):
        raise UnconfirmedError("the formula does not hold of the pod that the solver found")
    return roots["pod"], _request(roots["request"], roots["pod"], roots["namespace"])


class _Builder:
    """Makes the objects that a model describes."""

    def __init__(self, difference: Differs) -> None:
        self._model: Model = difference.model
        self._slots = difference.question.slots

    def roots(self) -> dict[str, Json]:
        """The pod, the request and the namespace."""
        roots: dict[str, Json] = {
            "pod": {"metadata": {}, "spec": {}},
            "request": {"userInfo": {}},
            "namespace": {"metadata": {}},
        }
        elements: dict[str, object] = {}
        # outer places come before those inside of them
        for base, slot in sorted(
            self._slots.by_base.items(), key=lambda pair: (pair[0].count("["), len(pair[0]), pair[0])
        ):
            around = roots.get(slot.items.base) or elements.get(slot.items.base)
            if self._holds(slot.there) and isinstance(around, dict) and slot.items.fields[-1] != ENTRIES:
                elements[base] = self._scalar(Place(base)) if self._is_scalar(base) else {}
                _list_at(around, slot.items.fields).append(elements[base])
            elif self._holds(slot.there):
                elements[base] = {}
        everything: dict[str, object] = {**roots, **elements}
        for leaf in self._model:
            place = leaf.args[0]
            if leaf.op in ("present", "string", "integer", "truth") and isinstance(place, Place):
                self._put(everything, place)
        self._entries(everything)
        complete(roots["pod"], POD)
        return roots

    def _is_scalar(self, base: str) -> bool:
        from pscc.proving.validity import kind_of

        return not isinstance(kind_of(base, self._slots), Object)

    def _holds(self, term: Term) -> bool:
        match term.op:
            case "true":
                return True
            case "or":
                return any(self._holds(part) for part in term.args if isinstance(part, Term))
            case _:
                return self._model.get(term) is True

    def _scalar(self, place: Place) -> object:
        for leaf, value in self._model.items():
            if leaf.args[0] == place and leaf.op in ("string", "integer", "truth"):
                return value
        return ""

    def _put(self, everything: dict[str, object], place: Place) -> None:
        """Set the field at ``place``, where it is there."""
        if not place.fields or place.fields[0].startswith("@"):
            if place.fields[:1] == (ANNOTATION,):
                self._annotate(everything, place)
            return
        around = everything.get(place.base)
        field = field_at(place, self._slots)
        there = is_there(place, self._slots)
        if not isinstance(around, dict) or not self._holds(there) or (field and field.name == ENTRIES):
            return
        for name in place.fields[:-1]:
            around = around.setdefault(name, {})
        value = self._scalar(place)
        scalar = field is None or any(leaf.args[0] == place and leaf.op != "present" for leaf in self._model)
        if scalar:
            around[place.fields[-1]] = value
        else:
            around.setdefault(place.fields[-1], _empty(field.kind if field else None))

    def _annotate(self, everything: dict[str, object], place: Place) -> None:
        container = everything.get(place.base)
        if isinstance(container, dict) and self._holds(is_there(place, self._slots)):
            name = self._scalar(Place(place.base, ("name",)))
            _object_at(everything["pod"], ("metadata", "annotations"))[f"{place.fields[1]}{name}"] = self._scalar(place)

    def _entries(self, everything: dict[str, object]) -> None:
        for base, slot in self._slots.by_base.items():
            if slot.items.fields[-1] == ENTRIES and self._holds(slot.there):
                of = ".".join((slot.items.base, *slot.items.fields[:-1]))
                entries = _object_at(everything[slot.items.base], slot.items.fields[:-1])
                key = self._scalar(Place(base, (f"@key of {of}",)))
                entries.setdefault(str(key), self._scalar(Place(base, (f"@value of {of}",))))


def _empty(kind: object) -> object:
    from pscc.pod.kinds import Boolean, Opaque

    match kind:
        case Boolean():
            return True
        case Object() | Opaque():
            return {}
        case _:
            from pscc.pod.fields import example

            return example(kind)  # type: ignore[arg-type]


def _object_at(value: object, fields: tuple[str, ...]) -> Json:
    for name in fields:
        assert isinstance(value, dict)
        value = value.setdefault(name, {})
    assert isinstance(value, dict)
    return value


def _list_at(around: Json, fields: tuple[str, ...]) -> list[object]:
    listed = _object_at(around, fields[:-1]).setdefault(fields[-1], [])
    assert isinstance(listed, list)
    return listed


def _request(given: Json, pod: Json, namespace: Json) -> Request:
    user = _object_at(given, ("userInfo",))
    groups = user.get("groups")
    labels = _object_at(namespace, ("metadata",)).get("labels")
    account = _object_at(pod, ("spec",)).get("serviceAccountName")
    return Request(
        str(given.get("namespace") or "default"),
        str(user.get("username") or ""),
        tuple(map(str, groups)) if isinstance(groups, list) else (),
        str(account or ""),
        tuple((str(key), str(value)) for key, value in labels.items()) if isinstance(labels, dict) else (),
    )


def _named_plainly(roots: dict[str, Json], formula: Term) -> dict[str, Json]:
    """``roots`` with the names of containers and volumes as the API server takes them, where the formula holds of these, too."""
    plain: dict[str, str] = {}

    def renamed(value: object) -> object:
        if isinstance(value, list):
            return [renamed(inside) for inside in value]
        if not isinstance(value, dict):
            return value
        return {key: _plainly(key, inside, plain, renamed) for key, inside in value.items()}

    pod = roots["pod"]
    spec = renamed(pod.get("spec"))
    changed: dict[str, Json] = {**roots, "pod": {**pod, "spec": spec}}
    return changed if holds(formula, changed) else roots


def _plainly(key: str, value: object, plain: dict[str, str], others: Callable[[object], object]) -> object:
    if key == "name" and isinstance(value, str) and not _NAME.fullmatch(value):
        return plain.setdefault(value, f"c{len(plain)}")
    return others(value)
