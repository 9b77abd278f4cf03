"""What a person chooses on the command line of how targets say a policy; what it means is not chosen here."""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen
from pscc.lowering.capabilities import Version, Workloads

Engine = Literal["rego", "cel"]


@frozen
class Options:
    """``engine``: what Gatekeeper's templates are written in.

    ``workloads``: what happens when a Deployment or the like is applied whose pods a policy would not admit: a warning,
    what the policy does on pods, or nothing. A policy in audit is audited there, too.

    ``kubernetes``, ``gatekeeper``, ``kyverno``: the release that the output is for; the current ones unless said.
    """

    engine: Engine = "rego"
    workloads: Workloads = "warn"
    kubernetes: Version = (1, 37)
    gatekeeper: Version = (3, 23)
    kyverno: Version = (1, 19)


DEFAULTS = Options()
