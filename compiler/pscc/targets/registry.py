"""The targets by name. The module of a target is imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pscc.output.contents import Target

TARGETS: dict[str, str] = {
    "gatekeeper": "pscc.targets.gatekeeper.package",
    "opa": "pscc.targets.opa.package",
    "kyverno": "pscc.targets.kyverno.package",
    "kyverno-cel": "pscc.targets.kyverno_cel.package",
    "vap": "pscc.targets.vap.package",
}
"""The module that has the ``TARGET`` of each name, in the order in which targets are listed."""
KUBERNETES = "1.37"
"""The release of Kubernetes that is compiled for unless the user says."""
PRODUCTS: tuple[tuple[str, str], ...] = (("gatekeeper", "3.23"), ("kyverno", "1.19"))
"""The products beside Kubernetes whose release an output depends on: the option's name, and the newest release."""
DEFAULT_TARGET = "gatekeeper"


def target_named(name: str) -> Target:
    """The target ``name``. Raises `KeyError` if there is none."""
    return cast("Target", import_module(TARGETS[name]).TARGET)
