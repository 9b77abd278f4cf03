"""A policy changes.

It is compiled again into the same folder. Objects that are no longer made leave the cluster in one of two ways: they are
deleted as the compile lists them, or `kubectl apply --prune` takes them with their label.
"""

from __future__ import annotations

import json
from typing import Literal

import pytest

from stories.pods import plain, privileged
from stories.story import Story, documents_of, parts_of
from support.api_server import Json

BEFORE = """policy shop {
    deny    privileged, hostPID
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
policy old {
    deny hostIPC
}
"""
AFTER = """policy shop {
    deny privileged, hostNetwork
}
"""


@pytest.mark.parametrize("how", ["deleted", "pruned"])
def test_the_new_policy_holds_and_nothing_of_the_old(story: Story, how: Literal["deleted", "pruned"]) -> None:
    story.case = how
    shop = story.namespace("shop")

    def ask(when: str) -> None:
        story.create(f"{when}: a plain pod", plain(f"{when}-plain", shop))
        story.create(f"{when}: hostPID", plain(f"{when}-pid", shop, hostPID=True))
        story.create(f"{when}: hostIPC", plain(f"{when}-ipc", shop, hostIPC=True))
        story.create(f"{when}: hostNetwork", plain(f"{when}-network", shop, hostNetwork=True))
        story.create(f"{when}: a privileged pod", privileged(f"{when}-privileged", shop))

    story.apply(BEFORE)
    ask("before")
    if how == "deleted":
        story.apply(AFTER)
    else:
        prune(story, documents_of(story.folder / "policies"))
    ask("after")
    story.ends()


def prune(story: Story, old: list[Json]) -> None:
    """Compile `AFTER` into the folder, and apply it by one kustomization with pruning; templates are shared and stay."""
    output = story.compile(AFTER)
    folder = story.folder / "policies"
    (templates, *_), rest = parts_of(folder), [part for part in parts_of(folder) if part.name != "templates"]
    if templates not in rest:
        story.cluster.kubectl("apply", "-k", templates)
        story.cluster.kubectl("wait", "--for=jsonpath={.status.created}=true", "constrainttemplates", "--all")
    whole = story.folder / "whole"
    whole.mkdir()
    resources = [f"../{part.relative_to(story.folder)}" for part in rest]
    (whole / "kustomization.yaml").write_text(json.dumps({"resources": resources}), encoding="utf-8")
    kinds = {f"{document['apiVersion']}/{document['kind']}" for document in (*old, *documents_of(folder))}
    prunable = sorted(f"--prune-allowlist={kind}" for kind in kinds if not kind.endswith("/ConstraintTemplate"))
    story.cluster.kubectl("apply", "-k", whole, "--prune", "-l", "app.kubernetes.io/managed-by=pscc", *prunable)
    story.in_force("policies", AFTER, output)
