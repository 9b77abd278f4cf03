"""What the whole run of conformance was recorded with. What came later is drawn from the next whole run on.

The newer controls and conditions are asked of every engine by ``tests/engines``, and are in the known gaps until then.
"""

from __future__ import annotations

from pscc.controls import CONTROLS
from pscc.meaning.narrowing import FIELDS

AWAITED_CONTROLS = frozenset(
    {"automountServiceAccountToken", "hostUsers", "os.name", "shareProcessNamespace", "supplementalGroupsPolicy"}
)
"""Controls without a draw."""
AWAITED_FIELDS = frozenset({"hostNetwork"})
"""Fields that ``unless`` can name, without a draw."""

DRAWN_CONTROLS = tuple(control for control in CONTROLS if control.id not in AWAITED_CONTROLS)
DRAWN_FIELDS = {name: field for name, field in FIELDS.items() if name not in AWAITED_FIELDS}
