"""Small programs and requests that an engine once answered otherwise than the interpreter, found by the rows ``space …``."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from conformance.result import Tally
from conformance.space import meaning
from conformance.space.options import Chosen
from conformance.space.requests import Asked
from conformance.space.rows import ROWS, judged, started
from conformance.space.sources import Source, read
from conformance.workloads import workload
from pscc.ir.access import Request
from pscc.lowering.rollout import Rollout
from pscc.output.options import Options

SOMEBODY = Request("team-a", "jane", ("system:authenticated",), "default")


@dataclass(frozen=True, slots=True)
class Found:
    """What was asked, of which row's engine."""

    name: str
    row: str
    program: str
    pod: dict[str, object]
    old: dict[str, object] | None = None
    mode: str | None = None
    workload: bool = False
    live: bool = False

    @property
    def asked(self) -> Asked:
        """The request."""
        if self.workload:
            return Asked(SOMEBODY, workload(1, self.pod), self.pod, kind="DaemonSet")
        change = "annotations" if self.old else None
        return Asked(SOMEBODY, self.pod, self.pod, "UPDATE" if self.old else "CREATE", self.old, change)


def pod(annotations: dict[str, str] | None = None, **container: object) -> dict[str, object]:
    metadata = {"name": "p", "namespace": "team-a", **({"annotations": annotations} if annotations else {})}
    spec = {"containers": [{"name": "main", "image": "app:1", **container}], "serviceAccountName": "default"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


ENGINES = ("space gatekeeper", "space gatekeeper --engine cel", "space opa", "space kyverno-cel", "space vap")


def adding(*capabilities: str) -> dict[str, object]:
    return {"securityContext": {"capabilities": {"add": list(capabilities)}}}


def with_sysctls(*names: str) -> dict[str, object]:
    sysctls = [{"name": name, "value": "1"} for name in names]
    plain = pod()
    return {**plain, "spec": {**plain["spec"], "securityContext": {"sysctls": sysctls}}}  # type: ignore[dict-item]


FOUND = (
    *(
        Found(
            f"a live choice where a policy may not be used by its {by}",
            "space vap",
            f"policy a {{\n    {line}\n    deny hostPID\n}}\nchoose {{\n    a for everyone\n}}\n",
            pod(),
            live=True,
        )
        for by, line in (
            ("name", "in namespaces team-b"),
            ("prefix", "in namespaces web-*"),
            ("exception", "except namespaces team-*"),
        )
    ),
    *(
        Found(
            f"{what} of a policy that warns beside one that sets a default, {'a workload' if workload else 'a pod'}, on {row}",
            row,
            f"policy a {{\n    default readOnlyRootFilesystem true\n}}\npolicy b {{\n    warn\n    {lines}\n}}\n",
            pod(),
            workload=workload,
        )
        for row in ("space gatekeeper", "space kyverno-cel", "space vap")
        for workload in (False, True)
        for what, lines in (
            ("the words", "default runAsUser 0\n    deny runAsUser 0"),
            ("the words about a truth value", "default runAsNonRoot false\n    require runAsNonRoot true"),
        )
    ),
    *(
        Found(
            f"a statement that warns assumes the defaults of its policy in a rollout, on {row}",
            row,
            "policy a {\n    default readOnlyRootFilesystem true\n    warn require readOnlyRootFilesystem true\n}\n",
            pod(),
            mode="audit",
        )
        for row in ("space gatekeeper", "space gatekeeper --engine cel", "space kyverno-cel", "space vap")
    ),
    *(
        Found(
            f"a choice whose policies read one field with defaults in another order, on {row}",
            row,
            "policy a {\n    default seLinuxOptions type=t\n    require seLinuxOptions\n}\n"
            "policy b {\n    default seLinuxOptions user=u\n    require seLinuxOptions\n}\n"
            "choose audit {\n    a for groups ops\n    b for everyone\n}\n",
            pod(),
        )
        for row in ("space gatekeeper --engine cel", "space kyverno-cel", "space vap")
    ),
    Found(
        "a policy that audits let in what another denies",
        "space gatekeeper",
        "policy a {\n    audit\n    default seccompProfile runtime/default\n}\n"
        "policy b {\n    require seccompProfile on pod or containers\n}\n",
        pod(),
    ),
    *(
        Found(
            f"a profile that would have been defaulted, on {row}",
            row,
            "policy a {\n    default seccompProfile localhost/a\n    require seccompProfile localhost/*, runtime/default\n"
            "    deny hostNetwork\n    deny privileged\n}\nchoose {\n    a for users jane in namespaces team-*\n}\n",
            pod(securityContext={"privileged": True}),
            mode="audit",
        )
        for row in ("space gatekeeper", "space opa", "space kyverno-cel", "space vap")
    ),
    *(
        Found(f"{name} spelled otherwise, on {row}", row, f"policy a {{\n    deny {statement}\n}}\n", pod(**container))
        for row in (
            *("space gatekeeper", "space gatekeeper --engine cel", "space opa"),
            *("space kyverno-cel", "space vap"),
        )
        for name, statement, container in (
            ("capability", "capabilities.add SYS_ADMIN, NET_*", adding("sys_admin", "Cap_Net_Raw", "chown")),
            ("the sum of capabilities", "capabilities.add SYS_ADMIN", adding("all")),
            ("a capability beside ASCII", "capabilities.add SYS_ADMIN", adding("ſys_admın")),
        )
    ),
    *(
        Found(
            f"a sysctl with slashes, on {row}",
            row,
            "policy a {\n    deny sysctls kernel.*, net.ipv4.conf.eth0/1.rp_filter\n}\n",
            with_sysctls("kernel/msgmax", "net/ipv4/conf/eth0.1/rp_filter", "net.core.somaxconn"),
        )
        for row in (
            *("space gatekeeper", "space gatekeeper --engine cel", "space opa"),
            *("space kyverno-cel", "space vap"),
        )
    ),
    *(
        Found(
            f"a choice of which {entangled} is entangled, {what}, on {row}",
            row,
            "policy low {\n    deny privileged\n    default readOnlyRootFilesystem true\n}\n"
            "policy open {\n    deny hostPID\n}\n"
            f"choose {{\n    low for groups system:authenticated\n    open for groups ops in namespaces {entangled}\n}}\n",
            pod(securityContext=context),
        )
        for row in ENGINES
        for entangled in ("team-a", "team-b")
        for what, context in (("a pod that is refused", {"privileged": True}), ("one that is changed", {}))
    ),
    Found(
        "a member of a choice that has defaults alone",
        "space kyverno",
        "policy a {\n    default readOnlyRootFilesystem true\n}\n"
        "policy b {\n    allow hostPorts 999\n}\n"
        "choose {\n    a for groups ops\n    b for users jane\n}\n",
        pod(ports=[{"containerPort": 1, "hostPort": 1}]),
        mode="audit",
    ),
    Found(
        "the first annotation comes with an update",
        "space kyverno",
        "policy a {\n    require appArmorProfile localhost/a\n}\n",
        pod({"note": "x"}),
        pod(),
    ),
    Found(
        "two requirements of which one is met by a default",
        "space gatekeeper",
        "policy a {\n    audit\n    default nonRoot\n    require runAsNonRoot true on pod or containers\n}\n",
        pod(),
    ),
    Found(
        "a field that is read of containers and of what a default makes of them",
        "space gatekeeper",
        "policy a {\n    audit\n    default seccompProfile runtime/default\n"
        "    require seccompProfile runtime/default, localhost/* on pod and containers\n}\n",
        pod(securityContext={"seccompProfile": {"type": "Unconfined"}}),
    ),
    *(
        Found(
            f"a workload with an exempt image and a default on {row}",
            row,
            "policy a {\n    default capabilities.drop add KILL, ALL\n    require capabilities.drop all of ALL\n"
            "    default nonRoot\n    require runAsNonRoot true on pod or containers\n"
            '    exempt images registry.example/mesh/* because "x"\n}\n',
            pod(),
            workload=True,
        )
        for row in ("space vap", "space kyverno-cel", "space gatekeeper")
    ),
    *(
        Found(f"{name} on {row.name}", row.name, program, pod(**container))
        for row in ROWS
        for name, program, container in (
            (
                "a default without its condition meets another policy's check",
                "policy a {\n    default nonRoot\n}\npolicy b {\n    require runAsNonRoot true\n}\n",
                {"securityContext": {"runAsUser": 1000}},
            ),
            (
                "a default on the pod is denied by another policy",
                "policy a {\n    default runAsUser 1000\n}\n"
                "policy b {\n    deny runAsUser 1000 on pod or containers\n}\n",
                {"securityContext": {"runAsUser": 5}},
            ),
            (
                "who is exempt gets a default that another policy asks for",
                'policy a {\n    exempt users jane because "x"\n    default readOnlyRootFilesystem true\n}\n'
                "policy b {\n    require readOnlyRootFilesystem true\n}\n",
                {},
            ),
            (
                "who is exempt gets a default that a choice asks for",
                'policy a {\n    exempt users jane because "x"\n    default readOnlyRootFilesystem true\n}\n'
                "policy b {\n    require readOnlyRootFilesystem true\n}\nchoose {\n    b for users jane\n}\n",
                {},
            ),
            (
                "a grant that is refused in all but an exempt container",
                "policy a {\n    default capabilities.add add CHOWN\n    deny capabilities.add\n"
                '    exempt containers ma*, mb because "x"\n}\n',
                {"name": "other"},
            ),
            (
                "a grant that another policy refuses in all but an exempt container",
                "policy a {\n    default allowPrivilegeEscalation true\n}\n"
                "policy b {\n    require allowPrivilegeEscalation false\n"
                '    exempt containers main because "x"\n}\n',
                {"name": "other"},
            ),
            (
                "a grant that one check refuses, where another check exempts every container",
                'policy a {\n    exempt containers * from capabilities.drop because "x"\n'
                '    exempt containers main from allowPrivilegeEscalation because "x"\n'
                "    default allowPrivilegeEscalation true\n    allow allowPrivilegeEscalation false\n"
                "    require capabilities.drop all of ALL\n}\n",
                {"name": "other"},
            ),
            (
                "who is exempt gets a grant that a policy which audits objects to",
                'policy a {\n    exempt users jane because "x"\n    default allowPrivilegeEscalation true\n}\n'
                "policy b {\n    audit\n    allow allowPrivilegeEscalation false\n}\n",
                {},
            ),
            (
                "who is exempt gets a default that does not isolate",
                'policy a {\n    exempt users jane because "x"\n    default runAsUser 0\n}\n',
                {"securityContext": {"runAsNonRoot": True}},
            ),
        )
    ),
)


@pytest.mark.parametrize("found", FOUND, ids=lambda found: found.name)
def test_the_engine_says_what_the_interpreter_says(found: Found) -> None:
    (row,) = [row for row in ROWS if row.name == found.row]
    document, program = read(found.program)
    source = Source(found.program, "", document, program)
    rollout = Rollout(found.mode, live=found.live)  # type: ignore[arg-type]
    made = meaning.compiled(program, Chosen(row.target, Options(engine=row.engine), rollout))
    with ExitStack() as stack:
        ask, stored = started(row, stack)
        assert list(judged(row, ask, source, made, [stored(found.asked)], Tally())) == []
