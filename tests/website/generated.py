"""All pages that are made from the compiler's own data, by their paths in the site."""

from __future__ import annotations

from website import codes, commands, controls, targets

GENERATORS = {module.PATH: module.page for module in (targets, controls, codes, commands)}
"""The function that returns each generated page, by the page's path below ``docs/``."""


def pages() -> dict[str, str]:
    """The text of each generated page."""
    return {path: page() for path, page in GENERATORS.items()}
