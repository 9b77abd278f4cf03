"""Signs and words of other languages in what the parser accepts: ``:`` behind a name, brackets, ``deny all``."""

from __future__ import annotations

from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, Replacement
from pscc.language.ast import Name, Value
from pscc.language.elsewhere import NEGATIONS
from pscc.language.stop import VERBS

_EVERYTHING = ("all", "any", "*", "everything", "anything", "nothing")


def sign_behind(text: str, span: Span) -> Diagnostic | None:
    """The error for ``runAsNonRoot: true``, ``policy a: {`` and ``deny hostPID;``."""
    if len(text) < 2 or text[-1] not in ":;":
        return None
    at = Span(span.file, span.end_line, span.end_column - 1, span.end_line, span.end_column)
    code = "LNG052" if text[-1] == ":" else "LNG055"
    help = f"write `{text.rstrip(':;')}`"
    return Diagnostic(code, f"`{text[-1]}` has no place here", at, help=help, fixes=(Replacement(at, "", safe=True),))


def foreign_control(name: Name, verb: str) -> Diagnostic | None:
    """The error for ``require not privileged``, ``deny !hostPID``, ``deny all`` and ``default deny``."""
    text = name.text.lower()
    if text in VERBS and verb == "default":
        message = "`default` sets a field of pods: a policy has no rule for what it does not mention"
        help = "leave it out; extend `pss/restricted` to begin with strict rules"
        return Diagnostic("LNG080", message, name.span, help=help)
    if text in _EVERYTHING:
        help = "`deny pods` refuses every pod"
        if verb == "allow":
            help = "leave the line out: what no statement mentions is allowed"
        return Diagnostic("LNG080", f"`{name.text}` is no control: a statement names one", name.span, help=help)
    word = text if text in NEGATIONS else "!" if text.startswith("!") else ""
    if not word:
        return None
    help = "`deny CONTROL` is what refuses; `require CONTROL false` asks for the value false"
    return Diagnostic("LNG080", f"there is no `{word}`", name.span, help=help)


def brackets(values: tuple[Value, ...]) -> Diagnostic | None:
    """The error for ``allow volumes [configMap, secret]``. An address as ``[::1]`` is none."""
    if not values or values[0].quoted or values[-1].quoted:
        return None
    first, last = values[0], values[-1]
    if not first.text.startswith("[") or not last.text.endswith("]") or (len(values) == 1 and ":" in first.text):
        return None
    start, end = first.span, last.span
    opening = Span(start.file, start.line, start.column, start.line, start.column + 1)
    closing = Span(end.file, end.end_line, end.end_column - 1, end.end_line, end.end_column)
    fixes = (Replacement(opening, "", safe=True), Replacement(closing, "", safe=True))
    help = "write the values with `,` between them"
    return Diagnostic("LNG052", "a list has no brackets", start.to(end), help=help, fixes=fixes)
