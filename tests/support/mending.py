"""Texts of workloads in the ways in which people write them, and what ``pscc fix`` finds about them."""

from __future__ import annotations

import json
import random
from typing import Any

import yaml

from pscc import ir
from pscc.base.source import SourceFile
from pscc.diagnostics import Report
from pscc.lowering.rollout import AS_WRITTEN
from pscc.mending.records import Mending, Programs
from pscc.mending.settings import mending_of, programs_of
from pscc.pod.manifests import read_manifests
from pscc.reference.evaluate import SOMEBODY

Json = dict[str, Any]
STYLES = ("block", "wide", "flow", "json", "pretty")


def deployment(pod: Json, name: str) -> Json:
    """A Deployment of ``pod``."""
    template = {"metadata": {"labels": {"app": name}}, "spec": pod["spec"]}
    spec = {"selector": {"matchLabels": {"app": name}}, "template": template, "replicas": 1}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": spec,
    }


def written(rng: random.Random, style: str, objects: list[Json]) -> str:
    """``objects`` as one text in ``style``. YAML in blocks has comments everywhere."""
    objects = json.loads(json.dumps(objects))  # nothing is shared, so that no alias is written
    if style == "json":
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    if style == "pretty":
        return "\n".join(json.dumps(each, indent=rng.choice((2, 4))) for each in objects) + "\n"
    if style == "flow":
        return yaml.safe_dump_all(objects, default_flow_style=True, width=200, sort_keys=False)
    flow = None if style == "wide" else False  # None: what has no more objects in it stands in brackets
    lines = yaml.safe_dump_all(objects, default_flow_style=flow, sort_keys=False, width=10**6).splitlines()
    text = []
    for number, line in enumerate(lines):
        text.append(f"{line}  # beside {number}" if rng.random() < 0.3 and line != "---" else line)
        if rng.random() < 0.2:
            text.append(f"{' ' * rng.choice((0, 2, 7))}# below {number}")
        if rng.random() < 0.1:
            text.append("")
    return "\n".join(text) + rng.choice(("", "\n", "\n# the end\n"))


def found(program: ir.Program, source: SourceFile) -> tuple[Programs, tuple[Mending, ...]]:
    """What each workload in ``source`` needs under ``program``."""
    programs = programs_of(program, AS_WRITTEN)
    manifests = read_manifests(source, Report())
    return programs, tuple(mending_of(programs, SOMEBODY, manifest) for manifest in manifests)
