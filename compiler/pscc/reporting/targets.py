"""What the output of a target means, as a program that the interpreter judges by."""

from __future__ import annotations

from pscc import ir
from pscc.diagnostics import SourceError
from pscc.lowering.legalise import legalise
from pscc.lowering.prepared import Prepared
from pscc.lowering.shortfalls import set_widely
from pscc.output.options import Options
from pscc.reporting.records import OnTarget
from pscc.targets.registry import target_named


def on_target(name: str, ready: Prepared, options: Options) -> OnTarget:
    """What the target ``name`` can express of ``ready``, compiled with ``options``."""
    can = target_named(name).capabilities(options)
    try:
        legal = legalise(ready.formed, name, can, "off")
    except SourceError as error:
        return OnTarget(name, ir.Program(), lets_in=can.lets_in, errors=error.diagnostics)
    return OnTarget(name, legal.program, set_widely(legal.shortfalls), legal.shortfalls, can.lets_in)
