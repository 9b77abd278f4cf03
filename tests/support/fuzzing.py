"""Random sources for the parser, the resolver and the formatter: grammar-derived, and mutations of good ones.

Run as ``python -m support.fuzzing SECONDS SEED``. A failure is a traceback, a source that takes over a second, or one that
``fmt`` would change the meaning of.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

from conformance.policies import draw_statements
from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import analyse
from pscc.language.formatting import formatted, without_spans
from pscc.meaning.linking import LoadError
from support.paths import ROOT

SLOW = 1.0
WORDS = (
    "policy p {", "}", "{", "choose {", "choose warn {", 'use "base.psp"', "deny", "allow", "require", "default", "warn",
    "audit", "enforce", "in namespaces", "except namespaces", "exempt", "containers", "images", "users", "groups",
    "serviceaccounts", "from", "because", "until", "2027-01-31", "without", "unless", "os.name", "windows", "hostUsers",
    "false", "true", "extends", "pss/baseline", "pss/restricted@1.30", "base", "p", "for everyone", "on pod", "on containers",
    "on pod or containers", "on pod and containers", "all of", "add", ",", "\n", "\n", "=", "(read-only)", '"a b"', '"\\u00e9"',
    '"', "#", "# note", "*", "a-*", "10-20", "20-10", "/var/log", "level=", "privileged", "hostPorts", "volumes", "nonRoot",
    "capabilities.add", "seccompProfile", "runtime/default", "sysctls", "hostPath", "\t", "\u00a0", "\x00", "\ufeff", "é", "\\",
)  # fmt: skip


def generated(rng: random.Random) -> str:
    """A source that the grammar could have made, with all its statements."""
    text = draw_statements(rng, "p")
    lines = text.splitlines()
    extras = [
        "in namespaces a, b-*, x/y=z", "except namespaces c", 'exempt users u, groups g because "r" until 2099-01-01',
        'exempt containers c-*, images i/* because "r"', "# a comment", "warn", "audit deny hostIPC unless os.name windows",
    ]  # fmt: skip
    for extra in rng.sample(extras, rng.randint(0, 3)):
        lines.insert(rng.randint(1, len(lines) - 1), f"    {extra}")
    parent = rng.choice(["", "", " extends pss/baseline", " extends pss/restricted@1.27", " extends base"])
    lines[0] = f'policy p "t"{parent} {{'
    if rng.random() < 0.3:
        lines.insert(0, 'use "base.psp"  # beside')
    return "\n".join(lines) + "\n"


def mutated(rng: random.Random, text: str) -> str:
    """``text`` with pieces of it taken out, doubled, moved, or replaced by words of the language."""
    for _ in range(rng.randint(1, 6)):
        start = rng.randint(0, len(text))
        end = min(len(text), start + rng.choice([0, 1, 1, 3, 12]))
        piece = rng.choice([rng.choice(WORDS), f" {rng.choice(WORDS)} ", text[start:end] * 2, "", text[end : end + 9]])
        text = text[:start] + piece + text[end:]
    return text


def sources(rng: random.Random) -> Iterator[str]:
    """Sources without end."""
    seeds = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples").rglob("*.psp"))]
    seeds += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "golden" / "diagnostics").rglob("*.psp"))]
    seeds.append((ROOT / "grammar" / "library" / "pss.psp").read_text(encoding="utf-8")[:2000])
    while True:
        yield generated(rng)
        yield mutated(rng, generated(rng))
        yield mutated(rng, rng.choice(seeds))
        yield " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 60)))


def load(path: str, user: str) -> SourceFile:
    """One file that can be used."""
    if path != "base.psp":
        raise LoadError("no such file", "name another")
    return SourceFile(path, "policy base {\n    deny privileged, hostPorts\n    require nonRoot\n}\n")


def accepted(text: str) -> bool:
    """Whether ``text`` is read without an error; raises where something is wrong with us."""
    before = None
    try:
        before = analyse(SourceFile("p.psp", text), load=load)[1]
    except SourceError as error:
        assert error.diagnostics, "refused without a word"
        assert all(d.message and "\n" not in d.message for d in error.diagnostics)
    try:
        laid_out = formatted(SourceFile("p.psp", text))
    except SourceError:
        assert before is None, "fmt refuses what check takes"
        return False
    assert formatted(SourceFile("p.psp", laid_out)) == laid_out, "fmt is not done after one run"
    if before is not None:
        after = analyse(SourceFile("p.psp", laid_out), load=load)[1]
        assert without_spans(after) == without_spans(before), "fmt changes the meaning"
    return before is not None


def _seconds(text: str) -> float:
    """The processor time of ``text`` once more: its own, if the first time a collection of garbage fell into it."""
    start = time.process_time()
    with suppress(Exception):
        accepted(f"{text}\n# again\n")
    return time.process_time() - start


def fuzz(seed: int, count: int | None = None, seconds: float = math.inf) -> tuple[int, int, list[str]]:
    """(sources, accepted ones, failures) of ``count`` sources, or of what that many seconds take."""
    rng = random.Random(seed)
    good = 0
    failures: list[str] = []
    until = time.monotonic() + seconds
    for tried, text in enumerate(sources(rng)):
        if tried == count or time.monotonic() > until or len(failures) > 20:
            return tried, good, failures
        start = time.process_time()
        try:
            good += accepted(text)
        except Exception as error:  # whatever it is, it is a finding
            failures.append(f"{type(error).__name__}: {error}: {text!r}")
        taken = time.process_time() - start
        if taken > SLOW and (again := _seconds(text)) > SLOW:
            failures.append(f"took {again:.1f} s: {text!r}")
    raise AssertionError("sources end")


if __name__ == "__main__":
    count, read, wrong = fuzz(int(sys.argv[2]), seconds=float(sys.argv[1]))
    print(f"{count} sources, {read} accepted, {len(wrong)} failures", *wrong, sep="\n")
    sys.exit(bool(wrong))
