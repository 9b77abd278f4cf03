"""Sources that are read fast, in parts, have the contents, the places and the diagnostics that the reader of all YAML finds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest
import yaml

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.pod.manifests import Contents, contents_in, read_contents
from pscc.pod.reading import pieces_of
from pscc.psp.documents import objects_in
from pscc.psp.plain_values import UnusualError
from pscc.psp.yaml_tree import load_documents
from support.paths import ROOT
from support.targets import Json

Read = tuple[Contents | None, tuple[Diagnostic, ...]]
BLOCKS = (7, 300, 1 << 16)
SCALARS: tuple[object, ...] = (
    "web", "", "yes", "007", "1e3", "a: b", "- x", "x\ny\n", "#1", "é\u2028", "🙂", "~", " sp ", "{{ x }}", "*", "a && b",
    "&a", "!x", "|", "'", '"', "\\ud", "---", "x\n---\ny", "0x1f", "1_000", "12:30", "=", "<<", True, False, None, 0, -3, 10**20,
    1.0, 2.5, 1e300, [], {}, "\t", "items:", "trailing ",
)  # fmt: skip


def slowly(source: SourceFile) -> Read:
    """What the reader of all YAML says."""
    report = Report()
    try:
        nodes = (node for document in load_documents(source) for node in objects_in(document, report))
        return contents_in(nodes, report), tuple(report.diagnostics)
    except SourceError as error:
        return None, error.diagnostics


def whole(source: SourceFile) -> Read:
    """What is read in parts, and if that cannot be, at once."""
    report = Report()
    try:
        return read_contents(source, report), tuple(report.diagnostics)
    except SourceError as error:
        return None, error.diagnostics


def in_parts(source: SourceFile, size: int) -> Read | None:
    """What is read in parts of about ``size`` characters; None where that cannot be."""
    try:
        pieces = tuple(pieces_of(source.name, (source.text[at : at + size] for at in range(0, len(source.text), size))))
    except UnusualError:
        return None
    joined = Contents(
        tuple(m for piece in pieces for m in piece.contents.manifests),
        tuple(n for piece in pieces for n in piece.contents.namespaces),
        tuple(o for piece in pieces for o in piece.contents.others),
    )
    return joined, tuple(d for piece in pieces for d in piece.diagnostics)


def same(text: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether ``text`` was read in parts, which must be as the reader of all YAML reads it."""
    source = SourceFile("x.yaml", text)
    expected = slowly(source)
    assert whole(source) == expected, text
    parted = 0
    for size in BLOCKS:
        monkeypatch.setattr("pscc.psp.parts._SIZE", size)
        monkeypatch.setattr("pscc.psp.parts._HEAD", min(size * 20, 1 << 14))
        found = in_parts(source, size)
        assert found is None or found == expected, (size, text)
        parted += found is not None
    return parted == len(BLOCKS)


def drawn(rng: random.Random) -> Json:
    """An object as a cluster has it, with odd values in it."""
    kind = rng.choice(["Pod", "Pod", "Pod", "Deployment", "CronJob", "Namespace", "ConfigMap", "Rollout", "Job"])
    metadata: Json = {"name": f"n{rng.randint(0, 9)}", "labels": {"app": rng.choice(SCALARS), "b": "c"}}
    if rng.random() < 0.7:
        metadata["namespace"] = rng.choice(["shop", "kube-system", 7, None])
    if rng.random() < 0.3:
        metadata["annotations"] = {"note": rng.choice(SCALARS)}
    context = {"privileged": rng.choice([True, False, None]), "runAsUser": rng.choice([0, 1000, "x", 1.0])}
    container: Json = {"name": "main", "image": "web:1", "args": rng.choices(SCALARS, k=3), "securityContext": context}
    if rng.random() < 0.1:
        container["privilege"] = True
    spec: Json = {"containers": [container] * rng.randint(1, 2), "hostNetwork": rng.choice([True, False])}
    pod: Json = {"metadata": {"labels": {"a": "b"}}, "spec": spec}
    value: Json = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    if kind == "Pod":
        value["spec"] = spec if rng.random() < 0.95 else None
    elif kind == "CronJob":
        value["spec"] = {"jobTemplate": {"spec": {"template": pod}}}
    elif kind not in ("Namespace", "ConfigMap"):
        value["spec"] = {"template": pod}
    if rng.random() < 0.03:
        del value["kind"]
    if rng.random() < 0.03:
        value = {"apiVersion": "v1", "kind": "List", "items": [value]}
    return json.loads(json.dumps(value))  # type: ignore[no-any-return]


def spelled(rng: random.Random, objects: list[Json]) -> str:
    """``objects`` as one source: a stream, a list or JSON, laid out as kubectl and people do."""
    container: Json = {"apiVersion": "v1", "items": objects, "kind": rng.choice(["List", "PodList", "Lists"])}
    if rng.random() < 0.3:
        container = {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": objects}
    style: dict[str, object] = {
        "sort_keys": False, "allow_unicode": rng.random() < 0.5, "default_flow_style": rng.choice([False, False, None]),
        "width": rng.choice([30, 1000]),
    }  # fmt: skip

    def dumped(value: object) -> str:
        return yaml.dump(value, Dumper=_Dumper, **style)  # type: ignore[no-any-return, call-overload]

    match rng.randrange(6):
        case 0:
            return "---\n".join(map(dumped, objects))
        case 1:
            return "".join(f"--- # {n}\n{dumped(one)}" for n, one in enumerate(objects)) + rng.choice(["", "...\n"])
        case 2:
            return dumped(container)
        case 3:
            items = "".join(f"  - {dumped(one).rstrip()}\n".replace("\n", "\n    ").rstrip(" ") for one in objects)
            return f"apiVersion: v1\nkind: List\nitems:\n{items}"
        case 4:
            return json.dumps(container, indent=rng.choice([None, 4]), ensure_ascii=rng.random() < 0.5)
        case _:
            gap = rng.choice(["\n", "", "\n\n  "])
            return gap.join(json.dumps(one, indent=rng.choice([None, 2])) for one in objects)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def slips(rng: random.Random, text: str) -> Iterator[str]:
    """``text``, and ``text`` with a slip of the pen."""
    yield text
    for _ in range(2):
        at = rng.randrange(len(text) + 1)
        slip = rng.choice(["\n", " ", '"', "'", "---\n", "- ", "{", "}", "]", ",", "&a ", "*a", "!t ", "\t", ":", "|", "\r\n",
                           "#", "\n- x", "\nkind: List\n", "kind: Pod\n", "<<: ", "\x85", "\ufeff", "...\n", "\n\n"])  # fmt: skip
        yield text[:at] + slip + text[at + rng.choice([0, 0, 1, 30]) :]


@pytest.mark.parametrize("seed", range(4))
def test_drawn_sources(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    parted = 0
    for _ in range(60):
        text = spelled(rng, [drawn(rng) for _ in range(rng.randint(1, 6))])
        parted += sum(same(one, monkeypatch) for one in slips(rng, text))
    assert parted > 30


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---\n",
        "# nothing\n",
        "kind: Pod\nspec: {containers: []}\n",
        "a: &x 1\nb: *x\nkind: Pod\nspec: {containers: []}\n",
        "kind: Pod\nkind: Pod\nspec: {}\n",
        "kind: Pod\nspec: !!map {containers: []}\n",
        'kind: Pod\nspec: {containers: [{name: "a\n--- b"}]}\n',
        "kind: List\nitems:\n- kind: Pod\n  spec: {containers: [{name: 'a\n- kind: Pod'}]}\n",
        "items:\n- kind: Pod\n  spec: {containers: []}\nkind: Deployment\n",
        "items:\n- kind: Pod\n  spec: {containers: []}\nitems: []\nkind: List\n",
        "items:\n- &a {kind: Pod, spec: {}}\n- *a\nkind: List\n",
        "items:\n- kind: Pod\n  spec: {containers: []}\n---\nkind: Pod\nspec: {containers: []}\n",
        "kind: List\nitems:\n- kind: Pod\n  spec: {containers: []}\n# end\n---\nkind: List\nitems:\n- kind: Pod\n  spec: {}\n",
        '{"kind": "Pod", "kind": "Pod", "spec": {"containers": []}}',
        '{"kind": "Pod", "spec": {"containers": []}} # no JSON',
        '{"kind": "Pod", "spec": {"containers": []}}\n---\nkind: Pod\nspec: {containers: []}\n',
        '{"kind": "List", "items": [{"kind": "Pod", "spec": {}},]}',
        '{"kind": "List", "items": [{"kind": "Pod", "spec": {}} {"kind": "Pod"}]}',
        '{"kind": "List", "items": []}',
        '{"kind": "Pod", "metadata": {"name": "\\ud83d\\ude42"}, "spec": {}}',
        '{"kind": "Pod", "spec": {"priority": 1e2, "x": -0, "nodeName": 1E400}}',
        '{"kind": "Pod", "spec": {"a": NaN}}',
        "{" + '"a": {' * 95 + "}" * 96,
        "kind: Pod\nspec: " + "[" * 105 + "]" * 105 + "\n",
        "{{ include }}\nkind: Pod\n",
        "kind: Pod\nspec:\n\tcontainers: []\n",
        "%YAML 1.1\n---\nkind: Pod\nspec: {containers: []}\n...\n%YAML 1.1\n---\nkind: Pod\nspec: {}\n",
    ],
)  # fmt: skip
def test_written_sources(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    same(text, monkeypatch)


@pytest.mark.parametrize("path", ["examples/cluster/pods.yaml", "examples/side-by-side/running.yaml"])
def test_examples_are_read_in_parts(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert same((ROOT / path).read_text(encoding="utf-8"), monkeypatch)


@pytest.mark.parametrize("kind_first", [True, False])
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_lists_of_a_cluster_are_read_in_parts(form: str, kind_first: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list is never held in memory as one: kubectl prints its kind behind the items, the API server before them."""
    spec = {"containers": [{"name": "m"}]}
    items = [{"metadata": {"name": f"a{n}"}, "spec": spec} | ({} if kind_first else {"kind": "Pod"}) for n in range(40)]
    before, after = ({"kind": "PodList"}, {}) if kind_first else ({}, {"kind": "List"})
    value = {"apiVersion": "v1", **before, "items": items, **after}
    text = json.dumps(value) if form == "json" else yaml.dump(value, Dumper=_Dumper, sort_keys=False)
    assert same(text, monkeypatch)
