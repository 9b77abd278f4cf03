"""Errors of a source's outline: text outside of blocks, blocks without a head or an end, and a ``}`` that closes nothing.

``golden/diagnostics`` has a sample of each.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from pscc.diagnostics import Diagnostic, Replacement
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.language.outline import ABSTRACT, HEADS, Block, Outline, Piece
from pscc.language.stop import MODES, STARTS, VERBS, Places

_HEADS = {
    **dict.fromkeys(("rule", "rules", "ruleset", "profile", "template", "class", "podsecuritypolicy", "psp", "policies"), "policy"),
    **dict.fromkeys(("choice", "select", "oneof", "one", "switch", "match", "bind", "grant", "binding"), "choose"),
}  # fmt: skip
"""What blocks are called elsewhere."""
_YAML = ("apiVersion:", "kind:", "metadata:", "spec:", "---", "-")


def misplaced(places: Places, outline: Outline) -> Iterator[Diagnostic]:
    """An error for each fault of ``outline``. A source that begins as YAML or JSON has that error alone."""
    text = places.source.text
    first = re.sub(r"\A(\s*#[^\n]*\n)+", lambda m: " " * len(m[0]), text).split(maxsplit=1)[:1]
    if first and (first[0] in _YAML or first[0].startswith('"apiVersion"') or re.match(r'\s*\{\s*"', text)):
        yield _outside(places, "LNG059", "this is YAML or JSON, in a source that is read as the policy language",
                       Piece(text.index(first[0]), text.index(first[0]) + len(first[0])), "name the file `….yaml`")  # fmt: skip
        return
    for block in outline.blocks:
        yield from _head(places, block)
        if not block.closed:
            yield _outside(places, "LNG050", "this block is not closed", Piece(block.brace, block.brace + 1),
                           "add a `}` on a line of its own where it ends")  # fmt: skip
    for piece in outline.nested:
        yield _outside(places, "LNG050", "a block has no place in a block", piece, _unnested(text, piece, outline))
    for inner, end in outline.within:
        line, _ = places.place(end)
        help = f"end the block above it with a `}}`, and take out the `}}` in line {line}"
        yield _outside(
            places, "LNG050", "a block has no place in a block", Piece(inner.head.start, inner.brace + 1), help
        )
    alone = not (outline.nested or any(not piece.uses(text) for piece in outline.stray))
    headless = [piece.start for piece in outline.stray if piece.begins_block(text)]
    for offset in (offset for offset in outline.unopened if not any(start < offset for start in headless)):
        brace = places.span(offset, offset + 1)
        needless = (Replacement(brace, "", alone and not text[offset + 1 :].strip()),)
        yield Diagnostic("LNG050", "this `}` closes nothing", brace, help="take it out", fixes=needless)
    for comment in outline.foreign:
        yield _comment(places, comment)
    stray = [piece for piece in outline.stray if not piece.uses(text) and not outline.interrupted(piece)]
    heads = sorted([*headless, *(block.head.start for block in outline.blocks)])
    for before, piece in zip([None, *stray], stray, strict=False):
        goes_on = before is not None and is_yaml(text, before) and is_yaml(text, piece)
        head = heads[bisect_right(heads, piece.start) - 1] if heads and heads[0] <= piece.start else piece.start
        if not goes_on and (head == piece.start or head not in headless):
            yield _stray(places, piece)


def _unnested(text: str, piece: Piece, outline: Outline) -> str:
    """What to do about the block in a block that begins with ``piece``."""
    outer = [block for block in outline.blocks if block.brace < piece.start][-1]
    words = text[piece.start : piece.end].rstrip("{ \t\r\n").split()
    if not words:
        return "take this `{` out, and one `}`: a block has one pair of braces"
    if head_meant((outer.words(text) or [""])[0]) == "choose":
        name = words[0] if words else "NAME"
        return f"write the policy outside of the `choose`, as `policy {name} {{ … }}`, and here `{name} for SUBJECTS`"
    first = re.match(rf"\s*(?:(?:{'|'.join(STARTS)})\b|[^\s{{}}]+\s*\{{)", text[piece.end :])
    if first and not (words and words[0] in VERBS):
        return "take out this line and the `}` that ends it: statements stand in the policy itself"
    return "write one statement a line, with its values after the control"


_UNFINISHED = re.compile(r".*,\s*|\s*(?:\w+\s+)?(?:require|allow)\s+\S+\s*")
"""A line that has no value yet, or says that more follow: what seems to be a comment may be a part of it."""
_YAML_LINE = re.compile(r"[\w./-]+:(?=\s|$)|-(?=\s|$)(?!\s*(?:deny|allow|require|default)\b)|---$")


def is_yaml(text: str, piece: Piece) -> bool:
    """Whether ``piece`` of ``text`` is a line of YAML."""
    match = _YAML_LINE.match(text, piece.start, piece.end)
    return match is not None and match[0][:-1] not in VERBS


def _comment(places: Places, comment: Piece) -> Diagnostic:
    """The error for a comment as another language writes it."""
    text = places.source.text[comment.start : comment.end]
    words = (
        text.removeprefix("/*")
        .removeprefix("//")
        .removeprefix("--")
        .removeprefix("<!--")
        .removesuffix("*/")
        .removesuffix("-->")
        .strip()
    )
    last = not places.source.text[comment.end :].split("\n", 1)[0].strip()
    fix = f"# {words}".rstrip() if last and "\n" not in text else None
    span = places.span(comment.start, comment.end if "\n" not in text else comment.start + 2)
    before = places.source.text[: comment.start].rpartition("\n")[2]
    whole = not (
        _UNFINISHED.fullmatch(before) or words.startswith(",") or words.split()[:1] in ([word] for word in STARTS)
    )
    fixes = () if fix is None else (Replacement(span, fix, whole),)
    help = f"write `{fix}`" if fix else "begin each of its lines with `#`"
    if not last and "\n" not in text:
        help = "put it at the end of the line, behind a `#`"
    return Diagnostic("LNG052", "a comment begins with `#`", span, help=help, fixes=fixes)


def _outside(places: Places, code: str, message: str, piece: Piece, help: str) -> Diagnostic:
    return Diagnostic(code, message, places.span(piece.start, piece.end), help=help)


def head_meant(word: str) -> str | None:
    """The word of `HEADS` that the head ``word`` of a block stands for; None where it is not clear."""
    return did_you_mean(word, HEADS) or _HEADS.get(word.strip(":").lower())


def _unknown_head(places: Places, word: str, start: int, message: str, help: str) -> Diagnostic:
    """The error that ``word``, at offset ``start``, begins no block."""
    suggestion = head_meant(word)
    span = places.span(start, start + len(word))
    help = f"did you mean `{suggestion}`?" if suggestion else help
    return Diagnostic("LNG056", message, span, help=help, fixes=respelled(span, word, suggestion, HEADS))


def _head(places: Places, block: Block) -> Iterator[Diagnostic]:
    """The errors in the head of ``block``."""
    text = places.source.text
    words = block.words(text)
    if not words:
        brace = Piece(block.brace, block.brace + 1)
        yield _outside(places, "LNG057", "this block has no head", brace, "write `policy NAME {`")
        return
    first = text[block.head.start : block.brace].split(maxsplit=1)[0]
    span = places.span(block.head.start, block.head.start + len(first))
    if words[0] in HEADS and not block.on_one_line(text):
        message = f"`{{` has to stand on the line of `{words[0]}`"
        between = text[block.head.end : block.brace]
        joined = (
            (Replacement(places.span(block.head.end, block.brace + 1), " {", safe=True),) if between.isspace() else ()
        )
        help = "put it at the end of that line" + ("; `pscc check --fix` does so" if joined else "")
        yield Diagnostic("LNG050", message, places.span(block.brace, block.brace + 1), help=help, fixes=joined)
    elif words[0] == "choose" and block.abstract(text):
        help = "take it out: only a policy can be there just to be extended"
        yield Diagnostic("LNG056", f"a `choose` is not {ABSTRACT}", span, help=help)
    elif words[0] not in HEADS and block.abstract(text):
        fixes = (Replacement(span, f"{ABSTRACT} policy"),)
        help = f"write `{ABSTRACT} policy {words[0]} {{`"
        yield Diagnostic("LNG056", f"`{ABSTRACT}` stands before `policy`", span, help=help, fixes=fixes)
    elif words[0] not in HEADS and words[1:2] == ["policy"] and did_you_mean(words[0], (ABSTRACT,)):
        slips = respelled(span, words[0], ABSTRACT, (ABSTRACT, *HEADS))
        help = f"did you mean `{ABSTRACT} policy`?"
        yield Diagnostic("LNG056", f"`{words[0]}` does not begin a block", span, help=help, fixes=slips)
    elif words[0] in MODES and words[1:2] and words[1] in HEADS:
        help = f"write `{words[0]}` on the line below the `{{`"
        if words[1] == "choose":
            help = f"write `choose {words[0]} {{`"
        yield Diagnostic("LNG081", f"a mode does not stand before `{words[1]}`", span, help=help)
    elif words[0] not in HEADS:
        message, help = f"`{words[0]}` does not begin a block", "a block is `policy NAME { … }` or `choose { … }`"
        yield _unknown_head(places, words[0], block.head.start, message, help)


def _stray(places: Places, piece: Piece) -> Diagnostic:
    """The error for ``piece``, a line outside of all blocks."""
    word = places.source.text[piece.start : piece.end].split(maxsplit=1)[0]
    first = Piece(piece.start, piece.start + len(word))
    if word in STARTS:
        help = "put it between the braces of `policy NAME { … }`"
        return _outside(places, "LNG056", "this statement is outside of a policy", first, help)
    if piece.begins_block(places.source.text):
        word = piece.words(places.source.text)[0]
        end = Piece(piece.end, piece.end)
        return _outside(places, "LNG050", f"this `{word}` has no block", end, "add `{` here, and a `}` where it ends")
    if is_yaml(places.source.text, piece):
        help = "put it into a file `….yaml`: `pscc import` writes a PodSecurityPolicy in the policy language"
        return _outside(places, "LNG059", "this is YAML, in a source that is read as the policy language", first, help)
    if word.rstrip(":").lower() in ("import", "include", "source", "require", "from"):
        path = places.source.text[piece.start + len(word) : piece.end].strip().strip("'\"")
        return _outside(places, "LNG080", f"there is no `{word}`", first, f'write `use "{path}"`')
    help = "a file is made of blocks `policy NAME { … }`"
    return _unknown_head(places, word, piece.start, f"`{word}` does not begin a policy", help)
