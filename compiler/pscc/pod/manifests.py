"""Reads manifests: the pods in them, out of their workloads, and what else is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Report
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.ir.access import NAMESPACE_NAME
from pscc.pod.fields import element
from pscc.pod.kinds import Kind, Object
from pscc.pod.normalising import Json, as_list, as_object
from pscc.pod.schema import SPEC
from pscc.pod.templates import TEMPLATES, Template, template_of, templates_in

if TYPE_CHECKING:
    from pscc.psp.yaml_tree import Node

Labels = tuple[tuple[str, str], ...]


@frozen
class Manifest:
    """A pod or a workload: its kind and name, and its pod as the file has it (not normalised).

    ``template`` is the path to the pod in an object of a kind that is none of Kubernetes' workloads; empty in those.
    ``owner`` is the kind and the name of the controller that made the object, by its metadata; empty where it names none.
    """

    kind: str
    namespace: str
    name: str
    pod: Json
    span: Span
    template: str = ""
    owner: str = ""


@frozen
class NoPod:
    """An object in which no pod was found: ``kind`` is empty where it names none."""

    kind: str
    namespace: str
    name: str
    span: Span

    def __str__(self) -> str:
        named = "/".join(filter(None, (self.namespace, self.name)))
        return f"{self.kind or 'an object without a kind'} {named}".rstrip()


@frozen
class Contents:
    """What manifests have: the pods and workloads, the labels of each Namespace, and the objects without a pod."""

    manifests: tuple[Manifest, ...] = ()
    namespaces: tuple[tuple[str, Labels], ...] = ()
    others: tuple[NoPod, ...] = ()


def read_manifests(source: SourceFile, report: Report) -> tuple[Manifest, ...]:
    """The pods and workloads in ``source``: the `read_contents` without the rest."""
    return read_contents(source, report).manifests


def read_contents(source: SourceFile, report: Report) -> Contents:
    """The contents of ``source`` (YAML or JSON, several documents, lists), in order.

    Of a kind that is none of Kubernetes' workloads, whatever looks like a pod is one, which a note says (``POD004``). Fields
    that a pod does not have are warned about (``POD001``). Raises `SourceError` where the source is not YAML, or where readers
    take a pod or a Namespace in different ways.
    """
    from pscc.pod.reading import pieces_of
    from pscc.psp.documents import objects_in
    from pscc.psp.parts import blocks_of
    from pscc.psp.plain_values import UnusualError
    from pscc.psp.yaml_tree import load_documents

    try:
        pieces = tuple(pieces_of(source.name, blocks_of(source.text)))
    except UnusualError:
        nodes = (node for document in load_documents(source) for node in objects_in(document, report))
        return contents_in(nodes, report)
    for piece in pieces:
        report.diagnostics += piece.diagnostics
    return together(piece.contents for piece in pieces)


def together(contents: Iterable[Contents]) -> Contents:
    """The contents of several sources, or parts of a source, as one."""
    read = tuple(contents)
    return Contents(
        tuple(manifest for part in read for manifest in part.manifests),
        tuple(namespace for part in read for namespace in part.namespaces),
        tuple(other for part in read for other in part.others),
    )


def contents_in(nodes: Iterable[Node], report: Report) -> Contents:
    """The contents of the objects ``nodes``. Raises `SourceError` where readers take a pod or a Namespace in different ways."""
    from pscc.psp.documents import refuse_doubtful

    manifests: list[Manifest] = []
    namespaces: list[tuple[str, Labels]] = []
    others: list[NoPod] = []
    for node in nodes:
        kind, namespace, name = _text(node, "kind"), *_named(node)
        pods = _manifests(node, kind, namespace, name, report)
        if pods or (kind == "Namespace" and name):
            for flaw in node.all_flaws():
                report.add(flaw.error)
        else:
            refuse_doubtful(node, report)
        manifests += pods
        if kind == "Namespace" and name:
            namespaces.append((name, _labels(node, name)))
        elif not pods:
            others.append(NoPod(kind, namespace, name, node.span))
    report.raise_errors()
    return Contents(tuple(manifests), tuple(namespaces), tuple(others))


def manifests_of(node: Node, report: Report) -> tuple[Manifest, ...]:
    """The pods in the object ``node``, which is a Pod where it names no kind. Diagnostics go to ``report``."""
    return tuple(_manifests(node, _text(node, "kind") or "Pod", *_named(node), report))


def _manifests(node: Node, kind: str, namespace: str, name: str, report: Report) -> list[Manifest]:
    """The pods in ``node``, an object of that kind and name."""
    if kind in TEMPLATES:
        template = template_of(node, kind)
        spec = template.get("spec") if template is not None else None
        if template is None or spec is None or spec.kind != "map":
            lacks, span = ("no pod template", node.span) if template is None else ("no pod spec", template.span)
            report.add(Diagnostic("POD002", f"this {kind} has {lacks}", span, severity="warning"))
            return []
        templates = [Template(TEMPLATES[kind], template)]
    else:
        templates = list(templates_in(node))
        if templates:
            places = ", ".join(
                f"`{pod_template.path}`" if pod_template.path else "the object itself" for pod_template in templates
            )
            message = (
                f"{kind or 'an object without a kind'} is none of Kubernetes' workloads: the pod in {places} is judged"
            )
            suggestion = did_you_mean(kind, TEMPLATES)
            help = "what its controller adds to the pod is not known"
            help += f"; if you mean a {suggestion}, correct its kind" if suggestion else ""
            report.add(Diagnostic("POD004", message, (node.get("kind") or node).span, severity="note", help=help))
    manifests = []
    metadata = node.get("metadata")
    owner = owner_in(None if metadata is None else metadata.to_json())
    for pod_template in templates:
        spec = pod_template.node.get("spec")
        if spec is not None:
            _warn_unknown(spec, SPEC, "a pod's spec", report)
        pod = pod_of(as_object(pod_template.node.to_json()), kind == "Pod", namespace, name)
        path = "" if kind in TEMPLATES else pod_template.path
        manifests.append(Manifest(kind, namespace, name, pod, node.span, path, owner))
    return manifests


def pod_of(template: Json, bare: bool, namespace: str, name: str) -> Json:
    """The pod of ``template``: all of its metadata if it is a ``bare`` pod, else what a controller copies from it."""
    metadata = as_object(template.get("metadata"))
    if not bare:
        copied = {key: value for key, value in metadata.items() if key in ("labels", "annotations")}
        metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **copied}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": as_object(template.get("spec"))}


def owner_in(metadata: object) -> str:
    """The kind and the name of the controller among the owners in the ``metadata`` of an object; empty where there is none."""
    for owner in map(as_object, as_list(as_object(metadata).get("ownerReferences"))):
        if owner.get("controller") is True:
            return " ".join(str(owner[field]) for field in ("kind", "name") if _is_text(owner.get(field)))
    return ""


def _is_text(value: object) -> bool:
    return value not in (None, "") and not isinstance(value, dict | list)


def _labels(node: Node, name: str) -> Labels:
    """The labels of a Namespace, with the one that the API server sets."""
    metadata = node.get("metadata")
    labels = metadata.get("labels") if metadata is not None else None
    written = {entry.key: str(entry.node.value) for entry in labels.entries} if labels is not None else {}
    return tuple((written | {NAMESPACE_NAME: name}).items())


def _named(node: Node) -> tuple[str, str]:
    metadata = node.get("metadata")
    if metadata is None or metadata.kind != "map":
        return "", ""
    return _text(metadata, "namespace"), _text(metadata, "name")


def _text(node: Node, field: str) -> str:
    value = node.get(field)
    return "" if value is None or value.kind in ("map", "list") else str(value.value)


def _warn_unknown(node: Node, kind: Kind, where: str, report: Report) -> None:
    expected = element(kind)
    if not isinstance(expected, Object):
        return
    if node.kind == "list":
        for item in node.items:
            _warn_unknown(item, expected, where, report)
    for entry in node.entries:
        field = expected.field(entry.key)
        if field is not None:
            _warn_unknown(entry.node, field.kind, entry.key, report)
        else:
            names = [field.name for field in expected.fields]
            suggestion = did_you_mean(entry.key, names)
            report.add(
                Diagnostic(
                    "POD001",
                    f"`{entry.key}` is not a field of {where}: the API server ignores it",
                    entry.key_span,
                    severity="warning",
                    help=f"did you mean `{suggestion}`?" if suggestion else "",
                    fixes=respelled(entry.key_span, entry.key, suggestion, names),
                )
            )
