"""Writes a syntax tree as the policy language: the canonical text, which parses to the same tree.

Knows neither controls nor the grammar's parser.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pscc.language.ast import Choice, Document, Exemption, Grant, Policy, Statement, Unless, Use, Value
from pscc.language.comments import GAP

KEYWORDS = frozenset((
    "deny", "allow", "require", "default", "because", "on", "all", "add", "in", "except", "warn", "audit", "enforce",
    "exempt", "from", "until", "without", "unless",
))  # fmt: skip
INDENT = "    "
WIDTH = 120
"""The length of a line. A longer statement continues on the next line, after a comma or before ``because``."""
_BARE = re.compile(r'[^\s,{}"#=()]+')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quote(text: str) -> str:
    """``text`` as a string of the language: one line, every control character escaped."""
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _unicode(c)) for c in text) + '"'


def _unicode(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def print_value(value: Value) -> str:
    """A value: bare unless it is quoted or cannot stand bare."""
    bare = not value.quoted and _BARE.fullmatch(value.text) and value.text not in KEYWORDS
    text = value.text if bare else quote(value.text)
    key = f"{value.key}=" if value.key else ""
    return f"{key}{text}" + (f" ({value.qualifier})" if value.qualifier else "")


def print_unless(unless: Unless) -> str:
    """``unless os.name windows and hostUsers not true``."""
    conditions = [
        f"{condition.field.text} {'not ' if condition.negated else ''}{print_value(condition.value)}"
        for condition in unless.conditions
    ]
    return f"unless {f' {unless.joined} '.join(conditions)}"


def print_statement(statement: Statement, pad: int = 0) -> str:
    """The statement on one line, its verb padded to ``pad``, without its comment."""
    words: list[str] = [statement.mode] if statement.mode else []
    words += [statement.verb.ljust(0 if statement.mode else pad), ", ".join(name.text for name in statement.controls)]
    if statement.manner:
        words.append(statement.manner)
    if statement.values:
        words.append(", ".join(print_value(value) for value in statement.values))
    if statement.on:
        words.append(f"on {statement.on}")
    if statement.unless:
        words.append(print_unless(statement.unless))
    if statement.because:
        words.append(f"because {quote(statement.because)}")
    return " ".join(words)


def _comment(text: str, indent: str) -> list[str]:
    lines = text.split("\n") if text else []
    return ["" if line == GAP else f"{indent}# {line}".rstrip() for line in lines]


def _together(text: str) -> str:
    """A comment outside of blocks, where the layout says how many empty lines there are."""
    return "\n".join(line for line in text.split("\n") if line != GAP)


def _block(head: list[str], lines: list[str]) -> list[str]:
    """A block: no empty lines at its edges, and no two of them together."""
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    while kept and not kept[-1]:
        kept.pop()
    while kept and not kept[0]:
        del kept[0]
    return [*head, *kept, "}"]


def _beside(text: str) -> str:
    return f"  # {text}".rstrip() if text else ""


def print_exemption(exemption: Exemption) -> str:
    """The exemption on one line, without its comment."""
    words = ["exempt", ", ".join(f"{e.kind} {', '.join(map(print_value, e.values))}" for e in exemption.exempted)]
    if exemption.controls:
        words.append("from " + ", ".join(name.text for name in exemption.controls))
    if exemption.because:
        words.append(f"because {quote(exemption.because)}")
    if exemption.until:
        words.append(f"until {print_value(exemption.until)}")
    return " ".join(words)


_PIECE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",])+(?:, )?')
"""A text up to and including the next comma. Commas in strings do not count."""


def _lines(text: str, because: str) -> list[str]:
    """The line ``text``, broken where it is too long: before the reason, then after commas."""
    if len(text) <= WIDTH:
        return [text]
    reason = f" because {quote(because)}"
    if because and reason in text:
        start, _, end = text.rpartition(reason)
        return [*_lines(start, ""), f"{INDENT}{INDENT}{reason.strip()}{end}"]
    lines: list[str] = []
    for piece in _PIECE.findall(text):
        if lines and len(lines[-1]) + len(piece.rstrip()) <= WIDTH:
            lines[-1] += piece
        else:
            lines.append(f"{INDENT}{INDENT}{piece}" if lines else piece)
    return [line.rstrip() for line in lines]


def _policy(policy: Policy) -> list[str]:
    word = "abstract policy" if policy.abstract else "policy"
    head = f"{word} {policy.name.text}" + (f" {quote(policy.title)}" if policy.title else "")
    if policy.extends:
        head += f" extends {policy.extends.text}"
    lines: list[str] = []
    for scope in policy.scopes:
        word = "except" if scope.inverse else "in"
        places = ", ".join(print_value(v) for v in scope.values)
        lines += _comment(scope.comment, INDENT)
        lines.append(f"{INDENT}{word.ljust(7)} namespaces {places}{_beside(scope.beside)}")
    if policy.mode:
        lines += [*_comment(policy.mode_comment, INDENT), f"{INDENT}{policy.mode}{_beside(policy.mode_beside)}"]
    for exemption in policy.exemptions:
        lines += _comment(exemption.comment, INDENT)
        lines += _lines(INDENT + print_exemption(exemption), exemption.because)
        lines[-1] += _beside(exemption.beside)
    for without in policy.without:
        names = ", ".join(name.text for name in without.controls)
        lines += [*_comment(without.comment, INDENT), f"{INDENT}without {names}{_beside(without.beside)}"]
    pad = max((len(s.verb) for s in policy.statements if not s.mode), default=0)
    for statement in policy.statements:
        lines += _comment(statement.comment, INDENT)
        lines += _lines(INDENT + print_statement(statement, pad), statement.because)
        lines[-1] += _beside(statement.beside)
    above = [*_comment(_together(policy.comment), ""), head + " {" + _beside(policy.beside)]
    return _block(above, [*lines, *_comment(policy.closing, INDENT)])


def print_policy(policy: Policy) -> str:
    """The policy as a block, with all comments, without a line end behind it."""
    return "\n".join(_policy(policy))


def print_grant(grant: Grant) -> str:
    """The grant on one line, without its comment."""
    return _grant(replace(grant, beside=""), 0).strip()


def _grant(grant: Grant, pad: int) -> str:
    """The grant on one line, its policy's name padded to ``pad``."""
    subjects = [f"{s.kind} {', '.join(print_value(v) for v in s.values)}".rstrip() for s in grant.subjects]
    places = ", ".join(print_value(v) for v in grant.namespaces)
    where = f" in namespaces {places}" if places else ""
    return f"{INDENT}{grant.policy.text.ljust(pad)} for {', '.join(subjects)}{where}{_beside(grant.beside)}"


def _choice(choice: Choice) -> list[str]:
    pad = max((len(grant.policy.text) for grant in choice.grants), default=0)
    name = choice.name.text if choice.name else ""
    head = " ".join(filter(None, ("choose", name, choice.mode, "{"))) + _beside(choice.beside)
    lines: list[str] = []
    for grant in choice.grants:
        lines += [*_comment(grant.comment, INDENT), _grant(grant, pad)]
    return _block([*_comment(_together(choice.comment), ""), head], [*lines, *_comment(choice.closing, INDENT)])


def _use(use: Use) -> list[str]:
    return [*_comment(_together(use.comment), ""), f"use {quote(use.path)}{_beside(use.beside)}"]


def print_document(document: Document) -> str:
    """The text of a document: its `use` lines, its policies and its choices, with all comments."""
    edges = [_comment(_together(text), "") for text in (document.heading, document.closing)]
    uses = [line for use in document.uses for line in _use(use)]
    blocks = [edges[0], uses, *map(_policy, document.policies), *map(_choice, document.choices), edges[1]]
    blocks = [block for block in blocks if block]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"
