"""What a policy engine of a cluster can be asked to do, whichever it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from support.api_server import ApiServer, Json, until
from support.processes import Process

Failure = Literal["Ignore", "Fail"]
Operation = Literal["CREATE", "UPDATE", "DELETE"]
PATIENCE = 120.0
INSTALLED = (
    "Namespace", "CustomResourceDefinition", "ServiceAccount", "ConfigMap", "Role", "ClusterRole", "RoleBinding",
    "ClusterRoleBinding", "Service",
)  # fmt: skip
"""The kinds that are taken out of an engine's own manifest: all but its Deployments and what is made for these."""


class Engine:
    """The policy engine of a cluster. This one is the API server itself, which has no process of its own to disturb."""

    namespace = ""
    """The namespace that it is installed in; empty for none."""
    process: Process | None = None
    """The program that answers the API server; None where nothing does."""

    def in_force(self, document: Json) -> bool:
        """Whether the engine says that it goes by the object, as far as it says so: ``document`` is as the cluster has it."""
        return True

    def start_again(self) -> None:
        """Start the engine, which was killed, and wait until it answers."""

    def rules(self, *, failure: Failure = "Fail", timeout: int = 30, operations: tuple[Operation, ...] = ()) -> None:
        """What the API server does when the engine fails, how many seconds it waits, and which operations it asks about."""


def install(server: ApiServer, documents: Iterable[Json]) -> None:
    """Apply the objects of an engine's manifest that a test needs, and wait for the kinds that they define."""
    wanted = [document for document in documents if document and document["kind"] in INSTALLED]
    wanted.sort(key=lambda document: INSTALLED.index(document["kind"]))
    server.apply(*wanted)
    for document in wanted:
        if document["kind"] == "CustomResourceDefinition":
            until(lambda: is_true(server.get(document).body, "Established"), PATIENCE)  # noqa: B023


def is_true(document: Json, condition: str) -> bool:
    """Whether the status of ``document`` has the condition."""
    conditions = (document.get("status") or {}).get("conditions") or ()
    return any(one["type"] == condition and one["status"] == "True" for one in conditions)
