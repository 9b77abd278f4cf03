"""The targets that are compared with the interpreter. Adding one is a file beside this and its name in `TARGETS`."""

from __future__ import annotations

from conformance.targets._base import Target
from conformance.targets.gatekeeper import CEL, Gatekeeper
from conformance.targets.kyverno import Kyverno
from conformance.targets.kyverno_cel import KyvernoCel
from conformance.targets.opa import Opa
from conformance.targets.vap import Vap
from pscc.driver import packaged
from pscc.ir import Program
from pscc.output.contents import Output
from pscc.output.options import DEFAULTS, Options
from pscc.targets.registry import target_named

TARGETS: tuple[Target, ...] = (Gatekeeper(), Gatekeeper(CEL), Opa(), Kyverno(), KyvernoCel(), Vap())


def output_of(target: str, program: Program) -> Output:
    """What the compiler makes of ``program`` for ``target``."""
    if target == CEL:
        return packaged(target_named("gatekeeper"), program, Options(engine="cel"))
    return packaged(target_named(target), program, DEFAULTS)
