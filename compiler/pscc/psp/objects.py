"""Sorts the Kubernetes objects of YAML and JSON sources: policies, roles, bindings, and objects that are ignored.

All sources belong to one cluster.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.psp.documents import field, is_plain, objects_in, refuse_doubtful, text
from pscc.psp.yaml_tree import Node, load_documents

PSP_KIND = "PodSecurityPolicy"
ROLE_KINDS = ("ClusterRole", "Role")
BINDING_KINDS = ("ClusterRoleBinding", "RoleBinding")
_A_SLIP = 0.92
MOST_STRANGE = 20
"""How many documents that are no objects are reported."""
RBAC_GROUP = "rbac.authorization.k8s.io"
RBAC_VERSIONS = (f"{RBAC_GROUP}/v1", f"{RBAC_GROUP}/v1beta1")
_HOLDERS = ("items", "objects")
"""The fields in which an object that is no list has others: ``objects`` is an OpenShift Template's."""


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

    So is what readers take in different ways, in an object that counts or may be one.
    Raises `SourceError` where a source is not YAML.
    """
    sorter = _Sorter(report)
    empty: tuple[Span, ...] = ()
    for source in sources:
        for document in load_documents(source):
            nodes = tuple(objects_in(document, report))
            empty += () if nodes else (document.span,)
            for node in nodes:
                sorter.take(node)
    return Objects(tuple(sorter.policies), tuple(sorter.roles), tuple(sorter.bindings), tuple(sorter.ignored), empty)


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
        if node.kind != "map" or kind_node is None or not kind:
            self.strange += 1
            if self.strange > MOST_STRANGE:
                return
            help = "give PodSecurityPolicies, roles and bindings, or .psp files"
            self.report.add(Diagnostic("PSP001", "this is not a Kubernetes object", node.span, help=help))
        elif kind == PSP_KIND:
            self.policies += [node] if is_plain(node, self.report) else []
        elif kind in (*ROLE_KINDS, *BINDING_KINDS) and version in RBAC_VERSIONS:
            if is_plain(node, self.report):
                (self.roles if kind in ROLE_KINDS else self.bindings).append(node)
        elif kind in (*ROLE_KINDS, *BINDING_KINDS) and version.partition("/")[0] in ("", RBAC_GROUP):
            shown = f"`{version}` has no {kind}" if version else f"the `apiVersion` of this {kind} is missing"
            help = f"use `{RBAC_VERSIONS[0]}`"
            self.report.add(Diagnostic("RBC007", shown, (field(node, "apiVersion") or node).span, help=help))
        elif suggestion := _misspelled(kind):
            fixes = () if kind_node.inferred else (Replacement(kind_node.span, suggestion),)
            help = f"did you mean `{suggestion}`?"
            message = f"`{kind}` is no kind of Kubernetes"
            self.report.add(Diagnostic("PSP001", message, kind_node.span, help=help, fixes=fixes))
        elif inside := _deciding_item(node):
            message = f"this {text(field(inside, 'kind'))} is in a {kind}, which is not read as a list"
            help = "write `kind: List`, or give what a Template makes: `oc process -f FILE`"
            self.report.add(Diagnostic("PSP001", message, inside.span, help=help))
        else:
            refuse_doubtful(node, self.report)
            metadata = field(node, "metadata")
            namespace, name = text(field(metadata, "namespace")), text(field(metadata, "name"))
            self.ignored.append(Ignored(kind, f"{namespace}/{name}" if namespace else name, kind_node.span))


def _deciding_item(node: Node) -> Node | None:
    """The first object in ``node`` that would count if that were a list; None where there is none."""
    deciding = (PSP_KIND, *ROLE_KINDS, *BINDING_KINDS)
    held = (item for name in _HOLDERS if (holder := field(node, name)) is not None for item in holder.items)
    return next((item for item in held if text(field(item, "kind")) in deciding), None)


def _misspelled(kind: str) -> str | None:
    """``PodSecurityPolicy``, or the list of them, if ``kind`` is a slip of the pen for it; else None."""
    from difflib import SequenceMatcher

    for known in (PSP_KIND, f"{PSP_KIND}List"):
        if SequenceMatcher(None, kind.lower(), known.lower()).ratio() > _A_SLIP:
            return known
    return None


def summary(ignored: tuple[Ignored, ...]) -> str:
    """``3 ConfigMaps, 1 Deployment``: how many of each kind, kinds in their order of appearance."""
    counts: dict[str, int] = {}
    for ignored_object in ignored:
        counts[ignored_object.kind] = counts.get(ignored_object.kind, 0) + 1
    return ", ".join(
        f"{count} {kind}{'s' if count > 1 and not kind.endswith('s') else ''}" for kind, count in counts.items()
    )
