"""Runs ``pscc fix`` on a day that does not change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from pscc.cli import main

DAY = {"SOURCE_DATE_EPOCH": "1790000000"}


def run(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner(env=DAY).invoke(main, ["fix", *arguments], input=stdin)


def manifest(folder: Path, text: str | bytes, name: str = "m.yaml") -> str:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return str(folder / name)


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]
