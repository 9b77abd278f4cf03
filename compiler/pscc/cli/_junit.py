"""JUnit XML, which `pscc eval` and `pscc test` write.

JUnit has no standard; this is what Jenkins, GitLab and GitHub's actions read. Source: https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from xml.etree import ElementTree

from pscc.base.frozen import frozen
from pscc.diagnostics.render import clean

Tag = Literal["failure", "error", "skipped", "system-out"]
_COUNTED: tuple[tuple[str, Tag], ...] = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


@frozen
class Outcome:
    """The outcome of a case: a failure, an error, why it was skipped, or its output. ``kind`` is the type of a failure."""

    tag: Tag
    lines: tuple[str, ...]
    kind: str = ""


@frozen
class Case:
    """A test case, with the file and the line that it is about. Without an ``outcome`` it passed, and has no output."""

    name: str
    file: str
    line: int | None
    outcome: Outcome | None


@frozen
class Suite:
    """The cases that are listed together."""

    name: str
    cases: tuple[Case, ...]


def junit(name: str, suites: Sequence[Suite]) -> str:
    """The document of the run ``name``. Each suite counts its cases, and the run counts all of them."""
    root = ElementTree.Element(
        "testsuites", {"name": name, **_counts([case for suite in suites for case in suite.cases])}
    )
    for suite in suites:
        suite_element = ElementTree.SubElement(root, "testsuite", {"name": clean(suite.name), **_counts(suite.cases)})
        for case in suite.cases:
            where = {"classname": clean(case.file), "file": clean(case.file)}
            line = {} if case.line is None else {"line": str(case.line)}
            element = ElementTree.SubElement(suite_element, "testcase", {"name": clean(case.name), **where, **line})
            if case.outcome is not None:
                _add(element, case.outcome)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    tags = [case.outcome.tag for case in cases if case.outcome is not None]
    return {"tests": str(len(cases)), **{key: str(tags.count(tag)) for key, tag in _COUNTED}}


def _add(element: ElementTree.Element, outcome: Outcome) -> None:
    lines = [clean(line) for line in outcome.lines]
    match outcome.tag:
        case "system-out":
            ElementTree.SubElement(element, outcome.tag).text = "\n".join(lines)
        case "skipped":
            ElementTree.SubElement(element, outcome.tag, {"message": "; ".join(lines)})
        case "failure" | "error":
            kind = {"type": outcome.kind} if outcome.kind else {}
            message = lines[0] if lines else outcome.kind
            ElementTree.SubElement(element, outcome.tag, {**kind, "message": message}).text = "\n".join(lines)
