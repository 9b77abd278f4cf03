"""Where engines have CEL of different releases: what is known of each, from asking it (`tests/engines/test_cel_dialects.py`)."""

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
VALIDATING_POLICIES = Dialect("itself", "unequal")
"""What judges ValidatingPolicies: Kyverno 1.19."""
