"""``pscc fmt``: the canonical layout of a source in the language, which says the same with the same comments."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from pscc.base.source import SourceFile, Span
from pscc.language.comments import GAP
from pscc.language.parser import parse
from pscc.language.printer import print_document


def formatted(source: SourceFile) -> str:
    """The text of ``source`` in canonical layout. Raises `SourceError` where it is not of the language."""
    document = parse(source)
    text = print_document(document)
    again = parse(SourceFile(source.name, text))
    if without_spans(again) != without_spans(document):
        raise AssertionError(f"the layout of {source.name} would change what it says")
    return text


def without_spans(node: object) -> object:
    """``node`` of a syntax tree as nested tuples, without spans and without empty lines. Two trees compare by these."""
    if isinstance(node, Span):
        return None
    if isinstance(node, str) and GAP in node:
        return "\n".join(line for line in node.split("\n") if line != GAP)
    if isinstance(node, tuple):
        return tuple(without_spans(item) for item in node)
    if is_dataclass(node) and not isinstance(node, type):
        return (type(node).__name__, *(without_spans(getattr(node, f.name)) for f in fields(node)))
    return node
