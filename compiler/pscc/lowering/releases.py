"""Releases as people write them, and which one has what.

Source: KEP-24 (AppArmor's field).
"""

from __future__ import annotations

from pscc.lowering.capabilities import Version

_FIELDS: dict[str, Version] = {"appArmorProfile": (1, 30)}
"""Fields of pods that are younger than what outputs are for; an API server that does not know one drops it."""


def lacks(kubernetes: Version, field: str) -> bool:
    """Whether pods of that release of ``kubernetes`` have no ``field``."""
    return kubernetes < _FIELDS.get(field, (0, 0))


def spelled(version: Version) -> str:
    """``1.30``."""
    return ".".join(map(str, version))


def served(versions: tuple[tuple[Version, str], ...], release: Version) -> str:
    """The version of an API that ``release`` serves, the best one; empty where it has none.

    ``versions``: the first release that serves each, the newest first.
    """
    return next((version for since, version in versions if release >= since), "")
