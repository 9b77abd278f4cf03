"""``editors/vscode``: what the extension names is there, and its code starts the language server, and stops it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pscc import __version__
from pscc.cli import COMMANDS
from support.paths import ROOT

FOLDER = ROOT / "editors" / "vscode"
MANIFEST = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
GRAMMAR = json.loads((ROOT / "grammar" / "psp.tmLanguage.json").read_text(encoding="utf-8"))

VSCODE = """
exports.state = { trusted: true, commands: {} };
exports.workspace = {
  get isTrusted() { return exports.state.trusted; },
  getConfiguration: (section) => ({ get: (key) => (section === "pscc" && key === "path" ? "/opt/pscc" : undefined) }),
  onDidChangeConfiguration: () => ({}),
  onDidGrantWorkspaceTrust: (call) => { exports.state.grant = call; return {}; },
};
exports.commands = { registerCommand: (name, call) => { exports.state.commands[name] = call; return {}; } };
exports.window = { showErrorMessage: (text) => console.log(JSON.stringify({ error: text })) };
"""
CLIENT = """
exports.LanguageClient = class {
  constructor(id, name, server, client) { this.about = { server, client }; }
  async start() {
    if (process.env.BROKEN) throw new Error("no such command");
    console.log(JSON.stringify({ started: this.about }));
  }
  async stop() { console.log(JSON.stringify({ stopped: true })); }
};
"""
STARTED = {
    "started": {
        "server": {"command": "/opt/pscc", "args": ["lsp"]},
        "client": {"documentSelector": [{"scheme": "file", "language": "psp"}]},
    }
}


def test_what_the_manifest_names_is_there() -> None:
    (language,) = MANIFEST["contributes"]["languages"]
    (grammar,) = MANIFEST["contributes"]["grammars"]
    assert (FOLDER / MANIFEST["main"]).is_file()
    json.loads((FOLDER / language["configuration"]).read_text(encoding="utf-8"))
    assert grammar["language"] == language["id"]
    assert grammar["scopeName"] == GRAMMAR["scopeName"]
    assert language["extensions"] == [f".{ending}" for ending in GRAMMAR["fileTypes"]]
    packaging = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nvscode:\n")[1].split("\n\n")[0]
    assert Path(grammar["path"]).as_posix() == "syntaxes/psp.tmLanguage.json"
    assert "cp grammar/psp.tmLanguage.json build/vscode/syntaxes\n" in packaging


def test_its_version_is_psccs() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    assert {MANIFEST["version"], lock["version"], lock["packages"][""]["version"]} == {__version__}
    assert lock["packages"][""]["dependencies"] == MANIFEST["dependencies"]
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def run(folder: Path, script: str, **variables: str) -> list[dict[str, object]]:
    """Run ``script`` on the extension, with stand-ins for VS Code and its client; return what these print."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    for name, text in (("vscode/index.js", VSCODE), ("vscode-languageclient/node.js", CLIENT)):
        path = folder / "node_modules" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    start = (
        f'const {{ state }} = require("vscode"); const extension = require({json.dumps(str(FOLDER / "extension.js"))});'
    )
    text = f"{start} const context = {{ subscriptions: [] }}; (async () => {{ {script} }})();"
    environment = {**os.environ, "NODE_PATH": str(folder / "node_modules"), **variables}
    done = subprocess.run([node, "-e", text], env=environment, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_it_starts_and_stops_the_language_server(tmp_path: Path) -> None:
    assert "lsp" in COMMANDS
    script = "await extension.activate(context); await extension.deactivate();"
    assert run(tmp_path, script) == [STARTED, {"stopped": True}]


def test_its_command_starts_the_server_again(tmp_path: Path) -> None:
    (command,) = (entry["command"] for entry in MANIFEST["contributes"]["commands"])
    script = f'await extension.activate(context); await state.commands["{command}"]();'
    assert run(tmp_path, script) == [STARTED, {"stopped": True}, STARTED]


def test_it_starts_nothing_where_the_folder_is_not_trusted(tmp_path: Path) -> None:
    """VS Code runs no program on the files of a stranger before the user trusts their folder."""
    script = "state.trusted = false; await extension.activate(context);"
    assert run(tmp_path / "before", script) == []
    assert run(tmp_path / "after", script + "state.trusted = true; await state.grant();") == [STARTED]


def test_a_server_that_is_missing_is_reported_with_what_to_install(tmp_path: Path) -> None:
    (printed,) = run(tmp_path, "await extension.activate(context);", BROKEN="1")
    assert "pip install 'pscc-compiler[lsp]'" in str(printed["error"])
