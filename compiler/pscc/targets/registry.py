"""The targets, by name. Explicit, and each loaded only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pscc.output.contents import Backend


def backend(name: str) -> Backend:
    """The backend of the target ``name``. Raises `KeyError` if there is none."""
    match name:
        case "gatekeeper":
            from pscc.targets.gatekeeper.package import BACKEND as gatekeeper

            return gatekeeper
        case "opa":
            from pscc.targets.opa.package import BACKEND as opa

            return opa
        case "kyverno":
            from pscc.targets.kyverno.package import BACKEND as kyverno

            return kyverno
        case "kyverno-cel":
            from pscc.targets.kyverno_cel.package import BACKEND as kyverno_cel

            return kyverno_cel
        case "vap":
            from pscc.targets.vap.package import BACKEND as vap

            return vap
        case _:
            raise KeyError(name)
