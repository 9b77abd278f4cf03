"""``pscc lsp`` as an editor sees it: a process that is spoken to by the protocol."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pscc.editor.completing import completions

GOOD = "policy a extends pss/baseline {\n    deny hostPorts\n    allow   volumes secret\n}\n"


class Editor:
    """A client of a running server: requests are answered, notifications are kept by method."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.number = process, 0
        self.kept: list[dict[str, Any]] = []

    async def send(self, method: str, params: dict[str, Any], request: bool) -> int:
        self.number += 1
        message = {"jsonrpc": "2.0", "method": method, "params": params, **({"id": self.number} if request else {})}
        body = json.dumps(message).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await self.process.stdin.drain()
        return self.number

    async def read(self) -> dict[str, Any]:
        assert self.process.stdout
        head = await self.process.stdout.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        message: dict[str, Any] = json.loads(await self.process.stdout.readexactly(length))
        return message

    async def ask(self, method: str, **params: Any) -> Any:
        """The result of a request."""
        number = await self.send(method, params, request=True)
        while True:
            message = await self.read()
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self.kept.append(message)

    async def tell(self, method: str, **params: Any) -> None:
        """A notification."""
        await self.send(method, params, request=False)

    async def diagnostics(self) -> list[dict[str, Any]]:
        """The next diagnostics that are published."""
        while True:
            message = self.kept.pop(0) if self.kept else await self.read()
            if message.get("method") == "textDocument/publishDiagnostics":
                found: list[dict[str, Any]] = message["params"]["diagnostics"]
                return found


def talk(script: Callable[[Editor], Awaitable[None]]) -> None:
    """Run ``script`` with a server that was asked to initialise, and end the server as editors do."""

    async def run() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pscc", "lsp", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        editor = Editor(process)
        try:
            capable = (await editor.ask("initialize", processId=None, rootUri=None, capabilities={}))["capabilities"]
            assert capable["hoverProvider"] and capable["documentFormattingProvider"]
            await editor.tell("initialized")
            await script(editor)
            await editor.ask("shutdown")
            await editor.tell("exit")
            assert await asyncio.wait_for(process.wait(), 60) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    asyncio.run(asyncio.wait_for(run(), 300))


async def opened(editor: Editor, path: Path, text: str) -> dict[str, str]:
    """Open ``text`` as the file ``path``."""
    uri = path.as_uri()
    await editor.tell("textDocument/didOpen", textDocument=dict(uri=uri, languageId="psp", version=1, text=text))
    return {"uri": uri}


def test_diagnostics_come_and_go(tmp_path: Path) -> None:
    async def script(editor: Editor) -> None:
        document = await opened(editor, tmp_path / "a.psp", 'policy a "é😀" { denny hostPID\n}\n')
        (found,) = await editor.diagnostics()
        assert found["source"] == "pscc" and found["severity"] == 1 and "deny" in found["message"]
        assert found["range"]["start"] == {"line": 0, "character": 17}  # in UTF-16 units
        whole = {"text": "policy a {\n    allow hostPorts 1-9, 5\n}\n"}
        await editor.tell("textDocument/didChange", textDocument={**document, "version": 2}, contentChanges=[whole])
        assert await editor.diagnostics() == []
        await editor.tell("textDocument/didSave", textDocument=document)
        (warning,) = await editor.diagnostics()
        assert (warning["code"], warning["severity"]) == ("LNG060", 2)

    talk(script)


def test_used_files_are_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "base.psp").write_text("policy base {\n    deny hostPID\n}\n")

    async def script(editor: Editor) -> None:
        await opened(editor, tmp_path / "a.psp", 'use "base.psp"\n\npolicy a extends base {\n    deny hostIPC\n}\n')
        assert await editor.diagnostics() == []

    talk(script)


def test_hover_completion_and_layout(tmp_path: Path) -> None:
    async def script(editor: Editor) -> None:
        document = await opened(editor, tmp_path / "a.psp", GOOD)
        await editor.diagnostics()
        place = {"textDocument": document, "position": {"line": 1, "character": 12}}
        said = (await editor.ask("textDocument/hover", **place))["contents"]["value"]
        assert "Containers use no host ports." in said or "hostPorts" in said
        assert "In place of: `deny hostPorts` of pss/baseline" in said and "gatekeeper" not in said
        place["position"] = {"line": 1, "character": 9}
        items = await editor.ask("textDocument/completion", **place)
        assert {"hostPorts", "privileged"} <= {item["label"] for item in items}
        options = {"tabSize": 4, "insertSpaces": True}
        (edit,) = await editor.ask("textDocument/formatting", textDocument=document, options=options)
        assert "    deny  hostPorts\n    allow volumes secret\n" in edit["newText"]

    talk(script)


@pytest.mark.parametrize(
    ("above", "before", "among", "not_among"),
    [
        ([], "", "policy", "deny"),
        (["policy a {"], "    ", "require", "policy"),
        (["policy a {"], "    deny ", "hostPID", "readOnlyRootFilesystem"),
        (["policy a {"], "    deny hostPID, ", "hostIPC", "deny"),
        (["policy a {"], "    audit require ", "readOnlyRootFilesystem", "hostPID"),
        (["policy a {"], "    default ", "fsGroup", "hostPID"),
        (["policy a {", "}"], "policy b extends ", "pss/baseline", "deny"),
        (["policy a {", "}"], "policy b extends ", "a", "b"),
    ],
)
def test_what_may_stand_next(above: list[str], before: str, among: str, not_among: str) -> None:
    labels = {item.label for item in completions(above, before)}
    assert among in labels and not_among not in labels


def test_quick_fixes_are_preferred_only_if_safe(tmp_path: Path) -> None:
    uri = (tmp_path / "a.psp").as_uri()
    text = "policy a {\n    denny hostPID\n    allow volumes secret configMap\n}\n"

    async def script(editor: Editor) -> None:
        document = {"uri": uri, "languageId": "psp", "version": 1, "text": text}
        await editor.tell("textDocument/didOpen", textDocument=document)
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 4, "character": 0}}
        offered = await editor.ask(
            "textDocument/codeAction", textDocument={"uri": uri}, range=whole, context={"diagnostics": []}
        )
        assert [action["isPreferred"] for action in offered] == [True, False]
        assert [edit["newText"] for action in offered for edit in action["edit"]["changes"][uri]] == ["deny", ","]
        third = {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 40}}
        there = await editor.ask(
            "textDocument/codeAction", textDocument={"uri": uri}, range=third, context={"diagnostics": []}
        )
        assert there == offered[1:]

    talk(script)
