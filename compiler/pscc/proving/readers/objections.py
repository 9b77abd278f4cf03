"""What a reader finds in an output: which requests its policies object to."""

from __future__ import annotations

from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.proving.logic.terms import Term

Operation = Literal["CREATE", "UPDATE"]
Resource = Literal["pods", "pods/ephemeralcontainers"]
RESOURCES: dict[Operation, tuple[Resource, ...]] = {
    "CREATE": ("pods",),
    "UPDATE": ("pods", "pods/ephemeralcontainers"),
}
"""What a request for a pod is about. Ephemeral containers are added to a pod by an update of their own."""


@frozen
class Objection:
    """When ``policy`` objects to a request for one of ``resources``: ``holds``. In which ``modes`` says what becomes of it."""

    policy: str
    modes: tuple[ir.Mode, ...]
    resources: frozenset[Resource]
    holds: Term


@frozen
class Read:
    """What the output has: ``objections`` to pods. ``unjudged`` names the policies that are about other things.

    ``mutations`` are the names of the objects that change pods, which no reader looks into.
    """

    objections: tuple[Objection, ...]
    unjudged: tuple[str, ...] = ()
    mutations: tuple[str, ...] = ()
