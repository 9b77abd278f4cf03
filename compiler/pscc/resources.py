"""Where the package's data lies: the repository's ``grammar/`` and ``templates/``, or their copies in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOT = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent.parent

GRAMMAR = _ROOT / "grammar"
TEMPLATES = _ROOT / "templates"
