"""Breaks that change no answer, by patterns of their labels, each with why.

A pattern that is a break's which is noticed says too much, and one that is no break's is needless: both fail a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Equivalent:
    """Breaks whose whole labels match ``pattern``, and ``why`` they change nothing."""

    pattern: str
    why: str

    def has(self, label: str) -> bool:
        """Whether the break of this label is one of them."""
        return re.fullmatch(self.pattern, label) is not None


Patterns = tuple[Equivalent, ...]

_MUTATORS = r"gatekeeper( --engine cel)?: .*: (Assign|ModifySet) .*: "
_SCHEMA = r"gatekeeper( --engine cel)?: .*: ConstraintTemplate .*: "

OUTPUTS: Patterns = (
    Equivalent(
        _MUTATORS + r"an element is dropped: spec\.match\.kinds\[0\](\.(apiGroups|kinds)\[0\])?",
        "`applyTo` names the pods as well",
    ),
    Equivalent(
        _SCHEMA + r"an element is dropped: spec\.crd\.spec\.validation\.openAPIV3Schema\..*\.required\[\d+\]",
        "the parameters that are emitted have what the schema demands",
    ),
    Equivalent(
        r"vap: .*: MutatingAdmissionPolicy .* changing: a filter is dropped: .* \(name, name != \"\"\)",
        "it is asked about names of policies alone, and none is empty",
    ),
)
PRINTERS: Patterns = (
    Equivalent(
        r"gatekeeper/choice_template\.yaml\.j2: a line is dropped: (validation:|openAPIV3Schema:|type: object)",
        "a choice has no parameters, so its schema has nothing to say",
    ),
    Equivalent(
        r"gatekeeper/template\.yaml\.j2: (a line is dropped: type: object \(2\)|a block is always there: if exemptions \(1\))",
        "the schema then takes more than is emitted",
    ),
    Equivalent(
        r"\w+/\w+\.yaml\.j2: a block is always there: if not loop\.first \(\d+\)",
        "an empty document before the first one is none",
    ),
    Equivalent(
        r"\w+/kustomization\.yaml\.j2: a line is dropped: (apiVersion|kind): .*",
        "kustomize takes a kustomization.yaml that does not say what it is for one",
    ),
    Equivalent(
        r"gatekeeper/mutators\.yaml\.j2: a line is dropped: (scope: Namespaced|kinds: \[Pod\] \(2\))",
        "`applyTo` names the pods as well, which are in namespaces",
    ),
    Equivalent(
        r"(vap/\w+|gatekeeper/engine)\.yaml\.j2: a line is dropped: failurePolicy: Fail",
        "it is what the API server, and Gatekeeper, do where it is not said",
    ),
    Equivalent(
        r"\w+/(suite|test)\.yaml\.j2: a line is dropped: name: .*",
        "the suite's name is in no outcome of it",
    ),
)


def why(label: str, patterns: Patterns) -> str:
    """Why the break of this label changes nothing; empty where it is not said."""
    return next((one.why for one in patterns if one.has(label)), "")


def needless(labels: Iterable[str], patterns: Patterns) -> list[str]:
    """Those of ``patterns`` that none of ``labels`` has."""
    known = list(labels)
    return [one.pattern for one in patterns if not any(one.has(label) for label in known)]


def too_wide(noticed: Iterable[str], patterns: Patterns) -> list[str]:
    """Those of ``noticed`` that are said to change nothing."""
    return [label for label in noticed if why(label, patterns)]
