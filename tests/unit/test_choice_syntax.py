"""The syntax of ``choose`` and of scopes: what is read is what is printed."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.language.parser import parse
from pscc.language.printer import print_document

TEXT = """\
policy restricted {
    in      namespaces team-*, "odd"
    except  namespaces team-sandbox
    deny privileged
}

choose warn {
    privileged for serviceaccounts kube-system/*, groups system:nodes
    restricted for groups devs, ops, users "a b" in namespaces team-a, team-b
    restricted for everyone
}
"""


def test_a_choice_reads_as_it_prints() -> None:
    assert print_document(parse(SourceFile("p.psp", TEXT))) == TEXT


@pytest.mark.parametrize(
    ("grant", "code"),
    [("restricted for alice", "LNG005"), ("restricted for everyone except namespaces a", "LNG006")],
)
def test_a_grant_that_says_too_little_or_too_much(grant: str, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse(SourceFile("p.psp", f"choose {{\n    {grant}\n}}\n"))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.span and diagnostic.span.line) == (code, 2)
    assert diagnostic.help
