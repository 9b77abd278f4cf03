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

_GATEKEEPER = r"gatekeeper( --engine cel)?: .*: "
_CELS = r"(vap|kyverno-cel|gatekeeper --engine cel): .*: "
_REGO = r"(gatekeeper|opa): .*: "

OUTPUTS: Patterns = (
    # what the engines do where nothing is said
    Equivalent(
        _CELS + r"(Validating|Mutating)\w+ \S+: a field is dropped: spec\.failurePolicy",
        "to fail is what an engine does where nothing is said",
    ),
    Equivalent(
        _GATEKEEPER + r"(Assign|ModifySet) \S+: (an element|a field) is dropped: "
        r"spec\.match\.(scope|kinds(\[0\](\.(apiGroups|kinds)(\[0\])?)?)?)",
        "`applyTo` names the pods as well, which are in namespaces",
    ),
    Equivalent(
        _GATEKEEPER + r"ConstraintTemplate \S+: an element is dropped: .*\.openAPIV3Schema\..*\.required\[\d+\]",
        "the parameters that are emitted have what the schema demands",
    ),
    # guards that what stands beside them makes needless
    Equivalent(
        r"vap: .*: an operand of (&&|\|\|) is dropped: dyn\(.*\) [!=]= null",
        "the API server's objects have no nulls: what is null is not there",
    ),
    Equivalent(
        r"vap: .*: MutatingAdmissionPolicy \S+ expression: an operand of \|\| is dropped: "
        r"!has\(object\.spec\.securityContext\)",
        "the API server sets the security context of a pod, though it is empty",
    ),
    Equivalent(
        r"vap: .*: MutatingAdmissionPolicy \S+ expression: an operand of && is dropped: "
        r"!\( has\(object\.spec\.securityContext\) && .* != null \)",
        "it is asked where the pod has no security context, so its fields are not set",
    ),
    Equivalent(
        _CELS
        + r".*Local\w*Profile: the first branch is always taken: has\(object\.spec\.securityContext\) .* \"not set\"",
        "profiles of the type Localhost alone are looked at, so there is one",
    ),
    Equivalent(
        _REGO + r".* (who: user != null|(refusal|violation|warning|audit): pod)",
        "without a user, or a pod, there is no name to be said",
    ),
    Equivalent(
        r"opa: .*: lib/pscc\.rego: a condition is dropped: (keys|below|under): is_(object|string)\(\w+\)",
        "what follows is undefined for a value of another type",
    ),
    # parts of one whole, in whatever order
    Equivalent(
        _CELS + r"two variables are swapped: \w*[uU]nchanged\d+ and \w*[uU]nchanged\d+",
        "both are operands of one conjunction",
    ),
    Equivalent(
        r"vap: .*: MutatingAdmissionPolicy .* changing: a filter is dropped: .* \(name, name != \"\"\)",
        "it is asked about names of policies alone, and none is empty",
    ),
    # words of a choice
    Equivalent(
        r"(vap|gatekeeper --engine cel): choose( apart)?: .* refusals: (another variable is read: variables\.words(?!Narrow)\w+|"
        r"the first branch is always taken: variables\.words\w+ != .*)",
        "a policy without defaults has the same words once they are set",
    ),
    Equivalent(
        r"(vap|gatekeeper --engine cel): choose apart: .* words\w+: another variable is read: variables\.objections\w+",
        "the object that says who may ask has policies without checks, so all words are empty",
    ),
)
PRINTERS: Patterns = (
    Equivalent(
        r"gatekeeper/(exemptions\.yaml\.j2: a line is dropped: type: object|\w*template\.yaml\.j2: a block is always there: if .*)",
        "the schema then takes more than is emitted",
    ),
    Equivalent(
        r"gatekeeper/(template|policy)\.rego\.j2: a block is always there: if exemptions \([46]\)",
        "it is then known who asks, and nothing reads it",
    ),
    Equivalent(
        r"\w+/kustomization\.yaml\.j2: a line is dropped: (apiVersion|kind): .*",
        "kustomize takes a kustomization.yaml that does not say what it is for one",
    ),
    Equivalent(
        r"vap/references\.yaml\.j2: a line is dropped: kind: .*",
        "objects of the group that have one name get one new name",
    ),
    Equivalent(
        r"gatekeeper/mutator_spec\.yaml\.j2: a line is dropped: (scope: Namespaced|kinds: \[Pod\] \(2\))",
        "`applyTo` names the pods as well, which are in namespaces",
    ),
    Equivalent(
        r"(vap/\w+|gatekeeper/engine)\.yaml\.j2: a line is dropped: failurePolicy: Fail",
        "it is what the API server, and Gatekeeper, do where it is not said",
    ),
    Equivalent(
        r"(gatekeeper/(template|policy)|opa/policy|rego/choice)\.rego\.j2: a line is dropped: (input\.\w+\.)?operation == "
        r"\"UPDATE\"",
        "a creation has no old object, so nothing is as it was",
    ),
    Equivalent(
        r"rego/choice\.rego\.j2: a line is dropped: pod",
        "without a pod there is no service account, so no objection",
    ),
    Equivalent(
        r"opa/policy\.rego\.j2: (a line is dropped: {{ entries }} := set\(\)|a block is always there: if checks \(\d\))",
        "a policy that is printed has checks, and none of them comes to nothing",
    ),
    Equivalent(
        r"(vap/policy|kyverno_cel/validate|gatekeeper/engine)\.yaml\.j2: a line is dropped: message: {{ .*message }}",
        "it is said where a messageExpression fails, and none does",
    ),
    Equivalent(
        r"(kyverno_cel|vap)/\w+\.yaml\.j2: a block is always there: if (where\.selector|where\.conditions|variables) \(\d+\)",
        "a field without a value is not set",
    ),
    Equivalent(
        r"opa/\w+\.rego\.j2: a line is dropped: not input\.request",
        "an AdmissionReview is no Pod",
    ),
    Equivalent(
        r"kyverno(_cel)?/test\.yaml\.j2: a line is dropped: (kind: \{\{ result\.kind \}\}|\{\{ flag \}\}: true)",
        "Kyverno finds what a result is about by the names of the policy and the resource",
    ),
    Equivalent(
        r"gatekeeper/suite\.yaml\.j2: a block is always there: if (test\.expansion|test\.namespace|case\.message) \(\d\)",
        "a field without a value is not set",
    ),
    Equivalent(
        r"gatekeeper/suite_applied\.yaml\.j2: a line is dropped: (enforcementAction: dryrun|kinds: \[\"\*\"\])",
        "gator looks at no action, and takes no kinds for all; whoever applies the file by mistake is spared",
    ),
    Equivalent(
        r"gatekeeper/suite_template\.yaml\.j2: a line is dropped: (type: object|one\.kind == input\.review\.object\.kind)",
        "parameters are an object anyway, and no two objects of a program have one name",
    ),
    Equivalent(
        r"\w+/(suite|test)\.yaml\.j2: a line is dropped: name: .*",
        "the suite's name is in no outcome of it",
    ),
)


def why(label: str, patterns: Patterns) -> str:
    """Why the break of this label changes nothing; empty where it is not said."""
    return next((pattern.why for pattern in patterns if pattern.has(label)), "")


def needless(labels: Iterable[str], patterns: Patterns) -> list[str]:
    """Those of ``patterns`` that none of ``labels`` has."""
    known = list(labels)
    return [pattern.pattern for pattern in patterns if not any(pattern.has(label) for label in known)]


def too_wide(noticed: Iterable[str], patterns: Patterns) -> list[str]:
    """Those of ``noticed`` that are said to change nothing."""
    return [label for label in noticed if why(label, patterns)]
