"""Parts of a line in the wrong order, and lines that stand elsewhere in other languages.

Each function is a situation of `pscc.language.mistakes`.
"""

from __future__ import annotations

import re

from pscc.diagnostics import Diagnostic
from pscc.language.stop import MODES, VERBS, Stop

_ORDERS = {"exempt": ("from", "because", "until"), "": ("on", "unless", "because")}
_PART = re.compile(r'"(?:[^"\\\n]|\\.)*"|(?<![^\s])(?P<word>from|because|until|on|unless)(?![^\s])')


def wrong_order(stop: Stop) -> Diagnostic | None:
    """``exempt … until D because R``, ``deny … because R unless F V``."""
    if stop.rule != "item" or stop.at == stop.start:
        return None
    first = stop.before.split(maxsplit=1)[0]
    order = _ORDERS["exempt"] if first == "exempt" else _ORDERS[""]
    if stop.word not in order:
        return None
    line = stop.places.source.text[stop.start : stop.end]
    parts = [m for m in _PART.finditer(line) if m["word"] in order]
    words = [m["word"] for m in parts]
    if stop.word not in words or len(set(words)) < len(words):
        message = f"`{stop.word}` stands here twice"
        return stop.diagnostic("LNG081", message, "keep one of them") if words.count(stop.word) > 1 else None
    if words == sorted(words, key=order.index):
        return None
    ends = [*(m.start() for m in parts[1:]), len(line)]
    texts = {m["word"]: line[m.start() : end].strip() for m, end in zip(parts, ends, strict=True)}
    right = " ".join(texts[word] for word in order if word in texts)
    behind = [word for word in words[: words.index(stop.word)] if order.index(word) > order.index(stop.word)]
    help = f"write `{right}`"
    at = (stop.start + parts[0].start(), stop.end)
    message = f"`{stop.word}` stands before `{behind[0]}`"
    return stop.diagnostic("LNG081", message, help, at=at, fix=right, safe="#" not in line)


def part_of_another(stop: Stop) -> Diagnostic | None:
    """``deny hostPID until 2027-01-01``, ``exempt … unless …``, ``deny … from images x``."""
    if stop.rule != "item" or stop.at == stop.start:
        return None
    exempt = stop.before.startswith("exempt")
    word, at = (stop.last[0], stop.last[1]) if stop.last[0] == "from" else (stop.word, stop.at)
    if word in ("from", "until") and not exempt:
        end = "" if word == "from" else f" {stop.rest.strip()}"
        help = f'write `exempt … because "…"{end}` on a line of its own'
        return stop.diagnostic("LNG081", f"`{word}` is part of an exemption", help, at=(at, at + len(word)))
    if stop.word in ("unless", "on") and exempt:
        help = "write it behind the statement that it is about"
        return stop.diagnostic("LNG081", f"`{stop.word}` is part of a statement", help)
    return None


def title_behind_the_parent(stop: Stop) -> Diagnostic | None:
    """``policy a extends b "title" {``."""
    match = re.fullmatch(r"(?P<head>policy\s+\S+)(?P<gap>\s+)(?P<parent>extends\s+\S+)\s+", stop.before)
    if stop.rule != "_policy_head" or not match or not re.fullmatch(r'"[^"]*"', stop.rest.strip()):
        return None
    right = f"{stop.word} {match['parent']}"
    at = (stop.start + match.start("parent"), stop.at + len(stop.word))
    return stop.diagnostic(
        "LNG081", "the title stands before `extends`", f"write `{right}`", at=at, fix=right, safe=True
    )


def other_places(stop: Stop) -> Diagnostic | None:
    """``on containers and pod``, ``on all containers``, ``on initContainers``."""
    text = stop.places.source.text[stop.start : stop.end]
    match = re.search(r"(?<!\S)on\s+(?P<places>[^\n]*?)(?=\s+(?:unless|because)\b|\s*$)", text)
    if stop.rule != "item" or not text.startswith((*VERBS, *MODES)) or not match:
        return None
    start, end = stop.start + match.start(), stop.start + match.end()
    if not start <= stop.at <= end or '"' in text[: match.start()]:
        return None
    words = match["places"].lower().split()
    both = "pod" in words and any("container" in word for word in words)
    fitting = (
        f"pod {'or' if 'or' in words else 'and'} containers"
        if both
        else "containers"
        if "container" in match["places"].lower()
        else None
    )
    help = (
        f"write `on {fitting}`"
        if fitting
        else "it takes `on pod`, `on containers`, `on pod and containers`, `on pod or containers`"
    )
    if fitting == "containers":
        help += ": these are all kinds of containers"
    return stop.diagnostic("LNG081", f"`on {match['places']}` names no places", help, at=(start, end))


def values_of_without(stop: Stop) -> Diagnostic | None:
    """``without hostPorts 80``."""
    if stop.rule != "item" or not re.match(r"without\s+\S", stop.before) or not stop.word or stop.word == ",":
        return None
    help = "name controls alone, with `,` between them; a statement of your own replaces the parent's"
    return stop.diagnostic("LNG081", "`without` takes out all that the parent says about a control", help)


_REASON = ("since", "reason", "as", "why", "for", "message", "msg", "comment", "note", "cause", "due")


def reason(stop: Stop) -> Diagnostic | None:
    """``deny hostPID reason: "it sees the node"``."""
    word, start, end = stop.last
    if not stop.word.startswith('"'):
        word, start, end = stop.word, stop.at, stop.at + len(stop.word)
    text = stop.places.source.text
    if (
        stop.rule != "item"
        or word.rstrip(":").lower() not in _REASON
        or not text[end : stop.end].lstrip().startswith('"')
    ):
        return None
    help = f"write `because {text[end : stop.end].strip()}`"
    return stop.diagnostic("LNG080", "a reason follows `because`", help, at=(start, end), fix="because")


def other_line(stop: Stop) -> Diagnostic | None:
    """A line of a policy that begins with a word for something that the language writes otherwise."""
    if stop.rule != "item" or stop.at != stop.start or not stop.word:
        return None
    word = stop.word.rstrip(":").lower()
    rest = stop.rest[len(stop.word) :].strip(" \t=:").strip()
    values = rest.strip("[]") or "…"
    if word in VERBS and stop.word.endswith(":"):
        at = (stop.at, stop.at + len(stop.word))
        return stop.diagnostic("LNG052", "`:` has no place here", f"write `{word}`", at=at, fix=word, safe=True)
    message, help = _line(word, rest, values)
    return stop.diagnostic("LNG081", message, help) if message else None


def _line(word: str, rest: str, values: str) -> tuple[str, str]:
    """The message and the help for a line that begins with ``word``; empty where the language has nothing for it."""
    if word in ("namespace", "namespaces", "ns", "for", "within", "inside", "scope", "on"):
        names = values.removeprefix("namespaces").removeprefix("namespace").lstrip(" :") or "…"
        return "the line that names namespaces begins with `in`", f"write `in namespaces {names}`"
    if word in ("exclude", "excluding", "outside", "excludednamespaces"):
        names = re.sub(r"^(namespaces?|ns)\b[ :]*", "", values) or "…"
        return "the line that takes namespaces out begins with `except`", f"write `except namespaces {names}`"
    if word in ("ignore", "skip", "exempts", "exemption", "exemptions", "user", "users", "group", "groups", "serviceaccount",
                "serviceaccounts", "image", "images"):  # fmt: skip
        kinds = {"user": "users", "group": "groups", "serviceaccount": "serviceaccounts", "image": "images"}
        named = f"{kinds.get(word, word)} {values}" if word.removesuffix("s") in kinds else values
        return "the line that lets someone off begins with `exempt`", f'write `exempt {named} because "…"`'
    if word in ("mode", "enforcement", "enforcementaction", "validationfailureaction", "action", "failureaction"):
        mode = {"deny": "enforce", "block": "enforce", "dryrun": "audit"}.get(rest.lower(), rest.lower())
        help = f"write `{mode}`" if mode in MODES else "write `enforce`, `warn` or `audit`"
        return "a mode is one word on a line of its own", help
    if word in ("extends", "inherits", "inherit", "extend", "parent", "base", "from"):
        return "the parent stands in the head of the policy", f"write `policy NAME extends {rest or 'PARENT'} {{`"
    if word in ("title", "description", "name", "doc"):
        quoted = title[0] if (title := re.match(r'"[^"\n]*"', rest)) else f'"{rest}"'
        return "the title stands in the head of the policy", f"write `policy NAME {quoted} {{`"
    if word in ("use", "import", "include", "source"):
        quoted = rest if rest.startswith('"') else f'"{rest}"'
        return "a file is named outside of policies", f"write `use {quoted}` above the policy"
    if word == "drop" and (capabilities := re.match(r"(?:capabilit(?:y|ies)\S*|caps)\s*:?\s*(.*)", rest)):
        dropped = capabilities[1].strip("[]") or "ALL"
        return "what containers have to drop is required", f"write `require capabilities.drop all of {dropped}`"
    if word in ("remove", "drop", "delete", "omit", "disable"):
        return "the line that takes a parent's statements out begins with `without`", f"write `without {values}`"
    if word in ("override", "overrides", "redefine"):
        return "a statement replaces its parent's by itself", f"leave `{word}` out"
    if word.startswith(("--", "%", "//")):
        return "a comment begins with `#`", f"write `# {rest}`"
    if word in ("because", "reason", "until", "unless"):
        return f"`{word}` belongs to a statement or an exemption", "put it at the end of that line"
    return "", ""
