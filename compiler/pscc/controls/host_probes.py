"""The control ``hostProbes``: other hosts that the kubelet is made to call by probes and lifecycle handlers.

Source: ``check_hostProbesAndhostLifecycle.go`` in ``k8s.io/pod-security-admission`` v0.37.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe, Shape, Takes
from pscc.controls._shapes import (
    CONTAINER,
    CONTAINERS,
    allowed,
    among,
    at,
    empty,
    label_of,
    no_psp_statements,
    word_probes,
)
from pscc.controls._values import Words
from pscc.ir import Part, Path, Requirement, Show
from pscc.language.ast import Verb

HANDLERS = (
    ("livenessProbe",),
    ("readinessProbe",),
    ("startupProbe",),
    ("lifecycle", "postStart"),
    ("lifecycle", "preStop"),
)
HOSTS = tuple((*handler, action, "host") for handler in HANDLERS for action in ("httpGet", "tcpSocket"))


def shape(verb: Verb, takes: Takes, description: str, suffix: str = "") -> Shape:
    """A shape with one requirement for each place in a container that can name a host. An empty name is the pod's own address."""
    requirements = []
    for fields in HOSTS:
        host = Path("container", fields)
        must: ir.Condition = among(host)
        text: tuple[Part, ...] = (", allowed: ", allowed("words"))
        if (verb, takes) == ("deny", "nothing"):
            must, text = ir.FALSE, (", must not be set",)
        elif verb == "deny":
            must, text = ir.Not(must), (", denied: ", allowed("words"))
        message = (*CONTAINER, f"{'.'.join(fields)} is ", Show(host), *text)
        requirements.append(Requirement(CONTAINERS, must, message, host, ir.Not(empty(host)), "_".join(fields)))
    return Shape(verb, takes, tuple(requirements), description, suffix=suffix)


def probes(check: ir.Check) -> Iterator[Probe]:
    """For each place: every listed host, another host, an empty name, and no host."""
    for number, fields in enumerate(HOSTS):
        for host in (*word_probes(check, ("127.0.0.1", "")), None):
            host_label = "unset" if host is None else label_of(host) if host else "empty"
            yield Probe(f"hostprobes-{number}-{host_label}", container=at(fields, host))


CONTROL = Control(
    id="hostProbes",
    title="Hosts of probes and lifecycle handlers",
    intent="A probe that names a host makes the kubelet send requests there, from the node's own network.",
    values=Words("the name or address of a host"),
    shapes=(
        shape("deny", "nothing", "No probe and no lifecycle handler names a host."),
        shape("deny", "values", "No probe and no lifecycle handler names one of the listed hosts.", "Values"),
        shape("allow", "values", "Hosts that probes and lifecycle handlers name are among those listed."),
    ),
    psp_fields=(),
    psp=no_psp_statements,
    probes=probes,
    example="deny hostProbes",
)
