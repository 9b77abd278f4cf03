"""Writes a syntax tree as the policy language: the canonical text, which parses to the same tree.

Knows neither controls nor the grammar's parser.
"""

from __future__ import annotations

import re

from pscc.syntax.ast import Choice, Document, Exemption, Grant, Policy, Statement, Value

KEYWORDS = frozenset((
    "deny", "allow", "require", "default", "because", "on", "all", "add", "in", "except", "warn", "audit", "enforce",
    "exempt", "from", "until", "without", "unless",
))  # fmt: skip
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
        words.append(f"unless {statement.unless.field.text} {print_value(statement.unless.value)}")
    if statement.because:
        words.append(f"because {quote(statement.because)}")
    return " ".join(words)


def _comment(text: str, indent: str) -> list[str]:
    return [f"{indent}# {line}".rstrip() for line in text.splitlines()]


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


def _policy(policy: Policy) -> list[str]:
    head = f"policy {policy.name.text}" + (f" {quote(policy.title)}" if policy.title else "")
    if policy.extends:
        head += f" extends {policy.extends.text}"
    lines = [*_comment(policy.comment, ""), head + " {"]
    for scope in policy.scopes:
        word = "except" if scope.inverse else "in"
        lines.append(f"    {word.ljust(7)} namespaces " + ", ".join(print_value(v) for v in scope.values))
    if policy.mode:
        lines.append(f"    {policy.mode}")
    for exemption in policy.exemptions:
        lines += [*_comment(exemption.comment, "    "), "    " + print_exemption(exemption)]
    if policy.without:
        lines.append("    without " + ", ".join(name.text for name in policy.without))
    pad = max((len(s.verb) for s in policy.statements if not s.mode), default=0)
    for statement in policy.statements:
        lines += [*_comment(statement.comment, "    "), "    " + print_statement(statement, pad)]
    return [*lines, "}"]


def _grant(grant: Grant, pad: int) -> str:
    """The grant on one line, its policy's name padded to ``pad``."""
    subjects = [f"{s.kind} {', '.join(print_value(v) for v in s.values)}".rstrip() for s in grant.subjects]
    places = ", ".join(print_value(v) for v in grant.namespaces)
    where = f" in namespaces {places}" if places else ""
    return f"    {grant.policy.text.ljust(pad)} for {', '.join(subjects)}{where}"


def _choice(choice: Choice) -> list[str]:
    pad = max((len(grant.policy.text) for grant in choice.grants), default=0)
    lines = [*_comment(choice.comment, ""), " ".join(filter(None, ("choose", choice.mode, "{")))]
    for grant in choice.grants:
        lines += [*_comment(grant.comment, "    "), _grant(grant, pad)]
    return [*lines, "}"]


def print_document(document: Document) -> str:
    """What the document uses, its policies, then its choices."""
    uses = [line for use in document.uses for line in (*_comment(use.comment, ""), f"use {quote(use.path)}")]
    blocks = [*([uses] if uses else []), *map(_policy, document.policies), *map(_choice, document.choices)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"
