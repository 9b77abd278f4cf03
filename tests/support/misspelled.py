"""Correct sources, and the mistakes that people make in them: slips, words of other languages, signs too many and too few.

Run as ``python -m support.misspelled COUNT SEED`` to hold `pscc.fixing.correct` to COUNT mistaken sources.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases.requests import draw_requests
from pscc.cases.suite import accepted, cases_for
from pscc.diagnostics import SourceError
from pscc.driver import analyse
from pscc.fixing import correct
from pscc.ir.access import Request
from pscc.language.formatting import without_spans
from pscc.reference.admission import decide
from support.fuzzing import generated, load
from support.paths import ROOT

Json = dict[str, object]
MISTAKES_EACH = 40
"""Mistaken sources for one correct source."""
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[^\s,{}"]+|[,{}]')
_BORROWED = (
    "inherits", "from", "like", "if", "when", "where", "only", "with", "import", "include", "and", "or", "not", "&&", "||", "!",
    "namespace", "ns", "user", "group", "serviceaccount", "container", "image", "pods", "is", "to", "of", "must", "be", "always",
    "never", "no", "any", "*", "forbid", "permit", "ensure", "warn", "audit", "enforce", "on", "unless", "add", "until", "because",
    "true", "false", "deny", "allow", "require", "default", "except", "exempt", "in", "for", "everyone", ":", "=", "==", "!=", "[",
    "]", "(", ")", "-", "//", "/*", "*/", ";", "extends", "implements", "using", "template", "policy", "choose", "select", "else",
)  # fmt: skip
_INSTEAD = {
    "extends": ("inherits", "from", ":", "<", "extend", "like", "is", "with", "implements"),
    "deny": ("forbid", "block", "denied", "dny", "prohibit", "no", "disallow", "not", "reject"),
    "allow": ("permit", "allows", "allowed", "accept", "only", "alow"),
    "require": ("must", "requires", "ensure", "need", "required"),
    "default": ("set", "defaults", "add", "defualt"),
    "namespaces": ("namespace", "ns", "Namespaces", "namspaces"),
    "serviceaccounts": ("serviceaccount", "serviceAccounts", "sa", "service-accounts"),
    "users": ("user", "Users"),
    "groups": ("group", "Groups"),
    "containers": ("container", "Containers"),
    "images": ("image", "Images"),
    "in": ("In", "within", "for", "inside", "on"),
    "except": ("exclude", "not in", "excluding", "exept", "but"),
    "exempt": ("exclude", "ignore", "skip", "exemp", "excempt", "allow"),
    "because": ("reason", "as", "since", "becuase", "//", "#", ":"),
    "until": ("till", "before", "expires", "untill", "by"),
    "unless": ("if", "when", "except", "unles", "where"),
    "choose": ("choice", "select", "Choose", "one of"),
    "everyone": ("all", "everybody", "anyone", "*", "Everyone"),
    "true": ("yes", "True", "on", '"true"', "1"),
    "false": ("no", "False", "off", '"false"', "0"),
    ",": ("", " and", " or", ";", " &&", " |", ",,", " ,", ", and"),
    "{": (":", "(", "", "[", "{{", "=", "\n{"),
    "}": ("", "}}", ")", "end", "};", "]"),
}


def mistaken(rng: random.Random, text: str) -> str:
    """``text`` with one mistake in it."""
    tokens = list(_TOKEN.finditer(text))
    at = rng.randrange(len(tokens))
    token, after = tokens[at], tokens[min(at + 1, len(tokens) - 1)]
    word = token[0]
    letter = rng.randrange(len(word))
    match rng.randrange(13):
        case 0:
            new = rng.choice(
                (word[:letter] + word[letter + 1 :], word[:letter] + rng.choice("aeiost") + word[letter:],
                 word[:letter] + rng.choice("aeiost") + word[letter + 1 :],
                 word[:letter] + word[letter : letter + 2][::-1] + word[letter + 2 :])
            )  # fmt: skip
        case 1:
            new = rng.choice((word.lower(), word.upper(), word.capitalize(), word.swapcase()))
        case 2 | 3:
            new = rng.choice(_INSTEAD.get(word, (rng.choice(_BORROWED),)))
        case 4:
            new = ""
        case 5:
            new = f"{word} {word}"
        case 6 | 7:
            new = rng.choice((f"{word} {rng.choice(_BORROWED)}", f"{rng.choice(_BORROWED)} {word}"))
        case 8:
            between = text[token.end() : after.start()]
            return text[: token.start()] + after[0] + between + word + text[max(token.end(), after.end()) :]
        case 9:
            quotes = rng.choice(("''", "“”", '""', "``", "[]", "()", "<>"))
            new = quotes[0] + word.strip('"') + quotes[1] if rng.random() < 0.7 else word.strip('"')
        case 10:
            new = word + rng.choice((":", "=", " =", " == :", ";", ",", ".", " !=", " >="))
        case 11:
            new = word[:letter] + rng.choice(("\u00a0", "\u200b", "\u202e", "\t", "\u2028")) + word[letter:]
        case _:
            end = text.find("\n", token.end())
            return text[: end if end >= 0 else len(text)] + rng.choice(
                (" // note", " /* note */", ";", ",", " \\", " {", " }", ":", " -- note")
            ) + text[end if end >= 0 else len(text) :]  # fmt: skip
    return text[: token.start()] + new + text[token.end() :]


def correct_sources(rng: random.Random) -> Iterator[SourceFile]:
    """Sources without errors, without end."""
    written = [ROOT / "examples" / "team.psp", *sorted((ROOT / "golden" / "policies").glob("*/*.psp"))]
    yaml = [ROOT / "examples" / name for name in ("psp-default.yaml", "restricted.yaml")]
    texts = [SourceFile(path.name, path.read_text(encoding="utf-8")) for path in (*written, *yaml)]
    choices = [
        SourceFile("choice.psp", path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "golden").rglob("*.psp"))
        if "choose" in path.read_text(encoding="utf-8")
    ]
    while True:
        drawn = SourceFile("p.psp", generated(rng)) if rng.random() < 0.7 else rng.choice([*texts, *choices])
        if program_of(drawn) is not None:
            yield drawn


def program_of(source: SourceFile) -> ir.Program | None:
    """The program of ``source``; None where it has errors."""
    try:
        return analyse(source, load=load)[1]
    except SourceError:
        return None


def refuses(program: ir.Program, request: Request, pod: Json) -> bool:
    """Whether a policy or a choice of ``program`` that enforces refuses ``pod``."""
    decision = decide(program, request, pod)
    return any(p.mode == "enforce" and not verdict.allowed for p, verdict in decision.judged) or any(
        c.mode == "enforce" and not admission.allowed for c, admission in decision.chosen
    )


def pods_around(program: ir.Program) -> Iterator[Json]:
    """Pods around the boundaries of each policy of ``program``, among them one that it accepts."""
    for policy in (*program.policies, *(p for choice in program.choices for p in choice.policies)):
        yield accepted(policy)
        yield from (case.pod for case in cases_for(policy))


def admitted_after(before: ir.Program, after: ir.Program) -> tuple[Request, Json] | None:
    """A pod that ``before`` refuses and ``after`` admits, with who asks, among the pods around both; None if there is none."""
    requests = list(dict.fromkeys((*draw_requests(before, 0, 8), *draw_requests(after, 1, 8))))
    for pod in [*pods_around(before), *pods_around(after)]:
        for request in requests:
            metadata = pod["metadata"]
            placed = {
                **pod,
                "metadata": {**(metadata if isinstance(metadata, dict) else {}), "namespace": request.namespace},
            }
            if refuses(before, request, placed) and not refuses(after, request, placed):
                return request, placed
    return None


@dataclass
class Outcome:
    """The numbers of a run: mistaken sources, those that ``--fix`` changed, those without errors then, those that mean
    something else than their correct source; and each failure as text."""

    tried: int = 0
    changed: int = 0
    mended: int = 0
    otherwise: int = 0
    failures: list[str] = field(default_factory=list)


def hold(seed: int, count: int) -> Outcome:
    """``count`` mistaken sources, each corrected and judged beside the correct source that it was made from."""
    rng = random.Random(seed)
    outcome = Outcome()
    for source in correct_sources(rng):
        before = program_of(source)
        assert before is not None
        for _ in range(MISTAKES_EACH):
            if outcome.tried >= count:
                return outcome
            wrong = SourceFile(source.name, mistaken(rng, source.text))
            try:
                broken = program_of(wrong) is None
            except RecursionError:
                continue
            if broken:
                outcome.tried += 1
                judge(source, wrong, before, outcome)
    raise AssertionError("sources end")


def judge(source: SourceFile, wrong: SourceFile, before: ir.Program, outcome: Outcome, unsafe: bool = False) -> None:
    """Correct ``wrong``, which was made from ``source`` with the program ``before``, and count what comes of it."""
    (fixed,), corrections = correct(wrong, load=load, unsafe=unsafe)
    assert (fixed.text == wrong.text) is not bool(corrections)
    if not corrections:
        return
    outcome.changed += 1
    after = program_of(fixed)
    if after is None:
        return
    outcome.mended += 1
    if without_spans(after) == without_spans(before):
        return
    outcome.otherwise += 1
    admitted = admitted_after(before, after)
    if admitted:
        added = Counter(line for line in fixed.text.splitlines()) - Counter(source.text.splitlines())
        mistake = Counter(wrong.text.splitlines()) - Counter(source.text.splitlines())
        outcome.failures.append(f"{list(mistake)} became {list(added)}, which admits {admitted[1]} for {admitted[0]}")


if __name__ == "__main__":
    run = hold(int(sys.argv[2]), int(sys.argv[1]))
    print(f"{run.tried} mistaken, {run.changed} changed, {run.mended} mended, {run.otherwise} mean something else")
    print(*run.failures, sep="\n")
    sys.exit(bool(run.failures))
