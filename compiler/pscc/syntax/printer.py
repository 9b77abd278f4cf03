"""Writes a syntax tree as the policy language: the canonical text, which parses to the same tree.

Knows neither controls nor the grammar's parser.
"""

from __future__ import annotations

import re

from pscc.syntax.ast import Choice, Document, Grant, Policy, Statement, Value

KEYWORDS = frozenset(
    ("deny", "allow", "require", "default", "because", "on", "all", "add", "in", "except", "warn", "audit", "enforce")
)
INDENT = "    "
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
    words = [statement.verb.ljust(pad), ", ".join(name.text for name in statement.controls)]
    if statement.manner:
        words.append(statement.manner)
    if statement.values:
        words.append(", ".join(print_value(value) for value in statement.values))
    if statement.on:
        words.append(f"on {statement.on}")
    if statement.because:
        words.append(f"because {quote(statement.because)}")
    return " ".join(words)


def _comment(text: str, indent: str) -> list[str]:
    return [f"{indent}# {line}".rstrip() for line in text.split("\n")] if text else []


def _beside(text: str) -> str:
    return f"  # {text}".rstrip() if text else ""


def _policy(policy: Policy) -> list[str]:
    head = f"policy {policy.name.text}" + (f" {quote(policy.title)}" if policy.title else "")
    if policy.extends:
        head += f" extends {policy.extends.text}"
    lines = [*_comment(policy.comment, ""), head + " {" + _beside(policy.beside)]
    for scope in policy.scopes:
        word = "except" if scope.inverse else "in"
        places = ", ".join(print_value(v) for v in scope.values)
        lines += _comment(scope.comment, INDENT)
        lines.append(f"{INDENT}{word.ljust(7)} namespaces {places}{_beside(scope.beside)}")
    if policy.mode:
        lines += [*_comment(policy.mode_comment, INDENT), f"{INDENT}{policy.mode}{_beside(policy.mode_beside)}"]
    pad = max((len(s.verb) for s in policy.statements), default=0)
    for statement in policy.statements:
        line = INDENT + print_statement(statement, pad) + _beside(statement.beside)
        lines += [*_comment(statement.comment, INDENT), line]
    return [*lines, *_comment(policy.closing, INDENT), "}"]


def _grant(grant: Grant, pad: int) -> str:
    """The grant on one line, its policy's name padded to ``pad``."""
    subjects = [f"{s.kind} {', '.join(print_value(v) for v in s.values)}".rstrip() for s in grant.subjects]
    places = ", ".join(print_value(v) for v in grant.namespaces)
    where = f" in namespaces {places}" if places else ""
    return f"{INDENT}{grant.policy.text.ljust(pad)} for {', '.join(subjects)}{where}{_beside(grant.beside)}"


def _choice(choice: Choice) -> list[str]:
    pad = max((len(grant.policy.text) for grant in choice.grants), default=0)
    head = " ".join(filter(None, ("choose", choice.mode, "{"))) + _beside(choice.beside)
    lines = [*_comment(choice.comment, ""), head]
    for grant in choice.grants:
        lines += [*_comment(grant.comment, INDENT), _grant(grant, pad)]
    return [*lines, *_comment(choice.closing, INDENT), "}"]


def print_document(document: Document) -> str:
    """The document's policies, then its choices, with the comments of all."""
    edges = [_comment(text, "") for text in (document.heading, document.closing)]
    blocks = [edges[0], *map(_policy, document.policies), *map(_choice, document.choices), edges[1]]
    blocks = [block for block in blocks if block]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"
