"""Comments of a ``.psp`` file stay where they were written, through parsing and printing."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.language.parser import parse
from pscc.language.printer import print_document

TEXT = """\
# about the file
#
# in two parts

# about the policy
policy team "Title # no comment" {  # beside the head
    # above a scope
    in      namespaces a, b  # beside a scope
    # above the mode
    warn  # beside the mode
    # above a statement
    #   indented
    deny  privileged  # beside a statement
    allow hostPath "/a#b" because "x # y"
    # before the end
}

choose {  # beside choose
    # above a grant
    team for everyone  # beside a grant
    # at the end of the choice
}

# at the end of the file
"""


def printed(text: str) -> str:
    return print_document(parse(SourceFile("p.psp", text)))


def test_comments_keep_their_places() -> None:
    assert printed(TEXT) == TEXT


def test_comments_within_a_statement_and_after_a_block_stay_beside_them() -> None:
    text = (
        "policy p {\n  allow volumes secret, # one\n    configMap # two\n} # three\npolicy q { deny hostPID } # four\n"
    )
    wanted = (
        "policy p {\n    # one\n    allow volumes secret, configMap  # two\n    # three\n}\n\n"
        "policy q {  # four\n    deny hostPID\n}\n"
    )
    assert printed(text) == wanted
    assert printed(wanted) == wanted


def test_a_file_of_comments_alone() -> None:
    assert printed("# a\n\n# b\n") == "# a\n# b\n"


def test_empty_lines_in_blocks_are_kept_one_by_one() -> None:
    text = (
        "policy p {\n\n    # host\n\n\n    deny hostPID\n\n    # why\n    deny hostIPC\n  \n\n    deny hostNetwork\n\n}\n\n\n"
        "# about the choice\n\nchoose {\n\n    p for users a\n\n\n    p for users b\n    # end\n\n}\n"
    )
    wanted = (
        "policy p {\n    # host\n\n    deny hostPID\n\n    # why\n    deny hostIPC\n\n    deny hostNetwork\n}\n\n"
        "# about the choice\nchoose {\n    p for users a\n\n    p for users b\n    # end\n}\n"
    )
    assert printed(text) == wanted
    assert printed(wanted) == wanted


def test_an_empty_line_goes_with_what_is_below_it() -> None:
    text = "policy p {\n    deny hostPID\n\n    in namespaces a\n\n    warn\n}\n"
    wanted = "policy p {\n    in      namespaces a\n\n    warn\n    deny hostPID\n}\n"
    assert printed(text) == wanted
    assert printed(wanted) == wanted


def test_a_comment_ends_a_parenthesis() -> None:
    """A ``#`` in a parenthesis was read as part of it, and as a comment too."""
    with pytest.raises(SourceError) as caught:
        parse(SourceFile("p.psp", "policy a {\n    allow hostPath /var (read-o# nly)\n}\n"))
    assert [d.message for d in caught.value.diagnostics] == ["this `(` is not closed"]
