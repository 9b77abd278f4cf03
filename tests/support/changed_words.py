"""The compiler with other words: no code may decide by what a diagnostic or a finding says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from support.paths import ROOT

CHANGED = """
import atexit, sys
from pscc import diagnostics
from pscc.controls import CONTROLS
count = 0
made = diagnostics.Diagnostic.__init__
def other(self, *given, **named):
    global count
    count += 1
    made(self, *given, **named)
    notes = tuple((span, "changed note") for span, _ in self.notes)
    for name, value in {"message": "changed", "help": "changed help", "label": "changed label", "notes": notes}.items():
        object.__setattr__(self, name, value)
diagnostics.Diagnostic.__init__ = other
checks = {id(one): one for control in CONTROLS for shape in control.shapes for one in shape.requirements}
for one in checks.values():
    message = tuple(f"changed {part[::-1]}" if isinstance(part, str) else part for part in one.message)
    object.__setattr__(one, "message", message)
atexit.register(lambda: print("changed", count, len(checks), file=sys.stderr))
"""
"""Run first: every diagnostic that is made afterwards, and every control's findings, have other texts."""
SOURCES = {
    "defaults": """policy p {
    default runAsUser 1000
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
    allow capabilities.add NET_ADMIN
    default capabilities.add add NET_ADMIN
}
""",
    "labels": """policy p {
    in namespaces tier=edge
    exempt users jane because "ci"
    deny hostPID
    default fsGroup 5
}
""",
    "a choice": """policy a {
    deny hostPID
    default runAsUser 5
}
policy b {
    in namespaces tier=edge
    deny hostIPC
}
policy c {
    deny privileged
}
choose {
    a for users jane
    b for everyone
    c for groups g
}
""",
}
_RUN = "from pscc.__main__ import run; run()"


def verified(source: Path, before: str, *words: str) -> tuple[object, str]:
    """What ``pscc verify`` finds of ``source`` after the code ``before``, and what it says on stderr."""
    path = os.pathsep.join((str(ROOT / "compiler"), str(ROOT / "tests")))
    done = subprocess.run(
        [sys.executable, "-c", before + _RUN, "verify", str(source), "--format", "json", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout), done.stderr


def held(source: Path, *words: str) -> object:
    """What ``pscc verify`` finds of ``source``. Raises `AssertionError` unless it finds the same with other words."""
    (plain, said), (other, changed) = verified(source, "", *words), verified(source, CHANGED, *words)
    assert plain == other
    assert "changed help" in changed and "changed help" not in said
    diagnostics, findings = map(int, changed.rsplit("changed ", 1)[1].split())
    assert diagnostics and findings
    return plain
