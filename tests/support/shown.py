"""Commands that a page or a plan shows: those of pscc are done, and those of kubectl held against the files that are there."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click
import yaml
from click.testing import CliRunner

from pscc.cli import main
from support.paths import ROOT

MAY_FIND_SOMETHING = ("report", "fix", "plan", "eval", "test", "diff")
"""The commands that exit with 1 where they find something."""
ON_ENGINES = ("verify", "prove")
"""The commands that ask an engine or a solver: their arguments are read, and tests of their own run them."""
SUITES = {"gator": "verify", "kyverno": "test", "opa": "test"}
"""The command of each engine's command line that runs the suite in a folder."""
KUBECTL = (
    "apply -k", "apply -f", "apply -R -f", "apply --server-side -k", "delete -k", "delete -f", "delete pod ", "delete job ", "wait",
    "get", "krew install",
)  # fmt: skip
TARGETS_OF_MAKE = re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"))
NOTHING: Mapping[str, str] = {}


class Block(NamedTuple):
    """A fenced block of a page: its language, the file that it is the text of if its line says one, and its text."""

    language: str
    title: str
    text: str


def obey(line: str, printed: Mapping[str, str] = NOTHING, *, may_fail: bool = False) -> str | None:
    """Do what ``line`` says in the current folder, and return what its last command prints: None if it is not run here.

    ``printed`` has what kubectl prints, by a word of its command. Asserts that each command is one that there is. ``may_fail``:
    the page shows what is printed, so the command may exit with 1.
    """
    shown = None
    for each in line.split(" && "):
        command, _, redirected = each.partition(" > ")
        words = shlex.split(command)
        output = ""
        match words[0]:
            case "pscc" if words[1] in ON_ENGINES:
                read = main.get_command(click.Context(main), words[1])
                assert read is not None
                read.make_context(words[1], words[2:])
            case "pscc":
                result = CliRunner().invoke(main, words[1:])
                expected = (0, 1) if may_fail or words[1] in MAY_FIND_SOMETHING else (0,)
                assert result.exit_code in expected, (each, result.output)
                output, shown = result.stdout, result.output
            case "mkdir":
                Path(words[-1]).mkdir(parents=True, exist_ok=True)
            case "sed" | "head":
                shown = subprocess.run(words, check=True, capture_output=True, text=True).stdout
            case "make":
                assert words[1] in TARGETS_OF_MAKE, each
            case "pip" | "pipx" | "python" | "python3" | "git" | "." | "docker" | "code":
                pass
            case "kubectl" if words[1] == "pscc":
                assert main.get_command(click.Context(main), words[2]) is not None, each
            case "gator" | "kyverno" | "opa":
                assert words[1] == SUITES[words[0]] and Path(words[2]).is_dir(), each
            case _:
                assert words[0] == "kubectl" and " ".join(words[1:]).startswith(KUBECTL), each
                _require_files(words)
                output = next((text for word, text in printed.items() if word in command), "")
                assert output or not redirected, each
        if redirected:
            Path(redirected).write_text(output, encoding="utf-8")
    return shown


def _require_files(words: list[str]) -> None:
    if "-k" in words:
        folder = Path(words[-1])
        listed = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))["resources"]
        assert listed and all((folder / path).exists() for path in listed), folder
    if "-f" in words:
        assert Path(words[-1]).exists(), words[-1]


def fences(text: str) -> Iterator[Block]:
    """Every fenced block of the Markdown ``text``, in order."""
    for language, title, body in re.findall(r'(?ms)^```(\w*)(?: title="([^"]+)")?\n(.*?)^```$', text):
        yield Block(language, title, body)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of the text of a block ``console``, without comments, each with what it prints."""
    for part in f"\n{block}".split("\n$ ")[1:]:
        command, _, output = f"{part.rstrip()}\n".partition("\n")
        yield command.partition("  # ")[0].rstrip(), output


def shows(output: str, printed: str) -> bool:
    """Whether ``output``, as a page shows it, is what was ``printed``. A line ``…`` stands for any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "…\n" else re.escape(line) for line in output.splitlines(keepends=True))
    return re.fullmatch(pattern, printed if printed.endswith("\n") else f"{printed}\n") is not None
