"""What the changelog says about a version."""

from __future__ import annotations

import re
from datetime import date


def entry(text: str, version: str) -> tuple[date, str] | None:
    """The day of ``version`` in the changelog, and what is written below its heading; None if it has no heading."""
    heading = rf"^## \[{re.escape(version)}\] - (\d{{4}}-\d\d-\d\d)\n(.*?)(?=^## |\Z)"
    match = re.search(heading, text, re.M | re.S)
    return (date.fromisoformat(match[1]), match[2].strip()) if match else None


def unreleased(text: str) -> str:
    """What is written under Unreleased."""
    match = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return match[1].strip() if match else ""
