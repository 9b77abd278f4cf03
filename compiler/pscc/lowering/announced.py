"""A policy as a target has announced that it will apply it: its shortfalls, turned into IR.

What an engine does has to be just that, so a pod may fare otherwise than under the source only where a shortfall says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pscc import ir
from pscc.lowering.demands import without
from pscc.lowering.shortfalls import DefaultNotSet, DefaultSetWidely, Shortfall


def as_announced(policy: ir.Policy, shortfalls: Iterable[Shortfall]) -> ir.Policy:
    """``policy`` with its defaults as the target sets them, and what it demands where it cannot."""
    known = tuple(shortfalls)
    unset = [one.default for one in known if isinstance(one, DefaultNotSet) and one.policy == policy.name]
    wide = [one.default for one in known if isinstance(one, DefaultSetWidely)]
    settable = without(policy, unset)
    defaults = (
        replace(default, site="pod", path=default.inherits, inherits=(), unless=ir.FALSE)
        if default in wide
        else default
        for default in settable.defaults
    )
    return replace(settable, defaults=tuple(defaults))
