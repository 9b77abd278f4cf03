"""Policies that exempt somebody from each form of statement about containers, and requests at the boundaries of both.

A policy has the statement, beside it one about something else, and one exemption. Its pods break the statement and pass
it, in containers whose image and name are the exempt ones, one character shorter, longer, or a word of the statement's own.
They hold in namespaces of their own, so that an engine can be asked about many of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from conformance.jsonl import Json
from conformance.policies import statements_meaning
from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases import suite
from pscc.controls import CONTROLS, control_of
from pscc.controls._base import Control, Probe
from pscc.driver import analyse
from pscc.ir.access import AUTHENTICATED, Request
from pscc.meaning.narrowing import looks_at_containers
from pscc.reference import interpreter
from pscc.reference.admission import judges
from support.golden_verdicts import statements

EXEMPTIONS = {
    "users": "users bob",
    "groups": "groups ops",
    "service accounts": "serviceaccounts {namespace}/agent",
    "images": "images mesh/p",
    "image prefixes": "images mesh/p*",
    "containers": "containers sidep",
    "container prefixes": "containers sidep*",
    "images from": "images mesh/p from {control}",
    "image prefixes from": "images mesh/p* from {control}",
    "containers from": "containers sidep from {control}",
    "container prefixes from": "containers sidep* from {control}",
}
"""What is exempt, by what it is called."""
IMAGES = ("mesh/", "mesh/p", "mesh/pq")
NAMES = ("side", "sidep", "sidepq")
ANYBODY = Request(user="alice", groups=("dev", AUTHENTICATED))
ASKING = (
    replace(ANYBODY, user="bob"),
    replace(ANYBODY, groups=("ops", AUTHENTICATED)),
    replace(ANYBODY, service_account="agent"),
)
"""Who asks where they are exempt."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A pod that ``request`` creates; with ``old_pod`` one that it changes. The pods of a control have different names."""

    pod: Json
    request: Request = ANYBODY
    old_pod: Json | None = None


def controls() -> tuple[Control, ...]:
    """The controls that a container can be exempt from, in any form of statement."""
    return tuple(control for control in CONTROLS if forms(control))


@cache
def forms(control: Control) -> tuple[str, ...]:
    """One statement of each form of ``control`` that looks at containers."""
    return tuple(
        statement for statement in statements(control) if any(map(looks_at_containers, plain(statement).checks))
    )


def plain(statement: str) -> ir.Policy:
    """The policy that says ``statement`` alone."""
    return statements_meaning(f"policy p {{ {statement} }}")


@cache
def program(control: Control, brief: bool = False) -> ir.Program:
    """A policy for each form of ``control`` with each kind of exemption; those of a form hold in one namespace.

    ``brief``: without the other statement where that makes no difference.
    """
    other = "deny hostPorts" if control.id == "privileged" else "deny privileged"
    texts = []
    for form, statement in enumerate(forms(control)):
        namespace = _namespace(control, form)
        for kind, exempt in enumerate(EXEMPTIONS.values()):
            lines = [f"in namespaces {namespace}", statement]
            lines += [] if brief and "from" not in exempt else [other]
            lines.append(f'exempt {exempt.format(control=control.id, namespace=namespace)} because "the mesh"')
            texts.append(f"policy {namespace}-{kind} {{\n" + "".join(f"    {line}\n" for line in lines) + "}\n")
    return analyse(SourceFile("exempting.psp", "".join(texts)))[1]


def _namespace(control: Control, form: int) -> str:
    return f"{control.kind.lower()}-{form}"


def kind_of(policy: str) -> str:
    """What the policy of that name exempts."""
    return tuple(EXEMPTIONS)[int(policy.rpartition("-")[2])]


def expected(policy: ir.Policy, asked: Asked) -> tuple[str, ...]:
    """What the interpreter says of ``asked``, a message for each check that fails."""
    return interpreter.check(policy, asked.pod, asked.old_pod).messages if judges(policy, asked.request) else ()


@cache
def asked_of(control: Control) -> tuple[Asked, ...]:
    """Who asks for which pods of ``control``."""
    return _numbered(control, (_asked(control, statement) for statement in forms(control)))


@cache
def asked_briefly(control: Control) -> tuple[Asked, ...]:
    """A pod of all containers, for each form of ``control``."""
    return _numbered(control, ([Asked(_crowd(control, statement))] for statement in forms(control)))


@cache
def asked_by_all(control: Control) -> tuple[Asked, ...]:
    """A pod of all containers, for the first form of ``control``, by somebody and by each who is exempt."""
    crowd = _crowd(control, forms(control)[0])
    return _numbered(control, [[Asked(crowd, request) for request in (ANYBODY, *ASKING)]])


def _numbered(control: Control, asked: Iterable[Iterable[Asked]]) -> tuple[Asked, ...]:
    """What is asked about each form, in its namespace, the pods under names of their own."""
    numbered: list[Asked] = []
    for form, every in enumerate(asked):
        for question in every:
            name = f"{control.kind.lower()}-{len(numbered)}"
            request = replace(question.request, namespace=_namespace(control, form))
            old = None if question.old_pod is None else _named(question.old_pod, name, request)
            numbered.append(Asked(_named(question.pod, name, request), request, old))
    return tuple(numbered)


def pods(control: Control, statement: str) -> tuple[Json, ...]:
    """The pods that somebody creates around ``statement``; without names."""
    every = _asked(control, statement)
    return tuple(question.pod for question in every if question.old_pod is None and question.request == ANYBODY)


def _asked(control: Control, statement: str) -> Iterator[Asked]:
    """Each container for itself, and with others; updates that change the image from an exempt one, or to it."""
    breaking, passing = _probes(control, statement)
    first = breaking[0]
    broken, exempt = _pod(first, "main", "app:1"), _pod(first, "main", "mesh/p")
    yield Asked(_crowd(control, statement))
    yield from (Asked(broken, request) for request in ASKING)
    yield from (Asked(_pod(first, "main", image)) for image in (*IMAGES, "app:1", *_own_words(statement)))
    yield from (Asked(_pod(first, name, "app:1")) for name in NAMES)
    for kind in ("initContainers", "ephemeralContainers"):
        yield Asked(_beside(_pod(first, "sidep", "mesh/p"), kind, "other", "app:1"))
    yield Asked(broken, old_pod=exempt)
    yield Asked(exempt, old_pod=broken)
    for probe in (*breaking[1:], *passing):
        yield Asked(_pod(probe, "main", "app:1"))
        yield Asked(_pod(probe, "sidep", "mesh/p"))


def _crowd(control: Control, statement: str) -> Json:
    """A pod of a container for each image and each name, all of which break ``statement``."""
    (first, *_), _ = _probes(control, statement)
    pod = _pod(first, "main", "app:1")
    for number, image in enumerate((*IMAGES, *_own_words(statement))):
        pod = _beside(pod, "containers", f"image-{number}", image)
    for name in NAMES:
        pod = _beside(pod, "containers", name, "app:1")
    return pod


def _probes(control: Control, statement: str) -> tuple[list[Probe], list[Probe]]:
    """The first two probes that break ``statement``, each for another reason, and the first that does not."""
    policy = plain(statement)
    breaking: dict[tuple[str, ...], Probe] = {}
    passing: list[Probe] = []
    for probe in (Probe("plain"), *control_of(control.id).probes(policy.checks[0])):
        messages = interpreter.check(policy, _pod(probe, "main", "app:1")).messages
        if messages:
            breaking.setdefault(messages, probe)
        elif not messages and not passing:
            passing.append(probe)
    # where a statement is about the pod as well, what a container breaks comes first
    by_place = sorted(breaking.items(), key=lambda entry: "container" not in entry[0][0].split(":")[0])
    return [probe for _, probe in by_place[:2]], passing


def _own_words(statement: str) -> tuple[str, ...]:
    """What ``statement`` lists, taken for images: its first word, and a match of each pattern."""
    params = dict(plain(statement).checks[0].params)
    values, patterns = (params.get(name, ()) for name in ("values", "patterns"))
    assert isinstance(values, tuple) and isinstance(patterns, tuple)
    return tuple(str(value).replace("*", "x") for value in (*values[:1], *patterns))


def _pod(probe: Probe, name: str, image: str) -> Json:
    """A pod of one container with ``probe`` laid over it; what annotations say of it they say by its name."""
    container: Json = {"name": "main", "image": image}
    pod = suite.probed({"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": {"containers": [container]}}, probe)
    return pod if name == "main" else _renamed(pod, name)


def _renamed(pod: Json, name: str) -> Json:
    (container,) = pod["spec"]["containers"]
    metadata = dict(pod["metadata"])
    annotations = metadata.get("annotations") or {}
    if annotations:
        metadata["annotations"] = {
            f"{key.removesuffix('/main')}/{name}" if key.endswith("/main") else key: value
            for key, value in annotations.items()
        }
    return {**pod, "metadata": metadata, "spec": {**pod["spec"], "containers": [{**container, "name": name}]}}


def _beside(pod: Json, kind: str, name: str, image: str) -> Json:
    """``pod`` with a copy of its first container as one of ``kind``, under another name and of another image."""
    container = pod["spec"]["containers"][0]
    copied = suite.beside(pod, "copies", name)
    copy = {**container, "name": name, "image": image}
    spec = {key: value for key, value in copied["spec"].items() if key != "copies"}
    spec[kind] = [*spec.get(kind, []), copy]
    return {**copied, "spec": spec}


def _named(pod: Json, name: str, request: Request) -> Json:
    metadata = {**pod["metadata"], "name": name, "namespace": request.namespace}
    return {**pod, "metadata": metadata, "spec": {**pod["spec"], "serviceAccountName": request.service_account}}
