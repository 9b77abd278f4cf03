"""pscc: compiles Kubernetes pod security policies for the engines that enforce them.

The Python API: `load`, `check`, `compile`, `evaluate` and `diff`, and the records that they take and return. Each is imported
when it is first asked for, so that ``import pscc`` costs the command line nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = [
    "Change",
    "Compiled",
    "Diagnostic",
    "Difference",
    "EmitError",
    "Evaluation",
    "Judgement",
    "Loaded",
    "Program",
    "Shortfall",
    "SourceError",
    "SourceFile",
    "Span",
    "Witness",
    "__version__",
    "check",
    "compile",
    "diff",
    "evaluate",
    "load",
]

_HOMES = {
    "Change": "pscc.reasoning.difference.changed",
    "Compiled": "pscc.api",
    "Diagnostic": "pscc.diagnostics",
    "Difference": "pscc.reasoning.difference.difference",
    "EmitError": "pscc.output.emit",
    "Evaluation": "pscc.api",
    "Judgement": "pscc.reference.evaluate",
    "Loaded": "pscc.api",
    "Program": "pscc.ir",
    "Shortfall": "pscc.lowering.shortfalls",
    "SourceError": "pscc.diagnostics",
    "SourceFile": "pscc.base.source",
    "Span": "pscc.base.source",
    "Witness": "pscc.reasoning.difference.witness",
    "check": "pscc.api",
    "compile": "pscc.api",
    "diff": "pscc.api",
    "evaluate": "pscc.api",
    "load": "pscc.api",
}
"""The module of each name of the API."""

if TYPE_CHECKING:
    from pscc.api import Compiled, Evaluation, Loaded, check, compile, diff, evaluate, load
    from pscc.base.source import SourceFile, Span
    from pscc.diagnostics import Diagnostic, SourceError
    from pscc.ir import Program
    from pscc.lowering.shortfalls import Shortfall
    from pscc.output.emit import EmitError
    from pscc.reasoning.difference.changed import Change
    from pscc.reasoning.difference.difference import Difference
    from pscc.reasoning.difference.witness import Witness
    from pscc.reference.evaluate import Judgement
else:

    def __getattr__(name):
        """The member ``name`` of the API. Its module is imported on first use."""
        if name not in _HOMES:
            raise AttributeError(f"module 'pscc' has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value

    def __dir__():
        """The API, whether it is imported yet or not."""
        return sorted({*globals(), *__all__})
