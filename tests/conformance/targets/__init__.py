"""The targets that are compared with the oracle. Adding one is a file beside this and its name in `TARGETS`."""

from __future__ import annotations

from conformance.targets._base import Target
from conformance.targets.gatekeeper import Gatekeeper
from conformance.targets.kyverno import Kyverno
from conformance.targets.opa import Opa
from conformance.targets.vap import Vap

TARGETS: tuple[Target, ...] = (Gatekeeper(), Opa(), Kyverno(), Vap())
