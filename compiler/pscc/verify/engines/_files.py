"""Files for an engine to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pscc.base.yaml_classes import safe_dumper
from pscc.output.contents import OutputFile


def write(folder: Path, files: Sequence[OutputFile]) -> list[str]:
    """Write ``files`` below ``folder``; where each is, in their order."""
    paths = []
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="\n")
        paths.append(str(path))
    return paths


def write_objects(path: Path, objects: Iterable[object]) -> str:
    """Write ``objects`` as a YAML stream to ``path``; that path."""
    import yaml

    class Plain(safe_dumper()):  # type: ignore[misc]
        """A YAML dumper without anchors: values that pods share are written in each pod."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    with path.open("w", encoding="utf-8", newline="\n") as stream:
        yaml.dump_all(objects, stream, Dumper=Plain, sort_keys=False)
    return str(path)
