"""A story: what people do in a cluster, what the API server answers, and the interpreter's word for each pod."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from conformance.canonical import canonical
from pscc import api, ir
from pscc.base.source import SourceFile
from pscc.ir.access import Request, requested_by
from pscc.lowering.prepared import prepared
from pscc.reference.admission import Decision, decide
from stories.cluster import PATIENCE, Cluster
from stories.log import Log, denied, outcome
from stories.pods import ALICE, MIRROR, User, plain, privileged
from stories.ways import STEPS, Way
from support.api_server import Answer, Json, as_sent, place_of, until
from support.engines import run

SOURCE = "policies.psp"
UNTOUCHED = "untouched"
"""A namespace that no policy holds in: there the API server is asked what it fills in itself."""
NUMBERS = count(1)
CREATED = "--for=jsonpath={.status.created}=true"


@dataclass(frozen=True, slots=True)
class Kept:
    """A pod that the API server has: as it was sent, and under which program (None: before there was any)."""

    sent: Json
    user: User
    program: ir.Program | None


@dataclass(slots=True)
class Story:
    """One story in one way. ``namespaces`` are its own; ``program`` is what is in force, as the interpreter reads it."""

    cluster: Cluster
    way: Way
    folder: Path
    log: Log
    name: str
    words: str
    namespaces: list[str] = field(default_factory=list)
    program: ir.Program | None = None
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    applied: list[Path] = field(default_factory=list)

    def note(self, step: str, what: str) -> None:
        """Add a step to the log."""
        self.log.add(self.name, self.words, step, self.way.name, what)

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

    def compile(self, text: str, name: str = "policies", **options: Any) -> api.Compiled:
        """Compile ``text`` into the folder ``name``. Returned is what was compiled."""
        given = {"exclude_namespaces": [UNTOUCHED], **self.way.options, **options}
        compiled = api.compile(api.load(SourceFile(SOURCE, text)), self.way.target, **given)
        compiled.write(self.folder / name)
        return compiled

    def apply(self, text: str, name: str = "policies", **options: Any) -> None:
        """Compile ``text``, apply it in the README's order, and wait until it is in force."""
        compiled = self.compile(text, name, **options)
        self.apply_folder(name)
        self.program = prepared(api.load(SourceFile(SOURCE, text)).program, compiled.settings.rollout).formed
        self.settle()

    def apply_folder(self, name: str) -> None:
        """`kubectl apply -k` of the folder ``name``, part by part where it has parts."""
        folder = self.folder / name
        self.applied = [path for path in self.applied if path != folder] + [folder]
        for part in parts_of(folder):
            self.cluster.kubectl("apply", "-k", part)
            if part.name == "templates":
                self.cluster.kubectl("wait", CREATED, "constrainttemplates", "--all", "--timeout=120s")
        documents = documents_of(folder)
        server, engine = self.cluster.server, self.cluster.engine
        until(lambda: all(engine.in_force(server.get(document).body) for document in documents), PATIENCE)

    def remove(self, name: str = "policies") -> None:
        """`kubectl delete -k` of the folder ``name``, last part first."""
        folder = self.folder / name
        self.applied.remove(folder)
        for part in reversed(parts_of(folder)):
            self.cluster.kubectl("delete", "-k", part, "--ignore-not-found")
        if not self.applied:
            self.program = None

    def settle(self) -> None:
        """Wait until the cluster answers about a plain and a privileged pod as the interpreter does."""
        for namespace in self.namespaces:
            for probe in (plain("probe", namespace), privileged("probe", namespace)):
                until(lambda: self.as_expected(probe), PATIENCE)  # noqa: B023

    def as_expected(self, pod: Json, user: User = ALICE) -> bool:
        """Whether the API server would do with ``pod`` what the interpreter says."""
        answer = self.cluster.server.create(pod, user.name, user.groups, dry=True)
        decision = self.decision(pod, user)
        if decision is None or not refuses(decision):
            expected = dict(decision.pod) if decision is not None else pod
            return answer.ok and canonical(as_sent(placed(answer.body))) == self.filled_in(expected)
        return denied(answer)

    # --- requests

    def decision(self, pod: Json, user: User, old: Json | None = None) -> Decision | None:
        """What the interpreter says of ``pod``; None while no policy is in force."""
        if self.program is None:
            return None
        account = str(pod["spec"].get("serviceAccountName", "" if is_mirror(pod) else "default"))
        request = Request(pod["metadata"]["namespace"], user.name, requested_by(user.name, user.groups), account)
        return decide(self.program, request, pod, old)

    def create(self, step: str, pod: Json, user: User = ALICE, *, admitted: bool | None = None) -> Answer:
        """Create ``pod``, and hold the answer against the interpreter's; ``admitted`` is what is expected instead of that."""
        decision = self.decision(pod, user)
        expected = admitted if admitted is not None else decision is None or not refuses(decision)
        answer = self.cluster.server.create(pod, user.name, user.groups)
        changed = answer.ok and decision is not None and decision.pod != pod
        self.note(step, outcome(answer, changed=changed))
        assert answer.ok is expected, (step, answer.code, answer.message)
        assert answer.ok or admitted is False or denied(answer), (step, answer.code, answer.message)
        if answer.ok:
            program = self.program if admitted is None else None
            self.kept[pod["metadata"]["namespace"], pod["metadata"]["name"]] = Kept(pod, user, program)
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
        if answer.ok and not part:
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

    # --- the end

    def ends(self) -> None:
        """Compare all pods that the API server has in the story's namespaces with what the interpreter makes of what was sent.

        Fails if there is one more, one less, or one that differs.
        """
        stored = {(name, pod): body for name in self.namespaces for pod, body in self.stored(name).items()}
        assert set(stored) == set(self.kept), (sorted(stored), sorted(self.kept))
        now = self.program
        for place, kept in self.kept.items():
            self.program = kept.program
            decision = self.decision(kept.sent, kept.user)
            self.program = now
            assert decision is None or not refuses(decision), place
            expected = dict(decision.pod) if decision is not None else kept.sent
            actual, filled = canonical(as_sent(placed(stored[place]))), self.filled_in(expected)
            assert actual == filled, (place, actual, filled)
        self.note("**stored, as the interpreter says**", f"{len(stored)} pods")

    def filled_in(self, pod: Json) -> Json:
        """The pod that the API server stores where no policy holds, without what differs from pod to pod."""
        filled = self.cluster.server.create(placed(pod), dry=True)
        assert filled.ok, (pod, filled.body)
        return canonical(as_sent(placed(filled.body)))

    def clear(self) -> None:
        """Take everything of the story out of the cluster, and wait until nothing is refused any more."""
        for folder in list(reversed(self.applied)):
            self.remove(folder.name)
        self.settle()
        for name in self.namespaces:
            self.cluster.server.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def refuses(decision: Decision) -> bool:
    """Whether a policy that enforces, or a choice, refuses."""
    enforced = (verdict for policy, verdict in decision.judged if policy.mode == "enforce")
    chosen = (admission for choice, admission in decision.chosen if choice.mode == "enforce")
    return not all(one.allowed for one in (*enforced, *chosen))


def is_mirror(pod: Json) -> bool:
    """Whether a pod is what a kubelet shows of a static pod."""
    return MIRROR in (pod["metadata"].get("annotations") or {})


def placed(pod: Json) -> Json:
    """``pod`` in the namespace in which nothing touches it, without what was added for debugging."""
    spec = {key: value for key, value in pod["spec"].items() if key != "ephemeralContainers"}
    return {**pod, "metadata": {**pod["metadata"], "name": "x", "namespace": UNTOUCHED}, "spec": spec}


def parts_of(folder: Path) -> list[Path]:
    """The folders of an output that `kubectl apply -k` takes, in order."""
    return [folder / step for step in STEPS if (folder / step / "kustomization.yaml").exists()] or [folder]


def documents_of(folder: Path) -> list[Json]:
    """The objects that `kubectl apply -k` would apply."""
    texts = [run("kustomize", "build", part, check=True).stdout for part in parts_of(folder)]
    return [document for text in texts for document in yaml.load_all(text, Loader=yaml.CSafeLoader)]
