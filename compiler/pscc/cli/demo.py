"""``make demo``: compiles each policy of ``examples/`` into ``rego/<name>/``, for Gatekeeper."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Compile the files right below ``examples/``, saying what each became. The exit status: 1 if one does not compile."""
    from pscc.diagnostics import SourceError
    from pscc.diagnostics.render import render
    from pscc.driver import analyse, compile_program, decode
    from pscc.files import CASES_ENDING, SUFFIXES
    from pscc.output.emit import emit
    from pscc.targets.registry import DEFAULT_TARGET
    from pscc.targets.settings import Settings, as_json

    status = 0
    files = (p for p in Path("examples").iterdir() if p.suffix in SUFFIXES and not p.name.endswith(CASES_ENDING))
    for path in sorted(files):
        source = decode(str(path), path.read_bytes())
        try:
            _, program, _ = analyse(source)
        except SourceError as error:
            sys.stderr.write(render(error.diagnostics, {source.name: source.text}, "text", color=False))
            status = 1
            continue
        settings = Settings((DEFAULT_TARGET,))
        (output,) = compile_program(program, settings.target, settings.rollout, settings.options).outputs.values()
        emit(Path("rego") / path.stem, output.files, as_json(settings))
        print(f"{path} -> rego/{path.stem}/ ({len(output.files)} files)")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
