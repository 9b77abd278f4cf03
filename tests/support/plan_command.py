"""Runs ``pscc plan``."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from pscc.cli import main


def planned(source: str, manifests: str, *arguments: str) -> dict[str, Any]:
    """The plan for the workloads in ``manifests``, as JSON."""
    done = CliRunner().invoke(main, ["plan", source, "-f", manifests, "--format", "json", *arguments])
    plan: dict[str, Any] = json.loads(done.stdout)
    return plan
