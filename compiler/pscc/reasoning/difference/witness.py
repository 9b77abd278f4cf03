"""Witnesses: pods that two programs treat differently, confirmed by the interpreter."""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.pod.fields import NOT_EPHEMERAL
from pscc.reasoning.difference.domains import NAME
from pscc.reasoning.difference.requests import RequestClass
from pscc.reasoning.difference.sides import NO_POLICY, RANK, Opinion, Side, opinion
from pscc.reference import interpreter
from pscc.reference.interpreter import Json

_ANOTHER_IMAGE = "another:1"


@frozen
class Witness:
    """A pod to which one program objects in ``mode``, with ``reasons``, and the other in a lesser mode or not at all.

    - ``control`` is the control that the difference is about.
    - ``request`` has the namespace and the requester, as far as they matter. ``requests`` are all requests for which the
      comparison knows of the difference, this one first.
    - With ``old_pod`` it is an update of that pod.
    - ``lesser`` are the findings of the other program, in ``lesser_mode``.
    - ``behind`` are controls with a witness of their own that refuse this pod as well: no pod without them was found.
    """

    control: str
    pod: Json
    request: Request
    reasons: tuple[interpreter.Reason, ...]
    mode: ir.Mode = "enforce"
    old_pod: Json | None = None
    lesser: tuple[interpreter.Reason, ...] = ()
    lesser_mode: ir.Mode | None = None
    behind: tuple[str, ...] = ()
    requests: tuple[Request, ...] = ()

    def hidden_behind(self, controls: tuple[str, ...]) -> Witness:
        """This witness, where ``controls`` refuse its pod as well."""
        return replace(self, behind=controls)


def of_creation(
    case: RequestClass, objecting: Side, other: Side, mode: ir.Mode, control: str, pod: Json
) -> Witness | None:
    """The creation of ``pod`` as a witness for ``control``; None where the interpreter does not confirm it."""
    mine, theirs = opinion(objecting, pod), opinion(other, pod)
    if not mine.rank == RANK[mode] > theirs.rank or not is_about(control, mine, mode):
        return None
    return _witness(case, control, pod, None, mode, mine, theirs)


def of_update(
    case: RequestClass,
    sides: tuple[Side, Side],
    mode: ir.Mode,
    annotation: str | None,
    control: str,
    pod: Json,
) -> Witness | None:
    """An update that makes a pod like ``pod``, as a witness for ``control``; None if the interpreter confirms none.

    With ``annotation``, a prefix of a key, the update changes only such an annotation. Without it, the update adds a
    container to a pod that both sides admit. If that is no witness, it changes an image in a pod, which may be older than the
    policies.
    """
    for old_pod, new_pod in _updates(sides, annotation, pod):
        mine, theirs = (opinion(side, new_pod, old_pod) for side in sides)
        if mine.rank == RANK[mode] > theirs.rank and is_about(control, mine, mode):
            return _witness(case, control, new_pod, old_pod, mode, mine, theirs)
    return None


def _updates(sides: tuple[Side, Side], annotation: str | None, pod: Json) -> list[tuple[Json, Json]]:
    """Updates that lead to ``pod`` or a pod like it, as (old, new), the most likely first."""
    spec = _object(pod["spec"])
    containers = spec["containers"]
    assert isinstance(containers, list)
    if annotation is not None:
        metadata = _object(pod["metadata"])
        annotations = _object(metadata.get("annotations") or {})
        keys = [key for key in (annotation, *(f"{annotation}{container['name']}" for container in containers))]
        changed = [{**annotations, key: f"not-{annotations.get(key)}"} for key in keys]
        return [({**pod, "metadata": {**metadata, "annotations": before}}, pod) for before in changed]
    updates = []
    opinions = [opinion(side, pod) for side in sides]
    defaulted = opinions[0].pod
    if not any(opinion.rank == RANK["enforce"] for opinion in opinions) and opinions[1].pod == defaulted:
        updates.append((defaulted, _with_another(defaulted, containers[0])))
    defaulted = opinion(sides[1], defaulted).pod
    if not any(opinion(side, defaulted).rank == RANK["enforce"] for side in sides):
        updates.append((defaulted, _with_another(defaulted, containers[0])))
    older = [{**containers[0], "image": _ANOTHER_IMAGE}, *containers[1:]]
    return [*updates, ({**pod, "spec": {**spec, "containers": older}}, pod)]


def _with_another(pod: Json, container: Json) -> Json:
    """``pod`` with an ephemeral container like ``container``, as ``kubectl debug`` adds one."""
    fields = {name: value for name, value in container.items() if name not in NOT_EPHEMERAL}
    name = "debug" if fields["name"] == NAME else NAME
    return {**pod, "spec": {**_object(pod["spec"]), "ephemeralContainers": [{**fields, "name": name}]}}


def is_about(control: str, mine: Opinion, mode: ir.Mode) -> bool:
    """Whether ``mine`` objects in ``mode`` because of ``control``, or of a control in it where it is several."""
    if control == NO_POLICY:
        return mine.by_nobody(mode)
    return not {reason.control for reason in mine.reasons(mode)}.isdisjoint(control.split(" and "))


def _witness(
    case: RequestClass,
    control: str,
    pod: Json,
    old_pod: Json | None,
    mode: ir.Mode,
    mine: Opinion,
    theirs: Opinion,
) -> Witness:
    lesser = theirs.reasons(theirs.mode) if theirs.mode else ()
    reasons = mine.reasons(mode)
    return Witness(control, pod, case.request, reasons, mode, old_pod, lesser, theirs.mode)


def _object(value: object) -> Json:
    assert isinstance(value, dict)
    return value
