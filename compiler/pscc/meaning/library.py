"""The standard library: the Pod Security Standards in the policy language, by level and Kubernetes minor.

``grammar/library/pss.psp`` has a policy for each minor in which a level changed. A pinned minor gets the newest policy up to
it. Source: ``k8s.io/pod-security-admission``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from pscc.base.resources import GRAMMAR
from pscc.base.source import SourceFile
from pscc.language import ast

LEVELS = ("privileged", "baseline", "restricted")
MINORS = tuple(f"1.{minor}" for minor in range(24, 38))
"""What can be pinned: from the first Kubernetes without PodSecurityPolicy's successor in beta to the newest known."""

_NAME = re.compile(r"pss/([a-z]+)(?:@1\.(\d{1,3}))?")
FILE = "pss.psp"


def is_library_name(name: str) -> bool:
    """Whether ``name`` is one of the library's, existing or not."""
    return name.startswith("pss/")


@cache
def _policies() -> dict[str, ast.Policy]:
    from pscc.language.parser import parse

    text = (GRAMMAR / "library" / FILE).read_text(encoding="utf-8")
    return {policy.name.text: policy for policy in parse(SourceFile(FILE, text)).policies}


def library_policy(name: str) -> ast.Policy | None:
    """The policy called ``name`` (``pss/LEVEL`` or ``pss/LEVEL@1.MINOR``); None for an unknown level or minor."""
    match = _NAME.fullmatch(name)
    if match is None or match[1] not in LEVELS or (match[2] and f"1.{match[2]}" not in MINORS):
        return None
    minor = int(match[2] or MINORS[-1].removeprefix("1."))
    revisions = [int(n.rpartition(".")[2]) for n in _policies() if n.startswith(f"pss/{match[1]}@")]
    return _policies()[f"pss/{match[1]}@1.{max(r for r in revisions if r <= minor)}"]


def library_source(name: str) -> SourceFile | None:
    """A source that is the library's policy ``name``; None if there is none."""
    if library_policy(name) is None:
        return None
    own_name, title = _called(name)
    return SourceFile(name, f'policy {own_name} "{title}" extends {name} {{\n}}\n')


def _called(name: str) -> tuple[str, str]:
    """The name, as objects can have it, and the title of a policy that is the library's ``name``."""
    level, _, minor = name.removeprefix("pss/").partition("@")
    title = f"The Pod Security Standard {level} of Kubernetes {minor or MINORS[-1]}"
    return f"pss-{level}" + (f"-{minor}" if minor else ""), title


def with_chosen(document: ast.Document) -> ast.Document:
    """``document`` in which each policy of the library that a choice names is a policy of its own: ``pss-restricted``.

    A name that the library does not have stays as it is.
    """
    policies: dict[str, ast.Policy] = {}
    choices = []
    for choice in document.choices:
        grants = []
        for grant in choice.grants:
            if library_policy(grant.policy.text) is not None:
                name, title = _called(grant.policy.text)
                own = ast.Name(name, grant.policy.span)
                policies.setdefault(name, ast.Policy(own, title, (), own.span, extends=grant.policy))
                grant = replace(grant, policy=own)
            grants.append(grant)
        choices.append(replace(choice, grants=tuple(grants)))
    return replace(document, policies=(*document.policies, *policies.values()), choices=tuple(choices))
