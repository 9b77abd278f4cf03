"""Sorts the Kubernetes objects of YAML and JSON sources: policies, roles, bindings, and objects that are ignored.

All sources belong to one cluster. Each may have several documents, and lists within lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.psp.yaml_tree import Node, load_documents

PSP_KIND = "PodSecurityPolicy"
ROLE_KINDS = ("ClusterRole", "Role")
BINDING_KINDS = ("ClusterRoleBinding", "RoleBinding")
_A_SLIP = 0.92
MOST_STRANGE = 20
"""How many documents that are no objects are reported."""
RBAC_VERSIONS = ("rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1")


@frozen
class Ignored:
    """An object that says nothing about pod security: ``kind`` and ``name`` (with its namespace) as it spells them."""

    kind: str
    name: str
    span: Span


@frozen
class Objects:
    """The objects of all sources, each group in the order of the sources; ``empty`` is where a list without items stands."""

    policies: tuple[Node, ...] = ()
    roles: tuple[Node, ...] = ()
    bindings: tuple[Node, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    empty: tuple[Span, ...] = ()


def read_objects(sources: Iterable[SourceFile], report: Report) -> Objects:
    """The objects of ``sources``. What is no Kubernetes object, or misspells a kind that counts, is an error.

    Raises `SourceError` where a source is not YAML.
    """
    sorter = _Sorter(report)
    empty: tuple[Span, ...] = ()
    for source in sources:
        for document in load_documents(source):
            nodes = tuple(_flat(document))
            empty += () if nodes else (document.span,)
            for node in nodes:
                sorter.take(node)
    return Objects(tuple(sorter.policies), tuple(sorter.roles), tuple(sorter.bindings), tuple(sorter.ignored), empty)


def text(node: Node | None) -> str:
    """A scalar as a string; empty where there is none."""
    return "" if node is None or node.kind in ("map", "list") else str(node.value)


def refuse_unquoted(nodes: Iterable[Node | None], report: Report) -> None:
    """An error for each of ``nodes``, which have to be strings, that YAML reads as a boolean or a number."""
    for node in nodes:
        if node is not None and node.spelled:
            report.add(unquoted(node, "YML008", f"this name is {read_as(node)}"))


def read_as(node: Node) -> str:
    """The value that YAML reads for ``node``, in words: ``false``, as YAML reads a bare `n`."""
    value = str(node.value).lower() if node.kind == "bool" else str(node.value)
    return f"`{value}`" if value == node.spelled else f"`{value}`, as YAML reads a bare `{node.spelled}`"


def unquoted(node: Node, code: str, message: str) -> Diagnostic:
    """The error that ``node`` is no string, which quotes would make it."""
    quoted = json.dumps(node.spelled)
    return Diagnostic(
        code, message, node.span, help=f"quote it: `{quoted}`", fixes=(Replacement(node.span, quoted, safe=True),)
    )


def field(node: Node | None, name: str) -> Node | None:
    """The field ``name`` of a map; None where ``node`` is no map or lacks it."""
    return node.get(name) if node is not None and node.kind == "map" else None


def _flat(node: Node) -> Iterator[Node]:
    items = field(node, "items")
    if text(field(node, "kind")).endswith("List") and items is not None and items.kind == "list":
        for item in items.items:
            yield from _flat(item)
        return
    yield node


class _Sorter:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.policies: list[Node] = []
        self.roles: list[Node] = []
        self.bindings: list[Node] = []
        self.ignored: list[Ignored] = []
        self.strange = 0

    def take(self, node: Node) -> None:
        kind_node, version = field(node, "kind"), text(field(node, "apiVersion"))
        kind = text(kind_node)
        if node.kind != "map" or kind_node is None:
            self.strange += 1
            if self.strange > MOST_STRANGE:
                return
            help = "give PodSecurityPolicies, roles and bindings, or .psp files"
            self.report.add(Diagnostic("PSP001", "this is not a Kubernetes object", node.span, help=help))
        elif kind == PSP_KIND:
            self.policies.append(node)
        elif kind in (*ROLE_KINDS, *BINDING_KINDS) and version in RBAC_VERSIONS:
            (self.roles if kind in ROLE_KINDS else self.bindings).append(node)
        elif suggestion := _misspelled(kind):
            self.report.add(
                Diagnostic(
                    "PSP001",
                    f"`{kind}` is no kind of Kubernetes",
                    kind_node.span,
                    help=f"did you mean `{suggestion}`?",
                    fixes=(Replacement(kind_node.span, suggestion),),
                )
            )
        else:
            metadata = field(node, "metadata")
            namespace, name = text(field(metadata, "namespace")), text(field(metadata, "name"))
            self.ignored.append(Ignored(kind, f"{namespace}/{name}" if namespace else name, kind_node.span))


def _misspelled(kind: str) -> str | None:
    """``PodSecurityPolicy`` if ``kind`` is a slip of the pen for it; else None."""
    from difflib import SequenceMatcher

    close = SequenceMatcher(None, kind.lower(), PSP_KIND.lower()).ratio() > _A_SLIP
    return PSP_KIND if close else None


def summary(ignored: tuple[Ignored, ...]) -> str:
    """``3 ConfigMaps, 1 Deployment``: how many of each kind, kinds in their order of appearance."""
    counts: dict[str, int] = {}
    for ignored_object in ignored:
        counts[ignored_object.kind] = counts.get(ignored_object.kind, 0) + 1
    return ", ".join(
        f"{count} {kind}{'s' if count > 1 and not kind.endswith('s') else ''}" for kind, count in counts.items()
    )
