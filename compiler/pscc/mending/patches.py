"""Patches for kustomize: a folder with a Component, which a kustomization names under ``components``.

The kinds of Kubernetes get strategic merge patches, which find a container by its name. Kustomize does not know how to merge
the lists of any other kind, so those get JSON 6902 patches, which test the container's name first. Sources: "patches" of
https://kubectl.docs.kubernetes.io/references/kustomize/, and the patch strategies of ``k8s.io/api/core/v1/types.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.mending.edits import Elements, Tree, objects_of, plain, tree_of
from pscc.mending.records import Mending
from pscc.output.contents import OutputFile
from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.normalising import as_list, as_object
from pscc.pod.templates import TEMPLATES, Place, template_at
from pscc.psp.documents import field, text
from pscc.psp.yaml_tree import Node

KUSTOMIZATION = "kustomization.yaml"
_HEAD = "# Name this folder under `components:` of the kustomization that has these workloads.\n"


class PatchError(Exception):
    """Kustomize cannot find a workload; the message says which and why."""


@frozen
class _Target:
    """What kustomize finds an object by."""

    api_version: str
    kind: str
    name: str
    namespace: str

    def __str__(self) -> str:
        return f"{self.kind} {f'{self.namespace}/' if self.namespace else ''}{self.name}"


def component(sources: Iterable[SourceFile], mendings: Iterable[Mending]) -> tuple[OutputFile, ...]:
    """The files of a Component that makes ``mendings``, which are of workloads in ``sources``.

    Raises `PatchError` where a workload has no name, or two have one.
    """
    waiting: dict[Span, dict[str, Mending]] = {}
    for mending in mendings:
        waiting.setdefault(mending.span, {})[mending.manifest.template] = mending
    patches: dict[_Target, list[tuple[Mending, Node, Place]]] = {}
    for node in (node for source in sources for node in objects_of(source)):
        for path, mending in waiting.get(node.span, {}).items():
            template = template_at(node, mending.manifest.kind, path)
            assert template is not None
            target = _target(node, mending)
            before = patches.setdefault(target, [])
            if before and before[0][0].span != mending.span:
                places = f"{before[0][0].span} and {mending.span}"
                raise PatchError(f"{target} is there twice, at {places}: kustomize takes one")
            before.append((mending, template.node, template.place))
    files = [
        file
        for number, (target, templates) in enumerate(patches.items(), 1)
        for file in _patch(number, target, templates)
    ]
    listed = [
        {"path": path, **({"target": _selector(target)} if isinstance(body, list) else {})}
        for path, target, body in files
    ]
    head = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "patches": listed}
    return (
        OutputFile(KUSTOMIZATION, _HEAD + _yaml(head)),
        *(OutputFile(path, _yaml(body)) for path, _, body in files),
    )


def _target(node: Node, mending: Mending) -> _Target:
    metadata = field(node, "metadata")
    name = text(field(metadata, "name"))
    if not name:
        raise PatchError(f"the {mending.manifest.kind} at {mending.span} has no name, by which kustomize finds it")
    return _Target(text(field(node, "apiVersion")), mending.manifest.kind, name, text(field(metadata, "namespace")))


def _selector(target: _Target) -> dict[str, str]:
    """``target`` as a selector. Names in one are regular expressions; source: ``Selector`` of kustomize's ``api/types``."""
    group, slash, version = target.api_version.rpartition("/")
    selector = {"group": group if slash else "", "version": version, "kind": target.kind}
    selector |= {"name": target.name.replace(".", r"\."), "namespace": target.namespace}
    return {key: value for key, value in selector.items() if value}


def _patch(
    number: int, target: _Target, templates: list[tuple[Mending, Node, Place]]
) -> Iterator[tuple[str, _Target, object]]:
    """The path, the target and the content of the patch of one object, whose templates are ``templates``."""
    parts = (target.namespace, target.kind.lower(), target.name)
    name = re.sub(r"[^a-z0-9.-]", "-", "-".join(filter(None, parts)).lower())
    path = f"{number:03}-{name}.yaml"
    if target.kind in TEMPLATES and all(_named(node) for _, node, _ in templates):
        yield path, target, _merged(target, templates)
    else:
        operations = [each for mending, node, place in templates for each in _operations(mending, node, place)]
        yield path, target, operations


def _named(template: Node) -> bool:
    """Whether each container of ``template`` has a name of its own in its list."""
    for kind in CONTAINER_LISTS:
        listed = field(field(template, "spec"), kind)
        names = [text(field(item, "name")) for item in (listed.items if listed is not None else ())]
        if "" in names or len(set(names)) < len(names):
            return False
    return True


def _merged(target: _Target, templates: list[tuple[Mending, Node, Place]]) -> dict[str, object]:
    """A strategic merge patch. A list of scalars is replaced there, so it is written out whole."""
    metadata = {"name": target.name, **({"namespace": target.namespace} if target.namespace else {})}
    patch: dict[str, object] = {"apiVersion": target.api_version, "kind": target.kind, "metadata": metadata}
    for mending, node, place in templates:
        inside = patch
        for step in place:
            below: dict[str, object] = {}
            inside[str(step)] = below
            inside = below
        inside |= as_object(_strategic(node, tree_of(mending.written)))
    return patch


def _strategic(node: Node | None, tree: Tree) -> object:
    """``tree`` as it is merged into ``node``, which is None where nothing is there."""
    if isinstance(tree, Elements):
        return [*as_list(None if node is None else node.to_json()), *tree.values]
    if not isinstance(tree, Mapping) or node is None:
        return plain(tree)
    if node.kind == "list":
        return [
            {"name": text(field(item, "name")), **as_object(_strategic(item, tree[index]))}
            for index, item in enumerate(node.items)
            if index in tree
        ]
    return {str(step): _strategic(field(node, str(step)), below) for step, below in tree.items()}


def _operations(mending: Mending, node: Node, place: Place) -> Iterator[dict[str, object]]:
    """The operations of a JSON 6902 patch. Source: RFC 6902."""
    yield from _added(node, tree_of(mending.written), place)


def _added(node: Node, tree: Tree, place: Place) -> Iterator[dict[str, object]]:
    match tree:
        case Elements(values=values):
            for value in values:
                yield {"op": "add", "path": _pointer((*place, "-")), "value": value}
        case Mapping():
            for step, below in tree.items():
                here = (*place, step)
                if isinstance(step, int):
                    name = field(node.items[step], "name")
                    if name is not None:
                        yield {"op": "test", "path": _pointer((*here, "name")), "value": name.value}
                    yield from _added(node.items[step], below, here)
                elif (inner := field(node, step)) is None:
                    yield {"op": "add", "path": _pointer(here), "value": plain(below)}
                else:
                    yield from _added(inner, below, here)
        case _:
            yield {"op": "add", "path": _pointer(place), "value": plain(tree)}


def _pointer(place: Place) -> str:
    """``place`` as a JSON pointer. Source: RFC 6901."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def _yaml(value: object) -> str:
    import yaml

    written: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    return written
