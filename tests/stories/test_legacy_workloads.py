"""Workloads that were there before the policy, where workloads are judged, too (`--workloads enforce`).

They are privileged. Their owners label, scale, pause and suspend them, one gets a template that passes and rolls out, one is
deleted in the foreground. The controllers of Kubernetes do what follows from that.
"""

from __future__ import annotations

from collections.abc import Callable

from stories.cluster import PATIENCE
from stories.pods import ALICE, PRIVILEGED, label, plain
from stories.story import Story
from support.api_server import Json, place_of, until

POLICY = """policy shop {
    deny    privileged
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""


def deployment(name: str, namespace: str, container: Json | None = None) -> Json:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": plain("x", namespace, container)["spec"]}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def cron_job(name: str, namespace: str) -> Json:
    template = {"spec": {**plain("x", namespace, PRIVILEGED)["spec"], "restartPolicy": "Never"}}
    spec = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": template}}}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def set_to(*path: str, value: object) -> Callable[[Json], None]:
    """An edit: the field at ``path`` is ``value``."""

    def edit(document: Json) -> None:
        for key in path[:-1]:
            document = document.setdefault(key, {})
        document[path[-1]] = value

    return edit


def good(workload: Json) -> None:
    workload["spec"]["template"]["spec"]["containers"][0]["securityContext"] = {"readOnlyRootFilesystem": True}


def another_image(workload: Json) -> None:
    workload["spec"]["template"]["spec"]["containers"][0]["image"] = "app:2"


def test_they_live_on(story: Story) -> None:
    shop = story.namespace("shop")
    server = story.cluster.server
    web, fixed, going = (deployment(name, shop, PRIVILEGED) for name in ("web", "fixed", "going"))
    tick = cron_job("tick", shop)
    for workload in (web, fixed, going, tick):
        assert server.create(workload, ALICE.name, ALICE.groups).ok
    until(lambda: all(len(pods(story, one)) == 2 for one in (web, fixed, going)), PATIENCE)
    ready(story)
    story.apply(POLICY, workloads="enforce")

    new = server.create(deployment("new", shop, PRIVILEGED), ALICE.name, ALICE.groups)
    story.ask("a new privileged Deployment", new, admitted=False)
    passing = deployment("passing", shop)
    story.ask("a new plain Deployment", server.create(passing, ALICE.name, ALICE.groups), admitted=True)
    until(lambda: len(pods(story, passing)) == 2, PATIENCE)

    story.ask("another label of the old one", story.change(web, label), admitted=True)
    story.ask("`kubectl scale` to 1", story.change(web, set_to("spec", "replicas", value=1), "scale"), admitted=True)
    until(lambda: len(pods(story, web)) == 1, PATIENCE)
    story.ask("its `replicas` to 0", story.change(web, set_to("spec", "replicas", value=0)), admitted=True)
    until(lambda: not pods(story, web), PATIENCE)
    story.ask("paused", story.change(web, set_to("spec", "paused", value=True)), admitted=True)
    story.ask("another image in its template", story.change(web, another_image), admitted=False)
    story.ask("the CronJob is suspended", story.change(tick, set_to("spec", "suspend", value=True)), admitted=True)

    story.ask("a template that passes", story.change(fixed, good), admitted=True)
    until(lambda: ready(story) or rolled_out(story, fixed), PATIENCE, lambda: server.get(fixed).body["status"])
    story.note("the template that passes rolls out", "done")

    options: Json = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Foreground"}
    answer = server.ask("DELETE", place_of(going), options, ALICE.name, ALICE.groups)
    story.ask("deletion in the foreground", answer, admitted=True)
    until(lambda: server.get(going).code == 404 and not pods(story, going), PATIENCE, lambda: server.get(going).body)
    story.note("the deletion ends", "done")
    story.ends()


def pods(story: Story, workload: Json) -> list[Json]:
    """The pods of a Deployment."""
    stored = story.stored(workload["metadata"]["namespace"]).values()
    return [pod for pod in stored if pod["metadata"].get("labels", {}).get("app") == workload["metadata"]["name"]]


def ready(story: Story) -> bool:
    """Say of all pods what a kubelet would: that they are ready. False."""
    condition = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    for namespace in story.namespaces:
        for pod in story.stored(namespace).values():
            status = {**pod["status"], "phase": "Running", "conditions": [condition]}
            story.cluster.server.ask("PUT", f"{place_of(pod)}/status", {**pod, "status": status})
    return False


def rolled_out(story: Story, workload: Json) -> bool:
    """Whether all pods of a Deployment are of its newest template, and no others are left."""
    found = pods(story, workload)
    contexts = [pod["spec"]["containers"][0]["securityContext"] for pod in found]
    return len(found) == 2 and all(context == {"readOnlyRootFilesystem": True} for context in contexts)
