"""The records of the Python API cannot be changed, nor can anything in them: not the pods either."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from types import MappingProxyType
from typing import Any

import pytest
import yaml

import pscc
from pscc.base.frozen_json import FrozenDict, FrozenList, frozen_json
from pscc.targets.registry import TARGETS
from support.paths import ROOT

CHOICE = ROOT / "examples" / "cluster" / "dump.yaml"
TEAM = pscc.SourceFile(
    "team.psp",
    'policy team {\n    in namespaces team-*\n    exempt users jane because "ci"\n    deny capabilities.add SYS_ADMIN\n'
    "    allow hostPorts 80\n    default seccompProfile runtime/default\n    default allowPrivilegeEscalation false\n}\n",
)
POD: dict[str, Any] = {
    "kind": "Pod",
    "metadata": {"name": "a", "namespace": "team-a", "labels": {"tier": "edge"}},
    "spec": {
        "containers": [
            {
                "name": "c",
                "image": "i",
                "ports": [{"containerPort": 1, "hostPort": 9}],
                "securityContext": {"privileged": True, "capabilities": {"add": ["SYS_ADMIN"]}},
            }
        ]
    },
}
CONSTANTS = (str, int, float, type(None))


def changeable(node: object, path: str, known: set[int]) -> Iterator[str]:
    """The places in ``node`` where something can be changed."""
    if isinstance(node, CONSTANTS) or id(node) in known:
        return
    known.add(id(node))
    inner: list[tuple[str, object]] = []
    if isinstance(node, (FrozenDict, MappingProxyType)):
        inner = [(f"[{name!r}]", value) for name, value in node.items()]
    elif isinstance(node, (FrozenList, tuple, frozenset)):
        inner = [("[]", value) for value in node]
    elif is_dataclass(node):
        names = [member.name for member in fields(node)]
        inner = [(f".{name}", getattr(node, name)) for name in names]
        with pytest.raises(FrozenInstanceError):
            setattr(node, names[0] if names else "x", None)
    else:
        yield f"{path}: {type(node).__name__}"
    for name, value in inner:
        yield from changeable(value, path + name, known)


def results() -> Iterator[tuple[str, object]]:
    for source in (CHOICE, TEAM):
        loaded = pscc.load(source)
        yield "load", loaded
        yield "evaluate", pscc.evaluate(loaded, POD, user="jane", namespace="team-a")
        yield "evaluate", pscc.evaluate(loaded, POD)
        yield "diff", pscc.diff(loaded, pscc.load("pss/restricted"))
        yield "diff", pscc.diff(pscc.load("pss/baseline"), loaded)
    yield "check", pscc.check(TEAM, at_least="pss/baseline")
    for target in TARGETS:
        yield "compile", pscc.compile(pscc.load(TEAM), target)


def test_nothing_in_a_result_can_be_changed() -> None:
    assert [place for name, result in results() for place in changeable(result, name, set())] == []


def test_what_can_be_changed_is_seen() -> None:
    assert list(changeable(({"a": 1},), "x", set())) == ["x[]: dict"]
    assert list(changeable(frozen_json({"a": [{}]}), "x", set())) == []


def test_a_pod_of_a_result_is_json_that_cannot_be_changed() -> None:
    (judgement, *_) = pscc.evaluate(pscc.load(TEAM), POD).judgements
    assert judgement.defaulted and judgement.pod["spec"]["containers"][0]["image"] == "i"  # type: ignore[index]
    assert json.loads(json.dumps(judgement.pod)) == judgement.pod
    with pytest.raises(TypeError, match="cannot be changed"):
        judgement.pod["spec"]["containers"][0]["image"] = "other"  # type: ignore[index]
    plain = copy.deepcopy(judgement.pod)
    plain["spec"]["containers"].append({})  # type: ignore[index]
    assert plain != judgement.pod


CHANGES = {
    FrozenDict: ("clear", "pop", "popitem", "setdefault", "update", "__setitem__", "__delitem__", "__ior__"),
    FrozenList: ("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort", "__setitem__",
                 "__delitem__", "__iadd__", "__imul__"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in CHANGES.items() for name in names])
def test_every_way_to_change_it_is_refused(kind: type[Any], name: str) -> None:
    with pytest.raises(TypeError, match=f"a {kind.__name__} cannot be changed"):
        getattr(kind(), name)("a", 1)


@pytest.mark.parametrize(("kind", "plain"), [(FrozenDict, dict), (FrozenList, list)])
def test_no_way_is_forgotten(kind: type[Any], plain: type[Any]) -> None:
    """What Python's own type has and its frozen base, a mapping or a tuple, has not, changes it; and ``copy`` does not."""
    reading = (
        (set(dir(MappingProxyType)) - {"__ior__"}) | set(dir(tuple)) | {"copy", "fromkeys", "__init__", "__reversed__"}
    )
    assert set(dir(plain)) - reading == set(CHANGES[kind])


def test_it_is_copied_and_pickled() -> None:
    frozen = frozen_json(POD)
    assert frozen == POD and type(frozen) is FrozenDict
    again = pickle.loads(pickle.dumps(frozen))
    assert again == POD and list(changeable(again, "x", set())) == []
    assert yaml.safe_load(yaml.safe_dump(frozen)) == yaml.safe_load(yaml.dump(frozen)) == POD
    copied = copy.deepcopy(frozen)
    assert copied == POD and type(copied["spec"]["containers"]) is list  # type: ignore[index]
