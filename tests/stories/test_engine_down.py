"""The engine is stopped, and then killed.

The API server waits three seconds for a webhook. Then it lets the pod in with `failurePolicy: Ignore`, as Gatekeeper is
installed, and refuses it with `Fail`, as Kyverno is. With `--engine cel`, Gatekeeper has written policies for the API server
itself, which goes on to refuse.
"""

from __future__ import annotations

import pytest

from stories.engine import Failure
from stories.pods import plain, privileged
from stories.story import Story
from stories.ways import ON_GATEKEEPER, ON_WEBHOOKS
from support.api_server import Json, until

POLICY = """policy shop {
    deny privileged
}
"""
CASES: list[tuple[str, Failure]] = [
    *((way, "Ignore") for way in ON_GATEKEEPER),
    *((way, "Fail") for way in ON_WEBHOOKS),
]
BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"


@pytest.mark.parametrize(("way", "failure"), CASES, indirect=["way"])
def test_what_the_api_server_does_alone(story: Story, failure: Failure) -> None:
    story.case = f"`{failure}`"
    shop = story.namespace("shop")
    story.apply(POLICY)
    judged_by_the_api_server = story.way.options.get("engine") == "cel"
    if judged_by_the_api_server:
        until(lambda: bool(story.cluster.server.items(BINDINGS)), 120)
    engine = story.cluster.engine
    assert engine.process is not None
    engine.rules(failure=failure, timeout=3)
    open_ = failure == "Ignore"

    def ask(when: str) -> None:
        pods: list[tuple[str, Json, bool]] = [
            ("a plain pod", plain(f"{when}-plain", shop), open_),
            ("a privileged pod", privileged(f"{when}-privileged", shop), open_ and not judged_by_the_api_server),
        ]
        for words, pod, admitted in pods:
            story.create(f"{when}: {words}", pod, admitted=admitted)

    try:
        engine.process.suspend()
        ask("stopped")
        engine.process.resume()
        story.settle()
        story.create("continued: a privileged pod", privileged("continued", shop))
        engine.process.kill()
        ask("killed")
    finally:
        engine.process.kill()
        engine.start_again()
        engine.rules()
    story.settle()
    story.create("started again: a privileged pod", privileged("again", shop))
    story.ends()
