"""A policy as a target has announced that it will apply it: `Output.diagnostics`, turned into IR.

``TGT001`` says that a default cannot be set, ``TGT002`` that it is set on the pod, wherever the pod's field is unset. What an
engine does has to be just that, so a pod may fare otherwise than under the source only where the report says so.
"""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.lowering.demands import without


def as_announced(policy: ir.Policy, diagnostics: tuple[Diagnostic, ...]) -> ir.Policy:
    """``policy`` with its defaults as the target sets them, and what it demands where it cannot."""
    unset = [default for default in policy.defaults if _is_told(default, "TGT001", diagnostics)]
    settable = without(policy, unset)
    defaults = (
        replace(default, site="pod", path=default.inherits, inherits=(), unless=ir.FALSE)
        if _is_told(default, "TGT002", diagnostics)
        else default
        for default in settable.defaults
    )
    return replace(settable, defaults=tuple(defaults))


def _is_told(default: ir.Default, code: str, diagnostics: tuple[Diagnostic, ...]) -> bool:
    return any(d.code == code and d.span == default.span and f"`{default.control}`" in d.message for d in diagnostics)
