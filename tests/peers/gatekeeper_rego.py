"""gatekeeper-library's unit tests in Rego: reviews and parameters, and whether the template objects.

The tests are run by OPA with a further rule beside the template's, which prints each input; then the template itself is
asked about each of them. A test that fails there is no expectation, and a `CheckoutError`.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from peers.case import Asked, Case, CheckoutError, Json, numbered
from peers.checkout import document, files
from peers.gatekeeper_suites import PEER, stated
from support.engines import run

TESTS = "src/pod-security-policy/*/src_test.rego"
_TESTS_FAIL = 2
_IDS = ("runAsUser", "runAsGroup", "fsGroup")
_PRINTING = 'package {package}\n\nviolation[{{"msg": "asked"}}] {{ print(json.marshal(input)); false }}\n'


def cases(checkout: Path) -> list[Case]:
    """Every unit test that asks a pod security template about a review. Raises `CheckoutError` where one fails."""
    return numbered([case for path in files(checkout, TESTS) for case in _of_folder(checkout, path.parent)])


def _of_folder(checkout: Path, folder: Path) -> Iterator[Case]:
    template = document(checkout / "library" / "pod-security-policy" / folder.name / "template.yaml")
    kind = template["spec"]["crd"]["spec"]["names"]["kind"]
    package = _package(folder / "src.rego")
    asked = list(_inputs(folder, package))
    for (name, given), refused in zip(asked, _verdicts(folder, package, [one for _, one in asked]), strict=True):
        text, why_not = stated(kind, {"parameters": given.get("parameters") or {}})
        yield Case(
            PEER,
            f"{folder.name}/src_test.rego",
            f"{folder.name}: src_test.rego",
            name,
            _asked(given["review"]),
            "refused" if refused else "admitted",
            text,
            why_not,
        )


def _package(path: Path) -> str:
    match = re.search(r"^package\s+(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise CheckoutError(f"{path} has no package")
    return match[1]


def _inputs(folder: Path, package: str) -> Iterator[tuple[str, Json]]:
    """The name and the input of each test in ``folder`` that asks about a review; once for each input."""
    with TemporaryDirectory() as own:
        printing = Path(own) / "printing.rego"
        printing.write_text(_PRINTING.format(package=package), encoding="utf-8")
        found = _opa("test", "--v0-compatible", "--format", "json", folder, printing)
    for test in json.loads(found):
        if test.get("fail") or test.get("error"):
            raise CheckoutError(f"{folder}: {test['name']} fails by itself")
        printed = base64.b64decode(test.get("output") or "").decode().splitlines()
        for line in dict.fromkeys(line for line in printed if line.startswith("{")):
            given: Json = json.loads(line)
            if "review" in given:
                yield test["name"], given


def _verdicts(folder: Path, package: str, inputs: list[Json]) -> list[bool]:
    """Whether the template in ``folder`` objects to each input."""
    query = f"[n | some i; one := input[i]; found := data.{package}.violation with input as one; n := count(found)]"
    sources = [f"--data={path}" for path in sorted(folder.glob("*.rego"))]
    found = _opa("eval", "--v0-compatible", "--format", "json", "--stdin-input", *sources, query, given=inputs)
    counts: list[int] = json.loads(found)["result"][0]["expressions"][0]["value"]
    return [count > 0 for count in counts]


def _opa(*arguments: str | Path, given: object = None) -> str:
    done = run("opa", *arguments, stdin=json.dumps(given))
    if done.returncode not in (0, _TESTS_FAIL if arguments[0] == "test" else 0):
        raise CheckoutError(f"opa {arguments[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def _asked(review: Json) -> Asked:
    """What a review asks, of a pod that the API server can decode."""
    pod = _decodable(review.get("object") or {}, review)
    if review.get("operation") == "UPDATE":
        return Asked(pod, _decodable(review["oldObject"], review) if review.get("oldObject") else pod)
    return Asked(pod)


def _decodable(given: Json, review: Json) -> Json:
    """A test's pod with values of the types that the fields have, and the names and images that it leaves out.

    The tests write some ids as text, a list of one group as the group, no containers as ``{}``, and number containers.
    """
    spec = {k: _context(v) if k == "securityContext" else v for k, v in (given.get("spec") or {}).items()}
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        containers = spec.pop(kind, None)
        if isinstance(containers, list):
            spec[kind] = [_container(one, f"{kind.lower()}-{number}") for number, one in enumerate(containers)]
    metadata = {"name": "pod", **(review.get("metadata") or {}), **(given.get("metadata") or {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _container(given: Json, name: str) -> Json:
    whole = {"image": "image", **given, "name": str(given.get("name", name))}
    return {k: _context(v) if k == "securityContext" else v for k, v in whole.items()}


def _context(given: Json) -> Json:
    typed = {k: int(v) if k in _IDS and isinstance(v, str) else v for k, v in given.items()}
    groups = typed.get("supplementalGroups")
    return {**typed, "supplementalGroups": [groups]} if isinstance(groups, int) else typed
