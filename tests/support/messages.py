"""What a target makes of the findings of one policy."""

from __future__ import annotations

from collections.abc import Sequence


def joined(findings: Sequence[str]) -> tuple[str, ...]:
    """The one message of a policy with these findings, as `vap` and `kyverno-cel` have it; none without them."""
    return ("; ".join(findings),) if findings else ()
