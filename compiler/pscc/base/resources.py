"""The paths of the package's data: the repository's ``grammar/`` and ``templates/``, or their copies in a wheel."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_ROOT = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent.parent

GRAMMAR = _ROOT / "grammar"
TEMPLATES = _ROOT / "templates"


def cache_folder() -> Path | None:
    """The user's cache folder, for parser tables and compiled templates; None if there is none that can be written."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pscc"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None
