"""What CEL reads of every pod: its service account, and what it always has."""

from __future__ import annotations

from pscc import ir
from pscc.ir.passes import SERVICE_ACCOUNT
from pscc.printers.cel.expressions import Known, access, has_value

_PATH = ir.Path(ir.POD, SERVICE_ACCOUNT)
ACCOUNT = access(_PATH)
HAS_ACCOUNT = has_value(_PATH)
"""The pod's service account, and that it names one."""
METADATA: Known = frozenset({"object.metadata"})
"""What a pod always has, other than a workload's template: a name."""
