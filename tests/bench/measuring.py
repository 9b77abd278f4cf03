"""Whole processes, measured in turn: processor time and the most memory that each took."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pscc.base.frozen import frozen
from support.paths import ROOT

NOTHING = (sys.executable, "-c", "pass")
PSCC = (sys.executable, "-m", "pscc")


@frozen
class Cost:
    """The processor time of a process, its own and the kernel's, in seconds, and the most memory it had, in MiB."""

    seconds: float
    memory: float


_RUN = (
    "import resource, subprocess, sys; from subprocess import DEVNULL\n"
    "code = subprocess.run(sys.argv[1:], stdout=DEVNULL, stderr=DEVNULL).returncode\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(code, used.ru_utime + used.ru_stime, used.ru_maxrss)"
)
"""A small process that runs another: what runs a process counts as its memory, too."""


def cost(command: Sequence[str]) -> Cost:
    """What one run of ``command`` costs. Raises `RuntimeError` where it ends otherwise than with 0 or 1."""
    asked = (sys.executable, "-S", "-c", _RUN, *command)
    done = subprocess.run(asked, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=True)
    code, seconds, most = done.stdout.split()
    if code not in ("0", "1"):
        raise RuntimeError(f"{' '.join(command)} ended with {code}")
    return Cost(float(seconds), int(most) / (1024 if sys.platform != "darwin" else 1024 * 1024))


def prepare() -> None:
    """Compile the modules, as pip does when it installs them, to a place that the measured processes look at."""
    command = (sys.executable, "-m", "compileall", "-q", str(ROOT / "compiler"))
    subprocess.run(command, env=_environment(), check=True)


def _environment() -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    cache = Path(tempfile.gettempdir()) / "pscc-bench"
    return {**given, "PYTHONPATH": str(ROOT / "compiler"), "PYTHONPYCACHEPREFIX": str(cache)}


def costs(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Cost]]:
    """The costs of each of ``commands``. They take turns, so that a busy machine is busy for all."""
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            found[name].append(cost(command))
    return found


def ratio(of: Sequence[Cost], to: Sequence[Cost]) -> float:
    """The median of the ratios within each round."""
    return statistics.median(one.seconds / other.seconds for one, other in zip(of, to, strict=True))


def growth(few: Sequence[Cost], many: Sequence[Cost]) -> float:
    """By how many seconds ``many`` is above ``few``, each at its least: whatever else the machine does only adds."""
    return max(0.001, min(cost.seconds for cost in many) - min(cost.seconds for cost in few))
