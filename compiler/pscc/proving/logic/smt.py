"""SMT-LIB 2.6 text of a formula without quantifiers, for any solver that knows strings and integers.

Source: "The SMT-LIB Standard", version 2.6, and its theory "Unicode Strings".
"""

from __future__ import annotations

from collections.abc import Iterable

from pscc.base.frozen import frozen
from pscc.proving.logic.terms import Place, Term

_SORTS = {"present": "Bool", "truth": "Bool", "string": "String", "integer": "Int", "open": "Bool"}
_PLAIN = {
    "and": "and",
    "or": "or",
    "not": "not",
    "equal": "=",
    "at_most": "<=",
    "concat": "str.++",
    "contains": "str.contains",
}
_LAST = 0x2FFFF
"""The last character of SMT-LIB."""
_ALSO = {"I": "ı", "S": "ſ"}
"""The letters outside of ASCII whose capitals are in it (`pscc.base.capitals`)."""


@frozen
class Script:
    """``text``, which declares and asserts, and ``symbols``: what each declared name stands for."""

    text: str
    symbols: tuple[tuple[str, Term], ...]


def script(asserted: Iterable[Term], comments: Iterable[str] = ()) -> Script:
    """The script that asserts all of ``asserted``. ``comments`` stand above."""
    writer = _Writer()
    asserts = [f"(assert {writer.term(term)})" for term in asserted]
    head = [*(f"; {comment}" for comment in comments), "(set-logic ALL)"]
    declared = [f"(declare-const {name} {_SORTS[leaf.op]})" for name, leaf in writer.symbols]
    return Script("\n".join((*head, *declared, *writer.defined, *asserts, "")), tuple(writer.symbols))


class _Writer:
    """Writes terms, each once: a term with parts gets a name."""

    def __init__(self) -> None:
        self.symbols: list[tuple[str, Term]] = []
        self.defined: list[str] = []
        self._written: dict[Term, str] = {}
        self._names: set[str] = set()

    def term(self, top: Term) -> str:
        waiting = [top]
        while waiting:
            node = waiting[-1]
            if node.op == "open" and node not in self._written:
                self._written[node] = self._symbol(node, f"open {node.args[1]}")
            parts = (
                []
                if node in self._written
                else [arg for arg in node.args if isinstance(arg, Term) and arg not in self._written]
            )
            if parts:
                waiting += parts
                continue
            waiting.pop()
            if node not in self._written:
                self._written[node] = self._node(node)
        return self._written[top]

    def _node(self, node: Term) -> str:
        match node.op, node.args:
            case (("true" | "false"), _):
                return node.op
            case "text", (value,):
                return literal(str(value))
            case "number", (int() as value,):
                return str(value) if value >= 0 else f"(- {-value})"
            case (("present" | "truth" | "string" | "integer"), (Place() as place,)):
                return self._symbol(node, f"{node.op} {'.'.join((place.base, *place.fields))}")
            case _:
                sort = "String" if node.op in ("concat", "tail") else "Bool"
                name = f"d{len(self.defined)}"
                self.defined.append(f"(define-fun {name} () {sort} {self._applied(node)})")
                return name

    def _symbol(self, leaf: Term, plain: str) -> str:
        name = "".join(letter if " " <= letter <= "~" and letter not in "|\\" else "_" for letter in plain)
        while name in self._names:
            name += "'"
        self._names.add(name)
        self.symbols.append((f"|{name}|", leaf))
        return f"|{name}|"

    def _applied(self, node: Term) -> str:
        parts = [self._written[arg] for arg in node.args if isinstance(arg, Term)]
        match node.op, node.args:
            case op, _ if op in _PLAIN:
                return f"({_PLAIN[op]} {' '.join(parts)})"
            case "starts", _:
                return f"(str.prefixof {parts[1]} {parts[0]})"
            case "ends", _:
                return f"(str.suffixof {parts[1]} {parts[0]})"
            case "tail", (_, length):
                return f"(str.substr {parts[0]} {length} (- (str.len {parts[0]}) {length}))"
            case "length", (_, least):
                return f"(>= (str.len {parts[0]}) {least})"
            case "parts", (_, int() as skipped, separator, int() as count):
                return f"(str.in_re {parts[0]} {_behind(skipped, _in_parts(str(separator), count))})"
            case "part", (_, int() as skipped, separator, part):
                return f"(str.in_re {parts[0]} {_behind(skipped, _with_part(str(separator), str(part)))})"
            case "capitals", (_, capitals):
                return f"(str.in_re {parts[0]} {_in_capitals(str(capitals))})"
            case "lowered", (_, small):
                return f"(str.in_re {parts[0]} {_lowered(str(small))})"
            case "capitals_start", (_, capitals):
                return f"(str.in_re {parts[0]} (re.++ {_in_capitals(str(capitals))} re.all))"
            case op, _:
                raise TypeError(f"no SMT-LIB for {op}")


def literal(value: str) -> str:
    """``value`` as a string of SMT-LIB."""
    return f'"{"".join(_character(letter) for letter in value)}"'


def _character(letter: str) -> str:
    if letter == '"':
        return '""'
    return letter if " " <= letter <= "~" and letter != "\\" else f"\\u{{{ord(letter):x}}}"


def _behind(skipped: int, expression: str) -> str:
    """The strings that are of ``expression`` behind as many characters."""
    return f"(re.++ {'re.allchar ' * skipped}{expression})" if skipped else expression


def _other_than(separator: str) -> str:
    """The strings without ``separator``."""
    code = ord(separator)
    low, high = (f"\\u{{{bound:x}}}" for bound in (code - 1, code + 1))
    return f'(re.* (re.union (re.range "\\u{{0}}" "{low}") (re.range "{high}" "\\u{{{_LAST:x}}}")))'


def _in_parts(separator: str, count: int) -> str:
    """The strings that have ``count`` parts between occurrences of ``separator``."""
    if count < 1:
        return "re.none"
    other, between = _other_than(separator), f"(str.to_re {literal(separator)})"
    return f'(re.++ {other}{f" {between} {other}" * (count - 1)} (str.to_re ""))'


def _with_part(separator: str, part: str) -> str:
    """The strings one of whose parts between occurrences of ``separator`` is ``part``."""
    other, between = _other_than(separator), f"(str.to_re {literal(separator)})"
    return f"(re.++ (re.* (re.++ {other} {between})) (str.to_re {literal(part)}) (re.* (re.++ {between} {other})))"


def _in_capitals(capitals: str) -> str:
    """The strings that are ``capitals`` in capital letters."""
    letters = " ".join(_letter(letter) for letter in capitals)
    return f'(re.++ {letters} (str.to_re ""))'


def _lowered(small: str) -> str:
    """The strings that are ``small`` with the capital letters of ASCII as small ones."""
    letters = (
        f"(re.union (str.to_re {literal(letter)}) (str.to_re {literal(letter.upper())}))"
        if letter.isascii() and letter.islower()
        else f"(str.to_re {literal(letter)})"
        for letter in small
    )
    return f'(re.++ {" ".join(letters)} (str.to_re "") (str.to_re ""))'


def _letter(letter: str) -> str:
    if letter in _ALSO.values() or (letter.isascii() and letter.islower()):
        return "re.none"
    spelled = _spellings(letter)
    each = [f"(str.to_re {literal(letter)})" for letter in spelled]
    return each[0] if len(each) == 1 else f"(re.union {' '.join(each)})"


def _spellings(letter: str) -> list[str]:
    small = [letter.lower()] if letter.isascii() and letter.isupper() else []
    return [letter, *small, *([_ALSO[letter]] if letter in _ALSO else [])]
