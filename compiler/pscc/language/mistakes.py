"""Syntax errors of a statement, by the author's situation: what is wrong, and how to mend it.

A situation is a function from the place where the parser stopped to a diagnostic, or None where it does not apply. The first
of `SITUATIONS` that applies gives the diagnostic. ``golden/diagnostics`` has a sample of each.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pscc.diagnostics import Diagnostic
from pscc.diagnostics.spelling import did_you_mean, is_slip
from pscc.language import arrangement, commas, comparisons, conditions, elsewhere, grants, strings
from pscc.language.quoting import character_name, looks_the_same, quoted
from pscc.language.stop import STARTS, VERBS, Stop

_DENY = ("forbid", "prohibit", "disallow", "block", "reject", "refuse")
_SYNONYMS = {
    **dict.fromkeys((*_DENY, "forbidden"), "deny"),
    **dict.fromkeys(("permit", "allowed", "accept"), "allow"),
    **dict.fromkeys(("must", "ensure", "enforced", "required", "need"), "require"),
    **dict.fromkeys(("set", "add"), "default"),
    **dict.fromkeys(("dryrun", "log", "observe", "report"), "audit"),
    **dict.fromkeys(("warning",), "warn"),
}
_WORDS = {
    "VERB": "a statement (`deny`, `allow`, `require`, `default`)",
    "MODE": "a mode (`enforce`, `warn`, `audit`)",
    "WORD": "a word",
    "STRING": 'a "quoted" string',
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "POLICY": "`policy`",
    "FOR": "`for`",
    "_COMMA": "`,`",
    "_BECAUSE": "`because`",
    "_UNTIL": "`until`",
    "_FROM": "`from`",
}


_MORE = frozenset((*VERBS, "until", "unless", "from", "exempt", "except"))
"""Words after a bare reason that may not be part of it."""
_SEMICOLON = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|(?P<sign>[ \t]*;[ \t;]*)')
_VERB_AND_CONTROL = rf"(?:(?:enforce|warn|audit)\s+)?(?:{'|'.join(VERBS)})\s+[\w.]+\s*"

Situation = Callable[[Stop], Diagnostic | None]


def invisible_character(stop: Stop) -> Diagnostic | None:
    """A character that looks like a space, or like nothing."""
    character = stop.rest[:1]
    if not character or (character.isprintable() and not character.isspace()):
        return None
    message = f"an invisible character has no place here: {character_name(character)}"
    fix, help = (" ", "replace it with a space") if character.isspace() else ("", "take it out")
    safe = looks_the_same(character)
    return stop.diagnostic("LNG054", message, help, at=(stop.at, stop.at + 1), fix=fix, safe=safe)


def needless_sign(stop: Stop) -> Diagnostic | None:
    """``=`` or ``:`` between a control and its value."""
    _, _, end = stop.last
    if stop.rest.startswith("=") and stop.rule == "item":
        spaces = len(stop.rest[1:]) - len(stop.rest[1:].lstrip(" \t="))
        at = (end, stop.at + 1 + spaces)
        safe = bool(re.fullmatch(_VERB_AND_CONTROL, stop.before) and re.match(r'==?[ \t]*[\w/"]', stop.rest))
        help = "the value stands right after the control"
        return stop.diagnostic("LNG052", "`=` has no place here", help, at=at, fix=" ", safe=safe)
    return None


def as_in_yaml(stop: Stop) -> Diagnostic | None:
    """``field: value``, as in a PodSecurityPolicy."""
    if "VERB" in stop.expected and re.fullmatch(r"[A-Za-z.]+:", stop.word) and arrangement.other_line(stop) is None:
        name = stop.word[:-1]
        help = f"a statement is a verb and a control, as in `deny {name}` or `require {name} VALUE`"
        if not stop.rest[len(stop.word) :].strip():
            help = "`pscc import FILE.yaml` writes a PodSecurityPolicy in the policy language"
        return stop.diagnostic("LNG052", f"`{stop.word}` is how YAML says it", help)
    return None


def semicolon(stop: Stop) -> Diagnostic | None:
    """``;`` after a statement."""
    line = stop.places.source.text[stop.start : stop.end]
    match = next((m for m in _SEMICOLON.finditer(line) if m["sign"]), None)
    if not match or match.start() > stop.at + len(stop.word) - stop.start:
        return None
    at = (stop.start + match.start("sign"), stop.start + match.end("sign"))
    after = line[match.end() :].split(maxsplit=1)[:1]
    safe = not after or after[0] in STARTS
    help = "the end of the line ends a statement"
    return stop.diagnostic("LNG055", "`;` has no place here", help, at=at, fix="\n    " if after else "", safe=safe)


def spaced_range(stop: Stop) -> Diagnostic | None:
    """``10000 - 11000``."""
    last, start, _ = stop.last
    match = re.match(r"(?:[-–—]+|to|\.\.+)(\s*)(\d+)(?![^\s,#])", stop.rest)
    if not match or not last.isdigit():
        return None
    fix = f"{last}-{match[2]}"
    at = (start, stop.at + match.end())
    message = "a range is one word, without spaces"
    return stop.diagnostic("LNG001", message, f"write `{fix}`", at=at, fix=fix, safe=bool(match[1]))


def two_statements(stop: Stop) -> Diagnostic | None:
    """A verb in the middle of a line."""
    last, start, end = stop.last
    where = (stop.at, stop.at + len(stop.word)) if stop.word in VERBS else (start, end) if last in VERBS else (-1, -1)
    if stop.rule != "item" or where[0] <= stop.start:
        return None
    message = "a second statement begins on this line"
    return stop.diagnostic("LNG055", message, "put each statement on a line of its own", at=where)


def open_parenthesis(stop: Stop) -> Diagnostic | None:
    """A ``(`` without its ``)``, or where there is nothing to qualify."""
    if not stop.rest.startswith("("):
        return None
    closed = re.match(r"\([^()\n]*\)", stop.rest)
    if closed and stop.rule == "item":
        at = (stop.at, stop.at + closed.end())
        return stop.diagnostic("LNG052", "a list has no parentheses", "write the values with `,` between them", at=at)
    return (
        None if closed else stop.diagnostic("LNG001", "this `(` is not closed", "add `)`, as in `/var/log (read-only)`")
    )


def reason_without_quotes(stop: Stop) -> Diagnostic | None:
    """``because`` with bare words."""
    if not re.search(r"\bbecause\s*$", stop.before):
        return None
    line = re.split(r"\n|#|\s+until\s", stop.rest)[0].rstrip()
    if not line:
        return stop.diagnostic("LNG001", "`because` without a reason", 'add it: `because "…"`')
    fix, _ = quoted(line)
    safe = not _MORE.intersection(line.split())
    at = (stop.at, stop.at + len(line))
    help = f"write `because {fix}`" if fix else 'write `because "…"`'
    return stop.diagnostic("LNG053", "a reason is a quoted string", help, at=at, fix=fix, safe=safe)


def not_a_verb(stop: Stop) -> Diagnostic | None:
    """A line of a policy that begins with another word."""
    if "VERB" not in stop.expected or not stop.word:
        return None
    suggestion = _SYNONYMS.get(stop.word.lower()) or did_you_mean(stop.word, STARTS)
    if stop.word == "-":
        return stop.diagnostic(
            "LNG052", "`-` is how YAML begins an element", "begin with the verb, as in `deny hostPID`"
        )
    help = f"did you mean `{suggestion}`?" if suggestion else "begin with `deny`, `allow`, `require` or `default`"
    if re.fullmatch(r"[a-z]+(?:[A-Z.][A-Za-z]+)+", stop.word):
        suggestion = None
        help = f"begin with the verb, as in `deny {stop.word}` or `require {stop.word} VALUE`"
    safe = suggestion is not None and (stop.word.lower() in _DENY or is_slip(stop.word, suggestion, STARTS))
    message = f"`{stop.word}` does not begin a statement"
    return stop.diagnostic("LNG056", message, help, fix=suggestion, safe=safe)


def manner_alone(stop: Stop) -> Diagnostic | None:
    """``add`` or ``all of`` without values."""
    last, start, end = stop.last
    if stop.word or last not in ("add", "of") or stop.rule != "item":
        return None
    manner = "all of" if last == "of" else last
    help = f'give values, as in `{manner} ALL`; if the word is a value, quote it: `"{last}"`'
    return stop.diagnostic("LNG001", f"`{manner}` what?", help, at=(start, end))


def verb_alone(stop: Stop) -> Diagnostic | None:
    """A verb without a control."""
    last, start, end = stop.last
    if stop.word or last not in VERBS or stop.rule != "item":
        return None
    example = {"deny": "deny privileged", "default": "default nonRoot", "require": "require nonRoot"}.get(
        last, "allow hostPorts 8000-9000"
    )
    return stop.diagnostic("LNG001", f"`{last}` what?", f"name a control, as in `{example}`", at=(start, end))


def namespaces_missing(stop: Stop) -> Diagnostic | None:
    """``in team-a`` for ``in namespaces team-a``."""
    match = re.match(r"(in|except)\b(?!\s+namespaces\b)", stop.rest)
    if match and stop.rule in ("item", "grant"):
        word = match[1]
        at = (stop.at, stop.at + len(word))
        if word == "except" and stop.rule == "grant":
            return stop.diagnostic("LNG006", "a grant has no `except`", "name those who may use the policy", at=at)
        named = stop.rest[len(word) :].split()[:1]
        if (
            word == "except"
            and named
            and re.fullmatch(r"[a-z]+(?:[A-Z][A-Za-z]*)+\S*|privileged|volumes|csi|sysctls|capabilities\S*", named[0])
        ):
            help = f"write `without {stop.rest[len(word) :].strip()}`"
            return stop.diagnostic(
                "LNG081", "the line that takes a parent's statements out begins with `without`", help, at=at
            )
        return stop.diagnostic(
            "LNG001", f"`{word}` what?", f"write `{word} namespaces`, then their names", at=at, fix=f"{word} namespaces"
        )
    return None


def half_an_exemption(stop: Stop) -> Diagnostic | None:
    """``exempt`` without a name, ``from`` without a control, ``until`` without a date."""
    if stop.rule not in ("item", "_policy_head") or stop.word:
        return None
    last, start, end = stop.last
    help_after = {
        "exempt": 'say who or what: `exempt serviceaccounts kube-system/fluentd because "…"`',
        "from": "name the controls, as in `from capabilities.add, hostPath`",
        "until": "add the last day, as in `until 2027-01-31`",
        "without": "name the controls of which the extended policy's statements are not wanted",
        "extends": "name the parent, as in `extends pss/baseline`",
        "unless": "say when: `unless os.name windows` or `unless hostUsers false`",
    }
    return (
        stop.diagnostic("LNG001", f"`{last}` what?", help_after[last], at=(start, end)) if last in help_after else None
    )


def use_without_quotes(stop: Stop) -> Diagnostic | None:
    """``use base.psp``."""
    if stop.rule != "use" or "STRING" not in stop.expected:
        return None
    fix = f'"{stop.word}"' if stop.word and '"' not in stop.word else None
    path = fix or '"base.psp"'
    safe = stop.rest.strip() == stop.word
    return stop.diagnostic("LNG053", "the path of a used file is quoted", f"write `use {path}`", fix=fix, safe=safe)


def nameless_policy(stop: Stop) -> Diagnostic | None:
    """``policy {``."""
    if stop.rule != "_policy_head" or not re.fullmatch(r"(abstract\s+)?policy\s*", stop.before):
        return None
    head = stop.before.rstrip()
    at = (stop.start, stop.start + len(head))
    example = f"{head} my-policy {stop.word}" if stop.word.startswith('"') else f"{head} my-policy"
    return stop.diagnostic("LNG057", "this policy has no name", f"write `{example} {{`", at=at)


def two_words(stop: Stop) -> Diagnostic | None:
    """``policy my policy {``, ``policy abstract base {``."""
    head = re.fullmatch(r"policy\s+(?P<name>\S+)\s+", stop.before)
    if stop.rule != "_policy_head" or not head or not re.fullmatch(r"[A-Za-z0-9_.-]+", stop.rest.strip()):
        return None
    name, word = head["name"], stop.rest.strip()
    if name == "abstract":
        at = (stop.start, stop.at + len(word))
        return stop.diagnostic(
            "LNG081", "`abstract` stands before `policy`", f"write `abstract policy {word} {{`", at=at
        )
    message = f"`{word}` is not expected after the policy's name"
    return stop.diagnostic(
        "LNG057", message, f'a name is one word: write `{name}-{word}`, or `"{word}"` if it is a title', fix=f'"{word}"'
    )


def bare_title(stop: Stop) -> Diagnostic | None:
    """``policy team What every team gets {``."""
    if stop.rule != "_policy_head" or "STRING" not in stop.expected or not stop.rest.strip():
        return None
    if sign := re.match(r"[=:()\s]+$", stop.rest):
        return stop.diagnostic(
            "LNG052",
            f"`{sign[0].strip()}` has no place here",
            "take it out",
            at=(stop.last[2], stop.at + len(sign[0].rstrip())),
            fix="",
            safe=True,
        )
    title = stop.rest.rstrip()
    fix = None if '"' in title or "\\" in title or " extends " in f" {title} " else f'"{title}"'
    help = f"write `{fix}`" if fix else "a title is quoted, and stands right after the name"
    message = f"`{stop.word}` is not expected after the policy's name"
    return stop.diagnostic("LNG057", message, help, at=(stop.at, stop.at + len(title)), fix=fix)


def anything_else(stop: Stop) -> Diagnostic:
    """The diagnostic where no situation applies: the word, and what the grammar expects instead."""
    names = [text for key, text in _WORDS.items() if key in stop.expected]
    label = "expected " + " or ".join(names) if names else ""
    span = stop.places.span(stop.at, stop.at + max(1, len(stop.word)))
    if not stop.word:
        return Diagnostic("LNG001", "something is missing at the end of this line", span, label=label)
    help = "take it out, or quote it if it is a value; `pscc explain LNG001` says more"
    return Diagnostic("LNG001", f"`{stop.word}` is not expected here", span, label=label, help=help)


SITUATIONS: tuple[Situation, ...] = (
    strings.unclosed_string,
    invisible_character,
    semicolon,
    conditions.joined_by_a_sign,
    arrangement.wrong_order,
    conditions.not_before_the_field,
    conditions.and_beside_or,
    conditions.is_not,
    conditions.half_a_condition,
    reason_without_quotes,
    strings.wrong_quotes,
    strings.unknown_escape,
    nameless_policy,
    arrangement.title_behind_the_parent,
    elsewhere.abstract_behind,
    elsewhere.several_parents,
    elsewhere.line_in_the_head,
    elsewhere.mode_in_the_head,
    elsewhere.parent,
    two_words,
    bare_title,
    comparisons.compared,
    comparisons.label,
    needless_sign,
    commas.comma_too_many,
    spaced_range,
    commas.values_on_the_next_line,
    as_in_yaml,
    verb_alone,
    half_an_exemption,
    use_without_quotes,
    manner_alone,
    grants.other_head,
    elsewhere.kind,
    two_statements,
    elsewhere.mode_behind,
    elsewhere.condition,
    namespaces_missing,
    arrangement.part_of_another,
    arrangement.values_of_without,
    arrangement.reason,
    elsewhere.scope_in_a_statement,
    arrangement.other_places,
    elsewhere.joined,
    elsewhere.filler,
    elsewhere.negation,
    open_parenthesis,
    grants.grant_without_subjects,
    strings.quotes_around_words,
    grants.everyone_missing,
    grants.two_grants,
    commas.other_word,
    commas.missing_comma,
    arrangement.other_line,
    not_a_verb,
)


def explain_stop(stop: Stop) -> Diagnostic:
    """The diagnostic for ``stop``, by the first situation that applies."""
    for situation in SITUATIONS:
        diagnostic = situation(stop)
        if diagnostic is not None:
            return diagnostic
    return anything_else(stop)
