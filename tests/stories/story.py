"""A story: what people do in a cluster, what the API server answers, and the interpreter's word for each pod."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from conformance.canonical import canonical
from pscc import api, ir
from pscc.base.source import SourceFile
from pscc.ir import Mode
from pscc.ir.access import Request, requested_by
from pscc.lowering.prepared import prepared
from pscc.output.contents import ObjectName
from pscc.reference.admission import Decision, decide
from stories.cluster import PATIENCE, Cluster
from stories.log import Log, denied, outcome, refused
from stories.pods import ALICE, CONTROLLER, MIRROR, User, probes
from stories.ways import STEPS, Way
from support.api_server import Answer, Json, as_sent, place_of, until
from support.engines import run

SOURCE = "policies.psp"
UNTOUCHED = "untouched"
"""A namespace that no policy holds in: there the API server is asked what it fills in itself."""
OF_CONTROLLERS = ("ownerReferences", "generateName", "finalizers")
NUMBERS = count(1)
CREATED = "--for=jsonpath={.status.created}=true"


@dataclass(frozen=True, slots=True)
class Output:
    """What was compiled, and the objects of the folder's earlier compile that are made no more."""

    compiled: api.Compiled
    gone: tuple[ObjectName, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A pod that the API server has: as it was sent, and under which program (None: before there was any).

    ``let_in``: a program was in force, and nobody judged the pod by it.
    """

    sent: Json
    user: User
    program: ir.Program | None
    let_in: bool = False


@dataclass(slots=True)
class Story:
    """One story in one way.

    ``namespaces`` are its own. ``programs`` are what is in force, by the folder that was applied. ``kept`` has the pods that
    people made and the API server took, ``before`` the names of the pods that controllers had made before the policies. ``case``
    tells the cases of a story apart in the log.
    """

    cluster: Cluster
    way: Way
    folder: Path
    log: Log
    name: str
    words: str
    namespaces: list[str] = field(default_factory=list)
    programs: dict[str, ir.Program] = field(default_factory=dict)
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)
    case: str = ""

    @property
    def program(self) -> ir.Program | None:
        """All that is in force, as the interpreter reads it; None if nothing is."""
        programs = list(self.programs.values())
        policies = tuple(policy for program in programs for policy in program.policies)
        choices = tuple(choice for program in programs for choice in program.choices)
        return ir.Program(policies, choices) if programs else None

    def note(self, step: str, what: str) -> None:
        """Add a step to the log."""
        self.log.add(self.name, self.words, f"{self.case}: {step}" if self.case else step, self.way.name, what)

    # --- the cluster's own

    def namespace(self, name: str, **labels: str) -> str:
        """A namespace, with the account ``default``. Its name is ``name`` and a number: stories share clusters."""
        name = f"{name}-{next(NUMBERS)}"
        server = self.cluster.server
        server.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
        account: Json = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": name},
        }
        until(lambda: server.get(account).ok, PATIENCE)
        self.namespaces.append(name)
        return name

    def stored(self, namespace: str) -> dict[str, Json]:
        """The pods in a namespace, by name."""
        pods = self.cluster.server.items(f"/api/v1/namespaces/{namespace}/pods")
        return {pod["metadata"]["name"]: {"apiVersion": "v1", "kind": "Pod", **pod} for pod in pods}

    # --- the output

    def compile(self, text: str, name: str = "policies", **options: Any) -> Output:
        """Compile ``text`` into the folder ``name``, as `pscc compile` does."""
        given = {"exclude_namespaces": [UNTOUCHED], **self.way.options, **options}
        compiled = api.compile(api.load(SourceFile(SOURCE, text)), self.way.target, **given)
        return Output(compiled, compiled.write(self.folder / name))

    def apply(self, text: str, name: str = "policies", **options: Any) -> None:
        """Compile ``text``, do with the output what the README says, and wait until it is in force."""
        output = self.compile(text, name, **options)
        if not self.programs:
            self.before = {pod for namespace in self.namespaces for pod in self.stored(namespace)}
        self.apply_folder(name)
        for gone in output.gone:
            if not gone.shared:
                kind = f"{gone.kind}.{gone.api_version.partition('/')[0]}" if "/" in gone.api_version else gone.kind
                self.cluster.kubectl("delete", kind, gone.name)
        self.in_force(name, text, output)

    def in_force(self, name: str, text: str, output: Output) -> None:
        """Wait until what ``text`` was compiled to is in force."""
        server, engine = self.cluster.server, self.cluster.engine
        documents = documents_of(self.folder / name)
        until(lambda: all(engine.in_force(server.get(document).body) for document in documents), PATIENCE)
        program = api.load(SourceFile(SOURCE, text)).program
        self.programs[name] = prepared(program, output.compiled.settings.rollout).formed
        self.settle()

    def apply_folder(self, name: str) -> None:
        """`kubectl apply -k` of the folder ``name``, part by part where it has parts."""
        self.programs.setdefault(name, ir.Program())
        for part in parts_of(self.folder / name):
            self.cluster.kubectl("apply", "-k", part)
            if part.name == "templates":
                self.cluster.kubectl("wait", CREATED, "constrainttemplates", "--all", "--timeout=120s")

    def remove(self, name: str = "policies") -> None:
        """`kubectl delete -k` of the folder ``name``, last part first."""
        for part in reversed(parts_of(self.folder / name)):
            self.cluster.kubectl("delete", "-k", part, "--ignore-not-found")
        del self.programs[name]
        self.settle()

    def settle(self) -> None:
        """Wait until the cluster answers about the pods of `probes` as the interpreter does."""
        for namespace in self.namespaces:
            for probe in probes(namespace):
                until(lambda: not self.unexpected(probe), PATIENCE, lambda: self.unexpected(probe))  # noqa: B023

    def unexpected(self, pod: Json, user: User = ALICE) -> tuple[Json, ...]:
        """What the API server would do with ``pod`` otherwise than the interpreter says; empty if nothing."""
        answer = self.cluster.server.create(pod, user.name, user.groups, dry=True)
        decision = self.decision(pod, user)
        if decision is not None and refuses(decision):
            return () if refused(answer) else (pod, answer.body)
        if not answer.ok or (decision is not None and warns(decision) is not bool(answer.warnings)):
            return pod, answer.body
        actual, filled = (
            canonical(as_sent(placed(answer.body))),
            self.filled_in(dict(decision.pod) if decision else pod),
        )
        return () if actual == filled else (actual, filled)

    # --- requests

    def decision(self, pod: Json, user: User, old: Json | None = None) -> Decision | None:
        """What the interpreter says of ``pod``; None while no policy is in force."""
        return decided(self.program, pod, user, old)

    def create(self, step: str, pod: Json, user: User = ALICE, *, admitted: bool | None = None) -> Answer:
        """Create ``pod``, and hold the answer against the interpreter's; ``admitted`` is what is expected instead of that."""
        decision = self.decision(pod, user)
        expected = admitted if admitted is not None else decision is None or not refuses(decision)
        answer = self.cluster.server.create(pod, user.name, user.groups)
        changed = answer.ok and decision is not None and decision.pod != pod
        self.note(step, outcome(answer, changed=changed))
        assert answer.ok is expected, (step, answer.code, answer.message)
        assert answer.ok or admitted is False or refused(answer), (step, answer.code, answer.message)
        if answer.ok:
            program = self.program if admitted is None else None
            place = pod["metadata"]["namespace"], pod["metadata"]["name"]
            self.kept[place] = Kept(pod, user, program, let_in=admitted is not None)
        return answer

    def ask(self, step: str, answer: Answer, *, admitted: bool) -> Answer:
        """Note an answer, and hold it against what is expected."""
        self.note(step, outcome(answer))
        assert answer.ok is admitted, (step, answer.code, answer.message)
        assert answer.ok or denied(answer), (step, answer.code, answer.message)
        return answer

    def update(self, step: str, pod: Json, edit: Callable[[Json], None], part: str = "", user: User = ALICE) -> Answer:
        """Update the stored ``pod`` by ``edit``, through ``part`` if given, and hold the answer against the interpreter's."""
        stored = self.cluster.server.get(pod).body
        changed = copy.deepcopy(stored)
        edit(changed)
        decision = self.decision(changed, user, stored)
        answer = self.put(changed, part, user)
        self.ask(step, answer, admitted=decision is None or not refuses(decision))
        place = pod["metadata"]["namespace"], pod["metadata"]["name"]
        if answer.ok and part in ("", "resize"):
            sent = copy.deepcopy(self.kept[place].sent)
            edit(sent)
            self.kept[place] = replace(self.kept[place], sent=sent)
        return answer

    def change(self, document: Json, edit: Callable[[Json], None], part: str = "", user: User = ALICE) -> Answer:
        """The answer to an update of a stored object by ``edit``; tried again where somebody else was faster."""
        place = place_of(document) + (f"/{part}" if part else "")
        while True:
            changed = self.cluster.server.ask("GET", place).body
            edit(changed)
            answer = self.put(changed, part, user, place)
            if answer.code != 409:
                return answer

    def put(self, document: Json, part: str = "", user: User = ALICE, place: str = "") -> Answer:
        """The answer to the replacement of an object, or of the ``part`` of it that is a resource of its own."""
        path = place or place_of(document) + (f"/{part}" if part else "")
        return self.cluster.server.ask("PUT", path, document, user.name, user.groups)

    def delete(self, step: str, document: Json, user: User = ALICE) -> None:
        """Delete an object, which nothing may object to."""
        path = f"{place_of(document)}?gracePeriodSeconds=0"
        self.ask(step, self.cluster.server.ask("DELETE", path, None, user.name, user.groups), admitted=True)
        self.kept.pop((document["metadata"].get("namespace", ""), document["metadata"]["name"]), None)

    def kubectl(self, step: str, *arguments: str, works: bool) -> None:
        """Run kubectl as alice, and hold what comes of it against what is expected."""
        done = self.cluster.kubectl.run(*arguments, user=ALICE.name, groups=ALICE.groups)
        self.note(step, "admitted" if done.returncode == 0 else "refused")
        assert (done.returncode == 0) is works, (step, done.stdout, done.stderr)

    def leave(self, step: str, namespace: str) -> None:
        """Delete a namespace of the story, and wait until the controllers have ended it."""
        document = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        answer = self.cluster.server.ask("DELETE", place_of(document))
        self.namespaces.remove(namespace)
        until(lambda: self.cluster.server.get(document).code == 404, PATIENCE)
        self.ask(step, answer, admitted=True)

    # --- the end

    def ends(self, also: Iterable[str] = ()) -> None:
        """Compare all pods in the story's namespaces, and its own in ``also``, with what the interpreter says.

        Fails if people's pods are one more, one less, or one that differs. Of a controller's pods nobody knows what was sent:
        each was there before the policies, or is one that the interpreter admits and leaves as it is.
        """
        stored = {(name, pod): body for name in self.namespaces for pod, body in self.stored(name).items()}
        shared = {(name, pod): body for name in also for pod, body in self.stored(name).items()}
        stored |= {place: body for place, body in shared.items() if place in self.kept}
        owned = {place for place, pod in stored.items() if pod["metadata"].get("ownerReferences")}
        assert set(stored) - owned == set(self.kept), (sorted(stored), sorted(self.kept))
        for place, kept in self.kept.items():
            decision = decided(kept.program, kept.sent, kept.user)
            assert decision is None or not refuses(decision), place
            self.compare(place, stored[place], dict(decision.pod) if decision is not None else kept.sent)
        for place in owned:
            decision = self.decision(stored[place], CONTROLLER)
            if decision is not None and place[1] not in self.before:
                assert not refuses(decision), stored[place]
                self.compare(place, stored[place], dict(decision.pod))
        let_in = sum(kept.let_in for kept in self.kept.values())
        self.note(
            "**stored, as the interpreter says**",
            f"pods: {len(stored)}" + (f", not judged: {let_in}" if let_in else ""),
        )

    def compare(self, place: tuple[str, str], stored: Json, expected: Json) -> None:
        """Fail if the ``stored`` pod is not ``expected``, with what the API server fills in."""
        actual, filled = canonical(as_sent(placed(stored))), self.filled_in(expected)
        assert actual == filled, (place, actual, filled)

    def filled_in(self, pod: Json) -> Json:
        """The pod that the API server stores where no policy holds, without what differs from pod to pod."""
        filled = self.cluster.server.create(placed(pod), dry=True)
        assert filled.ok, (pod, filled.body)
        return canonical(as_sent(placed(filled.body)))

    def clear(self) -> None:
        """Take everything of the story out of the cluster, and wait until nothing is refused any more."""
        for name in list(reversed(self.programs)):
            self.remove(name)
        self.settle()
        for namespace, name in self.kept:
            if namespace not in self.namespaces:
                self.cluster.server.ask("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}?gracePeriodSeconds=0")
        for name in self.namespaces:
            self.cluster.server.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def decided(program: ir.Program | None, pod: Json, user: User, old: Json | None = None) -> Decision | None:
    """What the interpreter says of ``pod`` under ``program``; None where there is none."""
    if program is None:
        return None
    account = str(pod["spec"].get("serviceAccountName", "" if is_mirror(pod) else "default"))
    request = Request(pod["metadata"]["namespace"], user.name, requested_by(user.name, user.groups), account)
    return decide(program, request, pod, old)


def refuses(decision: Decision) -> bool:
    """Whether a policy that enforces, or a choice, refuses."""
    return objects(decision, "enforce")


def warns(decision: Decision) -> bool:
    """Whether a policy or a choice warns."""
    return objects(decision, "warn")


def objects(decision: Decision, mode: Mode) -> bool:
    """Whether a policy or a choice in ``mode`` objects."""
    judged = (verdict for policy, verdict in decision.judged if policy.mode == mode)
    chosen = (admission for choice, admission in decision.chosen if choice.mode == mode)
    return not all(one.allowed for one in (*judged, *chosen))


def is_mirror(pod: Json) -> bool:
    """Whether a pod is what a kubelet shows of a static pod."""
    return MIRROR in (pod["metadata"].get("annotations") or {})


def placed(pod: Json) -> Json:
    """``pod`` in the namespace in which nothing touches it, without what was added for debugging."""
    spec = {key: value for key, value in pod["spec"].items() if key != "ephemeralContainers"}
    metadata = {key: value for key, value in pod["metadata"].items() if key not in OF_CONTROLLERS}
    return {**pod, "metadata": {**metadata, "name": "x", "namespace": UNTOUCHED}, "spec": spec}


def parts_of(folder: Path) -> list[Path]:
    """The folders of an output that `kubectl apply -k` takes, in order."""
    return [folder / step for step in STEPS if (folder / step / "kustomization.yaml").exists()] or [folder]


def documents_of(folder: Path) -> list[Json]:
    """The objects that `kubectl apply -k` would apply."""
    texts = [run("kustomize", "build", part, check=True).stdout for part in parts_of(folder)]
    return [document for text in texts for document in yaml.load_all(text, Loader=yaml.CSafeLoader)]
