"""gatekeeper-library's suites for ``gator verify``: a constraint, and objects that it does or does not object to.

Source of the format: Gatekeeper's ``pkg/gator/verify``, ``Suite`` of ``test.gatekeeper.sh/v1alpha1``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from peers.case import Asked, Case, CheckoutError, Json, NotExpressible, numbered
from peers.checkout import document, files
from peers.gatekeeper_statements import policy_of

PEER = "gatekeeper-library"
SUITES = "library/pod-security-policy/*/suite.yaml"


def cases(checkout: Path) -> list[Case]:
    """Every case of every pod security suite. Raises `CheckoutError` where a file is not as the format says."""
    return numbered([case for path in files(checkout, SUITES) for case in _of_suite(path)])


def _of_suite(path: Path) -> Iterator[Case]:
    suite = document(path)
    for test in suite.get("tests") or []:
        constraint = document(path.parent / test["constraint"])
        text, why_not = stated(constraint["kind"], constraint.get("spec") or {})
        skipped = bool(suite.get("skip") or test.get("skip"))
        for case in test.get("cases") or []:
            yield Case(
                PEER,
                f"{path.parent.name}/suite.yaml",
                f"{path.parent.name}: suite.yaml",
                f"{test['name']}/{case['name']}",
                asked_of(document(path.parent / case["object"])),
                "refused" if _violates(case, path) else "admitted",
                text,
                "the suite itself skips it" if skipped or case.get("skip") else why_not,
            )


def stated(kind: str, spec: Json) -> tuple[str, str]:
    """The source that a constraint's ``spec`` comes to, or else the reason why there is none."""
    try:
        return policy_of(kind, spec.get("parameters") or {}, spec.get("match") or {}), ""
    except NotExpressible as reason:
        return "", str(reason)


def asked_of(found: Json) -> Asked:
    """What a suite's object asks: an AdmissionReview, or the creation of the object that it is.

    An update without an old object is taken for one of the same object: what the pod security constraints look at cannot
    be changed, which is why they let every update pass (``lib_exclude_update.rego``).
    """
    if found.get("kind") != "AdmissionReview":
        return Asked(found)
    request = found["request"]
    if request.get("operation") == "UPDATE":
        return Asked(request["object"], request.get("oldObject") or request["object"])
    return Asked(request["object"])


def _violates(case: Json, path: Path) -> bool:
    """Whether a case expects violations: ``yes``, ``no`` or their number."""
    wanted = [one.get("violations", True) for one in case.get("assertions") or [{}]]
    if any(one not in (True, False, "yes", "no") and not isinstance(one, int) for one in wanted):
        raise CheckoutError(f"{path}: case {case['name']} expects violations {wanted}")
    return any(one not in (False, "no", 0) for one in wanted)
