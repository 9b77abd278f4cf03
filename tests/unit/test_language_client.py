"""``pscc lsp`` driven by a client library: places of policies, what is said while one types, and of a large file in time."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from pscc.editor.completing import completions

TEXT = """use "base.psp"

policy team extends base {
    allow volumes secret
}

policy edge extends team {
    deny hostPorts
}

choose {
    edge for groups a
    team for everyone
}
"""
BASE = "policy base {\n    deny privileged\n}\n"


class Talk:
    """A client with one open file; the diagnostics come in the order in which they are published."""

    def __init__(self, client: LanguageClient, path: Path) -> None:
        self.client, self.uri, self.version = client, path.as_uri(), 0
        self.published: asyncio.Queue[list[types.Diagnostic]] = asyncio.Queue()

    def open(self, text: str) -> None:
        item = types.TextDocumentItem(self.uri, "psp", 0, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, text: str) -> None:
        self.version += 1
        document = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def diagnostics(self) -> list[types.Diagnostic]:
        return await asyncio.wait_for(self.published.get(), 30)

    def at(self, line: int, column: int) -> tuple[types.TextDocumentIdentifier, types.Position]:
        return types.TextDocumentIdentifier(self.uri), types.Position(line, column)


def talk(path: Path, script: Callable[[Talk], Awaitable[None]]) -> None:
    async def run() -> None:
        client = LanguageClient("test", "1")
        talking = Talk(client, path)

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            talking.published.put_nowait(list(params.diagnostics))

        await client.start_io(sys.executable, "-m", "pscc", "lsp")
        await client.initialize_async(types.InitializeParams(types.ClientCapabilities()))
        client.initialized(types.InitializedParams())
        try:
            await script(talking)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()

    asyncio.run(run())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "base.psp").write_text(BASE, encoding="utf-8")
    (tmp_path / "team.psp").write_text(TEXT, encoding="utf-8")
    return tmp_path / "team.psp"


def test_where_policies_are_written_and_named(file: Path) -> None:
    async def script(talking: Talk) -> None:
        talking.open(TEXT)
        here = await talking.client.text_document_definition_async(types.DefinitionParams(*talking.at(6, 21)))
        assert isinstance(here, types.Location)
        assert (here.uri, here.range.start) == (talking.uri, types.Position(2, 7))
        used = await talking.client.text_document_definition_async(types.DefinitionParams(*talking.at(2, 21)))
        assert isinstance(used, types.Location)
        assert (used.uri.endswith("/base.psp"), used.range.start) == (True, types.Position(0, 7))
        assert await talking.client.text_document_definition_async(types.DefinitionParams(*talking.at(3, 5))) is None
        for declared, lines in ((True, [2, 6, 12]), (False, [6, 12])):
            params = types.ReferenceParams(types.ReferenceContext(declared), *talking.at(12, 5))
            found = await talking.client.text_document_references_async(params)
            assert [place.range.start.line for place in found or ()] == lines
        params = types.DocumentSymbolParams(types.TextDocumentIdentifier(talking.uri))
        symbols = await talking.client.text_document_document_symbol_async(params)
        assert [symbol.name for symbol in symbols or ()] == ["team", "edge", "choose"]

    talk(file, script)


def test_hover_and_completion(file: Path) -> None:
    text = (
        "policy a extends pss/restricted@1.30 {\n    except namespaces shop\n    in namespaces a, \n    allow volumes \n"
        "    allow volumes secret\n}\n"
    )

    async def labels(talking: Talk, line: int, column: int) -> list[str]:
        params = types.CompletionParams(*talking.at(line, column))
        found = await talking.client.text_document_completion_async(params)
        return [item.label for item in (found or ()) if isinstance(item, types.CompletionItem)]

    async def script(talking: Talk) -> None:
        talking.open(text)
        hover = await talking.client.text_document_hover_async(types.HoverParams(*talking.at(0, 25)))
        assert hover and isinstance(hover.contents, types.MarkupContent)
        assert "policy" in hover.contents.value and "# pss/baseline@1.24" in hover.contents.value
        keyword = await talking.client.text_document_hover_async(types.HoverParams(*talking.at(0, 10)))
        assert keyword and "extends" in str(keyword.contents)
        assert {"shop", "kube-system"} <= set(await labels(talking, 2, 21))
        assert {"configMap", "hostPath"} <= set(await labels(talking, 3, 18))

    talk(file, script)


def test_hover_on_the_name_of_a_policy_writes_it_out(file: Path) -> None:
    async def script(talking: Talk) -> None:
        talking.open(TEXT.replace("policy team", "abstract policy team"))
        for line, column, head in (
            (2, 17, "abstract policy team {"),
            (6, 20, "abstract policy team {"),
            (11, 5, "policy edge {"),
        ):
            hover = await talking.client.text_document_hover_async(types.HoverParams(*talking.at(line, column)))
            assert hover and isinstance(hover.contents, types.MarkupContent)
            assert head in hover.contents.value and "deny  privileged  # " in hover.contents.value, (line, hover)

    talk(file, script)


@pytest.mark.parametrize(
    ("line", "next_words"),
    [
        ("exempt ", {"images", "users", "serviceaccounts"}),
        ("exempt images a/* ", {"from", "because"}),
        ("exempt images a/* from ", {"hostPath"}),
        ('exempt users a because "x" ', {"until"}),
        ("require runAsNonRoot true on ", {"pod or containers", "containers"}),
        ("require runAsNonRoot true on containers ", {"unless", "because"}),
        ("deny hostPorts unless ", {"os.name", "hostUsers", "hostNetwork"}),
        ("audit deny hostPorts unless os.name ", {"windows", "not"}),
        ("deny hostPorts unless os.name not ", {"windows"}),
        ("deny hostPorts unless os.name windows ", {"and", "or"}),
        ("deny hostPorts unless os.name windows and ", {"hostUsers"}),
    ],
)
def test_what_may_stand_next_in_a_policy(line: str, next_words: set[str]) -> None:
    assert next_words <= {item.label for item in completions(["policy a {"], f"    {line}")}


@pytest.mark.parametrize(
    ("line", "next_words"),
    [
        ("", {"team", "pss/baseline"}),
        ("team ", {"for"}),
        ("team for ", {"everyone", "groups"}),
        ("team for everyone ", {"in namespaces"}),
        ("team for everyone in namespaces ", {"kube-system"}),
    ],
)
def test_what_may_stand_next_in_a_choice(line: str, next_words: set[str]) -> None:
    labels = {item.label for item in completions(["policy team {", "}", "choose tiers {"], f"    {line}")}
    assert next_words <= labels and "deny" not in labels


def test_what_is_said_while_one_types(file: Path) -> None:
    covered = BASE.replace("deny privileged", "allow hostPorts 1-100, 50")

    async def script(talking: Talk) -> None:
        talking.open(BASE)
        assert await talking.diagnostics() == []
        talking.change(covered)
        assert await talking.diagnostics() == []
        (warning,) = await talking.diagnostics()
        assert warning.code == "LNG060"
        talking.change(BASE.replace("privileged", "privilegd"))
        (error,) = await talking.diagnostics()
        assert error.code == "LNG010"

    talk(file, script)


def test_related_places_and_errors_of_used_files(file: Path) -> None:
    async def script(talking: Talk) -> None:
        talking.open("policy a {\n    deny hostPID\n}\n\npolicy a {\n    deny hostIPC\n}\n")
        (twice,) = await talking.diagnostics()
        assert twice.code == "LNG017"
        related = twice.related_information or ()
        assert [place.location.range.start.line for place in related] == [0]
        (file.parent / "base.psp").write_text("policy base {\n    deny privilegd\n}\n", encoding="utf-8")
        talking.change(TEXT)
        while not (found := await talking.diagnostics()) or found[0].code == "LNG017":
            pass
        assert found[0].range.start.line == 0 and "base.psp" in found[0].message

    talk(file, script)


def test_a_hundred_policies_are_read_within_a_second(file: Path) -> None:
    text = "\n".join(
        f"policy p{n} extends pss/restricted {{\n    default fsGroup {n + 1}\n    in namespaces n{n}\n}}\n"
        for n in range(100)
    )

    async def script(talking: Talk) -> None:
        talking.open(BASE)
        await talking.diagnostics()
        taken = []
        for number in range(3):
            started = time.monotonic()
            talking.change(f"# {number}\n{text}")
            assert all(found.severity != types.DiagnosticSeverity.Error for found in await talking.diagnostics())
            taken.append(time.monotonic() - started)
        assert min(taken) < 1, taken

    talk(file, script)
