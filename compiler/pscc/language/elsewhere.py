"""Words that other languages have and this one does not: what to write for them.

Each function is a situation of `pscc.language.mistakes`.
"""

from __future__ import annotations

import re

from pscc.diagnostics import Diagnostic
from pscc.language.outline import ABSTRACT, Piece
from pscc.language.stop import MODES, VERBS, Stop

PARENT = (
    "inherits",
    "inherit",
    "extend",
    "extending",
    "from",
    "like",
    "implements",
    "is",
    "isa",
    "with",
    "using",
    "<",
    ":",
    "->",
    "of",
)
_CONDITION = (
    "when",
    "if",
    "where",
    "only",
    "with",
    "provided",
    "while",
    "whenever",
    "iff",
    "then",
    "else",
    "otherwise",
    "but",
)
_JOINED = ("and", "or", "&&", "||", "|", "&", "+", "/", "nor")
NEGATIONS = ("not", "no", "never", "!", "none", "isn't", "don't")
_FILLER = ("is", "are", "be", "must", "equals", "equal", "to", "should", "has", "=", ":", "->", ">", "<")
_KINDS = {
    **dict.fromkeys(("namespace", "namespaces", "ns"), "namespaces"),
    **dict.fromkeys(("serviceaccount", "serviceaccounts", "sa", "service-account", "service-accounts"), "serviceaccounts"),
    **dict.fromkeys(("user", "users"), "users"),
    **dict.fromkeys(("group", "groups"), "groups"),
    **dict.fromkeys(("container", "containers"), "containers"),
    **dict.fromkeys(("image", "images"), "images"),
}  # fmt: skip
SUBJECTS = ("users", "groups", "serviceaccounts", "user", "group", "serviceaccount", "for", "everyone")
EVERYBODY = ("all", "everybody", "anyone", "anybody", "any", "*", "system:authenticated", "public")


def _after(stop: Stop) -> list[str]:
    """The words after the one at which the parser stopped."""
    return stop.rest[len(stop.word) :].split()


def _name(stop: Stop) -> str:
    """The name in the head of a policy, without the signs beside it."""
    words = Piece(stop.start, stop.end).words(stop.places.source.text)
    return re.split(r"[:,<(]", words[1])[0] if len(words) > 1 else "NAME"


def abstract_behind(stop: Stop) -> Diagnostic | None:
    """``policy base abstract {``."""
    if stop.rule != "_policy_head" or stop.word.lower() != ABSTRACT:
        return None
    help = f"write `{ABSTRACT} policy {_name(stop)} {{`"
    return stop.diagnostic("LNG081", f"`{ABSTRACT}` stands before `policy`", help)


def parent(stop: Stop) -> Diagnostic | None:
    """``policy a inherits b {``, ``policy a: b {``, ``policy a(b) {``."""
    if stop.rule != "_policy_head" or "EXTENDS" not in stop.expected:
        return None
    last, _, end = stop.last
    glued = last.endswith((":", "<")) and last != "policy"
    after = [stop.word, *_after(stop)] if glued else _after(stop)
    if not glued and stop.word.lower() not in PARENT and stop.word != "(":
        return None
    if not after or not after[0].strip("(){},"):
        return None
    named = after[0].strip("(){},")
    help = f"write `policy {_name(stop)} extends {named} {{`"
    at = (end - 1, end) if glued else (stop.at, stop.at + len(stop.word))
    fix = None if stop.word == "(" or len(after) != 1 else " extends" if glued else "extends"
    return stop.diagnostic("LNG080", "a policy takes its parent with `extends`", help, at=at, fix=fix)


def several_parents(stop: Stop) -> Diagnostic | None:
    """``policy a extends b, c {``."""
    if stop.rule != "_policy_head" or not re.search(r"\bextends\s+\S+\s*$", stop.before):
        return None
    if not stop.word.startswith(",") and stop.word not in _JOINED:
        return None
    help = "let the parent extend the other one, or write two policies: a pod has to pass both"
    return stop.diagnostic("LNG057", "a policy extends one other policy", help)


def mode_in_the_head(stop: Stop) -> Diagnostic | None:
    """``policy a audit {``, ``policy a mode audit {``, ``policy audit a {``."""
    if stop.rule != "_policy_head":
        return None
    words = stop.places.source.text[stop.start : stop.end].replace("=", " ").split()
    mode = next((word.strip(":,()").lower() for word in words[1:] if word.strip(":,()").lower() in MODES), None)
    if mode is None or re.search(r"\b(in|except|for)\s", stop.rest):
        return None
    at = stop.start + stop.places.source.text[stop.start : stop.end].lower().find(f" {mode}") + 1
    help = f"write `{mode}` on the line below the `{{`"
    return stop.diagnostic("LNG081", "a mode stands on its own line inside the braces", help, at=(at, at + len(mode)))


def line_in_the_head(stop: Stop) -> Diagnostic | None:
    """``policy a in namespaces b {``, ``policy a for groups c {``."""
    if stop.rule != "_policy_head" or stop.word not in ("in", "except", "exempt", "without", "for"):
        return None
    line = stop.rest.strip()
    if stop.word == "for":
        help = f"write `choose {{`, and in it `{_name(stop)} {line}`"
        return stop.diagnostic("LNG081", "a `choose` says who may use a policy", help)
    message = f"`{stop.word}` stands on its own line inside the braces"
    return stop.diagnostic("LNG081", message, f"write `{line}` on the line below the `{{`")


def kind(stop: Stop) -> Diagnostic | None:
    """``in namespace a``, ``exempt serviceaccount a/b``, ``team for group c``: the plural is the word."""
    match = re.match(r"(in|except)(?P<gap>[ \t]+)(?P<word>[^\s,]+)", stop.rest)
    if match and stop.rule in ("item", "grant"):
        word, start = match["word"], stop.at + match.start("word")
    else:
        word, start, _ = stop.last
        if stop.rule not in ("item", "grant") or not stop.word or not re.match(r"(exempt|\S+\s+for)\s", stop.before):
            return None
    meant = _KINDS.get(word.rstrip(":").lower())
    if meant is None or (word == meant and not match):
        return _exempt_namespaces(stop, word, start)
    if meant == "namespaces" and not match:
        return _exempt_namespaces(stop, meant, start)
    if word == meant or (match and meant != "namespaces"):
        return None
    return stop.diagnostic(
        "LNG080",
        f"`{word}` is not a word here",
        f"did you mean `{meant}`?",
        at=(start, start + len(word)),
        fix=meant,
        safe=True,
    )


def _exempt_namespaces(stop: Stop, word: str, start: int) -> Diagnostic | None:
    if word != "namespaces" or not stop.before.startswith("exempt"):
        return None
    help = f"write `except namespaces {stop.rest.split(' because')[0].strip()}` on a line of its own"
    return stop.diagnostic("LNG081", "no namespace is exempt", help, at=(start, start + len(word)))


def _occurrence(stop: Stop, words: tuple[str, ...]) -> tuple[str, int] | None:
    """The word of ``words`` at which the parser stopped, or before it, with its offset."""
    last, start, _ = stop.last
    if stop.word.lower() in words:
        return stop.word, stop.at
    return (last, start) if last.lower() in words and start > stop.start else None


def condition(stop: Stop) -> Diagnostic | None:
    """``require runAsNonRoot true when namespaces prod-*``."""
    occurrence = _occurrence(stop, _CONDITION)
    if not occurrence or stop.rule not in ("item", "grant") or stop.before.startswith(("exempt", "in", "except")):
        return None
    word, start = occurrence
    after = stop.places.source.text[start + len(word) : stop.end].split()
    place = {"namespaces", "namespace", "ns", "in"}.intersection(w.strip(":").lower() for w in after[:3])
    if stop.rule == "grant":
        help = "name who may use the policy, then `in namespaces …`: nothing else can be asked here"
    elif place:
        names = [
            w for w in after if w.lower().strip(":=") not in ("namespaces", "namespace", "ns", "in", "is", "", "not")
        ]
        help = f"put `in namespaces {' '.join(names)}` on a line of its own, in a policy of its own"
    else:
        help = "`unless os.name windows` and `unless hostUsers false` leave pods out; a policy with `in namespaces …` is for some"
    return stop.diagnostic("LNG080", f"there is no `{word}`", help, at=(start, start + len(word)))


def scope_in_a_statement(stop: Stop) -> Diagnostic | None:
    """``deny hostPID in namespaces prod``, ``deny hostPID for groups c``."""
    if stop.rule != "item" or stop.at == stop.start:
        return None
    verb = re.match(r"(?:(?:enforce|warn|audit)\s+)?(\w+)", stop.before)
    if verb and verb[1] == "exempt" and stop.word in ("in", "except"):
        help = "a service account is named with its namespace, as in `serviceaccounts logging/agent`; others are exempt everywhere"
        return stop.diagnostic("LNG081", f"`{stop.word} namespaces` is not part of an exemption", help)
    if not verb or verb[1] not in VERBS:
        return None
    word, at = (stop.word, stop.at) if stop.word in ("in", "for", "except", "exempt") else (stop.last[0], stop.last[1])
    rest = stop.places.source.text[at : stop.end].strip()
    if word == "for":
        help = "a `choose` says who may use a policy; `exempt groups …` lets some off all of it"
    elif word == "except" and "namespaces" not in rest:
        help = f"`allow C {rest.removeprefix('except').strip()}` admits these values alone"
    elif word in ("in", "except") or (word == "exempt" and at == stop.at):
        help = f"put `{rest}` on a line of its own: it holds for the whole policy"
    else:
        return None
    return stop.diagnostic("LNG081", f"`{word}` is not part of a statement", help, at=(at, at + len(word)))


def mode_behind(stop: Stop) -> Diagnostic | None:
    """``deny hostPID, hostIPC warn``."""
    if stop.rule != "item" or stop.word not in MODES or not stop.before.startswith(VERBS):
        return None
    help = f"write `{stop.word} {stop.before.strip()}`"
    return stop.diagnostic("LNG081", f"the mode `{stop.word}` stands before the verb", help)


def joined(stop: Stop) -> Diagnostic | None:
    """``deny privileged and hostPID``, ``allow volumes secret | configMap``."""
    occurrence = _occurrence(stop, _JOINED)
    if not occurrence or stop.rule not in ("item", "grant"):
        return None
    word, start = occurrence
    text = stop.places.source.text
    comma = text[:start].rstrip().endswith(",")
    at = (start, start + len(word)) if comma else (len(text[:start].rstrip()), start + len(word))
    help = "take it out: the `,` is enough" if comma else "write `,` instead"
    if re.match(r"in\s+namespaces\s.*=", stop.before) and word.lower() in ("or", "|", "||"):
        message = "a policy holds where a namespace has all of its labels"
        return stop.diagnostic("LNG080", message, "write a policy for each", at=(start, start + len(word)))
    return stop.diagnostic(
        "LNG080", f"`{word}` joins nothing: a list has `,` between its parts", help, at=at, fix="" if comma else ","
    )


def negation(stop: Stop) -> Diagnostic | None:
    """``deny volumes not secret``, ``not privileged``."""
    occurrence = _occurrence(stop, NEGATIONS) if stop.at > stop.start else (stop.word, stop.at)
    if not occurrence or stop.rule != "item" or occurrence[0].lower() not in NEGATIONS:
        return None
    word, start = occurrence
    after = stop.places.source.text[start + len(word) : stop.end].split()
    help = "`allow C v, …` admits these values alone, `deny C v, …` all but these"
    if scope := re.match(r"(?:in|except)\s+namespaces\s", stop.before):
        help = f"write `except namespaces {' '.join(after) or '…'}`" if scope[0].startswith("in") else "take it out"
    elif after[:1] == ["in"]:
        help = f"write `except {' '.join(after[1:])}`"
    elif start == stop.start and after[:1] and after[0] in VERBS:
        verb = {"allow": "deny", "deny": "allow"}.get(after[0])
        help = f"write `{' '.join((verb, *after[1:]))}`" if verb else "`deny CONTROL` is what refuses"
    elif start == stop.start and after:
        help = f"write `deny {after[0]}`, or `require {after[0]} false` if it is true or false"
    return stop.diagnostic("LNG080", f"there is no `{word}`", help, at=(start, start + len(word)))


def filler(stop: Stop) -> Diagnostic | None:
    """``require runAsNonRoot is true``, ``require runAsNonRoot : true``."""
    occurrence = _occurrence(stop, _FILLER)
    if not occurrence or stop.rule != "item" or occurrence[1] == stop.start:
        return None
    word, start = occurrence
    end = start + len(word)
    while (after := re.match(r"\s*(\w+)\s", stop.places.source.text[end : stop.end])) and after[1].lower() in _FILLER:
        end += after.end(1)
    if not stop.places.source.text[end : stop.end].strip():
        return None
    help = "the value stands right after the control"
    written = stop.places.source.text[start:end]
    at = (len(stop.places.source.text[:start].rstrip()), end)
    code = "LNG080" if word.isalpha() else "LNG052"
    return stop.diagnostic(code, f"`{written}` has no place here", help, at=at, fix="", safe=word == ":")
