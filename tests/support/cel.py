"""The CEL in documents."""

from __future__ import annotations

from collections.abc import Iterator


def expressions(node: object) -> Iterator[str]:
    """Every expression in the document ``node``, and every expression for a message."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("expression", "messageExpression"):
                yield value
            else:
                yield from expressions(value)
    elif isinstance(node, list):
        for item in node:
            yield from expressions(item)
