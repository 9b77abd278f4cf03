"""Capital letters in CEL."""

from __future__ import annotations

from pscc.printers.cel.fragments import cel
from pscc.printers.cel.tree import Expression


def in_capitals(value: Expression) -> Expression:
    """The string ``value`` as `base.capitals.in_capitals` has it.

    Source: ``upperAscii`` and ``replace`` of cel-go ``ext/strings.go``, which Kubernetes has in every CEL environment.
    """
    return cel('$value.replace("ı", "I").replace("ſ", "S").upperAscii()', value=value)
