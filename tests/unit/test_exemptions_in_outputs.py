"""Each object in which an exemption stands says who or what is exempt, why, and until when."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
import yaml

from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program
from pscc.ir import Program
from pscc.output.options import Options
from pscc.targets.registry import TARGETS

REASON = "*/ }} {{ x }} {% y %} $(z) ${HOME} \"q\" 'r' # - & | >- \\n \u2028 \u202e \t \r\n---\nkind: Pod"
SHOWN = "*/ }} {{ x }} {% y %} $(z) ${HOME} \"q\" 'r' # - & | >- \\\\n \\u2028 \\u202e \\t \\r\\n---\\nkind: Pod"


def quoted(text: str) -> str:
    """``text`` as a string of the language."""
    for character, escape in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("\u2028", "\\u2028"),
        ("\u202e", "\\u202e"),
    ):
        text = text.replace(character, escape)
    return f'"{text}"'


REQUESTS = (
    f'exempt users "Ann Lee", ops-* because {quoted(REASON)} until 2099-01-31',
    'exempt serviceaccounts ci/build because "builds"',
)
CONTAINERS = (
    f"exempt containers agent, images reg.example/a:* from privileged because {quoted(REASON)} until 2099-02-28",
    'exempt images reg.example/b:* because "ours"',
)
STATEMENTS = ("deny privileged", "allow hostPorts 1-9", "default readOnlyRootFilesystem true", "deny hostPID")
OF_REQUESTS = (f'users "Ann Lee", ops-*: {SHOWN} (until 2099-01-31)', "serviceaccounts ci/build: builds")


def policy(*lines: str) -> str:
    return "policy team {\n" + "".join(f"    {line}\n" for line in lines) + "}\n"


@lru_cache(maxsize=4)
def program_of(text: str) -> Program:
    return analyse(SourceFile("team.psp", text))[1]


def compiled(text: str, target: str, options: Options | None = None) -> dict[str, str]:
    output = compile_program(program_of(text), (target,), options=options or Options()).outputs[target]
    return {file.path: file.text for file in output.files}


def objects(text: str, target: str) -> dict[str, Any]:
    """The objects that are applied, by path; with a number where a file has several."""
    found: dict[str, Any] = {}
    for path, content in compiled(text, target).items():
        if path.endswith(".yaml") and "suite" not in path and "kyverno-test" not in path:
            for number, document in enumerate(yaml.load_all(content, yaml.CSafeLoader)):
                if "kind" in document:
                    found[f"{path}#{number}"] = document
    return found


def reviewed(document: Any) -> list[str]:
    """The lines of the annotation; Kyverno's ClusterPolicy has a space between two ``{``."""
    annotations = document.get("metadata", {}).get("annotations") or {}
    return str(annotations.get("pscc/exemptions", "")).replace("{ {", "{{").splitlines()


@pytest.mark.parametrize("target", ["kyverno", "kyverno-cel", "vap"])
def test_a_policy_lists_its_exemptions(target: str) -> None:
    found = objects(policy(*REQUESTS, *CONTAINERS, *STATEMENTS), target)
    judging = [
        d for d in found.values() if d["kind"] in ("ClusterPolicy", "ValidatingPolicy", "ValidatingAdmissionPolicy")
    ]
    checking = [d for d in judging if not d["metadata"]["name"].endswith("-defaults")]
    assert checking
    for document in checking:
        assert reviewed(document) == [
            *OF_REQUESTS,
            f"containers agent, images reg.example/a:* from privileged: {SHOWN} (until 2099-02-28)",
            "images reg.example/b:* from privileged, hostPorts: ours",
        ]


@pytest.mark.parametrize("target", ["kyverno-cel", "vap"])
def test_defaults_list_the_requests_that_are_exempt_from_them(target: str) -> None:
    found = objects(policy(*REQUESTS, *CONTAINERS, *STATEMENTS), target).values()
    (defaults,) = [d for d in found if d["kind"] in ("MutatingPolicy", "MutatingAdmissionPolicy")]
    assert reviewed(defaults) == list(OF_REQUESTS)


def test_a_constraint_lists_the_exemptions_of_its_check() -> None:
    found = objects(policy(*REQUESTS, *CONTAINERS, *STATEMENTS), "gatekeeper").values()
    by_kind = {d["kind"]: d for d in found if d["apiVersion"].startswith("constraints.")}
    ours = "images reg.example/b:*: ours"
    for kind, document in by_kind.items():
        of_containers = {
            "PsccDenyPrivilegedExemptingUnlessExempt": [
                f"containers agent, images reg.example/a:*: {SHOWN} (until 2099-02-28)", ours
            ],
            "PsccAllowHostPortsExemptingUnlessExempt": [ours],
        }  # fmt: skip
        assert reviewed(document) == [*OF_REQUESTS, *of_containers.get(kind, [])], kind
        users, accounts = document["spec"]["parameters"]["exemptions"]
        assert (users["reason"], users["until"]) == (REASON, "2099-01-31")
        assert accounts["reason"] == "builds" and "until" not in accounts
    assert len(by_kind) == 3


def test_opa_has_the_reasons_beside_the_exemptions() -> None:
    text = compiled(policy(*REQUESTS, *CONTAINERS, *STATEMENTS), "opa")["policies/team.rego"]
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("# deny privileged"))
    assert lines[at + 1 : at + 3] == [
        f"# Exempt: containers agent, images reg.example/a:*: {SHOWN} (until 2099-02-28)",
        "# Exempt: images reg.example/b:*: ours",
    ]
    assert '"reason": "builds"}' in text and '"until": "2099-01-31"}' in text


CHOICE = (
    policy(*CONTAINERS, "deny privileged")
    + "policy other {\n    deny privileged\n}\nchoose {\n    team for users a\n    other for everyone\n}\n"
)


@pytest.mark.parametrize("target", TARGETS)
def test_a_choice_names_the_policy_of_each_exemption(target: str) -> None:
    expected = [
        f"team: containers agent, images reg.example/a:*: {SHOWN} (until 2099-02-28)",
        "team: images reg.example/b:*: ours",
    ]
    if target == "opa":
        (text,) = [
            t for path, t in compiled(CHOICE, "opa").items() if path.startswith("policies/") and "_test" not in path
        ]
        assert [line for line in text.splitlines() if line.startswith("# Exempt")] == [
            f"# Exempt in {e}" for e in expected
        ]
        return
    listed = [reviewed(document) for document in objects(CHOICE, target).values()]
    assert any(listed) and all(one == expected for one in listed if one)


@pytest.mark.parametrize("target", TARGETS)
def test_what_exempts_nobody_says_nothing(target: str) -> None:
    files = compiled(policy(*STATEMENTS), target)
    assert not [path for path, text in files.items() if "pscc/exemptions" in text or "# Exempt" in text]


@pytest.mark.parametrize("target", sorted(set(TARGETS) - {"opa"}))
@pytest.mark.parametrize("many", [False, True], ids=["a long reason", "many exemptions"])
def test_annotations_are_within_what_the_api_server_takes(target: str, many: bool) -> None:
    """256 KiB for all of an object: ``TotalAnnotationSizeLimitB`` in apimachinery's ``objectmeta.go``."""
    lines = [f'exempt users user{n} because "{"é" * (50 if many else 90_000)}"' for n in range(2_500 if many else 2)]
    for path, one in objects(policy("deny privileged", *lines), target).items():
        annotations = (one.get("metadata") or {}).get("annotations") or {}
        assert sum(len(key) + len(value.encode()) for key, value in annotations.items()) < 256 * 1024, path
        if many and "pscc/exemptions" in annotations:
            last = annotations["pscc/exemptions"].splitlines()[-1]
            assert last.startswith("… and ") and last.endswith(" more: the source has them")


@pytest.mark.parametrize("target", list(TARGETS))
@pytest.mark.parametrize("lines", [REQUESTS, CONTAINERS, (*REQUESTS, *CONTAINERS)])
def test_a_compile_says_that_the_output_keeps_an_exemption_after_its_end(target: str, lines: tuple[str, ...]) -> None:
    ending = compile_program(program_of(policy(*lines, *STATEMENTS)), (target,)).all_diagnostics
    notes = [diagnostic for diagnostic in ending if diagnostic.code == "TGT021"]
    assert [(note.span.line if note.span else 0, note.severity) for note in notes] == [(2, "note")]
    endless = compile_program(program_of(policy(lines[-1], *STATEMENTS)), (target,)).all_diagnostics
    assert "TGT021" not in {diagnostic.code for diagnostic in endless}
