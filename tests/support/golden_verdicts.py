"""What each form of statement says of pods around its boundaries: recorded under ``golden/verdicts/``, to be read.

PSP is the judge of what it can say; of the language's other forms (``on pod``, denied values, single SELinux options) there
is no truth but the reader's, so their verdicts are written down.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from conformance.jsonl import Json
from conformance.policies import says_check, says_default, statements_meaning
from pscc import ir
from pscc.cases import suite
from pscc.cases.fragments import ANYWHERE, APP_ARMOR, CONTEXT
from pscc.controls import CONTROLS, control_of
from pscc.controls._base import Control, Probe, shape_name
from pscc.controls._shapes import strings
from pscc.pod.fields import INHERITED
from pscc.reference import interpreter

SITES = {"containers": "main", "initContainers": "init", "ephemeralContainers": "debug"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A statement's verdict on a pod; ``changed`` is the pod after a default, None of a statement that sets nothing."""

    statement: str
    label: str
    policy: ir.Policy
    pod: Json
    allowed: bool
    messages: tuple[str, ...]
    changed: Json | None


Verdicts = Iterator[Recorded]


def recorded(control: Control | None = None) -> Verdicts:
    """The verdicts of all forms of ``control``, or of every control."""
    for each_control in (control,) if control else CONTROLS:
        for statement in statements(each_control):
            policy = statements_meaning(f"policy p {{ {statement} }}")
            for label, pod in pods(policy, each_control):
                verdict = interpreter.judge(policy, pod)
                changed = dict(verdict.pod) if policy.defaults else None
                yield Recorded(statement, label, policy, pod, verdict.allowed, verdict.messages, changed)


def statements(control: Control) -> Iterator[str]:
    """One statement of each form that the control takes."""
    for shape in control.shapes:
        if control.id in ("appArmorProfile", "seccompProfile") and shape.takes == "values":
            on = f" on {shape.on}" if shape.on else ""
            yield f"{shape.verb} {control.id} runtime/default, localhost/a.json{on}"
            yield f"{shape.verb} {control.id} unconfined, localhost/b*{on}"
        elif control.id == "seLinuxOptions" and shape.takes == "values":
            yield 'require seLinuxOptions level="s0:c1,c2"'
            yield "require seLinuxOptions user=u, role=r, type=t"
        elif control.id == "hostPorts" and shape.verb == "deny" and shape.takes == "values":
            yield "deny hostPorts 0-79, 8080"
        elif control.id == "volumes" and shape.takes == "values":
            yield f"{shape.verb} volumes configMap, secret, csi"
            yield f"{shape.verb} volumes emptyDir, hostPath"
        else:
            yield says_check(shape, control, random.Random(shape_name(control, shape)))
    if control.default:
        yield says_default(control, random.Random(control.id))


def pods(policy: ir.Policy, control: Control) -> Iterator[tuple[str, Json]]:
    """Each probe of the statement alone, on each kind of container, and on the pod where that can say it too."""
    base: Json = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod", "namespace": "default"},
        "spec": {"containers": [{"name": "main", "image": "app:1"}]},
    }  # fmt: skip
    probes = [p for check in policy.checks for p in control_of(check.control).probes(check)]
    if policy.defaults:
        probes += [*ANYWHERE]
    if control.id in ("appArmorProfile", "seccompProfile"):
        probes += _profiles(control.id)
    if control.id in ("volumes", "hostPath", "csi", "flexVolume"):
        probes += [probe for probe in ANYWHERE if "volume" in probe.label]
    if control.id == "volumes":
        probes += _projected()
    if control.id == "seLinuxOptions":
        probes += _options()
    if control.id == "hostPorts":
        probes += [probe for probe in ANYWHERE if probe.label.startswith("port-")]
        probes += [probe for probe in ANYWHERE if probe.label.startswith("host-network")]
    probes += [probe for check in policy.checks for probe in _spelled(check)]
    seen: set[str] = set()
    for probe in (Probe("plain"), *probes):
        for label, pod in _placed(base, probe):
            written = json.dumps(pod, sort_keys=True)
            if written not in seen:
                seen.add(written)
                yield label, pod


def _spelled(check: ir.Check) -> Iterator[Probe]:
    """Each other spelling of what ``check`` denies; of capabilities in small letters."""
    words = (*strings(check, "spellings"), *(f"{prefix[:-1]}x" for prefix in strings(check, "spelledPatterns")))
    for word in words:
        if check.control == "capabilities.add":
            added = {"securityContext": {"capabilities": {"add": [word.lower()]}}}
            yield Probe(f"spelled-{word.lower()}", container=added)
        else:
            sysctls = [{"name": word, "value": "1"}]
            yield Probe(f"spelled-{word}", pod={"spec": {"securityContext": {"sysctls": sysctls}}})


def _projected() -> Iterator[Probe]:
    """Sources of a projected volume that are and are not the API token's, together and in other spellings."""
    token = {"serviceAccountToken": {"path": "token"}}
    item = {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}
    other = {"path": "namespace", "fieldRef": {"apiVersion": "v2", "fieldPath": "metadata.namespace"}}
    sources: dict[str, list[Json]] = {
        "the token and a secret": [token, {"secret": {"name": "s"}}],
        "the token, and the namespace of another version": [token, {"downwardAPI": {"items": [other]}}],
        "the namespace, no version": [{"downwardAPI": {"items": [item]}}],
        "the namespace, another version": [{"downwardAPI": {"items": [other]}}],
        "two items, one of another version": [{"downwardAPI": {"items": [item, other]}}],
    }
    for label, listed in sources.items():
        yield Probe(label, {"spec": {"volumes": [{"name": "v", "projected": {"sources": listed}}]}})


def _options() -> Iterator[Probe]:
    """Options on the pod that are as wanted or off by one, below a container that has its own or none."""
    every = ("user", "role", "type", "level")
    for option, own in product((*every, ""), (None, {}, {"user": "u", "type": "t"}, *({o: "own"} for o in every))):
        pod: Json = {"spec": {CONTEXT: {"seLinuxOptions": {option: "other"}}}} if option else {}
        mine: Json = {} if own is None else {"seLinuxOptions": own}
        yield Probe(f"{option or 'nothing'} is other on the pod, {own} on the container", pod, {CONTEXT: mine})


def _profiles(field: str) -> Iterator[Probe]:
    """Where a profile can come from, in every combination: the container's field, its annotation, the pod's field."""
    given: dict[str, Json | None] = {
        "none": None, "default": {"type": "RuntimeDefault"}, "unconfined": {"type": "Unconfined"},
        "a": {"type": "Localhost", "localhostProfile": "a.json"}, "b": {"type": "Localhost", "localhostProfile": "b"},
    }  # fmt: skip
    annotations = (None, "unconfined", "localhost/a.json") if field == "appArmorProfile" else (None,)
    for (own, mine), (above, pods_own), annotation in product(given.items(), given.items(), annotations):
        pod: Json = {"spec": {CONTEXT: {field: pods_own}}} if pods_own else {}
        if annotation:
            pod["metadata"] = {"annotations": {f"{APP_ARMOR}{name}": annotation for name in SITES.values()}}
        container: Json = {CONTEXT: {field: mine} if mine else {}}
        yield Probe(f"{own}, the pod {above}, by annotation {annotation or 'none'}", pod, container)
    for key, value in (("example.com/other", "unconfined"), (f"{APP_ARMOR}main", "")):
        yield Probe(f"annotation {key} is {value or 'empty'}", {"metadata": {"annotations": {key: value}}})


def _placed(base: Json, probe: Probe) -> Iterator[tuple[str, Json]]:
    if probe.container is None:
        yield probe.label, suite.probed(base, probe)
        return
    for kind, name in SITES.items():
        pod = base if kind == "containers" else suite.beside(base, kind, name)
        yield f"{probe.label} on {name}", suite.probed(pod, probe, name)
    context = probe.container.get(CONTEXT)
    if isinstance(context, dict):
        lifted = {k: v for k, v in context.items() if k in INHERITED and v is not None}
        if lifted:
            on_pod = suite.probed(base, Probe(probe.label, {"spec": {CONTEXT: lifted}}))
            yield f"{probe.label} on the pod", on_pod
            yield (
                f"{probe.label} on the pod, and main has a context",
                suite.probed(on_pod, Probe(probe.label, container={CONTEXT: {"privileged": False}})),
            )


def text(control: Control) -> str:
    """The file of a control: a statement, and below it a line a pod."""
    lines: list[str] = []
    before = ""
    for row in recorded(control):
        if row.statement != before:
            lines += ["", row.statement] if lines else [row.statement]
            before = row.statement
        outcome = "admitted" if row.allowed else f"denied: {' | '.join(row.messages)}"
        if row.changed is not None:
            outcome = ", ".join(_changes(row.pod, row.changed, "")) or "unchanged"
        lines.append(f"    {row.label}: {outcome}")
    return "\n".join(lines) + "\n"


def _changes(before: object, after: object, path: str) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in after.items():
            yield from _changes(
                before.get(key, {} if isinstance(value, dict) else None), value, f"{path}.{key}".lstrip(".")
            )
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, value in enumerate(after):
            yield from _changes(before[index], value, f"{path}[{index}]")
    else:
        yield f"{path} = {json.dumps(after)}"
