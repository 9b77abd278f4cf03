"""The annotations that say what an object does: for each check, its statement with the values, and what that means."""

from __future__ import annotations

from collections.abc import Iterable

from pscc import ir
from pscc.output.templating import Code, folded, printable, yaml_block

_LONGEST = 1_000
"""The longest text of an author that is shown whole: all annotations of an object together may have 256 KiB.

Source: ``TotalAnnotationSizeLimitB`` in ``k8s.io/apimachinery/pkg/api/validation/objectmeta.go``.
"""


def described(checks: Iterable[ir.Check]) -> Code:
    """A paragraph for each of ``checks``, as the lines of a folded block."""
    return yaml_block("\n\n".join(folded(_sentence(check)) for check in checks), 6)


def described_defaults(policy: ir.Policy) -> Code:
    """The defaults of ``policy``, as the lines of a folded block."""
    statements = "; ".join(beginning(printable(default.statement)) for default in policy.defaults)
    return yaml_block(folded(f"Sets what pods leave unset, before they are validated: {statements}."), 6)


def _sentence(check: ir.Check) -> str:
    return f"{beginning(printable(check.statement))}: {check.description}" if check.statement else check.description


def beginning(text: str) -> str:
    """``text``, or its beginning where it is long."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
