"""Kyverno's policies in CEL: its command line, which knows no old object there, so on creations alone."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.targets.kyverno import Kyverno


@dataclass(frozen=True, slots=True)
class KyvernoCel(Kyverno):
    """The target ``kyverno-cel``."""

    name: str = "kyverno-cel"
    share: float = 0.1
    updates: bool = False
    tells_all: bool = False
