"""The file of cases, ``team_test.yaml``: what it may say, read from YAML with every error at its place.

::

    pod: {spec: {containers: [{name: app, image: "registry.example/app:1"}]}}
    cases:
    - allowed: a plain pod
    - denied: a privileged container
      set: {"spec.containers[0].securityContext.privileged": true}
      controls: [privileged]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, get_args

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Report
from pscc.diagnostics.spelling import did_you_mean
from pscc.ir.access import NAMESPACE_NAME, Request, requested_by
from pscc.pod.manifests import Manifest, manifests_of, read_manifests
from pscc.reference.evaluate import Outcome
from pscc.testing.paths import Json, PathError, Step, changed, require_known, steps_of

if TYPE_CHECKING:
    from pscc.psp.yaml_tree import Entry, Node

ReadFile = Callable[[str], SourceFile]
"""Reads a file that a case names, by its path from the file of cases. Raises `OSError`, `ValueError` and `SourceError`."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_KEYS = ("source", "pod", "cases")
_WHAT = ("pod", "file", "set", "update")
_WHO = ("as", "groups", "namespace", "namespace-labels")
_EXPECTED = ("policy", "controls", "changed")
_CASE_KEYS = (*OUTCOMES, *_WHAT, *_WHO, *_EXPECTED)
_NAMESPACE = ("metadata", "namespace")
_EXAMPLE = "write it as in:  - denied: a privileged container"


@frozen
class TestCase:
    """One case: a pod, who asks for it, and what is expected of the policies.

    - ``name`` says in words what the case is about. ``manifests`` are its pods; there are several if ``file`` has several.
    - ``old_pods`` are the pods before the update, in the order of ``manifests``; empty if the pods are created.
    - ``request`` is who asks for a bare pod, the namespace of all pods if it is not empty, and the labels of the namespace.
    - ``outcome`` is the expected verdict, as ``pscc eval`` has it.
    - ``policy`` is the policy whose verdict is expected, if several judge the pod.
    - ``controls`` are the controls that are expected to object.
    - ``changed`` are the expected fields of the pod with the defaults set, by path.
    - ``policy`` and ``controls`` are None, and ``changed`` is empty, if nothing is expected.
    - ``span`` is the place of the case. ``places`` are the places of the expectations by key: of the key for the verdict,
      else of key and value.
    """

    __test__ = False

    name: str
    manifests: tuple[Manifest, ...]
    request: Request
    outcome: Outcome
    policy: str | None
    controls: tuple[str, ...] | None
    changed: tuple[tuple[str, object], ...]
    span: Span
    places: tuple[tuple[str, Span], ...]
    old_pods: tuple[Json, ...] = ()

    @property
    def pods(self) -> tuple[tuple[Manifest, Json | None], ...]:
        """The manifests, each with the pod before the update; None if it is created."""
        return tuple(zip_longest(self.manifests, self.old_pods))


@frozen
class NamedSource:
    """A policy that a file of cases is about: its path from that file, and the place that names it."""

    path: str
    span: Span


@frozen
class TestFile:
    """A file of cases. ``sources`` is empty where the cases are about the file beside it."""

    __test__ = False

    name: str
    sources: tuple[NamedSource, ...]
    cases: tuple[TestCase, ...]


def read_tests(source: SourceFile, read_file: ReadFile, report: Report) -> TestFile:
    """The cases in ``source``. ``read_file`` reads the manifests that cases name. Errors go to ``report``.

    Raises `SourceError` where the source is no YAML.
    """
    from pscc.psp.yaml_tree import load_documents

    documents = load_documents(source)
    if len(documents) != 1 or documents[0].kind != "map":
        place = documents[1].span if len(documents) > 1 else Span(source.name, 1, 1, 1, 1)
        _error(report, "a file of cases is one YAML object with the key `cases`", place, _EXAMPLE)
        return TestFile(source.name, (), ())
    reader = _Reader(source, read_file, report)
    return reader.read(documents[0])


class _Reader:
    def __init__(self, source: SourceFile, read_file: ReadFile, report: Report) -> None:
        self.source, self.read_file, self.report = source, read_file, report
        self.base: Node | None = None

    def read(self, document: Node) -> TestFile:
        self._know(document, _KEYS, "a file of cases")
        for flaw in document.all_flaws():
            self.report.add(flaw.error)
        self.base = document.get("pod")
        if self.base is not None and self.base.kind != "map":
            self._wrong("`pod` is a pod as in a manifest", self.base.span)
            self.base = None
        sources = document.get("source")
        cases = document.get("cases")
        if cases is None or cases.kind != "list" or not cases.items:
            self._wrong("there are no cases: `cases` is a list of them", (cases or document).span)
            return TestFile(self.source.name, (), ())
        read = tuple(case for item in cases.items if (case := self._case(item)) is not None)
        return TestFile(self.source.name, self._sources(sources), read)

    def _case(self, node: Node) -> TestCase | None:
        if node.kind != "map":
            self._wrong("a case is an object", node.span)
            return None
        self._know(node, _CASE_KEYS, "a case")
        verdicts = [entry for entry in node.entries if entry.key in OUTCOMES]
        if len(verdicts) != 1:
            needs = f"has one of {', '.join(f'`{outcome}`' for outcome in OUTCOMES)} with its name behind"
            self._wrong(f"a case {needs}", verdicts[1].key_span if verdicts else node.span)
            return None
        verdict = verdicts[0]
        policy, controls = node.get("policy"), node.get("controls")
        fields = self._fields(node.get("changed"), "changed")
        name = self._text(verdict.node, verdict.key) or verdict.key
        request = self._request(node)
        manifests = tuple(_placed(replace(m, name=m.name or name), request.namespace) for m in self._manifests(node))
        if not manifests:
            return None
        update = node.get("update")
        updated = self._updated(manifests, update) if update is not None else manifests
        outcome = next(outcome for outcome in OUTCOMES if outcome == verdict.key)
        return TestCase(
            name,
            updated,
            request,
            outcome,
            self._text(policy, "policy") if policy is not None else None,
            self._texts(controls, "controls") if controls is not None else None,
            fields,
            node.span,
            (
                ("outcome", verdict.key_span),
                *((e.key, e.key_span.to(e.node.span)) for e in node.entries if e.key in _EXPECTED),
            ),
            tuple(manifest.pod for manifest in manifests) if update is not None else (),
        )

    def _request(self, node: Node) -> Request:
        user = self._text(node.get("as"), "as")
        groups = self._texts(node.get("groups"), "groups")
        if groups and not user:
            self._wrong("`groups` are those of a user: say who asks with `as`", _place(node, "groups"))
        labels = self._fields(node.get("namespace-labels"), "namespace-labels")
        pairs = tuple((key, str(value)) for key, value in labels)
        namespace = self._text(node.get("namespace"), "namespace")
        if dict(pairs).get(NAMESPACE_NAME, namespace) != namespace:
            message = f"the value of `{NAMESPACE_NAME}` is the namespace's name: write it as `namespace` instead"
            self._wrong(message, _place(node, "namespace-labels"))
        return Request(namespace, user, requested_by(user, groups), namespace_labels=pairs)

    def _manifests(self, node: Node) -> tuple[Manifest, ...]:
        own, file, change = node.get("pod"), node.get("file"), node.get("set")
        if own is not None and file is not None:
            self._wrong("a case has its pod from `pod` or from `file`, not from both", _place(node, "file"))
            return ()
        if file is not None:
            manifests = self._of_file(self._text(file, "file"), file.span)
        elif (pod := own or self.base) is not None:
            manifests = self._of_pod(pod, node)
        else:
            self._wrong("there is no pod: write `pod` or `file` here, or a `pod` for all cases above them", node.span)
            return ()
        return self._with(manifests, change) if change is not None else manifests

    def _updated(self, manifests: tuple[Manifest, ...], update: Node) -> tuple[Manifest, ...]:
        workload = next((manifest for manifest in manifests if manifest.kind != "Pod"), None)
        if workload is not None:
            message = f"`update` is about a pod: the pods of a changed {workload.kind} are new ones"
            self._wrong(message, update.span, "write the changes to a workload in `set`")
        return self._with(manifests, update)

    def _with(self, manifests: tuple[Manifest, ...], change: Node) -> tuple[Manifest, ...]:
        """``manifests`` with the fields of ``change``, which have paths as their keys."""
        if change.kind != "map":
            self._wrong("fields to change are an object, with paths as its keys", change.span)
        for entry in change.entries:
            manifests = tuple(self._set(manifest, entry) for manifest in manifests)
        return manifests

    def _of_pod(self, pod: Node, case: Node) -> tuple[Manifest, ...]:
        if pod.kind != "map" or pod.get("spec") is None:
            self._wrong("this pod has no `spec`", pod.span)
            return ()
        return tuple(replace(manifest, span=case.span) for manifest in manifests_of(pod, self.report))

    def _of_file(self, path: str, place: Span) -> tuple[Manifest, ...]:
        try:
            manifests = read_manifests(self.read_file(path), self.report)
        except (OSError, ValueError) as error:
            self._missing(f"{path!r} cannot be read: {getattr(error, 'strerror', None) or error}", place)
            return ()
        if not manifests:
            self._missing(f"there is no pod in {path!r}", place)
        return manifests

    def _set(self, manifest: Manifest, entry: Entry) -> Manifest:
        steps, value = self._steps(entry), entry.node.to_json()
        try:
            pod = changed(manifest.pod, steps, value) if steps else manifest.pod
        except PathError as error:
            self._wrong(f"`{entry.key}`: {error}", entry.key_span)
            return manifest
        return replace(manifest, pod=pod, namespace=str(value)) if steps == _NAMESPACE else replace(manifest, pod=pod)

    def _steps(self, entry: Entry) -> tuple[Step, ...]:
        """The path that ``entry`` has as its key; empty where it is none, or names what a pod does not have."""
        try:
            steps = steps_of(entry.key)
            require_known(steps, entry.node.to_json())
        except PathError as error:
            self._wrong(f"`{entry.key}`: {error}", entry.key_span)
            return ()
        return steps

    # --- values ------------------------------------------------------------------

    def _know(self, node: Node, keys: tuple[str, ...], what: str) -> None:
        for entry in node.entries:
            if entry.key not in keys:
                near = did_you_mean(entry.key, keys)
                help = f"did you mean `{near}`?" if near else f"it has {', '.join(f'`{key}`' for key in keys)}"
                _error(self.report, f"`{entry.key}` is nothing that {what} has", entry.key_span, help)

    def _text(self, node: Node | None, key: str) -> str:
        if node is None:
            return ""
        if node.kind in ("map", "list"):
            self._wrong(f"`{key}` is a text", node.span)
            return ""
        return str(node.value)

    def _texts(self, node: Node | None, key: str) -> tuple[str, ...]:
        if node is None:
            return ()
        if node.kind == "map":
            self._wrong(f"`{key}` is a list of texts", node.span)
        return tuple(self._text(item, key) for item in (node.items if node.kind == "list" else (node,)))

    def _sources(self, node: Node | None) -> tuple[NamedSource, ...]:
        if node is None:
            return ()
        items = node.items if node.kind == "list" else (node,)
        paths = self._texts(node, "source")
        return tuple(NamedSource(path, item.span) for path, item in zip(paths, items, strict=True))

    def _fields(self, node: Node | None, key: str) -> tuple[tuple[str, object], ...]:
        if node is None:
            return ()
        if node.kind != "map":
            self._wrong(f"`{key}` is an object", node.span)
        if key == "changed":
            for entry in node.entries:
                self._steps(entry)
        return tuple((entry.key, entry.node.to_json()) for entry in node.entries)

    def _wrong(self, message: str, place: Span, help: str = "`pscc test --help` shows a whole file") -> None:
        _error(self.report, message, place, help)

    def _missing(self, message: str, place: Span) -> None:
        help = "paths are relative to the file of cases"
        self.report.add(Diagnostic("TST002", message, place, help=help))


def _placed(manifest: Manifest, namespace: str) -> Manifest:
    """``manifest`` in ``namespace``, which wins over its own; as it is where that is empty."""
    if not namespace:
        return manifest
    return replace(manifest, namespace=namespace, pod=changed(manifest.pod, _NAMESPACE, namespace))


def _error(report: Report, message: str, place: Span, help: str) -> None:
    report.add(Diagnostic("TST001", message, place, help=help))


def _place(node: Node, key: str) -> Span:
    return next(entry.key_span for entry in node.entries if entry.key == key)
