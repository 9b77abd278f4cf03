"""The kinds of files that a wheel has: what pscc reads at run time, and what a wheel must carry."""

from __future__ import annotations

import re
from collections.abc import Iterable

KINDS = {
    "module": r"pscc/(?!_data/)[a-z_0-9/]+\.py",
    "marker of types": r"pscc/py\.typed",
    "grammar": r"pscc/_data/grammar/psp\.lark",
    "library": r"pscc/_data/grammar/library/[a-z]+\.psp",
    "template": r"pscc/_data/templates/[a-z_/.]+\.j2",
    "Rego library": r"pscc/_data/templates/rego/(lib/pscc\.rego|library\.json)",
    "page of the report": r"pscc/_data/templates/report/report\.(css|html|js)",
    "metadata": r"pscc_compiler-[0-9a-z.]+\.dist-info/(METADATA|RECORD|WHEEL|entry_points\.txt|licenses/LICENSE)",
}
"""Each kind, and the names of its files."""


def strays(names: Iterable[str]) -> list[str]:
    """The files that are of no kind."""
    return [name for name in names if not any(re.fullmatch(pattern, name) for pattern in KINDS.values())]


def missing(names: Iterable[str]) -> list[str]:
    """The kinds of which there is no file."""
    held = list(names)
    return [kind for kind, pattern in KINDS.items() if not any(re.fullmatch(pattern, name) for name in held)]
