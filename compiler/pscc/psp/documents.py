"""The Kubernetes objects of a source: each document, and each item of a list, lists within lists included.

What kubectl and the API server write is one ``List`` of objects with their kinds, or a list of one kind (``PodList``) whose
items may name none. Source: ``TypeMeta`` of items in the lists of ``k8s.io/api``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pscc.diagnostics import Diagnostic, Report
from pscc.psp.yaml_errors import template
from pscc.psp.yaml_tree import Entry, Node

_LIST = "List"
_OBJECT = ("apiVersion", "kind", "items")
"""The fields that say what an object is."""
_TEMPLATES = ("{{", "{%")


def text(node: Node | None) -> str:
    """A scalar as a string; empty where there is none."""
    return "" if node is None or node.kind in ("map", "list") else str(node.value)


def field(node: Node | None, name: str) -> Node | None:
    """The field ``name`` of a map; None where ``node`` is no map or lacks it."""
    return node.get(name) if node is not None and node.kind == "map" else None


def objects_in(document: Node, report: Report) -> Iterator[Node]:
    """The objects of ``document``: the object itself, or the items of a list. An item gets the kind that the list gives it.

    A list that cannot be read is an error, because nobody knows what is in it.
    """
    kind, items = text(field(document, "kind")), field(document, "items")
    if not (kind.endswith(_LIST) and any(entry.key == "items" for entry in document.entries)):
        yield document
        return
    for flaw in document.flaws:
        report.add(flaw.error)
    if items is not None and items.kind != "list":
        message = f"`items` of a {kind} has to be a list"
        report.add(Diagnostic("PSP001", message, items.span, help="begin each object with `- `"))
        return
    for item in items.items if items is not None else ():
        yield from objects_in(_typed(item, document, kind.removesuffix(_LIST)), report)


def _typed(item: Node, container: Node, kind: str) -> Node:
    """``item`` of a list ``container`` of one ``kind``, with the kind and the version that it does not name itself."""
    own = field(item, "kind")
    if item.kind != "map" or not kind or (own is not None and own.value != kind):
        return item
    implied: list[Entry] = []
    for entry in container.entries:
        if entry.key in ("kind", "apiVersion") and field(item, entry.key) is None:
            value = kind if entry.key == "kind" else entry.node.value
            implied.append(Entry(entry.key, entry.key_span, replace(entry.node, value=value, inferred=True)))
    given = {entry.key for entry in implied}
    return replace(item, entries=(*implied, *(entry for entry in item.entries if entry.key not in given)))


def is_plain(node: Node, report: Report) -> bool:
    """Whether readers agree about ``node``, an object that decides something. Its flaws are errors, and a template in it is one."""
    errors = [flaw.error for flaw in node.all_flaws()]
    for part in _outside_annotations(node):
        mark = next((mark for mark in _TEMPLATES if part.kind == "string" and mark in str(part.value)), None)
        if mark is not None:
            errors.append(template(part.span, mark))
            break
    for error in errors:
        report.add(error)
    return not errors


def refuse_doubtful(node: Node, report: Report) -> None:
    """Report as errors the flaws of ``node``, which seems to decide nothing, that leave open what object it is."""
    for flaw in node.flaws:
        if flaw.key in _OBJECT:
            report.add(flaw.error)


def _outside_annotations(node: Node) -> Iterator[Node]:
    yield node
    for item in node.items:
        yield from _outside_annotations(item)
    for entry in node.entries:
        if entry.key != "annotations":
            yield from _outside_annotations(entry.node)
