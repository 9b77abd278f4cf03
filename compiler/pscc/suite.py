"""The generated suite: pods that a policy must admit and pods that it must refuse, labelled by the oracle."""

from __future__ import annotations

from dataclasses import dataclass

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Case:
    """One pod of a suite, as a webhook sees it after the target's own mutation.

    ``name`` is a DNS label and the pod's name. ``message`` is what the failing checks say, ``shapes`` their names; both
    are empty when ``allowed``. ``old_pod`` is the pod before an update; None for a creation.
    """

    name: str
    pod: Json
    allowed: bool
    message: str = ""
    shapes: tuple[str, ...] = ()
    old_pod: Json | None = None
