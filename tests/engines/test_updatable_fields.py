"""Which fields of a pod an update can change: what the schema marks is what a running API server takes, no more and no less.

What an output about pods compares rests on this (docs/decisions/0013-updates-of-pods.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import pytest

from pscc.pod.fields import described
from support.api_server import Answer, ApiServer, Json, api_server, path_of
from support.field_values import Change, Path, changed, changes, paths

PATHS = paths()
ONE_VALUE = (
    ("spec", "overhead"),
    ("spec", "preemptionPolicy"),
    ("spec", "priority"),
    ("fieldRef", "apiVersion"),
    ("livenessProbe", "successThreshold"),
    ("startupProbe", "successThreshold"),
)
"""Fields, by the ends of their paths, of which the API server creates pods with one value alone."""
SUBRESOURCES = ("", "/ephemeralcontainers", "/resize", "/status")
NUMBERS = {path: number for number, path in enumerate(PATHS)}
SPACES = ("default", "other", "another")
OBJECTS: tuple[Json, ...] = (
    *({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}} for space in SPACES),
    *(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": space}}
        for space in SPACES
        for name in SPACES
    ),
    *(
        {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": name}, "handler": "x"}
        for name in ("other", "another")
    ),
    {
        "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "heavy"}, "handler": "x",
        "overhead": {"podFixed": {"cpu": "1"}},
    },
    {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "other"}, "value": 1000},
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with api_server(tmp_path_factory.mktemp("server")) as running:
        running.apply(*OBJECTS)
        yield running


OF_A_DEBUGGER: Json = {
    "image": "other", "command": ["other"], "env": [{"name": "A", "value": "b"}], "securityContext": {"privileged": True},
    "stdin": True, "tty": True, "workingDir": "/other", "name": "other",
}  # fmt: skip


def pod_named(name: str) -> Json:
    """A pod of one container."""
    metadata = {"name": name, "namespace": "default"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [{"name": "c", "image": "i"}]},
    }


def put(server: ApiServer, stored: Json, new: Json, subresource: str = "") -> Answer:
    """The answer to the update of ``stored`` to ``new``; nothing is kept."""
    path = f"{path_of(stored)}/{stored['metadata']['name']}"
    return server.ask("PUT", f"{path}{subresource}?dryRun=All", new)


def content(pod: Json) -> tuple[object, ...]:
    """What a policy may read of a pod."""
    metadata = pod["metadata"]
    return (*(metadata.get(name) for name in ("name", "namespace", "labels", "annotations")), pod["spec"])


def taken(server: ApiServer, stored: Json, new: Json) -> set[str]:
    """The subresources by which an update changes anything of ``stored`` that ``new`` changes."""
    answers = {subresource: put(server, stored, new, subresource) for subresource in SUBRESOURCES}
    refused = {answer.code for answer in answers.values() if not answer.ok}
    assert refused <= {400, 403, 422}, answers
    return {name for name, answer in answers.items() if answer.ok and content(answer.body) != content(stored)}


def asked(server: ApiServer, change: Change, name: str) -> set[str] | None:
    """The subresources that take the change; None where the API server creates no such two pods."""
    pods = [
        deepcopy(pod) if change.path == ("metadata", "name") else {**pod, "metadata": {**pod["metadata"], "name": name}}
        for pod in (change.before, change.after)
    ]
    after = server.create(pods[1], dry=True)
    before = server.create(pods[0])
    assert {before.code, after.code} <= {201, 403, 422}, (before, after)
    alone = change.path[-2:] in ONE_VALUE
    if not before.ok or not (alone or (after.ok and content(before.body) != content(after.body))):
        return None
    return taken(server, before.body, changed(before.body, replace(change, after=pods[1])))


@pytest.mark.grid
@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_the_api_server_takes_what_the_schema_says(server: ApiServer, path: Path) -> None:
    answers = [asked(server, change, f"{NUMBERS[path]}-{n}") for n, change in enumerate(changes(path))]
    assert any(answer is not None for answer in answers), "no two pods that the API server creates"
    assert any(answers) is any(field.changes for field in described("pod", path)), answers


def test_ephemeral_containers_are_added_and_stay_as_they_are(server: ApiServer) -> None:
    first, second = ({"name": name, "image": "i", "securityContext": {"runAsUser": 1}} for name in ("a", "b"))
    pod = pod_named("debugged")
    assert not server.create({**pod, "spec": {**pod["spec"], "ephemeralContainers": [first]}}).ok
    created = server.create(pod).body
    path = f"{path_of(pod)}/debugged/ephemeralcontainers"
    debugged = {**created, "spec": {**created["spec"], "ephemeralContainers": [first]}}
    assert taken(server, created, debugged) == {"/ephemeralcontainers"}
    stored = server.ask("PUT", path, debugged).body

    def with_containers(*containers: Json) -> Json:
        return {**stored, "spec": {**stored["spec"], "ephemeralContainers": list(containers)}}

    kept = stored["spec"]["ephemeralContainers"][0]
    assert taken(server, stored, with_containers(kept, second)) == {"/ephemeralcontainers"}
    assert taken(server, stored, with_containers(second, kept)) == {"/ephemeralcontainers"}
    for field, value in OF_A_DEBUGGER.items():
        assert not taken(server, stored, with_containers({**kept, field: value})), field
    assert not taken(server, stored, with_containers(second))
    assert not taken(server, stored, with_containers())


def test_a_debug_container_comes_alone(server: ApiServer) -> None:
    """What else such an update has is dropped, so whoever judges it may judge the added containers alone."""
    created = server.create(pod_named("alone")).body
    new = deepcopy(created)
    new["metadata"] |= {"labels": {"a": "b"}, "annotations": {"a": "b"}}
    new["spec"]["containers"][0] |= {"image": "other", "resources": {"requests": {"cpu": "1"}}}
    new["spec"] |= {"activeDeadlineSeconds": 5, "ephemeralContainers": [{"name": "a", "image": "i"}]}
    answer = put(server, created, new, "/ephemeralcontainers")
    assert answer.ok and [c["name"] for c in answer.body["spec"].pop("ephemeralContainers")] == ["a"]
    assert content(answer.body) == content(created)
