"""Draws sources in the language over everything that it can say.

What there is comes from the registry of controls (shapes, defaults, values, fields of ``unless``) and from the grammar
(keywords, kinds of item). What does not resolve is drawn again: `programs` counts why.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from conformance.space import grammar, words
from pscc.base.source import SourceFile
from pscc.controls import CONTROLS
from pscc.controls._base import Control, Shape, check_of
from pscc.diagnostics import Report, SourceError
from pscc.driver import analyse
from pscc.ir import Containers, Program
from pscc.ir.defaulting import check_reads
from pscc.language.ast import Document
from pscc.meaning.inheritance import flatten
from pscc.meaning.library import LEVELS, MINORS, library_policy
from pscc.meaning.linking import Family, Load, LoadError
from pscc.meaning.narrowing import FIELDS

NAMES = (
    "main", "strict", "wide", "a", "a-audit", "a-defaults", "workloads", "kustomization", "team.web", "1st", "expansion",
    "pod-security-policies", "baseline-for-teams-that-have-not-been-migrated.to-restricted-yet.example", "lib",
)  # fmt: skip
CHOICES = ("tiers", "team.web-choice", "pod-security-policies", "request-1")
USED = "base.psp"
NEVER = "2099-12-31"
"""The end of exemptions that have one: engines do not look at the clock."""
_OF_CONTAINERS = frozenset(
    control.id
    for control in CONTROLS
    if any(isinstance(s.items, Containers) for shape in control.shapes for r in shape.requirements for s in r.each)
)
"""The controls from which a container can be exempt."""


@dataclass(frozen=True, slots=True)
class Source:
    """A drawn program: its text, the text of the file that it uses (empty if none), its tree and its meaning."""

    text: str
    used: str
    document: Document = field(repr=False)
    program: Program = field(repr=False)


def read(text: str, used: str = "") -> tuple[Document, Program]:
    """The tree and the meaning of a source. Raises `SourceError`."""
    document, program, _ = analyse(SourceFile("drawn.psp", text), load=_loader(used))
    return document, program


def _loader(used: str) -> Load:
    def load(path: str, user: str) -> SourceFile:
        if path != USED or not used:
            raise LoadError("there is no such file")
        return SourceFile(USED, used)

    return load


def programs(rng: random.Random, refused: Counter[str] | None = None) -> Iterator[Source]:
    """Sources that resolve, without end; the codes of the errors of the others are counted in ``refused``."""
    while True:
        text, used = _Drawing(rng).source()
        try:
            document, program = read(text, used)
        except SourceError as error:
            if refused is not None:
                refused.update({d.code for d in error.diagnostics if d.severity == "error"})
            continue
        if program.policies or program.choices:
            yield Source(text, used, document, program)


def defaulting(rng: random.Random, control: Control) -> Source | None:
    """A policy ``p`` that defaults ``control`` and others, and checks what they set; sometimes in a choice beside another.

    None where what was drawn does not resolve.
    """
    drawing, looking = _Drawing(rng), readers(CONTROLS)
    defaulted = [control, *rng.sample([other for other in looking if other is not control], rng.choice((0, 0, 1, 2)))]
    defaults = [drawing._default(each) for each in defaulted]
    checks = [drawing._check(*rng.choice(looking[each])) for each in defaulted]
    text = "policy p {\n" + "\n".join((*defaults, *checks)) + "\n}\n"
    if rng.random() < 0.3:
        grants = "    p for serviceaccounts default/default\n    q for everyone\n"
        text += f"policy q {{\n{defaults[0]}\n}}\nchoose {{\n{grants}}}\n"
    try:
        return Source(text, "", *read(text))
    except SourceError:
        return None


@cache
def readers(controls: tuple[Control, ...]) -> Mapping[Control, tuple[tuple[Control, Shape], ...]]:
    """For each of ``controls`` that can be defaulted, those of them, and their shapes, that look at what the default sets."""
    drawing = _Drawing(random.Random(0))
    by_control = {}
    for control in (control for control in controls if control.default):
        program = read(f"policy defaults {{\n{drawing._default(control)}\n}}")[1]
        (default,) = program.policies[0].defaults
        by_control[control] = tuple(
            (reader, shape)
            for reader in controls
            for shape in reader.shapes
            if check_reads(check_of(reader, shape, (), default.span, "", ""), default)
        )
    return {control: looking for control, looking in by_control.items() if looking}


class _Drawing:
    """One source on its way; ``controls`` knows what each policy that can be extended says something about."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.controls: dict[str, list[str]] = {}
        self.choices = rng.sample(CHOICES, len(CHOICES))
        self.besides: dict[str, list[tuple[str, str]]] = {}
        self.density = rng.choice((0.05, 0.1, 0.1, 0.2, 0.35))
        self.defaults = rng.choice((0.0, 0.0, 0.1, 0.3))

    def _perhaps(self, chance: float) -> bool:
        return self.rng.random() < chance

    def source(self) -> tuple[str, str]:
        used = ""
        if self._perhaps(0.15):
            used = "\n".join(self._policy(f"base-{n}", member=True) for n in range(self.rng.randint(1, 2)))
        bases = [self._policy("foundation", member=False, abstract=True)] if self._perhaps(0.1) else []
        count = self.rng.choice((1, 1, 1, 2, 2, 3, 4, 6))
        names = self.rng.sample(NAMES, count)
        members = self.rng.sample(names, self.rng.randint(1, count)) if self._perhaps(0.45) else []
        if count > 1 and self._perhaps(0.3):
            self._one_reads_what_another_sets(names)
        if count > 1 and self._perhaps(0.3):
            self._several_add_to_one_list(names)
        if self._perhaps(0.3):
            self._a_default_follows(names)
        blocks = [*bases, *(self._policy(name, name in members) for name in names)]
        if members:
            chosen = [*members, *(["base-0"] if used and self._perhaps(0.3) else [])]
            blocks.insert(self.rng.randint(0, len(blocks)), self._choice(chosen))
            if len(members) > 1 and self._perhaps(0.3):
                others = self.rng.sample(members, self.rng.randint(1, len(members) - 1))
                blocks.insert(self.rng.randint(0, len(blocks)), self._choice(others))
        head = f'use "{USED}"\n' if used else ""
        return head + "\n".join(blocks), used

    def _one_reads_what_another_sets(self, names: list[str]) -> None:
        """Two of ``names`` get statements besides: a default, and a check that looks at what it sets."""
        setting, reading = self.rng.sample(names, 2)
        looked_at = readers(CONTROLS)
        if looked_at:
            control = self.rng.choice(list(looked_at))
            reader, shape = self.rng.choice(looked_at[control])
            self._beside(setting, self._default(control), control)
            self._beside(reading, self._check(reader, shape), reader)

    def _several_add_to_one_list(self, names: list[str]) -> None:
        """Two or three of ``names`` get a default of one control besides that adds to a list, and one of them a check of it."""
        looked_at = readers(CONTROLS)
        extending = [control for control in looked_at if control.default and control.default.takes == "add"]
        if not extending:
            return
        control = self.rng.choice(extending)
        adding = self.rng.sample(names, min(len(names), self.rng.randint(2, 3)))
        for name in adding:
            self._beside(name, self._default(control), control)
        reader, shape = self.rng.choice(looked_at[control])
        self._beside(self.rng.choice(adding), self._check(reader, shape), reader)

    def _a_default_follows(self, names: list[str]) -> None:
        """One of ``names`` gets a default besides, and a rule on its control that leaves pods out; another may get a reader."""
        looked_at = readers(CONTROLS)
        following = [control for control in looked_at if control.shapes]
        if not following:
            return
        control, setting = self.rng.choice(following), self.rng.choice(names)
        self._beside(setting, self._default(control), control)
        self._beside(setting, self._check(control, leaving_out=1.0), control)
        if len(names) > 1 and self._perhaps(0.6):
            reader, shape = self.rng.choice(looked_at[control])
            other = self.rng.choice([name for name in names if name != setting])
            self._beside(other, self._check(reader, shape, leaving_out=0.5), reader)

    def _beside(self, name: str, statement: str, control: Control) -> None:
        self.besides.setdefault(name, []).append((statement, control.id))

    def _policy(self, name: str, member: bool, abstract: bool = False) -> str:
        parent = self._parent() if self._perhaps(0.3) else ""
        drawers: Mapping[str, Callable[[], list[str]]] = {
            "statement": lambda: self._statements(name, member),
            "scope": self._scopes,
            "mode": lambda: [] if member or self._perhaps(0.75) else [self.rng.choice(grammar.words("MODE"))],
            "exemption": lambda: self._exemptions(name, parent, member),
            "without": lambda: self._without(parent),
        }
        self.controls[name] = list(self.controls.get(parent, ()))
        kinds = [kind for kind in grammar.items() if not abstract or kind in ("statement", "without")]
        lines = [line for kind in kinds for line in drawers[kind]()]
        self.rng.shuffle(lines)
        title = f" {words.quoted(self.rng.choice(words.REASONS))}" if self._perhaps(0.2) else ""
        extends = f" extends {parent}" if parent else ""
        body = "".join(f"    {line}\n" for line in lines)
        (keyword,) = grammar.words("ABSTRACT")
        return f"{f'{keyword} ' if abstract else ''}policy {name}{title}{extends} {{\n{body}}}\n"

    def _parent(self) -> str:
        if self.controls and self._perhaps(0.5):
            return self.rng.choice(list(self.controls))
        level = self.rng.choice(LEVELS)
        name = f"pss/{level}" + ("" if self._perhaps(0.3) else f"@{self.rng.choice(MINORS)}")
        policy = library_policy(name)
        assert policy is not None
        inherited = flatten(policy, Family(), Report()).statements
        self.controls[name] = list(dict.fromkeys(statement.controls[0].text for statement, _ in inherited))
        return name

    # --- statements -------------------------------------------------------------

    def _statements(self, name: str, member: bool) -> list[str]:
        lines = []
        for control in CONTROLS:
            if control.id == "pods" and not self._perhaps(0.1):
                continue
            if control.shapes and self._perhaps(self.density):
                mode = self.rng.choice(grammar.words("MODE")) + " " if not member and self._perhaps(0.12) else ""
                lines.append(mode + self._check(control))
                self.controls[name].append(control.id)
            if control.default and self._perhaps(self.defaults):
                lines.append(self._default(control))
                self.controls[name].append(control.id)
        for statement, control_id in self.besides.get(name, ()):
            lines.append(statement)
            self.controls[name].append(control_id)
        if not lines:
            control = self.rng.choice([c for c in CONTROLS if c.shapes and c.id != "pods"])
            lines.append(self._check(control))
            self.controls[name].append(control.id)
        return lines

    def _check(self, control: Control, shape: Shape | None = None, leaving_out: float = 0.1) -> str:
        shape = shape or self.rng.choice(control.shapes)
        text = f"{shape.verb} {control.id}"
        if shape.takes != "nothing":
            manner = f" {shape.takes}" if shape.takes in grammar.words("MANNER") else ""
            text += f"{manner} {words.values(control, self.rng, single=False, literal=bool(manner))}"
        if shape.on:
            text += f" on {shape.on}"
        if self._perhaps(leaving_out):
            text += self._unless()
        return text + self._because(0.15)

    def _unless(self) -> str:
        (keyword,), (negation,) = grammar.words("_UNLESS"), grammar.words("NOT")
        names = self.rng.sample(list(FIELDS), 2 if self._perhaps(0.4) else 1)
        conditions = [
            f"{name} {f'{negation} ' if self._perhaps(0.3) else ''}{self.rng.choice(list(FIELDS[name].values))}"
            for name in names
        ]
        (joined,) = grammar.words(self.rng.choice(("AND", "OR")))
        return f" {keyword} {f' {joined} '.join(conditions)}"

    def _default(self, control: Control) -> str:
        assert control.default is not None
        takes = control.default.takes
        if takes == "nothing":
            return f"default {control.id}"
        manner = f" {takes}" if takes in grammar.words("MANNER") else ""
        return f"default {control.id}{manner} {words.values(control, self.rng, single=not manner, literal=True)}"

    def _because(self, chance: float) -> str:
        (keyword,) = grammar.words("_BECAUSE")
        return f" {keyword} {words.quoted(self.rng.choice(words.REASONS))}" if self._perhaps(chance) else ""

    # --- what is around them ------------------------------------------------------

    def _scopes(self) -> list[str]:
        lines = []
        for word in grammar.words("SCOPE"):
            if self._perhaps(0.22):
                names = words.namespaces(self.rng)
                lines += [f"{word} {kind}" for kind in (words.apart(names) if word.startswith("in") else (names,))]
        return lines

    def _exemptions(self, name: str, parent: str, member: bool) -> list[str]:
        kinds = grammar.words("EXEMPTED")
        of_containers = tuple(kind for kind in kinds if kind in ("containers", "images"))
        lines = []
        for _ in range(self.rng.choice((0, 0, 0, 1, 1, 2))):
            pool = of_containers if member or self._perhaps(0.4) else kinds
            chosen = self.rng.sample(pool, self.rng.randint(1, min(2, len(pool))))
            text = ", ".join(f"{kind} {words.named(kind, self.rng)}" for kind in chosen)
            controls = self.controls.get(name) or self.controls.get(parent, [])
            controls = [control for control in controls if control in _OF_CONTAINERS or self._perhaps(0.02)]
            if controls and set(chosen) <= set(of_containers) and self._perhaps(0.4):
                (keyword,) = grammar.words("_FROM")
                some = self.rng.sample(controls, min(len(controls), self.rng.randint(1, 2)))
                text += f" {keyword} {', '.join(dict.fromkeys(some))}"
            (keyword,) = grammar.words("_UNTIL")
            until = f" {keyword} {NEVER}" if self._perhaps(0.2) else ""
            (exempt,) = grammar.words("EXEMPT")
            lines.append(f"{exempt} {text}{self._because(1)}{until}")
        return lines

    def _without(self, parent: str) -> list[str]:
        controls = self.controls.get(parent, [])
        if not controls or not self._perhaps(0.4):
            return []
        (keyword,) = grammar.words("_WITHOUT")
        return [f"{keyword} {', '.join(dict.fromkeys(self.rng.sample(controls, min(len(controls), 2))))}"]

    def _choice(self, members: list[str]) -> str:
        mode = f"{self.rng.choice(grammar.words('MODE'))} " if self._perhaps(0.2) else ""
        called = f"{self.choices.pop()} " if self._perhaps(0.3) else ""
        lines = []
        for name in members:
            for _ in range(self.rng.choice((1, 1, 1, 2))):
                lines.append(f"    {name} for {self._subjects()}{self._place()}\n")
        if self._perhaps(0.3):
            self.rng.shuffle(lines)
        return f"choose {called}{mode}{{\n{''.join(lines)}}}\n"

    def _subjects(self) -> str:
        if self._perhaps(0.2):
            return self.rng.choice(grammar.words("EVERYONE"))
        kinds = self.rng.sample(grammar.words("SUBJECT"), self.rng.choice((1, 1, 2)))
        return ", ".join(f"{kind} {words.named(kind, self.rng)}" for kind in kinds)

    def _place(self) -> str:
        return f" in namespaces {words.namespaces(self.rng, labels=False)}" if self._perhaps(0.35) else ""
