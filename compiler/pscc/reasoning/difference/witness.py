"""A pod that two programs treat differently, and what the interpreter says of it."""

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
    """A pod to which one program objects, with ``reasons``, in ``mode``, and the other does not, or in a lesser mode.

    ``request`` says where and by whom, as far as that matters, and ``requests`` all that the comparison knows to be treated
    so, this one first; ``control`` is the one that the difference is about. With ``old_pod`` it is an update of that pod.
    ``lesser`` is what the other program says of the pod without refusing it, in ``lesser_mode``. ``behind`` are controls
    reported before, for which the pod is refused as well: none was found that shows the difference without them.
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
    """The witness for ``control`` that the creation of ``pod`` is, or None: the interpreter decides."""
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
    """The witness that an update is which makes ``pod`` of another one, or None.

    With ``annotation``, a prefix of a key, it changes no more than such an annotation. Otherwise a container is added to a
    pod that both sides admit, if that is a witness; if not, an image is changed in a pod that may be older than the policies.
    """
    for old_pod, new_pod in _updates(sides, annotation, pod):
        mine, theirs = (opinion(side, new_pod, old_pod) for side in sides)
        if mine.rank == RANK[mode] > theirs.rank and is_about(control, mine, mode):
            return _witness(case, control, new_pod, old_pod, mode, mine, theirs)
    return None


def _updates(sides: tuple[Side, Side], annotation: str | None, pod: Json) -> list[tuple[Json, Json]]:
    """The updates by which there may be ``pod``, as (old, new), the most likely first."""
    spec = _object(pod["spec"])
    containers = spec["containers"]
    assert isinstance(containers, list)
    if annotation is not None:
        metadata = _object(pod["metadata"])
        annotations = _object(metadata.get("annotations") or {})
        keys = [key for key in (annotation, *(f"{annotation}{one['name']}" for one in containers))]
        changed = [{**annotations, key: f"not-{annotations.get(key)}"} for key in keys]
        return [({**pod, "metadata": {**metadata, "annotations": one}}, pod) for one in changed]
    found = []
    opinions = [opinion(side, pod) for side in sides]
    made = opinions[0].pod
    if not any(one.rank == RANK["enforce"] for one in opinions) and opinions[1].pod == made:
        found.append((made, _with_another(made, containers[0])))
    made = opinion(sides[1], made).pod
    if not any(opinion(side, made).rank == RANK["enforce"] for side in sides):
        found.append((made, _with_another(made, containers[0])))
    older = [{**containers[0], "image": _ANOTHER_IMAGE}, *containers[1:]]
    return [*found, ({**pod, "spec": {**spec, "containers": older}}, pod)]


def _with_another(pod: Json, container: Json) -> Json:
    """``pod`` with an ephemeral container like ``container``, as ``kubectl debug`` adds one."""
    fields = {name: value for name, value in container.items() if name not in NOT_EPHEMERAL}
    name = "debug" if fields["name"] == NAME else NAME
    return {**pod, "spec": {**_object(pod["spec"]), "ephemeralContainers": [{**fields, "name": name}]}}


def is_about(control: str, mine: Opinion, mode: ir.Mode) -> bool:
    """Whether ``mine`` objects in ``mode`` by what ``control`` names."""
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
