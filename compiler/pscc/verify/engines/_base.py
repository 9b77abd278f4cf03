"""The records that every engine gets and returns, and the protocol of an engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.output.contents import OutputFile

Json = dict[str, object]
Applied = Literal["Pod", "Deployment", "CronJob"]
"""What is applied: a pod, or a workload that would make it."""
Tick = Callable[[int], None]
"""Called with the number of reviews that were answered since the last call."""


@frozen
class Review:
    """One question: may ``pod`` be created? With ``old_pod``: may this pod be updated to ``pod``?

    ``name`` is a DNS label and the pod's name, unique among the reviews of one call. ``request`` has the user and the
    namespace; None where neither matters. ``kind`` is what is applied: the pod itself, or a workload that would make it.
    """

    name: str
    pod: Json
    old_pod: Json | None = None
    request: Request | None = None
    kind: Applied = "Pod"

    @property
    def applied(self) -> Json:
        """The object that is applied: ``pod``, or the workload of this kind with it as its template."""
        if self.kind == "Pod":
            return self.pod
        metadata = self.pod.get("metadata")
        of_pod = dict(metadata) if isinstance(metadata, dict) else {}
        own = {key: value for key, value in of_pod.items() if key in ("name", "namespace")}
        template: Json = {"metadata": {k: v for k, v in of_pod.items() if k not in own}, "spec": self.pod.get("spec")}
        head: Json = {"apiVersion": _VERSIONS[self.kind], "kind": self.kind, "metadata": own}
        if self.kind == "CronJob":
            job: Json = {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": template}}}
            return {**head, "spec": job}
        return {**head, "spec": {"selector": {"matchLabels": {}}, "template": template}}


@frozen
class Answer:
    """An engine's answer about one pod.

    ``denials`` are the messages that deny the pod. ``warnings`` are the messages of policies in ``warn`` and ``audit``. Both
    are sorted and have no repetitions. ``pod`` is the pod as the engine changed it; None where the engine changes no pods.
    """

    denials: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    pod: Json | None = None

    @property
    def denied(self) -> bool:
        """Whether the pod is kept out."""
        return bool(self.denials)


_VERSIONS = {"Deployment": "apps/v1", "CronJob": "batch/v1"}


class EngineError(Exception):
    """The engine gave no answers. The message is one line; ``help`` says what to do, or is empty."""

    def __init__(self, message: str, help: str = "") -> None:
        self.help = help
        super().__init__(message)


class Engine(Protocol):
    """One engine that is there: a library, a program or a server.

    - ``changes_pods``: it sets the defaults of an output itself, so its answers hold pods.
    - ``takes_updates``: it judges updates.
    - ``takes_users``: it takes the user of a request into account.
    - ``takes_workloads``: it judges Deployments and CronJobs.
    - ``joins_messages``: a policy of its target says all that it objects to in one message, joined by ``; ``.
    - ``is_own``: the output is made for it, rather than for another implementation of the same language.
    - ``note`` names the parts of an output that it does not run, and what was done instead; empty where it runs all.
    """

    @property
    def name(self) -> str:
        """The engine's name: ``gator``."""
        ...

    @property
    def target(self) -> str:
        """The target whose output it runs."""
        ...

    @property
    def changes_pods(self) -> bool:
        """Whether it sets defaults."""
        ...

    @property
    def takes_updates(self) -> bool:
        """Whether it judges updates."""
        ...

    @property
    def takes_users(self) -> bool:
        """Whether it takes the user of a request into account."""
        ...

    @property
    def takes_workloads(self) -> bool:
        """Whether it judges workloads."""
        ...

    @property
    def joins_messages(self) -> bool:
        """Whether a policy of its target has one message for all that it objects to."""
        ...

    @property
    def is_own(self) -> bool:
        """Whether the output is made for it."""
        ...

    @property
    def runs_in_cel(self) -> str:
        """What the report calls the language of an output that is written in CEL; empty where it has one language alone."""
        ...

    @property
    def note(self) -> str:
        """The parts of an output that it does not run."""
        ...

    def runs(self, path: str) -> bool:
        """Whether the file ``path`` of an output has a part in its answers."""
        ...

    def version(self) -> str:
        """The engine's version, empty where it does not say. Raises `EngineError`."""
        ...

    def ask(self, files: Sequence[OutputFile], reviews: Sequence[Review], tick: Tick) -> tuple[Answer, ...]:
        """An answer for each of ``reviews``, in their order, as ``files`` have it. Raises `EngineError`."""
        ...


def chunks(reviews: Sequence[Review], size: int) -> list[Sequence[Review]]:
    """``reviews`` in parts of at most ``size``, so that progress can be reported between them."""
    return [reviews[start : start + size] for start in range(0, len(reviews), size)]


def answer(denials: Sequence[str], warnings: Sequence[str] = (), pod: Json | None = None) -> Answer:
    """The answer of an engine that said ``denials`` and ``warnings``, in any order and repeatedly."""
    return Answer(tuple(sorted({*denials})), tuple(sorted({*warnings})), pod)
