"""The API server's own admission plugins, in process."""

from __future__ import annotations

import json

from pscc.output.contents import Output
from support.engines import run
from support.pods import large_pod
from support.targets import Json, resources

OLDEST = "1.30"
"""The first release whose ValidatingAdmissionPolicies are ``v1``."""


def ask_vap(*requests: Json) -> list[Json]:
    """The plugins' answers."""
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = run("vap-review", stdin=lines, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def load(output: Output) -> Json:
    """The request that makes the objects of ``output`` the cluster's."""
    return {"op": "load", "documents": resources(output), "kubernetes": OLDEST}


def spent_on_what_is_large(output: Output) -> dict[str, list[Json]]:
    """What each policy's expressions cost, by the policy's name: on the large pod, or on a workload that makes it."""
    pod = large_pod()
    template = {"metadata": {"labels": {"app": "large"}}, "spec": pod["spec"]}
    job = {"template": {**template, "spec": {**template["spec"], "restartPolicy": "Never"}}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "large", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "large"}}, "template": template},
    }
    cron_job = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "large", "namespace": "default"},
        "spec": {"schedule": "0 0 * * *", "jobTemplate": {"spec": job}},
    }
    _, answer = ask_vap(load(output), {"op": "cost", "pods": [pod, deployment, cron_job]})
    judges = {
        d["metadata"]["name"]: json.dumps(d) for d in resources(output) if d["kind"] == "ValidatingAdmissionPolicy"
    }
    by_policy: dict[str, list[Json]] = {}
    for policy, text in judges.items():
        rows = answer["results"][1 if '"deployments"' in text else 2 if '"cronjobs"' in text else 0]
        by_policy[policy] = [row for row in rows if row["policy"] == policy]
    return by_policy


def ask_api_server(output: Output, *reviews: Json) -> list[list[Json]]:
    """The results of each review; the API server's type checker warns of nothing."""
    loaded, *answers = ask_vap(load(output) | {"check": True}, *({"op": "review", **review} for review in reviews))
    assert loaded.get("warnings") == [] and not loaded["ignored"], loaded
    return [answer["results"] for answer in answers]
