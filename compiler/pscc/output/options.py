"""The options of a compile that change the form of an output, and not the meaning of the policies."""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen
from pscc.lowering.capabilities import Layout, Version, Workloads

Engine = Literal["rego", "cel"]
Templates = Literal["with", "only", "without"]
EnforcementPoint = Literal["validation.gatekeeper.sh", "audit.gatekeeper.sh"]
"""Gatekeeper's webhook, and its audit. Source: ``pkg/util/enforcement_action.go`` in Gatekeeper 3.23."""
Releases = tuple[tuple[str, Version], ...]


@frozen
class Options:
    """The options that targets read.

    - ``engine``: the language of Gatekeeper's templates.
    - ``workloads``: what happens when somebody applies a Deployment or the like whose pods a policy would not admit. ``warn``
      is a warning, ``enforce`` does what the policy does to pods, and ``off`` does nothing. A policy in audit is audited
      there, too.
    - ``kubernetes``: the release of Kubernetes to compile for. ``releases``: those of other products, each by the name of its
      option. One that is not there is the newest that pscc knows.
    - ``layout``: whether an object of the output is about a policy or about one of its controls; None: as the target's users
      expect.
    - ``templates``: whether the output has the objects that other folders may share, Gatekeeper's ConstraintTemplates of
      checks; ``only`` them; or comes ``without`` them.
    - ``enforcement_points``: the places where Gatekeeper looks at the constraints; all of them where none is given.
    """

    engine: Engine = "rego"
    workloads: Workloads = "warn"
    kubernetes: Version = (1, 37)
    releases: Releases = ()
    templates: Templates = "with"
    layout: Layout | None = None
    enforcement_points: tuple[EnforcementPoint, ...] = ()


DEFAULTS = Options()
