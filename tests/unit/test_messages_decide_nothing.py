"""No code decides by what a diagnostic says: with every message, help, code and place changed, `verify` finds the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.paths import ROOT

CHANGED = """
import sys
from dataclasses import replace
from pscc import diagnostics
from pscc.base.source import Span
from pscc.lowering import shortfall_text
said = shortfall_text.diagnostic_of
count = 0
def other(shortfall):
    global count
    count += 1
    one = said(shortfall)
    return replace(one, code="TGT999", message=one.message[::-1].replace("`", ""), help="", span=Span("none", 1, 1, 1, 1))
for module in [m for m in list(sys.modules.values()) if getattr(m, "diagnostic_of", None) is said]:
    module.diagnostic_of = other
import pscc.explain.lowerings, pscc.explain.explanation, pscc.output.contents
for module in (pscc.output.contents, pscc.explain.lowerings, pscc.explain.explanation):
    module.diagnostic_of = other
import atexit
atexit.register(lambda: print(f"changed {count}", file=sys.stderr))
"""
RUN = "from pscc.__main__ import run; run()"
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


def verified(source: Path, before: str) -> tuple[object, str]:
    path = os.pathsep.join((str(ROOT / "compiler"), str(ROOT / "tests")))
    words = ["verify", str(source), "-t", "opa", "--count", "40", "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-c", before + RUN, *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_verify_finds_the_same_whatever_messages_say(name: str, tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text(SOURCES[name], encoding="utf-8")
    (plain, told), (other, changed) = verified(source, ""), verified(source, CHANGED)
    assert plain == other
    assert "TGT999" in changed and "TGT999" not in told
    assert json.dumps(plain).count('"stricter": 0') < json.dumps(plain).count('"stricter"')
