"""What compiling says of updates, where the defaults of a choice are set."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.driver import analyse, packaged
from pscc.lowering.prepared import prepared
from pscc.lowering.shortfall_text import diagnostic_of
from pscc.lowering.shortfalls import UpdatesMustHave
from pscc.output.options import DEFAULTS
from pscc.targets.registry import target_named

SOURCE = """\
policy strict {{
    deny privileged
    {statement}
    default runAsUser 1000
    default capabilities.add add NET_ADMIN
}}
policy wide {{
    deny hostPID
}}
choose c {{
    strict for groups web
    wide for everyone
}}
"""


@pytest.mark.parametrize("target", ["vap", "kyverno-cel"])
@pytest.mark.parametrize(
    ("statement", "controls"),
    [
        ("", ("runAsUser",)),
        ("default readOnlyRootFilesystem true", ("runAsUser", "readOnlyRootFilesystem")),
        ("require runAsUser 1000", ()),
    ],
)
def test_what_an_update_must_have_is_said_where_no_check_asks_for_it(
    target: str, statement: str, controls: tuple[str, ...]
) -> None:
    """A default that grants is not asked for, and neither is one whose field a check of the policy wants set."""
    program = prepared(analyse(SourceFile("p.psp", SOURCE.format(statement=statement)))[1]).formed
    said = [
        one for one in packaged(target_named(target), program, DEFAULTS).shortfalls if isinstance(one, UpdatesMustHave)
    ]
    assert [sorted(one.controls) for one in said] == ([sorted(controls)] if controls else [])
    assert {diagnostic_of(one).code for one in said} <= {"TGT018"}
