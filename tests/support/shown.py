"""Commands that a page or a plan shows: those of pscc are done, and those of kubectl held against the files that are there."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from click.testing import CliRunner, Result

from pscc.cli import main

MAY_FIND_SOMETHING = ("report", "fix", "plan", "eval")
"""The commands that exit with 1 where they find something."""
KUBECTL = ("apply -k", "apply -f", "apply -R -f", "delete -k", "delete pod", "delete job", "wait", "get")
NOTHING: Mapping[str, str] = {}


def obey(line: str, printed: Mapping[str, str] = NOTHING) -> Result | None:
    """Do what ``line`` says in the current folder, and return what its last command of pscc gave.

    ``printed`` has what kubectl prints, by a word of its command. Asserts that each command is one that there is.
    """
    result = None
    for each in line.split(" && "):
        command, _, redirected = each.partition(" > ")
        words = shlex.split(command)
        output = ""
        match words[0]:
            case "pscc":
                result = CliRunner().invoke(main, words[1:])
                expected = (0, 1) if words[1] in MAY_FIND_SOMETHING else (0,)
                assert result.exit_code in expected, (each, result.output)
                output = result.stdout
            case "mkdir":
                Path(words[-1]).mkdir(parents=True, exist_ok=True)
            case _:
                assert words[0] == "kubectl" and " ".join(words[1:]).startswith(KUBECTL), each
                _require_files(words)
                output = next((text for word, text in printed.items() if word in command), "")
                assert output or not redirected, each
        if redirected:
            Path(redirected).write_text(output, encoding="utf-8")
    return result


def _require_files(words: list[str]) -> None:
    if "-k" in words:
        folder = Path(words[-1])
        listed = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))["resources"]
        assert listed and all((folder / path).exists() for path in listed), folder
    if "-f" in words:
        assert Path(words[-1]).exists(), words[-1]


def blocks(text: str) -> Iterator[list[tuple[str, str]]]:
    """The commands of each block ``console`` in the Markdown ``text``, each with what it prints."""
    for block in text.split("```console\n")[1:]:
        parts = f"\n{block.partition('```')[0]}".split("\n$ ")[1:]
        yield [(command, output) for command, _, output in (f"{part.rstrip()}\n".partition("\n") for part in parts)]
