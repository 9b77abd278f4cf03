"""Where PodSecurityPolicies are still active, PSP steps aside for the pods that an output judges: asked of its own plugin."""

from __future__ import annotations

import random

import yaml

from conformance.canonical import canonical, for_124
from conformance.clusters import draw_requester
from conformance.jsonl import Process
from conformance.sets import draw
from support.paths import ROOT

EXAMPLES = ROOT / "examples"


def test_psp_steps_aside() -> None:
    (policy, *_) = yaml.safe_load_all((EXAMPLES / "side-by-side" / "step-aside.yaml").read_text())
    groups = ("system:authenticated", "system:serviceaccounts")
    aside = [{"policy": policy["metadata"]["name"], "group": name, "namespace": ""} for name in groups]
    compared, rng = 0, random.Random(2)
    with Process("psp-admission") as plugin:
        for asked in draw(plugin, 8, clusters=12, requesters=1, pods=12):
            who = draw_requester(rng)
            pods = [for_124(pod) for pod in asked.pods]
            results = plugin.results({
                "op": "admit", "policies": [policy, *asked.cluster.psps], "pods": pods, "stored": True,
                "namespace": who.namespace, "user": {"name": who.user, "groups": list(who.groups)},
                "grants": [*asked.cluster.grants, *aside],
            })  # fmt: skip
            before = plugin.results({"op": "normalize", "pods": pods})
            for normal, result in zip(before, results, strict=True):
                assert (result["allowed"], result["policy"]) == (True, policy["metadata"]["name"]), result
                assert canonical(result["stored"]) == canonical(normal["pod"])
                compared += 1
    assert compared > 80
