"""``python -m support.toys drawn|spoken|engine NAME``, with the toys registered: what is drawn, and whether an engine agrees."""

from __future__ import annotations

import json
import random
import sys
from itertools import islice

from conformance.engines import drawn_requests, judged
from conformance.jsonl import Json
from conformance.policies import draw_statements, statements_meaning
from conformance.result import Tally
from conformance.space import sources
from conformance.targets import TARGETS
from pscc.base.source import SourceFile
from pscc.cases.draw import draw_pods
from pscc.driver import analyse
from pscc.ir import Policy

CHECKED = """\
policy toys {
    deny setHostnameAsFQDN
    allow activeDeadlineSeconds 60-3600
    allow terminationGracePeriodSeconds 0-30
    deny seLinuxChangePolicy Recursive
    deny imagePullPolicy Never
}
"""
DEFAULTED = "policy toys { default activeDeadlineSeconds 600\n default seLinuxChangePolicy MountOption }"
"""Nothing is checked, so that nothing but the defaults says what to draw."""
MENDED = """\
policy toys {
    require activeDeadlineSeconds 60-3600
    default activeDeadlineSeconds 600
    default seLinuxChangePolicy MountOption
}
"""
FEW = {"kyverno": 12, "kyverno-cel": 12}
"""Pods for the engines that take long for each."""


def policy(text: str) -> Policy:
    """The policy of a source."""
    (only,) = analyse(SourceFile("toys.psp", text))[1].policies
    return only


def drawn() -> Json:
    """The values that drawn pods have in each field of a toy, None for unset: of what is checked, and of what is defaulted."""
    drawn_values: Json = {}
    for kind, text in (("checked", CHECKED), ("defaulted", DEFAULTED)):
        values: dict[str, list[object]] = {}
        for pod in draw_pods(policy(text), 1, 200):
            spec = json.loads(json.dumps(pod["spec"]))
            names = ("setHostnameAsFQDN", "activeDeadlineSeconds", "terminationGracePeriodSeconds")
            read = {name: spec.get(name) for name in names} | {
                "imagePullPolicy": spec["containers"][0].get("imagePullPolicy"),
                "seLinuxChangePolicy": spec.get("securityContext", {}).get("seLinuxChangePolicy"),
            }
            for name, value in read.items():
                if value not in values.setdefault(name, []):
                    values[name].append(value)
        drawn_values[kind] = values
    return drawn_values


def spoken() -> Json:
    """The controls that drawn policies of the language and drawn programs speak of."""
    texts = [draw_statements(random.Random(seed), "p") for seed in range(60)]
    programs = [source.program for source in islice(sources.programs(random.Random(1)), 60)]
    policies = [*map(statements_meaning, texts), *(policy for program in programs for policy in program.policies)]
    return {
        "controls": sorted(
            {statement.control for policy in policies for statement in (*policy.checks, *policy.defaults)}
        )
    }


def differences(name: str) -> Json:
    """What ``name``'s engine says otherwise than the interpreter, and of how many pods it was asked."""
    (target,) = [candidate for candidate in TARGETS if candidate.name == name]
    tally, differing = Tally(), []
    with target.run() as running:
        for text in (CHECKED, MENDED):
            requests = drawn_requests(policy(text), 1, FEW.get(name, 80), target.updates)
            differing += [repr(difference) for difference in judged(name, running, text, policy(text), requests, tally)]
    return {"asked": tally.pairs, "differences": differing}


if __name__ == "__main__":
    print(json.dumps({"drawn": drawn, "spoken": spoken}.get(sys.argv[1], lambda: differences(sys.argv[2]))()))
