"""PodSecurityPolicies whose names are longer than a label's value may be: up to 253 characters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program
from pscc.language.printer import print_document
from pscc.targets.registry import TARGETS
from support.sources import PSP, meaning

LONGEST_LABEL = 63
LONGEST_NAME = 253


def texts_of_metadata(value: object) -> Iterator[tuple[str, str]]:
    """Each ``name`` and label below a ``metadata``, as (``name`` or ``label``, text)."""
    if isinstance(value, dict):
        metadata = value.get("metadata")
        if isinstance(metadata, dict):
            yield "name", str(metadata.get("name", ""))
            yield from (("label", str(label)) for label in (metadata.get("labels") or {}).values())
        for part in value.values():
            yield from texts_of_metadata(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_of_metadata(part)


@pytest.mark.parametrize("length", [64, 253])
@pytest.mark.parametrize("target", TARGETS)
def test_long_names_fit_every_target(length: int, target: str) -> None:
    name = "node-exporter." * 20
    name = name[: length - 1] + "x"
    document, program, _ = analyse(
        SourceFile("p.yaml", PSP.replace("{name: p}", f"{{name: {name}}}") + "  volumes: [secret]\n")
    )
    assert [policy.name for policy in program.policies] == [name]
    assert meaning(analyse(SourceFile("p.psp", print_document(document)))[1]) == meaning(program)
    output = compile_program(program, (target,)).outputs[target]
    for file in output.files:
        assert all(len(part) <= LONGEST_NAME for part in file.path.split("/"))
        if file.path.endswith(".yaml"):
            for written in yaml.load_all(file.text, yaml.CSafeLoader):
                for what, text in texts_of_metadata(written):
                    assert len(text) <= (LONGEST_LABEL if what == "label" else LONGEST_NAME), (file.path, text)
