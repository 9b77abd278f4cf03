"""PodSecurityPolicy YAML or JSON, one document, as a valid `Psp`."""

from __future__ import annotations

from dataclasses import replace

from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.psp.documents import is_plain
from pscc.psp.objects import read_as, refuse_unquoted, unquoted
from pscc.psp.reading import Psp
from pscc.psp.schema import METADATA, SPEC, TOP, Schema
from pscc.psp.validation import Validation, is_label_part, is_qualified, is_subdomain
from pscc.psp.yaml_tree import Entry, Node, load_documents

API_VERSIONS = ("policy/v1beta1", "extensions/v1beta1")


def read_psp(source: SourceFile, report: Report) -> Psp | None:
    """The PSP of ``source``; None if it has errors, which are in ``report``. Raises `SourceError` where it is not YAML."""
    documents = load_documents(source)
    start = Span(source.name, 1, 1, 1, 1)
    if len(documents) != 1:
        message = "the file is empty" if not documents else f"{len(documents)} documents, where one policy is expected"
        span = start if not documents else documents[1].span
        help = "give one PodSecurityPolicy" if not documents else "put each policy into a file of its own"
        report.add(Diagnostic("PSP001", message, span, help=help))
        return None
    return read_policy(documents[0], report) if is_plain(documents[0], report) else None


def read_policy(root: Node, report: Report) -> Psp | None:
    """``root`` as a `Psp`; None if it has errors, which are in ``report``."""
    own_report = Report()
    psp = _policy(root, own_report)
    report.diagnostics += own_report.diagnostics
    return psp


def _policy(root: Node, report: Report) -> Psp | None:
    if not _is_psp(root, report):
        return None
    for entry in root.entries:
        if entry.key not in TOP:
            _unknown(entry.key, entry.key_span, TOP, "", report)
    metadata, spec = root.get("metadata"), root.get("spec")
    name, annotations = _metadata(metadata, root.span, report)
    if spec is None:
        report.add(Diagnostic("PSP004", "the policy has no spec", root.span, help="add `spec`"))
        return None
    types = _Types(report)
    corrected = _typed(spec, SPEC, "spec", types)
    if not types.failed:
        at = next(entry.key_span for entry in root.entries if entry.key == "spec")
        Validation(spec, corrected, at, annotations, report).run()
    if report.failed:
        return None
    name_node = metadata.get("name") if metadata else None
    return Psp(name, root.span, name_node.span if name_node else root.span, spec, annotations)


def _is_psp(root: Node, report: Report) -> bool:
    kind, version = root.get("kind"), root.get("apiVersion")
    if root.kind != "map" or kind is None or kind.value != "PodSecurityPolicy":
        what = f"a {kind.value}" if kind is not None else "not a Kubernetes object"
        help = "give a PodSecurityPolicy, or a .psp file"
        fixes: tuple[Replacement, ...] = ()
        if kind is not None and did_you_mean(str(kind.value), ("PodSecurityPolicy",)):
            help, fixes = (
                "did you mean `PodSecurityPolicy`?",
                respelled(kind.span, str(kind.value), "PodSecurityPolicy", ()),
            )
        message = f"this is {what}, where a PodSecurityPolicy is expected"
        report.add(Diagnostic("PSP001", message, kind.span if kind else root.span, help=help, fixes=fixes))
        return False
    if version is None or version.value not in API_VERSIONS:
        shown = f"`{version.value}` has no PodSecurityPolicy" if version else "`apiVersion` is missing"
        fixes = (Replacement(version.span, API_VERSIONS[0], safe=True),) if version else ()
        span = version.span if version else root.span
        report.add(Diagnostic("PSP001", shown, span, help=f"use `{API_VERSIONS[0]}`", fixes=fixes))
    return True


def _metadata(metadata: Node | None, where: Span, report: Report) -> tuple[str, tuple[tuple[str, Node], ...]]:
    if metadata is None or metadata.kind != "map":
        report.add(
            Diagnostic(
                "PSP008", "the policy has no name", metadata.span if metadata else where, help="add `metadata.name`"
            )
        )
        return "", ()
    for entry in metadata.entries:
        if entry.key not in METADATA:
            _unknown(entry.key, entry.key_span, METADATA, "metadata.", report)
    namespace = metadata.get("namespace")
    if namespace is not None:
        message = "metadata.namespace is removed: a PodSecurityPolicy is cluster-wide"
        report.add(Diagnostic("PSP020", message, namespace.span, severity="warning", help="leave it out"))
    name = metadata.get("name")
    if name is not None and name.spelled:
        refuse_unquoted((name,), report)
    elif name is None or name.kind != "string" or not is_subdomain(str(name.value)):
        shown = f"`{name.value}` is not a DNS subdomain" if name else "the policy has no name"
        help = "use lower case letters, digits, `-` and `.`" if name else "add `name` to `metadata`"
        report.add(Diagnostic("PSP008", shown, name.span if name else metadata.span, help=help))
    for key, node in _strings(metadata, "labels", report):
        if node.value and not is_label_part(str(node.value)):
            help = "use letters, digits, `-`, `_`, `.`, at most 63, a letter or digit at both ends"
            message = f"`{node.value}` cannot be the value of the label `{key}`"
            report.add(Diagnostic("PSP006", message, node.span, help=help))
    return str(name.value) if name else "", _strings(metadata, "annotations", report)


def _strings(metadata: Node, field: str, report: Report) -> tuple[tuple[str, Node], ...]:
    """The labels or annotations. A null one is the empty string, as the API server's decoder takes it."""
    mapping = metadata.get(field)
    if mapping is not None and mapping.kind != "map":
        help = "write one `key: value` a line below it"
        report.add(Diagnostic("PSP003", f"{field} have to be a map of strings", mapping.span, help=help))
        return ()
    strings = []
    for entry in mapping.entries if mapping else ():
        key, node = entry.key, entry.node
        if not is_qualified(key.lower() if field == "annotations" else key):
            help = "use letters, digits, `-`, `_`, `.`, at most 63, with a domain and `/` before them if need be"
            report.add(Diagnostic("PSP006", f"`{key}` cannot be a key of {field}", entry.key_span, help=help))
        if node.kind == "null":
            strings.append((key, Node("string", node.span, "")))
        elif node.kind == "string":
            strings.append((key, node))
        elif node.spelled:
            message = f"`metadata.{field}.{key}` has to be a string, not {read_as(node)}"
            report.add(unquoted(node, "PSP003", message))
        else:
            message = f"`metadata.{field}.{key}` has to be a string"
            report.add(Diagnostic("PSP003", message, node.span, help="write one string"))
    return tuple(strings)


def _unknown(key: str, span: Span, known: object, where: str, report: Report) -> None:
    names = tuple(sorted(str(k) for k in known))  # type: ignore[attr-defined]
    suggestion = did_you_mean(key, names)
    help = f"did you mean `{suggestion}`?" if suggestion else f"known here: {', '.join(names)}"
    if where == "metadata." and "/" in key:
        suggestion, help = None, "it is an annotation: put it below `metadata.annotations`"
    elif where == "" and key in SPEC:
        suggestion, help = None, "put it below `spec`"
    fixes = respelled(span, key, suggestion, names)
    message = f"unknown field `{where}{key}`"
    report.add(Diagnostic("PSP002", message, span, label="the API server would drop it", help=help, fixes=fixes))


_KINDS = {"bool": "true or false", "int32": "a whole number", "int64": "a whole number", "string": "a string"}
_BITS = {"int32": 31, "int64": 63}


_WORDS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


class _Types:
    """Collects the values of wrong types in a spec: each is an error in ``report``, and ``failed`` is true once there is one."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.failed = False

    def refuse(self, error: Diagnostic) -> None:
        self.failed = True
        self.report.add(error)


def _typed(node: Node, schema: Schema, where: str, types: _Types) -> Node:
    """``node`` with its misspelled fields named rightly; each value that is not of its type in ``schema`` goes to ``types``."""
    if node.kind == "null":
        return node
    match schema:
        case str():
            _scalar(node, schema, where, types)
            return node
        case list():
            if node.kind != "list":
                help = "begin each element with `- `"
                types.refuse(Diagnostic("PSP003", f"`{where}` has to be a list", node.span, help=help))
            for index, item in enumerate(node.items):
                if item.kind == "null" and schema[0] == "string":
                    message = f"`{where}[{index}]` is empty"
                    types.refuse(Diagnostic("PSP003", message, item.span, help="leave the element out"))
            items = (_typed(item, schema[0], f"{where}[{index}]", types) for index, item in enumerate(node.items))
            return replace(node, items=tuple(items))
        case dict():
            if node.kind != "map":
                help = f"write its fields ({', '.join(schema)}) below it, without `- `"
                types.refuse(Diagnostic("PSP003", f"`{where}` has to be a map", node.span, help=help))
            return replace(node, entries=tuple(_entry(node, entry, schema, where, types) for entry in node.entries))


def _entry(node: Node, entry: Entry, schema: dict[str, Schema], where: str, types: _Types) -> Entry:
    key = entry.key
    if key not in schema:
        _unknown(key, entry.key_span, schema, f"{where}.", types.report)
        suggestion = did_you_mean(key, schema)
        if suggestion is None or any(other.key == suggestion for other in node.entries):
            return entry
        key = suggestion
    return Entry(key, entry.key_span, _typed(entry.node, schema[key], f"{where}.{key}", types))


def _scalar(node: Node, schema: str, where: str, types: _Types) -> None:
    bits = _BITS.get(schema)
    if bits and isinstance(node.value, int) and not -(2**bits) <= node.value < 2**bits:
        message = f"`{where}` is {node.value}, too large for an {schema}"
        types.refuse(Diagnostic("PSP003", message, node.span, help=f"the largest is {2**bits - 1}"))
        return
    if node.kind == ("int" if bits else schema):
        return
    if schema == "string" and node.spelled:
        types.refuse(unquoted(node, "PSP003", f"`{where}` is {read_as(node)}, it has to be a string"))
        return
    shown = {"map": "a map", "list": "a list", "string": f'"{node.value}"'}.get(node.kind, f"`{node.value}`")
    help, fix = "", None
    if schema == "string":
        help = "write one string"
    elif schema == "bool":
        fix = _WORDS.get(str(node.value).lower()) if node.kind == "string" else None
        help = f"write `{fix}`, without quotes" if fix else "write `true` or `false`"
    else:
        help = "write a number, without quotes"
    fixes = (Replacement(node.span, fix, safe=True),) if fix else ()
    message = f"`{where}` is {shown}, it has to be {_KINDS[schema]}"
    types.refuse(Diagnostic("PSP003", message, node.span, help=help, fixes=fixes))
