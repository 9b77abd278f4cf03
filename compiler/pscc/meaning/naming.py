"""The names that policies and choices may have, and the name of a choice whose source gives none."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import count
from pathlib import PurePath

from pscc.diagnostics import Diagnostic, Report
from pscc.language import ast

CHOICE_OF_CLUSTER = "pod-security-policies"
"""What a choice is called that comes from a cluster's PodSecurityPolicies, or from a source without a file name."""
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
"""No part has a limit of its own. Source: ``IsDNS1123Subdomain`` in ``k8s.io/apimachinery/pkg/util/validation/validation.go``."""
_LONGEST = 253


def check_name(name: ast.Name, report: Report) -> None:
    """Report an error where no object can be named ``name``."""
    help = ""
    if len(name.text) > _LONGEST:
        help = f"a name has at most {_LONGEST} characters: this one has {len(name.text)}"
    elif not _NAME.fullmatch(name.text):
        help = "use lower-case letters, digits, `-` and `.`, as Kubernetes does for names"
        near = name.text.lower().replace("_", "-")
        help = f"did you mean `{near}`? {help}" if _NAME.fullmatch(near) else help
    if help:
        report.add(Diagnostic("LNG016", f"`{name.text}` is not a name", name.span, help=help))


def choice_named_after(file: str, taken: Container[str]) -> str:
    """The name of a choice that its source, ``file``, gives none: the file's, or another that is not in ``taken``."""
    stem = re.sub(r"[^a-z0-9.]+", "-", PurePath(file).stem.lower()).strip("-.")
    if not _NAME.fullmatch(stem) or len(stem) > _LONGEST:
        return free_name(CHOICE_OF_CLUSTER, taken)
    return stem if stem not in taken else free_name(f"{stem}-choice", taken)


def free_name(name: str, taken: Container[str]) -> str:
    """``name``, numbered from 2 where it is in ``taken``."""
    numbered = (f"{name}-{number}" for number in count(2))
    return name if name not in taken else next(other for other in numbered if other not in taken)
