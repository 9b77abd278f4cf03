"""Releases as people write them, and which version of an API one serves."""

from __future__ import annotations

from pscc.lowering.capabilities import Capabilities, Version


def spelled(version: Version) -> str:
    """``1.30``."""
    return ".".join(map(str, version))


def served(versions: tuple[tuple[Version, str], ...], release: Version) -> str:
    """The version of an API that ``release`` serves, the best one; empty where it has none.

    ``versions``: the first release that serves each, the newest first.
    """
    return next((version for since, version in versions if release >= since), "")


def compiled_for(can: Capabilities) -> tuple[str, ...]:
    """The releases that a target which declares ``can`` compiles for: ``Gatekeeper 3.23``, ``Kubernetes 1.37``."""
    given = [(can.requires.product, can.requires.given)] if can.requires is not None else []
    kubernetes = [("Kubernetes", can.kubernetes)] if can.kubernetes is not None else []
    return tuple(f"{product} {spelled(release)}" for product, release in dict.fromkeys((*given, *kubernetes)))
