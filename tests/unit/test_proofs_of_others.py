"""Policies that other people wrote, beside a source: what they are, and what is not understood of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.cli import main
from pscc.proving.errors import NotUnderstoodError
from support.others import (
    ALL_CONTAINERS,
    BOTH_WAYS,
    BYPASSES,
    Texts,
    admission_policy,
    constraint,
    said_of,
    validating_policy,
)

EQUAL: list[tuple[str, Texts, tuple[str, ...]]] = [
    ("optionals", validating_policy("!object.spec.?hostPID.orValue(false)"), ("deny hostPID",)),
    ("optMap", validating_policy("object.spec.?hostPID.optMap(x, !x).orValue(true)"), ("deny hostPID",)),
    ("hasValue", validating_policy("!object.spec.?hostPID.hasValue() || !object.spec.?hostPID.value()"), ("deny hostPID",)),
    ("or", validating_policy("!object.spec.?hostPID.or(optional.of(false)).value()"), ("deny hostPID",)),
    (
        "a map with a condition",
        validating_policy("variables.all.map(c, has(c.securityContext), c.securityContext)"
                          ".filter(s, has(s.privileged) && s.privileged).size() < 1", all=ALL_CONTAINERS),
        ("deny privileged",),
    ),
    (
        "a size of a list that is not empty",
        validating_policy("variables.all.all(c, !has(c.ports) || size(c.ports.filter(p, has(p.hostPort))) <= 0)",
                          all=ALL_CONTAINERS),
        ("deny hostPorts",),
    ),
    (
        "a choice of strings inside of another",
        validating_policy(
            "(has(object.spec.runtimeClassName) ? (object.spec.runtimeClassName == 'x' ? 'a' : 'b') : 'c') != 'b'"
        ),
        ("allow runtimeClassName x",),
    ),
    (
        "small letters",
        validating_policy("variables.all.all(c, c.?securityContext.?procMount.orValue('Default').lowerAscii() == 'default')",
                          all=ALL_CONTAINERS),
        ("allow procMount Default",),
    ),
    (
        "params",
        admission_policy("!has(object.spec.runtimeClassName) || object.spec.runtimeClassName == params.data.name",
                         data={"name": "gvisor"}),
        ("allow runtimeClassName gvisor",),
    ),
    (
        "a last comma, Rego beside CEL, and a list of all containers' exempt images",
        constraint(
            {"exemptImages": ["safe/*"]},
            {"exemptImages": {"type": "array", "items": {"type": "string"}}},
            "(has(request.operation) && request.operation == 'UPDATE') || size(variables.bad) == 0",
            all=f"has(variables.params) ? {ALL_CONTAINERS} : []",
            starts="variables.params.exemptImages.map(i, i.replace('*', ''))",
            exempt="variables.all.filter(c, variables.starts.exists(s, string(c.image).startsWith(s))).map(c, c.image)",
            bad="variables.all.filter(c, !(c.image in variables.exempt) && has(c.securityContext) && "
            "has(c.securityContext.privileged) && c.securityContext.privileged).map(c, {'name': c.name,})",
        ),
        ("deny privileged", 'exempt images safe/* because "own"'),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "statements"), [each[1:] for each in EQUAL], ids=[each[0] for each in EQUAL])
def test_policies_that_say_the_same_are_equal(texts: Texts, statements: tuple[str, ...]) -> None:
    assert said_of(texts, *statements) == ("equal", {})


@pytest.mark.parametrize("name", BYPASSES)
def test_a_policy_that_admits_more_is_looser(name: str) -> None:
    texts, statements = BYPASSES[name]
    answer, pods = said_of(texts, *statements)
    assert answer in ("looser", "incomparable")
    assert pods["lets in"].reasons


def test_params_are_the_config_map_of_the_binding() -> None:
    unlike = "object.spec.containers.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(a, a != params.data.refused))"
    answer, _ = said_of(
        admission_policy(unlike, data={"refused": "SYS_ADMIN"}), "deny capabilities.add SYS_ADMIN, NET_ADMIN"
    )
    assert answer == "looser"


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_a_list_that_names_one_thing_twice_is_refused(name: str) -> None:
    texts, statements = BOTH_WAYS[name]
    answer, pods = said_of(texts, *statements)
    assert answer == "stricter"
    assert pods.keys() == {"shuts out"}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("variables.all.size() <= 2", "incomparable"),
        ("!object.spec.?hostPID.orValue(false) && variables.all.all(c, c.image.size() < 40)", "stricter"),
        ("!object.spec.?hostPID.orValue(false) || variables.all.all(c, c.image.size() == 40)", "looser"),
        ("!object.spec.?hostPID.orValue(false) || variables.all.all(c, c.image.size() < 1)", "equal"),
        ("variables.all.size() <= 2 && !object.spec.?hostPID.orValue(false)", "stricter"),
        ("object.spec.containers[1].name != 'b'", "incomparable"),
        ("!object.spec.?hostPID.orValue(false) && object.spec.containers[0].name != 'b'", "stricter"),
        ("!object.spec.?hostPID.orValue(false) || object.spec.containers.size() > 3", "looser"),
        ("!object.spec.?hostPID.orValue(false) || variables.all.exists_one(c, c.image == 'a')", "looser"),
    ],
)
def test_sizes_and_indexes_are_exact(expression: str, answer: str) -> None:
    """The pod that shows each needs as many containers as the expression counts."""
    assert said_of(validating_policy(expression, all=ALL_CONTAINERS), "deny hostPID")[0] == answer


def test_a_list_without_a_bound_is_never_equal() -> None:
    never = "object.spec.containers.all(c, object.spec.containers.exists(d, d.name == c.name && d.image != c.image))"
    answer, pods = said_of(validating_policy(f"!object.spec.?hostPID.orValue(false) || {never}"), "deny hostPID")
    assert answer == "unknown"
    assert not pods


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (validating_policy("object.spec.hostPID.frobnicate()"), "the function `frobnicate`"),
        (validating_policy("object.spec.frobnicates == 1"), "frobnicates"),
        (validating_policy("object.spec.containers.frobnicate(c, c.name == 'a')"), "the function `frobnicate`"),
        (validating_policy("object.spec.containers.size() < 100"), "the size of a list"),
        (validating_policy("string(object.spec.containers.size()) == '1'"), "`string` of a size"),
        (
            validating_policy("object.spec.containers[object.spec.containers.size()].name == 'a'"),
            "an index that is a size",
        ),
        (validating_policy("object.spec.containers.size() - 1 == 0"), "`-` of integers that depend on the pod"),
        (validating_policy("object.spec.containers[0].image.substring(0, 1) == 'a'"), "`substring` up to a place"),
        (validating_policy("object.spec.containers[0].size() == 0"), "`size` of a map"),
        (validating_policy("variables.missing"), "variables.missing"),
        (admission_policy("object.spec.hostPID", bound=False), "without a policy in force"),
        (admission_policy("params.data.x == 'a'"), "the name `params`"),
        (admission_policy("true ||\nfalse"), "without a message"),
        ({"a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"}, "files without an object of the kind"),
        (
            {**validating_policy("true"), "b.yaml": admission_policy("true")["policies.yaml"]},
            "compare one kind at a time",
        ),
        (constraint({"a": "x"}, {"a": {"type": "string", "enum": ["y"]}}, "true"), "does not allow"),
    ],
)
def test_what_is_not_understood_is_named(texts: Texts, named: str) -> None:
    with pytest.raises(NotUnderstoodError, match=named):
        said_of(texts, "deny hostPID")


# --- the command ----------------------------------------------------------------


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy that refuses sysctls, beside which no engine is on the path."""
    monkeypatch.setenv("PATH", "")
    path = tmp_path / "policies.yaml"
    path.write_text(validating_policy("object.spec.?securityContext.?sysctls.orValue([]).size() == 0")["policies.yaml"])
    return path


def _run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["prove", *words])
    return result.exit_code, result.stdout, result.stderr


def test_is_compares_with_one_control_of_the_standard(policies: Path) -> None:
    code, text, _ = _run(str(policies), "--is", "pss/restricted", "--control", "sysctls")
    assert code == 1
    assert text.startswith("CREATE  stricter\n  compared: own (audit; ")
    assert "pss/restricted admits this pod, and the policies refuse it:" in text
    assert "not covered: updates" in text


def test_no_looser_than_takes_what_is_stricter(policies: Path) -> None:
    asked = (str(policies), "--no-looser-than", "pss/restricted")
    assert _run(*asked, "--control", "sysctls")[0] == 0
    code, text, _ = _run(*asked)
    assert code == 1
    assert text.startswith("CREATE  incomparable")


def test_json_has_the_answer_and_a_pod_for_each_direction(policies: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scripts"
    words = ("--is", "pss/restricted", "--format", "json", "--smt2", str(folder))
    given = json.loads(_run(str(policies), *words)[1])
    assert given["answer"] == "incomparable"
    assert [each["output"] for each in given["witnesses"]] == ["lets in", "shuts out"]
    assert sorted(file.name for file in folder.iterdir()) == ["lets-in.smt2", "shuts-out.smt2"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--is", "pss/restricted", "--control", "fsGroup"), "the source checks no such control"),
        (("--control", "sysctls"), "--control is for --is"),
        (("--is", "pss/restricted", "--no-looser-than", "pss/baseline"), "not both"),
        (("--is", "pss/restricted", "-t", "vap"), "-t is for what pscc writes"),
    ],
)
def test_a_question_that_makes_no_sense_exits_with_2(policies: Path, words: tuple[str, ...], named: str) -> None:
    code, _, errors = _run(str(policies), *words)
    assert code == 2
    assert named in errors
