"""A checkout of a peer's repository: its files, and the commit that it is at."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

from peers.case import CheckoutError, Json


def documents(path: Path) -> list[Json]:
    """The YAML documents in the file at ``path`` that are objects. Raises `CheckoutError` where it cannot be read."""
    try:
        found: list[Any] = list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CheckoutError(f"{path} cannot be read: {error}") from None
    return [document for document in found if isinstance(document, dict)]


def document(path: Path) -> Json:
    """The only document in the file at ``path``. Raises `CheckoutError` where there is another number of them."""
    found = documents(path)
    if len(found) != 1:
        raise CheckoutError(f"{path} has {len(found)} documents, not one")
    return found[0]


def files(checkout: Path, pattern: str) -> list[Path]:
    """The files of ``checkout`` that match ``pattern``, in order. Raises `CheckoutError` where none does."""
    found = sorted(checkout.glob(pattern))
    if not found:
        raise CheckoutError(f"no {pattern} in {checkout}: is this the right repository?")
    return found


def commit(checkout: Path) -> str:
    """The commit that ``checkout`` is at, empty where it is no clone."""
    done = subprocess.run(
        ["git", "-C", str(checkout), "rev-parse", "--show-toplevel", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    own = done.returncode == 0 and Path(lines[0]) == checkout.resolve()
    return lines[1] if own else ""
