"""A policy as a target has announced that it will apply it: `Output.diagnostics`, turned into IR.

``TGT001`` says that a default cannot be set, ``TGT002`` that it is set on the pod, wherever the pod's field is unset. What an
engine does has to be just that, so a pod may fare otherwise than under the source only where the report says so. Must not
import a target or a backend.
"""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.diagnostics import Diagnostic


def as_announced(policy: ir.Policy, diagnostics: tuple[Diagnostic, ...]) -> ir.Policy:
    """``policy`` with its defaults as the target sets them."""
    kept = (_announced(default, diagnostics) for default in policy.defaults)
    return replace(policy, defaults=tuple(default for default in kept if default is not None))


def _announced(default: ir.Default, diagnostics: tuple[Diagnostic, ...]) -> ir.Default | None:
    about = [d for d in diagnostics if d.span == default.span and f"`{default.control}`" in d.message]
    if any(d.code == "TGT001" for d in about):
        return None
    if any(d.code == "TGT002" for d in about):
        return replace(default, site="pod", path=default.inherits, inherits=(), unless=ir.FALSE)
    return default
