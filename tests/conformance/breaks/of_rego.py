"""Breaks of Rego, placed by OPA's own parser: an expression, a rule or a row is gone, a negation is dropped."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from conformance.breaks.edits import Splice, in_short, nearest
from support.emitted import rego

_STRICTER = {">": ">=", "<": "<=", ">=": ">", "<=": "<", "==": "!=", "!=": "=="}


def splices(text: str) -> Iterator[Splice]:
    """Each break of the module ``text``."""
    tree = rego.tree(text)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    rules = tree.get("rules", [])
    names = [str(rule["head"].get("name") or rule["head"]["ref"][0]["value"]) for rule in rules]
    for name, rule in zip(names, rules, strict=True):
        whole = _Span(rule, starts)
        if names.count(name) > 1 and not rule.get("default"):
            yield whole.splice("a definition of a rule is dropped", name, f"definition of {name}", "")
        for part in (rule["head"].get("value"), rule["head"].get("key"), rule["body"], rule.get("else")):
            for node in rego.nodes(part):
                yield from _of_node(node, starts, name, names)


class _Span:
    """Where a node stands."""

    def __init__(self, node: Any, starts: list[int]) -> None:
        location = node["location"]
        self.text = base64.b64decode(location.get("text", "")).decode()
        self.start = starts[location["row"] - 1] + location["col"] - 1
        self.end = self.start + len(self.text)

    def splice(self, kind: str, about: str, alike: str, put: str) -> Splice:
        return Splice(kind, in_short(about), f"{kind} {_general(alike)}", self.start, self.end, put)


def _of_node(node: Any, starts: list[int], rule: str, names: list[str]) -> Iterator[Splice]:
    if "terms" in node and "location" in node and not node.get("generated"):
        yield from _of_expression(node, starts, rule)
    match node.get("type"):
        case "array" | "object" | "set":
            yield from _of_rows(node, starts, rule)
        case "ref":
            yield from _of_reference(node, starts, rule, names)
        case "var" if node["value"] in names and node["value"] != rule and "location" in node:
            yield from _another_rule(node, starts, rule, names)


def _of_expression(node: Any, starts: list[int], rule: str) -> Iterator[Splice]:
    span = _Span(node, starts)
    terms = node["terms"]
    operator = _operator(terms)
    about = f"{rule}: {span.text}"
    if operator not in (":=", "=") and not (isinstance(terms, dict) and "symbols" in terms):
        yield span.splice("a condition is dropped", about, f"{rule} {span.text}", "true")
    if node.get("negated"):
        yield span.splice("a negation is dropped", about, f"{rule} {span.text}", span.text.removeprefix("not "))
    if operator in _STRICTER:
        sign = _Span(terms[0], starts)
        kind = "a bound is taken in or out" if operator not in ("==", "!=") else "it is equal where it must not be"
        yield sign.splice(kind, about, f"{rule} {operator}", _STRICTER[operator])
        for term in terms[1:]:
            if term["type"] == "string" and term["value"] != "":
                literal = _Span(term, starts)
                yield literal.splice("a word is another", about, f"{rule} word", f'{literal.text[:-1]}q"')
            if term["type"] == "number":
                yield _Span(term, starts).splice(
                    "a number is one more", about, f"{rule} number", str(term["value"] + 1)
                )


def _operator(terms: Any) -> str:
    if isinstance(terms, list) and terms[0].get("type") == "ref":
        text = base64.b64decode(terms[0]["location"].get("text", "")).decode()
        return text if len(terms) == 3 else ""
    return ""


def _of_rows(node: Any, starts: list[int], rule: str) -> Iterator[Splice]:
    """Each row of a table or a list left out."""
    rows = [row if isinstance(row, list) else [row] for row in node["value"]]
    # the parser gives those of objects and sets in the order of their keys
    rows = sorted((row for row in rows if "location" in row[0]), key=lambda row: _Span(row[0], starts).start)
    places = [(_Span(row[0], starts), _Span(row[-1], starts)) for row in rows]
    for number, (first, last) in enumerate(places):
        if number + 1 < len(places):
            start, end = first.start, places[number + 1][0].start
        else:
            start, end = (places[number - 1][1].end if number else first.start), last.end
        kind = f"a row of {'an' if node['type'][0] in 'ao' else 'a'} {node['type']} is dropped"
        yield Splice(
            kind, in_short(f"{rule}: {first.text}"), _general(f"{kind} {rule} {_shape(rows[number])}"), start, end, ""
        )


def _shape(row: list[Any]) -> str:
    """What rows that are alike share: the types of key and value, of a value in a list where it stands."""
    return " ".join(str(term.get("type")) for term in row)


_GENERAL = (
    (re.compile(r'"(?:\\.|[^"\\])*"'), "s"),
    (re.compile(r"\b\d+\b"), "n"),
    (re.compile(r"(?<=\w)(\.\w+)+(?!\w*\()"), ".f"),
    (re.compile(r"\bparameter_\w+"), "parameter"),
    (re.compile(r"\b\w+_(ok|denied)(_\d+)?\b"), "ok"),
    (re.compile(r"\b\w+_findings(_\d+)?\b"), "findings"),
    (re.compile(r"\b\w+_unchanged\b"), "unchanged"),
    (re.compile(r"\s+"), " "),
)
"""What is a control's own in a rule that is printed for it, and what stands for that."""


def _general(text: str) -> str:
    """``text`` without what is a control's own: what breaks of the same printed form share."""
    for pattern, put in _GENERAL:
        text = pattern.sub(put, text)
    return text


def _of_reference(node: Any, starts: list[int], rule: str, names: list[str]) -> Iterator[Splice]:
    head, *steps = node["value"]
    if head["type"] != "var" or "location" not in node:
        return
    if head["value"] == "input" and steps and steps[-1].get("value") in ("object", "oldObject"):
        span = _Span(steps[-1], starts)
        other = "oldObject" if steps[-1]["value"] == "object" else "object"
        yield span.splice(f"{steps[-1]['value']} is {other}", rule, rule, other)
    if head["value"] in names and head["value"] != rule and steps:
        yield from _another_rule(head, starts, rule, names)


def _another_rule(node: Any, starts: list[int], rule: str, names: list[str]) -> Iterator[Splice]:
    """The rule whose name is most like: the likeliest slip."""
    name = str(node["value"])
    if other := nearest(name, tuple(dict.fromkeys(candidate for candidate in names if candidate not in (name, rule)))):
        yield _Span(node, starts).splice("another rule is read", f"{rule}: {name}", f"{rule} {name}", other)
