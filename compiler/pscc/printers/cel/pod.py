"""What CEL reads of every pod: its service account, and what it always has."""

from __future__ import annotations

from pscc import ir
from pscc.ir.passes import SERVICE_ACCOUNT
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.logic import all_of
from pscc.printers.cel.reads import OBJECT, Known, access, has_value
from pscc.printers.cel.tree import Select

_PATH = ir.Path(ir.POD, SERVICE_ACCOUNT)
ACCOUNT = access(_PATH)
HAS_ACCOUNT = all_of(has_value(_PATH), cel('$account != ""', account=ACCOUNT))
"""The pod's service account, and that it names one. A file may have an empty name, which the API server drops."""
METADATA: Known = frozenset({Select(OBJECT, "metadata")})
"""What a pod always has, other than a workload's template: a name."""
