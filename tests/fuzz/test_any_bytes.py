"""Any bytes on any input: an error with its place, or a clean result; never a traceback, nothing half-written.

Sources and manifests are the project's own, cut, doubled, spliced and salted with what breaks parsers. Each seed is one
fixed run; `PSCC_FUZZ=N` takes N times as many cases.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.diagnostics.render import Format, render
from pscc.driver import analyse, decode
from pscc.fixing import correct
from pscc.ir import Program
from pscc.language.printer import print_document
from pscc.pod.manifests import read_manifests
from pscc.reference.evaluate import judgements
from support.paths import ROOT

TIMES = int(os.environ.get("PSCC_FUZZ", "1"))
SECONDS = 10  # of processor time, for a file and five rounds of corrections: it has to end, not to be fast
LANGUAGE = [
    path.read_bytes() for path in sorted([*ROOT.glob("golden/diagnostics/*/*.psp"), *ROOT.glob("examples/*.psp")])
]
OBJECTS = [
    path.read_bytes()
    for path in sorted([*ROOT.glob("golden/diagnostics/*/policy.yaml"), *ROOT.glob("examples/*.yaml")])
]
PODS = [path.read_bytes() for path in sorted(ROOT.glob("examples/seed/pod-*.yaml"))]
SALT = [
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", "\u2028".encode(), "\x85".encode(), b"\x1b[31m", b"\x7f", b"\r", b"\r\n",
    b"\t", b"\x0c", "\u00a0".encode(), "\u200b".encode(), "\u202e".encode(), "é𝔘".encode(), b'"', b"'", b"\\", b'"\\ud800"',
    b'"\\u0000"', b"{", b"}", b"[", b"]", b"(", b")", b",", b":", b": ", b"- ", b"#", b"=", b"*", b"&a ", b"*a", b"<<: *a", b"? ",
    b"|\n", b">\n", b"%YAML 9.9\n", b"---\n", b"...\n", b"!!python/object/apply:os.system [id]", b"!!binary aaa", b"!!timestamp 1",
    b"!", b"!!int x", b"9" * 400, b"-1", b"1e999", b".inf", b".nan", b"0x" + b"f" * 99, b"0o9", b"1:30:00", b"~", b"null",
    b"true", b"{}", b"[]", b"policy ", b"choose {", b"deny ", b" because ", b"extends ", b"all of ", b"on pod",
    b"allow hostPorts 1-2", b"2001-01-01", b"\n", b"\n\n", b"    ",
    b"ranges:", b"rule:", b"metadata:", b"spec:", b"securityContext: []", b"containers: {}", b"- null\n",
    b"${x}", b"{{ x }}", b"`", b"name: {a: b}\n", b"annotations: [a]\n",
]  # fmt: skip


def mutants(seeds: list[bytes], seed: int, count: int) -> Iterator[bytes]:
    rng = random.Random(seed)
    for _ in range(count * TIMES):
        text = bytearray(rng.choice(seeds))
        for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
            at, to = sorted(rng.randrange(len(text) + 1) for _ in range(2))
            match rng.randrange(6):
                case 0:
                    del text[at:to]
                case 1:
                    text[at:at] = rng.choice(SALT)
                case 2:
                    text[at : at + rng.randrange(12)] = rng.choice(SALT)
                case 3:
                    text[to:to] = text[at:to]
                case 4:
                    other = rng.choice(seeds)
                    text[at:to] = other[: rng.randrange(len(other) + 1)]
                case _:
                    text[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(4)))
        yield bytes(text)


def shown(diagnostics: tuple[Diagnostic, ...], source: SourceFile | None) -> None:
    """Each diagnostic has a place that is in the source, and every format can write it."""
    texts = {source.name: source.text} if source else {}
    formats: tuple[Format, ...] = ("text", "json", "github", "sarif")
    for fmt in formats:
        render(diagnostics, texts, fmt, True).encode("utf-8")
    for diagnostic in diagnostics:
        assert diagnostic.message and diagnostic.code
        assert diagnostic.span is not None, diagnostic
        if source is not None:
            lines = source.text.split("\n")
            assert 1 <= diagnostic.span.line <= len(lines), diagnostic
            assert 1 <= diagnostic.span.column <= len(lines[diagnostic.span.line - 1]) + 2, diagnostic


def taken(name: str, data: bytes) -> Program | None:
    """What comes of ``data`` as a source: a program, or errors that are told; its tree reads as it prints."""
    source = None
    try:
        source = decode(name, data)
        document, program, warnings = analyse(source)
    except SourceError as error:
        assert any(d.severity == "error" for d in error.diagnostics)
        shown(error.diagnostics, source)
        if source is not None:
            correct(source)
            correct(source, unsafe=True)
        return None
    shown(warnings, source)
    text = print_document(document)
    again, _, _ = analyse(SourceFile("again.psp", text))
    assert print_document(again) == text
    return program


@pytest.mark.parametrize("seed", range(4))
def test_any_text_as_the_policy_language(seed: int) -> None:
    for data in mutants(LANGUAGE, seed, 300):
        taken("p.psp", data)


@pytest.mark.parametrize("seed", range(4))
def test_any_text_as_a_psp(seed: int) -> None:
    for data in mutants(OBJECTS, seed, 200):
        taken("p.yaml", data)


@pytest.mark.parametrize("seed", range(2))
def test_any_text_on_stdin(seed: int) -> None:
    for data in mutants([*LANGUAGE, *OBJECTS, *PODS], seed, 100):
        taken("-", data)


@pytest.mark.parametrize("seed", range(4))
def test_any_text_as_manifests(seed: int) -> None:
    program = analyse(decode("p.yaml", (ROOT / "examples" / "restricted.yaml").read_bytes()))[1]
    for data in mutants(PODS, seed, 200):
        report = Report()
        source = None
        try:
            source = decode("pods.yaml", data)
            judged = [one for manifest in read_manifests(source, report) for one in judgements(program, manifest)]
        except SourceError as error:
            shown(error.diagnostics, source)
            continue
        shown(tuple(report.diagnostics), source)
        assert all(judgement.allowed in (True, False) for judgement in judged)


POLICY = (ROOT / "examples" / "psp-default.yaml").read_bytes()
LONG = {
    "spaces": b" " * 1_000_000,
    "tabs": b"\t" * 100_000,
    "one line of letters": b"a" * 1_000_000,
    "empty lines": b"\n" * 100_000,
    "quotes": b'"' * 50_000,
    "backslashes": b'"' + b"\\" * 1_000_000,
    "hashes": b"#" * 100_000,
    "commas": b"policy p { deny " + b"," * 50_000,
    "braces": b"{" * 50_000,
    "closing braces": b"}" * 50_000,
    "brackets": b"[" * 50_000,
    "parentheses": b"policy p { allow hostPath /a " + b"(" * 50_000,
    "many values": b"policy p {\n allow hostPath " + b", ".join(b"/a%d" % n for n in range(4_000)) + b"\n}\n",
    "a long value": b"policy p {\n allow hostPath /" + b"a" * 1_000_000 + b"\n}\n",
    "a long reason": b'policy p {\n deny privileged because "' + b"a" * 1_000_000 + b'"\n}\n',
    "many broken lines": b"policy p {\n" + b"denny x\n" * 10_000 + b"}\n",
    "many broken policies": b"policy {\n deny hostPID\n}\n" * 2_000,
    "many stray lines": b"x\n" * 20_000,
    "many unknown fields": POLICY + b"".join(b"  field%d: 1\n" % n for n in range(5_000)),
    "deep flow": POLICY + b"  volumes: " + b"[" * 100_000 + b"]" * 100_000,
    "deep maps": b"".join(b" " * n + b"a:\n" for n in range(2_000)),
    "aliases": b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b"*a%d, " % (n - 1) * 10) for n in range(1, 30)),
    "an alias of itself": b"&a [*a]",
    "a long number": POLICY + b"  hostPorts: [{min: 1, max: " + b"9" * 100_000 + b"}]\n",
    "a huge float": POLICY + b"  privileged: 1e" + b"9" * 10_000 + b"\n",
    "many documents": b"---\na: b\n" * 5_000,
    "an anchor for each": b"".join(b"- &a%d x\n" % n for n in range(10_000)),
    "long keys": b"? " + b"k" * 500_000 + b"\n: v\n",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["p.psp", "p.yaml"])
@pytest.mark.parametrize("case", LONG)
def test_large_inputs_end(case: str, name: str) -> None:
    began = time.process_time()
    limit = sys.getrecursionlimit()
    taken(name, LONG[case])
    assert sys.getrecursionlimit() == limit
    assert time.process_time() - began < SECONDS
