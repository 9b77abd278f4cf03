"""Who says whether a policy admits an object: the interpreter, and each target's engine on what pscc prints for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from peers.case import Asked, Json
from pscc.ir import Program
from pscc.pod.templates import TEMPLATES


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, the words that go with a refusal, and the object as the defaults leave it.

    ``changed`` is None where the judge does not change objects.
    """

    admitted: bool
    words: tuple[str, ...] = ()
    changed: Json | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """Someone who judges. ``ask`` answers each object of a program, in order.

    It answers None to a program whose defaults the target does not set as the policy does, and says so when it compiles:
    what follows from that is announced, and compared by ``make conformance``.
    """

    name: str
    version: str
    ask: Callable[[Program, list[Asked]], list[Answer] | None]


def completed(found: Json) -> Json:
    """``found`` with what the API server asks for, and without the volume of the API token.

    A pod that has init or ephemeral containers alone gets an empty list of ``containers``, which says the same: the field
    is required, and the outputs in CEL rely on it. The peers' suites do not expect the volume, which ServiceAccount admission
    adds. Sources: ``pkg/apis/core/validation/validation.go``, ``plugin/pkg/admission/serviceaccount/admission.go``.
    """
    return _at(found, TEMPLATES[found["kind"]]) if found["kind"] in TEMPLATES else found


def _at(found: Json, path: tuple[str, ...]) -> Json:
    if path:
        return {**found, path[0]: _at(found[path[0]], path[1:])}
    return {**found, "spec": {"containers": [], **found["spec"], "automountServiceAccountToken": False}}
