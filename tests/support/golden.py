"""Golden folders: what a case reads and what must come out of it lie side by side, so that one look shows both.

`PSCC_GOLDEN=write` (`make golden`) rewrites what differs and still fails, naming each file: the diff is to be read.
Tests that use it live in `tests/golden`, which is what `make golden` runs.
"""

import difflib
import os
from collections.abc import Collection, Mapping
from pathlib import Path

WRITE = "write"
SHOWN_LINES = 40  # of each file's diff


def check_golden(folder: Path, produced: Mapping[str, str], inputs: Collection[str]) -> None:
    """Hold the files of `folder` against `produced` (path in the folder, with `/`, to text, as it is to the byte).

    `inputs` are the paths in the folder that the case reads: a file, or a folder with all below it. Any other file is
    expected text: AssertionError names each that is missing, differs, or is no longer produced.
    """
    present = {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    expected = {name: text for name, text in present.items() if not _is_input(name, inputs)}
    clash = [name for name in produced if _is_input(name, inputs)]
    assert not clash, f"{folder}: would overwrite the case's own input: {', '.join(clash)}"
    changes = [_change(name, expected.get(name), produced.get(name)) for name in sorted({*expected, *produced})]
    differing = [change for change in changes if change]
    if not differing:
        return
    if os.environ.get("PSCC_GOLDEN") == WRITE:
        _rewrite(folder, expected, produced)
        raise AssertionError(f"golden files of {folder} rewritten, read the diff:\n" + "\n".join(differing))
    raise AssertionError(f"golden files of {folder} differ (`make golden` rewrites them):\n" + "\n".join(differing))


def source_in(folder: Path) -> Path:
    """The policy of a case."""
    (policy,) = folder.glob("policy.*")
    return policy


def _is_input(name: str, inputs: Collection[str]) -> bool:
    return any(name == each or name.startswith(f"{each}/") for each in inputs)


def _change(name: str, expected: str | None, produced: str | None) -> str:
    if expected == produced:
        return ""
    if produced is None:
        return f"stale: {name} (no longer produced)"
    if expected is None:
        return f"missing: {name} (produced, not in the folder)"
    lines = list(difflib.unified_diff(expected.splitlines(), produced.splitlines(), "golden", "produced", lineterm=""))
    cut = [f"… {len(lines) - SHOWN_LINES} more lines"] if len(lines) > SHOWN_LINES else []
    return "\n".join([f"differs: {name}", *lines[:SHOWN_LINES], *cut])


def _rewrite(folder: Path, expected: Mapping[str, str], produced: Mapping[str, str]) -> None:
    for name in expected:
        if name not in produced:
            (folder / name).unlink()
    for name, text in produced.items():
        if expected.get(name) != text:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
    for empty in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(empty.iterdir()):
            empty.rmdir()
