"""A choice for OPA: one package, with its policies and grants in it, and tests for ``opa test``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pscc import ir
from pscc.cases.choice_suite import admission_review
from pscc.cases.suite import Case
from pscc.ir.access import ALL, NONE, Scope
from pscc.output.numbering import numbered
from pscc.output.templating import Code, comment, render
from pscc.printers.rego.text import literal
from pscc.targets.shared.choice_rego import choice_rules
from pscc.targets.shared.exemptions import as_comments, of_choice
from pscc.targets.shared.subjects import names_row


def package(choice: ir.Choice, taken: Mapping[str, str]) -> str:
    """The last part of the package of ``choice``: none that is ``taken``."""
    return numbered("choice_" + re.sub(r"[^a-z0-9]", "_", choice.name), taken.values(), "_")


def scope_of(scope: Scope) -> dict[str, Code] | None:
    """The names of ``scope`` for a template: the included and the excluded ones; None if it names none."""
    if scope.namespaces == ALL and scope.except_namespaces == NONE:
        return None
    return {
        "namespaces": Code(literal(names_row(scope.namespaces))),
        "except": Code(literal(names_row(scope.except_namespaces))),
    }


def files(choice: ir.Choice, name: str, decision: str, cases: tuple[Case, ...]) -> tuple[str, str]:
    """The texts of the package ``name`` and of its tests."""
    code = render(
        "opa/choice.rego.j2",
        title=Code(comment(f"{choice.name}: one of the policies that the requester may use has to accept a pod")),
        exempt=as_comments(of_choice(choice)),
        package=Code(name),
        decision=Code(decision),
        scope=scope_of(choice.scope),
        rules=Code(choice_rules(choice, of_workloads=True).text),
    )
    tests = [
        {
            "name": Code(case.name.replace("-", "_")),
            "input": Code(literal(admission_review(case))),
            "messages": Code("set()" if case.allowed else f"{{{literal(case.message)}}}"),
        }
        for case in cases
    ]
    return code, render("opa/choice_test.rego.j2", package=Code(name), decision=Code(decision), tests=tests)
