"""The targets, by name. Explicit, and each loaded only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pscc.backends._base import Backend

TARGETS = ("gatekeeper", "opa", "kyverno", "kyverno-cel", "vap")
DEFAULT_TARGET = "gatekeeper"


def backend(name: str) -> Backend:
    """The backend of the target ``name``. Raises `KeyError` if there is none."""
    match name:
        case "gatekeeper":
            from pscc.backends.gatekeeper import BACKEND as gatekeeper

            return gatekeeper
        case "opa":
            from pscc.backends.opa import BACKEND as opa

            return opa
        case "kyverno":
            from pscc.backends.kyverno import BACKEND as kyverno

            return kyverno
        case "kyverno-cel":
            from pscc.backends.kyverno_cel import BACKEND as kyverno_cel

            return kyverno_cel
        case "vap":
            from pscc.backends.vap import BACKEND as vap

            return vap
        case _:
            raise KeyError(name)
