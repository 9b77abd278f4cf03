"""The checks of a policy in Rego, in one package: what a template prints of each."""

from __future__ import annotations

from pscc.output.contents import origin
from pscc.output.templating import Code, comment
from pscc.printers.rego.rules import check_rules, unchanged
from pscc.printers.rego.text import literal, prefix_of
from pscc.targets.shared.exemptions import as_comments, of_containers
from pscc.targets.shared.layouts import Checks


def rows_of(checks: Checks) -> list[dict[str, object]]:
    """The fields of each check for a template. The names of its rules begin with its ``prefix``."""
    rows: list[dict[str, object]] = []
    for check, reads in checks:
        prefix = prefix_of(check.shape)
        printed = check_rules(check, prefix)
        rows.append(
            {
                "prefix": Code(prefix),
                "statement": Code(comment(origin(check.statement or check.title, check.span))),
                "exempt": as_comments(of_containers([check])),
                "control": Code(literal(check.control)),
                "because": Code(literal(check.because)),
                "rules": Code(printed.rules),
                "findings": Code(printed.findings),
                "unchanged": [Code(line) for line in unchanged(reads)],
            }
        )
    return rows
