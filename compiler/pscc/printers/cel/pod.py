"""What CEL reads of every pod: its service account, and what it always has."""

from __future__ import annotations

from pscc import ir
from pscc.ir.passes import SERVICE_ACCOUNT
from pscc.printers.cel.reads import OBJECT, Known, access, has_value
from pscc.printers.cel.tree import Select

_PATH = ir.Path(ir.POD, SERVICE_ACCOUNT)
ACCOUNT = access(_PATH)
HAS_ACCOUNT = has_value(_PATH)
"""The pod's service account, and that it names one."""
METADATA: Known = frozenset({Select(OBJECT, "metadata")})
"""What a pod always has, other than a workload's template: a name."""
