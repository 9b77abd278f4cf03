"""``python -m support.toys.serving``: commands of the compiler, a JSON list of arguments a line; one JSON object answers each."""

from __future__ import annotations

import json
import sys

from click.testing import CliRunner

from pscc.cli import main

if __name__ == "__main__":
    for line in sys.stdin:
        done = CliRunner().invoke(main, json.loads(line))
        answer = {"returncode": done.exit_code, "stdout": done.stdout, "stderr": done.stderr}
        print(json.dumps(answer), flush=True)
