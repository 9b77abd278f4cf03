"""Where engines have CEL of different releases: what is known of each.

`tests/engines/test_proofs_of_others_on_engines.py` asks them.
"""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen


@frozen
class Dialect:
    """What an engine makes of the two things on which engines differ.

    - ``plain_or_value``: what ``orValue`` of a value that is not optional gives.
    - ``object_beside_scalar``: whether ``==`` of an object of the request and what is none fails.
    """

    plain_or_value: Literal["fails", "itself"]
    object_beside_scalar: Literal["fails", "unequal"]


API_SERVER = Dialect("fails", "fails")
"""The API server of Kubernetes 1.37."""
CONSTRAINTS = Dialect("fails", "unequal")
"""What judges Constraints: Gatekeeper 3.23."""
KYVERNO = Dialect("itself", "unequal")
"""What judges ValidatingPolicies, and the rules of ClusterPolicies in CEL: Kyverno 1.19."""
