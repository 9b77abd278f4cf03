"""The checks of a policy in Rego, in one package: what a template prints of each."""

from __future__ import annotations

from pscc.base.frozen import frozen
from pscc.output.contents import origin
from pscc.output.templating import Code, comment
from pscc.printers.rego.fragments import called_by
from pscc.printers.rego.rules import check_rules, unchanged
from pscc.printers.rego.text import literal, prefix_of
from pscc.targets.shared.exemptions import as_comments, of_containers
from pscc.targets.shared.layouts import Checks


@frozen
class Rows:
    """The fields of each check for a template. ``calls`` are the rules of the library that they call."""

    rows: list[dict[str, object]]
    calls: frozenset[str]


def rows_of(checks: Checks) -> Rows:
    """The rows of ``checks``. The names of the rules of each begin with its ``prefix``."""
    rows: list[dict[str, object]] = []
    calls: set[str] = set()
    for check, reads in checks:
        prefix = prefix_of(check.shape)
        printed, same = check_rules(check, prefix), unchanged(reads)
        calls.update(printed.calls, called_by(same))
        rows.append(
            {
                "prefix": Code(prefix),
                "statement": Code(comment(origin(check.statement or check.title, check.span))),
                "exempt": as_comments(of_containers([check])),
                "control": Code(literal(check.control)),
                "because": Code(literal(check.because)),
                "rules": Code(printed.rules),
                "findings": Code(printed.findings),
                "unchanged": [Code(line.text) for line in same],
            }
        )
    return Rows(rows, frozenset(calls))
