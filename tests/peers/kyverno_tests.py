"""The tests of kyverno/policies for Kyverno's command line: resources, and what each policy's rule says of them.

Source of the format: Kyverno's ``cmd/cli/kubectl-kyverno/apis/v1alpha1``, ``Test`` of ``cli.kyverno.io/v1alpha1``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from peers.case import Asked, Case, CheckoutError, Json, NotExpressible, Verdict, numbered
from peers.checkout import document, documents, files
from peers.kyverno_statements import ALSO, WHOLE_FOLDERS, policy_of

PEER = "kyverno/policies"
TESTS = "**/.kyverno-test/kyverno-test.yaml"
_VERDICTS: dict[str, Verdict] = {"pass": "admitted", "skip": "admitted", "fail": "refused"}
"""A rule whose precondition does not hold is skipped, and admits."""


def cases(checkout: Path) -> list[Case]:
    """Every case about pods. Raises `CheckoutError` where a file is not as the format says."""
    return numbered([case for path in _taken(checkout) for case in _of_test(checkout, path)])


def left_out(checkout: Path) -> list[str]:
    """The tests of the checkout that are about other things than the security of pods, by their folders."""
    taken = set(_taken(checkout))
    return [_folder(checkout, path) for path in files(checkout, TESTS) if path not in taken]


def _taken(checkout: Path) -> list[Path]:
    found = files(checkout, TESTS)
    return [path for path in found if _is_taken(*_folder(checkout, path).split("/", 1))]


def _is_taken(top: str, below: str) -> bool:
    return top.startswith(WHOLE_FOLDERS) or below in ALSO


def _folder(checkout: Path, path: Path) -> str:
    return path.relative_to(checkout).parent.parent.as_posix()


def _of_test(checkout: Path, path: Path) -> Iterator[Case]:
    test = document(path)
    resources = {}
    for name in test.get("resources") or []:
        for found in documents(path.parent / name):
            resources[found["kind"], found["metadata"]["name"]] = found
    folder = _folder(checkout, path)
    for result in test["results"]:
        text, why_not = _stated(result["policy"], result.get("rule", ""))
        for named in result.get("resources") or [result["resource"]]:
            name = named.rpartition("/")[2]
            given = resources.get((result["kind"], name))
            if given is None:
                raise CheckoutError(f"{path}: there is no {result['kind']} {name}")
            yield Case(
                PEER,
                folder,
                folder.rpartition("/")[0],
                "/".join(filter(None, (result.get("rule", ""), result["kind"], name))),
                Asked(given),
                _verdict(result, path),
                text,
                why_not,
                _patched(result, path, given) if text else None,
            )


def _stated(policy: str, rule: str) -> tuple[str, str]:
    try:
        return policy_of(policy, rule.removeprefix("autogen-cronjob-").removeprefix("autogen-")), ""
    except NotExpressible as reason:
        return "", str(reason)


def _verdict(result: Json, path: Path) -> Verdict:
    if result["result"] not in _VERDICTS:
        raise CheckoutError(f"{path}: a result is {result['result']}")
    return _VERDICTS[result["result"]]


def _patched(result: Json, path: Path, given: Json) -> Json | None:
    """The object as a mutation leaves it, None where the result is no mutation's."""
    name = result.get("patchedResources") or result.get("patchedResource")
    if not name:
        return None
    found = [d for d in documents(path.parent / name) if d["metadata"]["name"] == given["metadata"]["name"]]
    if len(found) != 1:
        raise CheckoutError(f"{path}: {name} has {len(found)} objects for {given['metadata']['name']}")
    return found[0]
