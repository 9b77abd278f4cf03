"""What the files of an output do, read from their text: a reader for each kind of object that holds checks.

A target says in its capabilities (``proven_from``) which kind its output has. Nothing here knows a target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pscc.proving.readers import admission, cluster_policies, constraints, kyverno
from pscc.proving.readers.objections import Read

Reader = Callable[[Mapping[str, str], Literal["CREATE", "UPDATE"], bool], Read]
"""What the files, by their paths, object to when a pod is created or changed, and whether each validation has to have a message.

Raises `NotUnderstoodError`."""
READERS: Mapping[str, Reader] = {
    "ValidatingAdmissionPolicy": admission.objections,
    "ValidatingPolicy": kyverno.objections,
    "ClusterPolicy": cluster_policies.objections,
    "ConstraintTemplate": constraints.objections,
}
"""The reader of an output, by the kind of the objects that hold its checks."""
