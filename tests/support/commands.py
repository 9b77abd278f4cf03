"""The command line in this process, and the sources and pods that its tests give it."""

from __future__ import annotations

from click.testing import CliRunner, Result

from pscc.cli import main
from support.paths import ROOT

SEED = ROOT / "examples" / "seed"
BROKEN = str(SEED / "psp-default.yaml")
GOOD = str(ROOT / "examples" / "psp-default.yaml")
DENIED = str(SEED / "pod-host-port.yaml")
ADMITTED = str(SEED / "pod-as-user-guest.yaml")


def run(*arguments: str, stdin: bytes = b"") -> Result:
    """What the command line says to ``arguments``."""
    return CliRunner().invoke(main, arguments, input=stdin)
