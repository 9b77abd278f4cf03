"""The targets, by name. Explicit, and each loaded only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pscc.output.contents import Target


def target_named(name: str) -> Target:
    """The target ``name``. Raises `KeyError` if there is none."""
    match name:
        case "gatekeeper":
            from pscc.targets.gatekeeper.package import TARGET as gatekeeper

            return gatekeeper
        case "opa":
            from pscc.targets.opa.package import TARGET as opa

            return opa
        case "kyverno":
            from pscc.targets.kyverno.package import TARGET as kyverno

            return kyverno
        case "kyverno-cel":
            from pscc.targets.kyverno_cel.package import TARGET as kyverno_cel

            return kyverno_cel
        case "vap":
            from pscc.targets.vap.package import TARGET as vap

            return vap
        case _:
            raise KeyError(name)
